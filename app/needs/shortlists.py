# SPDX-License-Identifier: AGPL-3.0-or-later
"""The shortlist of a request as plain data: what a page shows, what is kept, what a proposal stands on."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.cities.models import City
from app.cities.rules import is_closed
from app.document.dates import day_of
from app.journal import queries as journal
from app.matching import model
from app.matching.context import indicator_weights, similarity
from app.matching.gates import closed
from app.matching.score import Market, band, match, says_little, shown
from app.matching.shortlist import LENGTH, Proposed, Turn, shortlist, with_twins
from app.matching.text import marked, meeting, said_of
from app.needs import candidates, queries, rules, service
from app.needs.candidates import Desk
from app.needs.models import Need
from app.search.engine import Engine
from app.search.index import IndexDamaged
from app.search.results import Hit
from app.solutions.models import Theme

FIRST = 5
FIRST_TOLD = 3
MOST_LIKE = 4
#: Solutions shown under a missing precondition, and missing preconditions of one solution that are looked up.
MOST_CLOSING, MOST_GAPS = 2, 12
MOST_EXCLUDED = 30
MOST_PASSAGE = 400


@dataclass(frozen=True)
class Shown:
    """A shortlist with what stands around it; ``far``: none of it speaks of the problem, it is only the least far."""

    items: tuple[Mapping[str, Any], ...]
    turns: tuple[Turn, ...]
    excluded: tuple[Mapping[str, Any], ...]
    low_evidence: bool
    weights: str
    far: bool
    refused: Mapping[str, Any] | None = None


def _theme_of(item: Mapping[str, Any]) -> float:
    return next((float(part["value"]) for part in item["factors"] if part["name"] == "theme"), 0.0)


def of(desk: Desk, need: Need, twins: Sequence[City] = (), wished: bool = True) -> Shown:
    """The shortlist of a request as it is now; with ``twins``, the cities its official holds for similar.

    The solution that a request asks for by name is the first, or ``refused`` says what keeps it out; without
    ``wished`` the order is that of the scores alone.
    """
    asked = candidates.as_needs(desk, [need])[0]
    market, affinities = desk.market_for(asked), desk.affinities(asked)
    eyes: dict[tuple[str, str], model.City] = {}
    if twins:
        chosen = [candidates.as_city(city, desk.now) for city in twins]
        found, eyes = with_twins(asked, chosen, market, affinities)
    else:
        found = shortlist(asked, market, affinities)
    excluded = sorted(found.excluded, key=lambda item: -affinities.get(item.offer.solution, 0.0))
    items = [_seen(as_item(place, asked), eyes) for place in found.places]
    slug = str((need.limits or {}).get("solution", "")) if wished else ""
    by_name, kept_out = _by_name(slug, items, asked, market, affinities) if slug else (None, None)
    told = tuple(_first(by_name, items) if by_name else items)
    return Shown(
        told,
        found.turns,
        tuple(_excluded(item) for item in excluded[:MOST_EXCLUDED] if affinities.get(item.offer.solution)),
        says_little(asked),
        market.weights.version,
        not any(candidates.is_near(desk.known, asked, item["solution"], _theme_of(item)) for item in told),
        kept_out,
    )


def _by_name(
    slug: str, items: Sequence[dict[str, Any]], asked: model.Need, market: Market, affinities: Mapping[str, float]
) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """The solution that a request asks for by name as an item of the list, else what keeps it out of it."""
    placed = next((item for item in items if item["solution"] == slug), None)
    offer = next((item for item in market.offers if item.solution == slug), None)
    if placed or offer is None:
        return placed, None if placed else {
            "solution": slug,
            "title": "",
            "city_name": "",
            "reason": "gone",
            "data": {},
        }
    gate = closed(asked, offer)
    if gate is not None:
        return None, _excluded(model.Excluded(offer, *gate))
    return as_item(Proposed(match(asked, offer, market, affinities.get(slug, 0.0)), 1, 1.0), asked), None


def _first(by_name: dict[str, Any], items: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    others = [item for item in items if item["solution"] != by_name["solution"]]
    ordered = [{**by_name, "wished": True}, *others][:LENGTH]
    return [{**item, "rank": rank} for rank, item in enumerate(ordered, 1)]


def _seen(item: dict[str, Any], eyes: Mapping[tuple[str, str], model.City]) -> dict[str, Any]:
    """Whose figures stand in for those of the request's city, where the official chose."""
    twin = eyes.get((item["solution"], item["city"]))
    return {**item, "twin": twin.name} if twin else item


def as_item(place: Proposed, asked: model.Need) -> dict[str, Any]:
    """One place of a shortlist as plain data: scores, the figures behind them, the passages that met."""
    found = as_scored(place.match, asked)
    return {
        **found,
        "rank": place.rank,
        "stability": round(place.stability, 3),
        "uncertain": place.uncertain,
        "unlike": place.unlike,
    }


def as_scored(found: model.Match, asked: model.Need) -> dict[str, Any]:
    offer = found.offer
    passages = meeting(asked.said, offer.passages)
    return {
        "rank": 0,
        "solution": offer.solution,
        "title": offer.title,
        "city": offer.city.slug,
        "city_name": offer.city.name,
        "days": offer.city.days,
        "score": round(found.score, 3),
        "band": band(found.score),
        "number": shown(found.score),
        "badge": offer.badge,
        "evidence": offer.evidence,
        "preconditions": list(offer.preconditions),
        "reused": offer.reused,
        "asked": offer.asked,
        "answered": offer.answered,
        "waiting": offer.waiting,
        "factors": [
            {
                "name": item.name,
                "value": round(item.value, 4),
                "contribution": round(item.contribution, 4),
                "grounds": _plain(item.grounds),
            }
            for item in found.factors
        ],
        "passages": [_met(asked, passage, common) for passage, common in passages],
        "weights": found.weights,
    }


def _met(asked: model.Need, passage: model.Passage, common: tuple[str, ...]) -> dict[str, Any]:
    """A passage of the solution beside the sentence of the request that it meets, the shared words marked."""
    text = passage.text[:MOST_PASSAGE]
    mine = said_of(f"{asked.text}\n{asked.title}", common)[:MOST_PASSAGE]
    return {
        "heading": passage.heading,
        "text": text,
        "runs": [list(run) for run in marked(text, common)],
        "asked": [list(run) for run in marked(mine, common)],
    }


def _plain(grounds: Mapping[str, Any]) -> dict[str, Any]:
    """Figures behind a factor as JSON keeps them."""
    plain: dict[str, Any] = {}
    for name, value in grounds.items():
        if name == "compared":
            plain[name] = [asdict(item) for item in value]
        else:
            plain[name] = list(value) if isinstance(value, (tuple, frozenset)) else value
    return plain


def _excluded(item: model.Excluded) -> dict[str, Any]:
    return {
        "solution": item.offer.solution,
        "title": item.offer.title,
        "city_name": item.offer.city.name,
        "reason": item.reason,
        "data": dict(item.data),
    }


def compared_with(desk: Desk, need: Need, other: City) -> list[dict[str, Any]]:
    """The figures of the request's city beside those of another, with the median of Italy, for the request's themes."""
    return compare(need.city, other, tuple(need.themes), desk.market, desk.now)


def compare(mine: City, theirs: City, themes: Sequence[str], market: Market, now: datetime) -> list[dict[str, Any]]:
    weights = indicator_weights(tuple(themes), market.tree)
    found = similarity(candidates.as_city(mine, now), candidates.as_city(theirs, now), weights)
    return [asdict(item) for item in found.compared]


def scored_for(desk: Desk, need: Need, solution: str) -> dict[str, Any] | None:
    """One solution scored for a request; None where there is none with this name."""
    asked = candidates.as_needs(desk, [need])[0]
    market, affinities = desk.market_for(asked), desk.affinities(asked)
    offer = next((item for item in market.offers if item.solution == solution), None)
    return as_scored(match(asked, offer, market, affinities.get(solution, 0.0)), asked) if offer else None


def remember(session: Session, engine: Engine, need: Need, now: datetime) -> Shown:
    """Compute the shortlist of a request and keep it as shown."""
    session.flush()
    found = of(candidates.desk(session, engine, now), need)
    service.remember_shown(session, need, found.items, found.weights, now)
    return found


def answering(
    session: Session,
    engine: Engine,
    asked: model.Need,
    themes: Iterable[Theme],
    but: str = "",
    bodies: Set[str] = frozenset(),
) -> Sequence[Hit] | None:
    """Solutions that may already answer a request, as near to its theme as what a shortlist calls near.

    Empty where all that share its words are far from it; None where none was found, or the index is away.
    """
    found = solutions_like(engine, asked.said, but, bodies, 3 * MOST_LIKE)
    offered = {hit.slug: hit.document.facets.get("theme", ()) for hit in found}
    near = candidates.near_ones(session, engine, asked, offered, themes) if found else set()
    return [hit for hit in found if hit.slug in near][:MOST_LIKE] if found else None


def solutions_like(
    engine: Engine, text: str, but: str = "", bodies: Set[str] = frozenset(), most: int = MOST_LIKE
) -> Sequence[Hit]:
    """Solutions whose words are like some text, save for one and for those of some bodies; none while the index is away
    or nothing is typed."""
    if len(text.split()) < 2:
        return ()
    try:
        hits = engine.like(text, ("solution",), 3 * MOST_LIKE)
    except IndexDamaged:
        return ()
    others = [hit for hit in hits if hit.slug != but and not bodies & set(hit.document.facets.get("city", ()))]
    return others[:most]


def closing(engine: Engine, gaps: Iterable[str], but: str = "") -> dict[str, Sequence[Hit]]:
    """Solutions that may fill what is missing, by precondition; ``but`` asks for it and does not fill it."""
    found: dict[str, Sequence[Hit]] = {}
    for text in list(dict.fromkeys(gaps))[:MOST_GAPS]:
        found[text] = solutions_like(engine, text, but)[:MOST_CLOSING]
    return found


def newly_met(session: Session, engine: Engine, now: datetime) -> list[tuple[int, str]]:
    """Open requests with a solution published since that is among their first and was not told yet; reads only."""
    oldest = queries.oldest_open(session)
    new = queries.first_live(session, oldest) if oldest else {}
    if not new:
        return []
    desk, told, found = candidates.desk(session, engine, now), _told(session), []
    for need in queries.open_needs(session):
        if is_closed(need.city.register, day_of(now)):
            continue
        since = need.published_at or need.created_at
        for item in of(desk, need, wished=False).items[:FIRST_TOLD]:
            slug = item["solution"]
            if _is_news(new.get(slug), since, need) and item["band"] != "low" and (need.id, slug) not in told:
                found.append((need.id, slug))
    return found


def tell_met(session: Session, number: int, slug: str, now: datetime) -> bool:
    """Tell a request and who could offer it, once, of a solution that came after it. Answers whether it was told."""
    need = queries.locked(session, number)
    if need is None or need.state != rules.State.OPEN or (number, slug) in _told(session, number):
        return False
    for action in ("need-met", "need-answerable"):
        service.tell(session, need, service.Deed(None, now), action, {"solution": slug})
    return True


def _told(session: Session, number: int | None = None) -> set[tuple[int, str]]:
    """Requests, or one, and the solutions they were told of."""
    rows = journal.data_of(session, "need", "need-met", None if number is None else str(number))
    return {(int(key), str(data.get("solution", ""))) for key, data in rows}


def _is_news(live: queries.FirstLive | None, since: datetime, need: Need) -> bool:
    """Whether a solution came after a request; the shipped library is no news to requests made up beside it."""
    return live is not None and live.at > since and (live.written_here or not need.demonstration)
