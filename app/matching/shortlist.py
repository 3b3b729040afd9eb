# SPDX-License-Identifier: AGPL-3.0-or-later
"""From scored offers to the few that are proposed: variety, one unlike city, how stable, what would change it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from app.matching.bulk import foremost
from app.matching.gates import LIMITS, closed
from app.matching.model import FACTORS, City, Excluded, Match, Need, Offer
from app.matching.score import Market, match, matches
from app.matching.weights import Weights

LENGTH, PER_CITY, FIRST = 10, 2, 3
#: Above so many offers arrays find those that could be proposed; the first so many are looked at one by one.
MANY, CONTENDERS = 300, 200
#: A city is unlike where the context factor is below this; it takes the last place of the list.
UNLIKE = 0.45
#: Weightings tried around the published one, and how close to it they stay (Dirichlet concentration).
DRAWS, CONCENTRATION = 500, 30.0
#: Below this share the order among the first is called uncertain.
STABLE = 0.6


@dataclass(frozen=True)
class Proposed:
    """One place of the list: ``stability`` is the share of plausible weightings whose list has it among the first
    three."""

    match: Match
    rank: int
    stability: float
    unlike: bool = False

    @property
    def uncertain(self) -> bool:
        return self.rank <= FIRST and self.stability < STABLE


@dataclass(frozen=True)
class Shortlist:
    """The proposed offers in order, what was kept out and why, what would change the order."""

    places: tuple[Proposed, ...]
    excluded: tuple[Excluded, ...]
    turns: tuple["Turn", ...] = ()


def shortlist(need: Need, market: Market, affinities: Mapping[str, float], aside: str = "") -> Shortlist:
    """At most ten offers, two of a city, one slot for the best offer of an unlike city.

    ``aside``: a solution that has its place whatever its score; what would change the order is that of the others.
    """
    found, out = _scored(need, market, affinities)
    others = _but(found, aside)
    turned = turns(others) + lifted(need, market, affinities, others, aside)
    return Shortlist(_placed(found, market, aside), tuple(out), turned)


def _but(found: Sequence[Match], aside: str) -> list[Match]:
    return [item for item in found if item.offer.solution != aside]


def _placed(found: Sequence[Match], market: Market, aside: str) -> tuple[Proposed, ...]:
    stable = stability(found[:CONTENDERS], market.weights, aside)
    return tuple(
        Proposed(item, rank, stable.get(_name(item), 0.0), item.factor("context").value < UNLIKE)
        for rank, item in enumerate(_varied(found, aside), 1)
    )


def _scored(need: Need, market: Market, affinities: Mapping[str, float]) -> tuple[list[Match], list[Excluded]]:
    few = len(market.offers) <= MANY
    return matches(need, market, affinities) if few else _first(need, market, affinities)


def _first(need: Need, market: Market, affinities: Mapping[str, float]) -> tuple[list[Match], list[Excluded]]:
    """As ``matches`` where there are many offers: those only that could be proposed, found with arrays."""
    table, close = market.table, market.table.affinities(affinities)
    open_, unlike = table.open_to(need), table.contexts(need) < UNLIKE
    scores = np.round(table.scores(need, close), 9)
    first = {*_best(scores, open_, CONTENDERS), *_best(scores, open_ & unlike, LENGTH)}
    found = [match(need, table.offers[number], market, float(close[number])) for number in first]
    gates = ((offer, closed(need, offer)) for offer, free in zip(table.offers, open_, strict=True) if not free)
    out = [Excluded(offer, *gate) for offer, gate in gates if gate is not None]
    return sorted(found, key=lambda item: item.key), out


def _best(scores: np.ndarray, allowed: np.ndarray, keep: int) -> list[int]:
    numbers = np.flatnonzero(allowed)
    return [int(number) for number in numbers[foremost(scores[numbers], keep)]]


def _name(found: Match) -> tuple[str, str]:
    return found.offer.solution, found.offer.city.slug


def _varied(found: Sequence[Match], aside: str) -> list[Match]:
    """What has its place anyway, then the best, two of a city at most; where no unlike city is among them, the best
    unlike one is the last."""
    taken: Counter[str] = Counter()
    chosen: list[Match] = []
    for item in sorted(found, key=lambda item: item.offer.solution != aside):
        if taken[item.offer.city.slug] < PER_CITY and len(chosen) < LENGTH:
            taken[item.offer.city.slug] += 1
            chosen.append(item)
    if len(chosen) < LENGTH or any(item.factor("context").value < UNLIKE for item in chosen):
        return chosen
    taken[chosen[-1].offer.city.slug] -= 1
    free = (item for item in found if item not in chosen and taken[item.offer.city.slug] < PER_CITY)
    other = next((item for item in free if item.factor("context").value < UNLIKE), None)
    return [*chosen[:-1], other] if other else chosen


def stability(found: Sequence[Match], weights: Weights, aside: str = "") -> dict[tuple[str, str], float]:
    """Share of 500 weightings near the given one (Dirichlet, fixed seed) whose list has each offer among its first
    three: two of a city at most there too, and what has its place anyway is one of them."""
    if not found:
        return {}
    logs = np.log(np.array([[item.value for item in entry.factors] for entry in found]))
    centre = np.maximum(np.array(weights.values), 1e-3)
    draws = np.random.default_rng(0).dirichlet(CONCENTRATION * centre / centre.sum(), DRAWS)
    values = logs @ draws.T
    values[[entry.offer.solution == aside for entry in found]] = np.inf
    order = np.argsort(-values, axis=0, kind="stable")
    cities = [entry.offer.city.slug for entry in found]
    counts = Counter(number for column in order.T for number in _foremost(column.tolist(), cities))
    return {_name(entry): counts[number] / DRAWS for number, entry in enumerate(found)}


def _foremost(order: Sequence[int], cities: Sequence[str]) -> Iterator[int]:
    """The first three of an order, two of a city at most."""
    taken: Counter[str] = Counter()
    for number in order:
        if taken[cities[number]] < PER_CITY:
            taken[cities[number]] += 1
            yield number
        if taken.total() == FIRST:
            return


@dataclass(frozen=True)
class Turn:
    """What would change the order: without a factor, or a limit, another offer would be the first."""

    without: str
    solution: str
    title: str
    city: str


def turns(found: Sequence[Match]) -> tuple[Turn, ...]:
    """For each factor besides the theme: who would be first if it were left out, where that is somebody else."""
    if not found:
        return ()
    turned = []
    for name in FACTORS[1:]:
        best = min(found, key=lambda item: (-_without(item, name), item.offer.solution, item.offer.city.slug))
        if _name(best) != _name(found[0]):
            turned.append(Turn(name, best.offer.solution, best.offer.title, best.offer.city.name))
    return tuple(turned)


def lifted(
    need: Need, market: Market, affinities: Mapping[str, float], found: Sequence[Match], aside: str = ""
) -> tuple[Turn, ...]:
    """For each limit that the requester set: who would be first without it, where that is somebody else."""
    turned = []
    for limit, lift in LIMITS.items():
        loose = lift(need)
        best = _but(_scored(loose, market, affinities)[0], aside)[:1] if loose != need else []
        if best and [_name(best[0])] != [_name(item) for item in found[:1]]:
            offer = best[0].offer
            turned.append(Turn(limit, offer.solution, offer.title, offer.city.name))
    return tuple(turned)


def _without(found: Match, name: str) -> float:
    return round(sum(item.contribution for item in found.factors if item.name != name), 9)


def as_if(need: Need, city: City, market: Market, affinities: Mapping[str, float], offer: Offer) -> Match:
    """The match of an offer if the request came from a body with the figures of ``city``."""
    seen = replace(need, city=replace(need.city, figures=city.figures))
    return match(seen, offer, market, affinities.get(offer.solution, 0.0))


def with_twins(
    need: Need, twins: Sequence[City], market: Market, affinities: Mapping[str, float], aside: str = ""
) -> tuple[Shortlist, dict[tuple[str, str], City]]:
    """The shortlist with the cities that the official holds for similar in place of the own figures.

    Each offer is seen with the eyes of the twin that is closest to its city; gates stay those of the request.
    Answers which twin that was, by offer.
    """
    found, out = _scored(need, market, affinities)
    seen: list[Match] = []
    eyes: dict[tuple[str, str], City] = {}
    for item in found:
        tried = [(as_if(need, twin, market, affinities, item.offer), twin) for twin in twins]
        best, eyes[_name(item)] = min(tried, key=lambda pair: (-round(pair[0].score, 9), pair[1].slug))
        seen.append(best)
    seen.sort(key=lambda item: item.key)
    return Shortlist(_placed(seen, market, aside), tuple(out), turns(_but(seen, aside))), eyes
