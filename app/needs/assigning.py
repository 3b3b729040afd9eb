# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a matching round is computed from and what comes out of it; reads only."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy.orm import Session

from app.document.dates import day_of
from app.errors import Conflict, Invalid
from app.matching import flow, model
from app.matching.chains import chains
from app.matching.fairness import fairness
from app.matching.floor import HIGHEST, highest_floor
from app.matching.round import Arc, RoundInput, RoundResult, from_data, solve
from app.matching.score import MIDDLE, theme_of
from app.matching.score import match as score
from app.matching.shortlist import LENGTH
from app.matching.weights import Weights
from app.needs import candidates, learnt, proposal_queries, queries, rules, shortlists
from app.needs.candidates import Desk
from app.needs.models import MatchingRound, Need
from app.needs.rules import Answer
from app.search.engine import Engine

#: No round goes below this score; candidates of a request that are looked at.
FLOOR, MOST_ARCS = 30, 50
#: Where a round begins: what is only to be looked at is asked for by who chooses it, as in the shortlist.
USUAL_FLOOR = int(MIDDLE)
#: More requests than this are assigned by the worker, and the page says how far it is.
AT_ONCE = 60

#: Told how many requests are scored, of how many.
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Computed:
    """What a round is computed from and what came out, as it is stored."""

    weights_version: str
    input: Mapping[str, Any]
    result: Mapping[str, Any]
    demonstration: bool


def at_once(session: Session, engine: Engine, now: datetime, floor: int = USUAL_FLOOR) -> Computed | None:
    """A round of few requests; of many None: the worker computes it."""
    return None if queries.many_in_round(session, day_of(now)) > AT_ONCE else computed(session, engine, floor, now)


def computed(session: Session, engine: Engine, floor: int, now: datetime, progress: Progress | None = None) -> Computed:
    """Score and assign all open requests as they are now; nothing is written."""
    desk = candidates.desk(session, engine, now)
    needs = queries.needs_in_round(session, day_of(now))
    given, looked_at = _gather(desk, needs, float(floor), progress)
    askers = {str(need.id): need.city.slug for need in needs}
    givers = sorted({offer.city.slug for offer in desk.market.offers})
    told = _told(given, solve(given), givers, _exchanges(given, needs))
    told["items"] = _items(desk, looked_at, told)
    return Computed(
        desk.market.weights.version,
        {
            "round": given.as_data(),
            "askers": askers,
            "editions": {str(need.id): need.edition for need in needs},
            "weights": desk.market.weights.as_data(),
            "givers": givers,
        },
        told,
        bool(needs) and all(need.demonstration for need in needs),
    )


#: A request as the scorer reads it, and the affinities of its candidates.
LookedAt = dict[str, tuple[model.Need, Mapping[str, float]]]


def _gather(desk: Desk, needs: Sequence[Need], floor: float, progress: Progress | None) -> tuple[RoundInput, LookedAt]:
    """Scores of every open request for every offer no gate keeps out, and what they were computed from."""
    arcs: list[Arc] = []
    looked_at: LookedAt = {}
    later = _not_again(desk)
    for number, read in enumerate(candidates.as_needs(desk, needs)):
        if progress is not None:
            progress(number, len(needs))
        asked = replace(read, declined=read.declined | later.get(read.key, frozenset()))
        affinities = desk.affinities(asked)
        table = desk.market_for(asked).table
        # Those without days too: the round says why it leaves them out.
        best = table.best(asked, table.affinities(affinities), MOST_ARCS, full=True)
        if not _spoken_of(desk, asked, best[:LENGTH], affinities):
            best = []
        arcs += [Arc(asked.key, offer.solution, offer.city.slug, round(value, 6)) for offer, value in best]
        kept = {offer.solution: affinities.get(offer.solution, 0.0) for offer, _ in best}
        looked_at[asked.key] = (asked, kept)
    offers = {(offer.solution, offer.city.slug): offer.capacity for offer in desk.market.offers}
    cities = candidates.beside_rounds((offer.city for offer in desk.market.offers), desk.pending)
    wanted = {str(need.id): need.wanted for need in needs}
    return RoundInput(tuple(arcs), wanted, offers, cities, floor=floor, solver=flow.fit(len(arcs))), looked_at


def _spoken_of(
    desk: Desk, asked: model.Need, best: Sequence[tuple[model.Offer, float]], affinities: Mapping[str, float]
) -> bool:
    """Whether anything speaks of a request: of one whose shortlist says that nothing does nobody is asked unseen."""
    market, held = desk.market_for(asked), learnt.held(desk.known, asked)
    themes = {
        offer.solution: theme_of(asked, offer, market, affinities.get(offer.solution, 0.0))[0] for offer, _ in best
    }
    return any(learnt.nearness(theme, learnt.share(held, slug)) >= learnt.NEAR for slug, theme in themes.items())


def _not_again(desk: Desk) -> dict[str, frozenset[tuple[str, str]]]:
    """By request, what a round does not ask for it: what was asked or offered before, taken back or not, which its city
    may ask again itself; and all of the cities that have named a day for it, before that day."""
    later = {(str(item.need_id), item.giver) for item in desk.pending if item.state == Answer.LATER}
    found: dict[str, set[tuple[str, str]]] = {}
    for need, city in later:
        pairs = ((offer.solution, offer.city.slug) for offer in desk.market.offers if offer.city.slug == city)
        found.setdefault(need, set()).update(pairs)
    for number, solution, city in proposal_queries.ever_asked(desk.session):
        found.setdefault(str(number), set()).add((solution, city))
    return {need: frozenset(pairs) for need, pairs in found.items()}


def _exchanges(given: RoundInput, needs: Sequence[Need]) -> Callable[[frozenset[str]], list[dict[str, Any]]]:
    """The exchanges that would serve some requests: of cities that can give something, and tell who they are."""
    askers = {str(need.id): need.city.slug for need in needs if need.visibility != "anonymous"}
    arcs = [
        arc
        for arc in given.arcs
        if arc.need in askers and given.cities.get(arc.city) and given.offers.get((arc.solution, arc.city))
    ]

    def found(waiting: frozenset[str]) -> list[dict[str, Any]]:
        return [
            {
                "arcs": [[arc.need, arc.solution, arc.city, round(arc.score, 3)] for arc in one.arcs],
                "serves": list(one.serves),
            }
            for one in chains(arcs, askers, waiting)
        ]

    return found


def _told(
    given: RoundInput,
    result: RoundResult,
    givers: Sequence[str],
    exchanges: Callable[[frozenset[str]], list[dict[str, Any]]],
) -> dict[str, Any]:
    """The result with what the page says around it."""
    return {
        **_plain(given, result, givers),
        "highest_floor": highest_floor(replace(given, floor=float(FLOOR))),
        "chains": exchanges(frozenset(item.need for item in result.unserved)),
    }


def _plain(given: RoundInput, result: RoundResult, givers: Sequence[str]) -> dict[str, Any]:
    """A result and its line of fairness as JSON keeps them."""
    told = {**result.as_data(), "fairness": asdict(fairness(given, result, givers))}
    plain: dict[str, Any] = json.loads(json.dumps(told))
    return plain


def _items(
    desk: Desk, looked_at: LookedAt, told: Mapping[str, Any], kept: Mapping[str, Any] = MappingProxyType({})
) -> dict[str, Any]:
    """What stands behind each proposal, and behind each lesson of an exchange; ``kept`` is what is known of some."""
    offers = {(offer.solution, offer.city.slug): offer for offer in desk.market.offers}
    items = {key: kept[key] for key in _keys(told) if key in kept}
    new = [arc for arc in _proposed(told) if f"{arc[0]}/{arc[1]}" not in kept]
    passages = desk.passages(solution for _need, solution, _city, _score in new)
    for need, solution, city, _score in new:
        items[f"{need}/{solution}"] = _reasons(desk, looked_at.get(need), offers.get((solution, city)), passages)
    return items


def _reasons(
    desk: Desk,
    asked: tuple[model.Need, Mapping[str, float]] | None,
    offer: model.Offer | None,
    passages: shortlists.Passages,
) -> Any:
    if asked is None or offer is None:
        raise Conflict("round_stale")
    read, affinities = asked
    found = score(read, offer, desk.market_for(read), affinities.get(offer.solution, 0.0))
    return shortlists.as_scored(found, read, passages, learnt.held(desk.known, read))


def _proposed(told: Mapping[str, Any]) -> list[Any]:
    """The proposals of a result and the lessons of its exchanges."""
    return [*told["assigned"], *(arc for one in told["chains"] for arc in one["arcs"])]


def _keys(told: Mapping[str, Any]) -> list[str]:
    return [f"{need}/{solution}" for need, solution, _city, _score in _proposed(told)]


def under_floor(session: Session, engine: Engine, found: MatchingRound, floor: int | None, now: datetime) -> Computed:
    """A preview from its stored requests, offers and weights under another floor; nothing is written.

    All else is as it was computed, so that what differs is what the floor does. Raises ``Invalid`` for a floor below
    the lowest or above the highest, ``Conflict`` where one of its proposals can no longer be given its reasons.
    """
    if floor is None or not FLOOR <= floor <= HIGHEST:
        raise Invalid({"floor": "not_a_floor"})
    given = replace(from_data(found.input["round"]), floor=float(floor))
    needs = queries.needs_by_id(session, map(int, given.wanted))
    told = {**found.result, **_plain(given, solve(given), found.input["givers"])}
    told["chains"] = _exchanges(given, needs)(frozenset(item[0] for item in told["unserved"]))
    kept = found.result["items"]
    # The library is looked at only for reasons that were not told yet.
    bare = {key.partition("/")[0] for key in _keys(told) if key not in kept}
    told["items"] = {key: kept[key] for key in _keys(told) if key in kept}
    if bare:
        desk = candidates.desk(session, engine, now, Weights(found.weights_version, **found.input["weights"]))
        reads = candidates.as_needs(desk, [need for need in needs if str(need.id) in bare])
        told["items"] = _items(desk, {read.key: (read, desk.affinities(read)) for read in reads}, told, kept)
    stored = {**found.input, "round": given.as_data()}
    return Computed(found.weights_version, stored, told, found.demonstration)


def again(found: MatchingRound) -> tuple[bool, dict[str, Any]]:
    """Compute a round again from its stored input. Answers whether the result is the same, and the result."""
    given = from_data(found.input["round"])
    result = _plain(given, solve(given), found.input["givers"])
    before = _compared(found.result)
    return all(before.get(name) == value for name, value in _compared(result).items()), result


def _compared(told: Mapping[str, Any]) -> dict[str, Any]:
    """What two results are compared by: rounds of long ago named other cities than those that are full."""
    return {**told, "unserved": [item[:2] for item in told["unserved"]]}


@dataclass(frozen=True)
class Since:
    """How many open requests are not as a preview knew them: new ones, those that wait no more, those that changed;
    ``full``: the givers that can do less now than it asks them."""

    new: int
    gone: int
    edited: int
    full: tuple[str, ...]

    @property
    def requests(self) -> bool:
        return bool(self.new or self.gone or self.edited)


def since(session: Session, found: MatchingRound, now: datetime) -> Since:
    """What became of the open requests, and of the days of the givers, since a preview was computed."""
    then = {int(need): edition for need, edition in found.input["editions"].items()}
    still = queries.editions_in_round(session, day_of(now))
    return Since(
        len(still.keys() - then.keys()),
        len(then.keys() - still.keys()),
        sum(then[need] != still[need] for need in then.keys() & still.keys()),
        full(session, found, now),
    )


def full(session: Session, found: MatchingRound, now: datetime) -> tuple[str, ...]:
    """The givers that a preview asks for more than their days of now allow; one that gives nothing any more is told
    otherwise."""
    asked = Counter(city for _need, _solution, city, _score in found.result["assigned"])
    quarter, after = rules.quarters_from(day_of(now), 2)
    loads = proposal_queries.loads(session, asked, quarter, rules.begins_at(quarter), rules.begins_at(after))
    return tuple(sorted(city for city, load in loads.items() if asked[city] > load.room))
