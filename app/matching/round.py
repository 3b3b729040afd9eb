# SPDX-License-Identifier: AGPL-3.0-or-later
"""All open requests assigned at once: first as many as possible get a proposal, then the total score is the highest."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, TypeVar

import numpy as np

from app.matching import flow
from app.matching.flow import Problem

Key = TypeVar("Key")


@dataclass(frozen=True, order=True)
class Arc:
    """A request that could be answered by a solution of a city, with its score."""

    need: str
    solution: str
    city: str
    score: float = field(compare=False)


@dataclass(frozen=True)
class RoundInput:
    """Everything a round is computed from; ``wanted`` per request, capacities per offer and per giving city.

    What was accepted is out of the capacities. ``floor``: scores below it are not proposed. ``solver`` is what finds
    the best assignment (`app/matching/flow.py`), so that it is found again the same way.
    """

    arcs: tuple[Arc, ...]
    wanted: Mapping[str, int]
    offers: Mapping[tuple[str, str], int]
    cities: Mapping[str, int]
    floor: float = 0.0
    solver: str = flow.USUAL

    def as_data(self) -> dict[str, Any]:
        """As JSON keeps it; in a fixed order, so that equal inputs are equal texts."""
        return {
            "arcs": [[arc.need, arc.solution, arc.city, round(arc.score, 9)] for arc in sorted(self.arcs)],
            "wanted": dict(sorted(self.wanted.items())),
            "offers": [[*key, value] for key, value in sorted(self.offers.items())],
            "cities": dict(sorted(self.cities.items())),
            "floor": self.floor,
            "solver": self.solver,
        }


def from_data(data: Mapping[str, Any]) -> RoundInput:
    """The input as it was stored. Raises ``KeyError``, ``ValueError`` for anything else."""
    return RoundInput(
        tuple(Arc(str(need), str(solution), str(city), float(score)) for need, solution, city, score in data["arcs"]),
        {str(key): int(value) for key, value in data["wanted"].items()},
        {(str(solution), str(city)): int(value) for solution, city, value in data["offers"]},
        {str(key): int(value) for key, value in data["cities"].items()},
        float(data["floor"]),
        # Rounds of before there was a choice.
        str(data.get("solver", flow.USUAL)),
    )


@dataclass(frozen=True)
class Unserved:
    """A request without a proposal: `no-candidate`, `below-floor`, or `capacity` with the givers that are full."""

    need: str
    reason: str
    cities: tuple[str, ...] = ()


@dataclass(frozen=True)
class RoundResult:
    """The assigned arcs in the order of request and score, the total, the weakest first proposal, who got nothing."""

    assigned: tuple[Arc, ...]
    total: float
    weakest: float | None
    unserved: tuple[Unserved, ...]

    def as_data(self) -> dict[str, Any]:
        return {
            "assigned": [[arc.need, arc.solution, arc.city, round(arc.score, 6)] for arc in self.assigned],
            "total": round(self.total, 4),
            "weakest": None if self.weakest is None else round(self.weakest, 4),
            "unserved": [[item.need, item.reason, list(item.cities)] for item in self.unserved],
        }


def solve(given: RoundInput) -> RoundResult:
    """The best assignment. The same input, in whatever order, gives the same answer."""
    offers, cities = given.offers, given.cities
    may_be = (
        arc
        for arc in given.arcs
        if arc.score >= given.floor
        and given.wanted.get(arc.need, 0) > 0
        and offers.get((arc.solution, arc.city), 0) > 0
        and cities.get(arc.city, 0) > 0
    )
    # The order of arcs, at a fraction of what comparing them one by one costs.
    arcs = sorted(may_be, key=attrgetter("need", "solution", "city"))
    taken = flow.best(_problem(arcs, given.wanted, offers, cities), given.solver)
    chosen = [arcs[place] for place in np.flatnonzero(taken)]
    assigned = tuple(sorted(chosen, key=lambda arc: (arc.need, -arc.score, arc.solution, arc.city)))
    best: dict[str, float] = {}
    for arc in assigned:
        best[arc.need] = max(best.get(arc.need, 0.0), arc.score)
    total = sum(arc.score for arc in assigned)
    return RoundResult(assigned, total, min(best.values(), default=None), tuple(_unserved(given, best)))


def _problem(
    arcs: Sequence[Arc], wanted: Mapping[str, int], offers: Mapping[tuple[str, str], int], cities: Mapping[str, int]
) -> Problem:
    """The arcs as numbers, in their order."""
    needs, asked_by = _numbered([arc.need for arc in arcs])
    given, offered = _numbered([(arc.solution, arc.city) for arc in arcs])
    givers, of_giver = _numbered([arc.city for arc in arcs])
    return Problem(
        asked_by,
        offered,
        of_giver,
        np.array([arc.score for arc in arcs]),
        np.array([wanted[need] for need in needs], dtype=np.int64),
        np.array([offers[offer] for offer in given], dtype=np.int64),
        np.array([cities[city] for city in givers], dtype=np.int64),
    )


def _numbered(keys: Sequence[Key]) -> tuple[list[Key], np.ndarray]:
    """Distinct keys in the order in which they come, and the number of the key of each place."""
    places: dict[Key, int] = {}
    numbers = [places.setdefault(key, len(places)) for key in keys]
    return list(places), np.array(numbers, dtype=np.int64)


def _unserved(given: RoundInput, served: Mapping[str, float]) -> Iterable[Unserved]:
    candidates: dict[str, set[str]] = defaultdict(set)
    for arc in given.arcs:
        # A city whose offer is under the floor keeps its request in the list, and is not what it waits for.
        candidates[arc.need].update([arc.city] if arc.score >= given.floor else [])
    for need in sorted(given.wanted):
        if need in served or given.wanted[need] <= 0:
            continue
        if need not in candidates:
            yield Unserved(need, "no-candidate")
        elif full := candidates[need]:
            yield Unserved(need, "capacity", tuple(sorted(full)))
        else:
            yield Unserved(need, "below-floor")
