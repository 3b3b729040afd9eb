# SPDX-License-Identifier: AGPL-3.0-or-later
"""All open requests assigned at once: first as many as possible get a proposal, then the total score is the highest.

A transport problem: request -> (request, giving city), at most one -> offer -> giving city, each with its capacity. Its
constraints nest, so the linear programme has whole solutions, and HiGHS (SciPy) finds the best one.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from app.later import later

if TYPE_CHECKING:
    from scipy import optimize, sparse
else:
    optimize, sparse = later("scipy.optimize"), later("scipy.sparse")

#: What the first proposal of a request is worth beside scores of at most 100: coverage comes first.
FIRST_BONUS = 10_000.0
#: Ties go to the request, then the solution, then the city that comes first by name.
TIE = 1e-4
WHOLE = 0.5

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

    ``fixed`` are accepted proposals that already use capacity. ``floor``: scores below it are not proposed.
    """

    arcs: tuple[Arc, ...]
    wanted: Mapping[str, int]
    offers: Mapping[tuple[str, str], int]
    cities: Mapping[str, int]
    fixed: tuple[tuple[str, str, str], ...] = ()
    floor: float = 0.0

    def as_data(self) -> dict[str, Any]:
        """As JSON keeps it; in a fixed order, so that equal inputs are equal texts."""
        return {
            "arcs": [[arc.need, arc.solution, arc.city, round(arc.score, 9)] for arc in sorted(self.arcs)],
            "wanted": dict(sorted(self.wanted.items())),
            "offers": [[*key, value] for key, value in sorted(self.offers.items())],
            "cities": dict(sorted(self.cities.items())),
            "fixed": sorted(map(list, self.fixed)),
            "floor": self.floor,
        }


def from_data(data: Mapping[str, Any]) -> RoundInput:
    """The input as it was stored. Raises ``KeyError``, ``ValueError`` for anything else."""
    return RoundInput(
        tuple(Arc(str(need), str(solution), str(city), float(score)) for need, solution, city, score in data["arcs"]),
        {str(key): int(value) for key, value in data["wanted"].items()},
        {(str(solution), str(city)): int(value) for solution, city, value in data["offers"]},
        {str(key): int(value) for key, value in data["cities"].items()},
        tuple((str(need), str(solution), str(city)) for need, solution, city in data["fixed"]),
        float(data["floor"]),
    )


@dataclass(frozen=True)
class Unserved:
    """A request without a proposal: `no-candidate`, `below-floor` or `capacity` (every candidate's giver is full)."""

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


def left(given: RoundInput) -> tuple[dict[tuple[str, str], int], dict[str, int]]:
    """What offers and giving cities can still give beside what was accepted."""
    used = Counter((solution, city) for _, solution, city in given.fixed)
    busy = Counter(city for _, _, city in given.fixed)
    offers = {key: max(0, value - used[key]) for key, value in given.offers.items()}
    return offers, {key: max(0, value - busy[key]) for key, value in given.cities.items()}


def solve(given: RoundInput) -> RoundResult:
    """The best assignment. The same input, in whatever order, gives the same answer."""
    offers, cities = left(given)
    arcs = sorted(
        arc
        for arc in given.arcs
        if arc.score >= given.floor
        and given.wanted.get(arc.need, 0) > 0
        and offers.get((arc.solution, arc.city), 0) > 0
        and cities.get(arc.city, 0) > 0
    )
    chosen = [arc for arc, share in zip(arcs, _flow(arcs, given.wanted, offers, cities), strict=True) if share > WHOLE]
    assigned = tuple(sorted(chosen, key=lambda arc: (arc.need, -arc.score, arc.solution, arc.city)))
    best: dict[str, float] = {}
    for arc in assigned:
        best[arc.need] = max(best.get(arc.need, 0.0), arc.score)
    total = sum(arc.score for arc in assigned)
    return RoundResult(assigned, total, min(best.values(), default=None), tuple(_unserved(given, best, arcs)))


def _flow(
    arcs: Sequence[Arc], wanted: Mapping[str, int], offers: Mapping[tuple[str, str], int], cities: Mapping[str, int]
) -> np.ndarray:
    """The share of each arc in the optimum: 0 or 1."""
    if not arcs:
        return np.zeros(0)
    needs, asked_by = _numbered([arc.need for arc in arcs])
    given, offered = _numbered([(arc.solution, arc.city) for arc in arcs])
    givers, of_giver = _numbered([arc.city for arc in arcs])
    pairs = np.unique(asked_by * len(givers) + of_giver, return_inverse=True)[1]
    limits = [
        _at_most(asked_by, [wanted[need] for need in needs], len(arcs) + len(needs)),
        _at_most(offered, [offers[offer] for offer in given], len(arcs) + len(needs)),
        _at_most(of_giver, [cities[city] for city in givers], len(arcs) + len(needs)),
        _at_most(pairs, [1] * (int(pairs.max()) + 1), len(arcs) + len(needs)),
        _first_of_all(asked_by, len(needs)),
    ]
    tie = np.arange(len(arcs)) * (TIE / len(arcs))
    gain = np.concatenate([np.array([arc.score for arc in arcs]) - tie, np.full(len(needs), FIRST_BONUS)])
    rows, ends = sparse.vstack([matrix for matrix, _ in limits]), np.concatenate([most for _, most in limits])
    solved = optimize.linprog(-gain, A_ub=rows.tocsr(), b_ub=ends, bounds=(0, 1), method="highs-ds")
    if solved.x is None:
        raise RuntimeError(f"the round has no solution: {solved.message}")
    found: np.ndarray = solved.x[: len(arcs)]
    return found


def _numbered(keys: Sequence[Key]) -> tuple[list[Key], np.ndarray]:
    """Distinct keys in the order in which they come, and the number of the key of each place."""
    places: dict[Key, int] = {}
    numbers = [places.setdefault(key, len(places)) for key in keys]
    return list(places), np.array(numbers, dtype=np.int64)


def _at_most(keys: np.ndarray, limits: Sequence[int], width: int) -> "tuple[sparse.csr_matrix, np.ndarray]":
    """Rows that keep the arcs of one key within its limit.

    A limit that all of them together do not pass says nothing, and is left out.
    """
    most = np.array(limits, dtype=float)
    tight = np.bincount(keys, minlength=len(most)) > most
    columns = np.flatnonzero(tight[keys])
    rows = (np.cumsum(tight) - 1)[keys[columns]]
    matrix = sparse.csr_matrix((np.ones(len(columns)), (rows, columns)), shape=(int(tight.sum()), width))
    return matrix, most[tight]


def _first_of_all(keys: np.ndarray, needs: int) -> "tuple[sparse.csr_matrix, np.ndarray]":
    """Rows by which the first proposal of a request is there only where one of its arcs is."""
    rows = np.concatenate([keys, np.arange(needs)])
    values = np.concatenate([np.full(len(keys), -1.0), np.ones(needs)])
    matrix = sparse.csr_matrix((values, (rows, np.arange(len(keys) + needs))), shape=(needs, len(keys) + needs))
    return matrix, np.zeros(needs)


def _unserved(given: RoundInput, served: Mapping[str, float], open_arcs: Sequence[Arc]) -> Iterable[Unserved]:
    possible: dict[str, set[str]] = defaultdict(set)
    for arc in open_arcs:
        possible[arc.need].add(arc.city)
    any_arc = {arc.need for arc in given.arcs}
    low = {arc.need for arc in given.arcs if arc.score >= given.floor}
    for need in sorted(given.wanted):
        if need in served or given.wanted[need] <= 0:
            continue
        if need not in any_arc:
            yield Unserved(need, "no-candidate")
        elif need not in low:
            yield Unserved(need, "below-floor")
        else:
            full = possible[need] or {arc.city for arc in given.arcs if arc.need == need}
            yield Unserved(need, "capacity", tuple(sorted(full)))
