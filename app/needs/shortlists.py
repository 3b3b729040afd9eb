# SPDX-License-Identifier: AGPL-3.0-or-later
"""The shortlist of a request as plain data: what a page shows, what is kept, what a proposal stands on."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from app.cities.models import City
from app.matching import model
from app.matching.context import indicator_weights, similarity
from app.matching.gates import closed
from app.matching.score import Market, band, match, says_little, shown
from app.matching.shortlist import LENGTH, Proposed, Turn, shortlist, with_twins
from app.matching.text import marked, meeting, said_of
from app.needs import candidates, learnt
from app.needs.candidates import Desk
from app.needs.models import Need

FIRST = 5
#: Places of which one that holds all of a short request tells that something speaks of it.
FOREMOST = 3
MOST_EXCLUDED = 30
MOST_PASSAGE = 400


@dataclass(frozen=True)
class Shown:
    """A shortlist with what stands around it; ``far``: none of it speaks of the problem, it is only the least far;
    ``doubtful``: none of it surely does; ``english``: so is the request, and the solutions are not."""

    items: tuple[Mapping[str, Any], ...]
    turns: tuple[Turn, ...]
    excluded: tuple[Mapping[str, Any], ...]
    low_evidence: bool
    weights: str
    far: bool
    doubtful: bool
    english: bool
    refused: Mapping[str, Any] | None = None


def _theme_of(item: Mapping[str, Any]) -> float:
    return next((float(part["value"]) for part in item["factors"] if part["name"] == "theme"), 0.0)


def _closest(items: Sequence[Mapping[str, Any]], asked: model.Need, held: learnt.Held) -> float:
    """How near the nearest place is to the request: of one in English, or that says little and is all held, no more is
    known than that it may be."""
    if held is None or any(learnt.holds_all(held, asked, item["solution"]) for item in items[:FOREMOST]):
        return 1.0
    near = (learnt.nearness(_theme_of(item), learnt.share(held, item["solution"])) for item in items)
    return max(near, default=0.0)


def places(desk: Desk, asked: model.Need, wish: str = "") -> Sequence[Proposed]:
    """The order alone, without what a page shows of it; ``wish``, where it can be proposed, is the first."""
    return shortlist(asked, desk.market_for(asked), desk.affinities(asked), wish).places


def of(desk: Desk, asked: model.Need, twins: Sequence[City] = (), wish: str = "") -> Shown:
    """The shortlist of a request as it is now; with ``twins``, the cities its official holds for similar.

    ``wish``, the solution that it asks for by name, is the first, or ``refused`` says what keeps it out.
    """
    market, affinities = desk.market_for(asked), desk.affinities(asked)
    aside = wish if any(item.solution == wish and closed(asked, item) is None for item in market.offers) else ""
    eyes: dict[tuple[str, str], model.City] = {}
    if twins:
        chosen = [candidates.as_city(city, desk.now) for city in twins]
        found, eyes = with_twins(asked, chosen, market, affinities, aside)
    else:
        found = shortlist(asked, market, affinities, aside)
    excluded = sorted(found.excluded, key=lambda item: -affinities.get(item.offer.solution, 0.0))
    by_name, kept_out = _by_name(wish, found.places, asked, market, affinities) if wish else (None, None)
    others = (place for place in found.places if place is not by_name)
    ordered = [by_name, *others][:LENGTH] if by_name else found.places
    passages = desk.passages(place.match.offer.solution for place in ordered)
    held = learnt.held(desk.known, asked)
    items = [
        {**_seen(as_item(place, asked, passages, held), eyes if place in found.places else {}), "rank": rank}
        for rank, place in enumerate(ordered, 1)
    ]
    if by_name:
        items[0]["wished"] = True
    closest = _closest(items, asked, held)
    return Shown(
        tuple(items),
        found.turns,
        tuple(_excluded(item) for item in excluded[:MOST_EXCLUDED] if affinities.get(item.offer.solution)),
        says_little(asked),
        market.weights.version,
        closest < learnt.NEAR,
        closest < learnt.SURE,
        held is None,
        kept_out,
    )


def _by_name(
    slug: str, placed: Sequence[Proposed], asked: model.Need, market: Market, affinities: Mapping[str, float]
) -> tuple[Proposed | None, dict[str, Any] | None]:
    """The place of the solution that a request asks for by name, else what keeps it out of the list."""
    place = next((place for place in placed if place.match.offer.solution == slug), None)
    offer = next((item for item in market.offers if item.solution == slug), None)
    if place is not None:
        return place, None
    if offer is None:
        return None, {"solution": slug, "title": "", "city_name": "", "reason": "gone", "data": {}}
    gate = closed(asked, offer)
    if gate is not None:
        return None, _excluded(model.Excluded(offer, *gate))
    return Proposed(match(asked, offer, market, affinities.get(slug, 0.0)), 1, 1.0), None


def _seen(item: dict[str, Any], eyes: Mapping[tuple[str, str], model.City]) -> dict[str, Any]:
    """Whose figures stand in for those of the request's city, where the official chose."""
    twin = eyes.get((item["solution"], item["city"]))
    return {**item, "twin": twin.name} if twin else item


#: The sentences of solutions, by solution.
Passages = Mapping[str, Sequence[model.Passage]]


def as_item(place: Proposed, asked: model.Need, passages: Passages, held: learnt.Held) -> dict[str, Any]:
    """One place of a shortlist as plain data: scores, the figures behind them, the passages that met."""
    found = as_scored(place.match, asked, passages, held)
    return {
        **found,
        "rank": place.rank,
        "stability": round(place.stability, 3),
        "uncertain": place.uncertain,
        "unlike": place.unlike,
    }


def as_scored(found: model.Match, asked: model.Need, passages: Passages, held: learnt.Held) -> dict[str, Any]:
    """An offer scored, as plain data; ``held`` is the share of what the request says that each solution holds."""
    offer = found.offer
    met = meeting(asked.said, passages.get(offer.solution, ()))
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
                "grounds": _plain(item.grounds) | _whole(item, learnt.holds_all(held, asked, offer.solution)),
            }
            for item in found.factors
        ],
        "passages": [_met(asked, passage, common) for passage, common in met],
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


def _whole(factor: model.Factor, whole: bool) -> dict[str, bool]:
    """That a solution holds what a short request says: its theme counts little then as so little is said."""
    return {"whole": True} if whole and factor.name == "theme" else {}


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


def offering(desk: Desk, need: Need, bodies: Set[str]) -> list[tuple[model.Offer, str]]:
    """What some bodies could give a request, and how well it fits, the best first; without reasons.

    Without what its city has had already, save for an anonymous one: what is left out would tell who it is.
    """
    asked = candidates.as_need(desk, need)
    market, affinities = desk.market_for(asked), desk.affinities(asked)
    had = frozenset() if need.visibility == "anonymous" else asked.twinned
    theirs = (offer for offer in market.offers if offer.city.slug in bodies and offer.solution not in had)
    scored = [match(asked, offer, market, affinities.get(offer.solution, 0.0)) for offer in theirs]
    return [(found.offer, band(found.score)) for found in sorted(scored, key=lambda found: -round(found.score, 3))]


def scored_for(desk: Desk, need: Need, solution: str) -> dict[str, Any] | None:
    """One solution scored for a request; None where there is none with this name."""
    asked = candidates.as_need(desk, need)
    market, affinities = desk.market_for(asked), desk.affinities(asked)
    offer = next((item for item in market.offers if item.solution == solution), None)
    if offer is None:
        return None
    found = match(asked, offer, market, affinities.get(solution, 0.0))
    return as_scored(found, asked, desk.passages([solution]), learnt.held(desk.known, asked))
