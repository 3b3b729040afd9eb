# SPDX-License-Identifier: AGPL-3.0-or-later
"""The best assignment of a round as numbers: a linear programme for HiGHS (SciPy), or a network for OR-Tools.

request -> (request, giving city), at most one -> offer -> giving city, each with its capacity. The constraints nest, so
both find whole solutions, and the same best value; OR-Tools (`requirements-rounds.txt`, optional) is several times
faster where requests are tens of thousands.
"""

import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from app.later import later

if TYPE_CHECKING:
    from scipy import optimize, sparse
else:
    optimize, sparse = later("scipy.optimize"), later("scipy.sparse")
min_cost_flow = later("ortools.graph.python.min_cost_flow")

#: What the first proposal of a request is worth beside scores of at most 100: coverage comes first.
FIRST_BONUS = 10_000.0
#: Ties go to the request, then the solution, then the city that comes first by name.
TIE = 1e-4
#: Rounds with more arcs than this are solved as a network, where its package is installed.
LARGE = 100_000
#: Costs of the network are whole numbers: the largest of them, times its nodes, stays below this.
MOST_COST = 2**61


@dataclass(frozen=True)
class Problem:
    """A round in numbers: for each arc its request, offer, giving city and score; how many each of them may have.

    Arcs stand in the order in which ties are decided. ``asked_by``, ``offered``, ``of_giver`` number from 0.
    """

    asked_by: np.ndarray
    offered: np.ndarray
    of_giver: np.ndarray
    scores: np.ndarray
    wanted: np.ndarray
    offers: np.ndarray
    cities: np.ndarray

    @cached_property
    def pairs(self) -> tuple[np.ndarray, np.ndarray]:
        """The requests of the (request, city) pairs there are, and the pair of each arc."""
        keys, pair = np.unique(self.asked_by * len(self.cities) + self.of_giver, return_inverse=True)
        return keys // len(self.cities), pair

    @property
    def gain(self) -> np.ndarray:
        """The scores, less a slope too small to change one, by which ties are decided."""
        many = len(self.scores)
        gain: np.ndarray = self.scores - np.arange(many) * (TIE / many)
        return gain


def programme(given: Problem) -> np.ndarray:
    """Which arcs are in the optimum, by the dual simplex of HiGHS. Raises ``RuntimeError``.

    Of what a request gets the first proposal is one column, with the bonus, and the others are another.
    """
    arcs, needs = len(given.scores), len(given.wanted)
    width = arcs + 2 * needs
    of_needs, pair = given.pairs
    limits = [
        _at_most(given.offered, given.offers, width),
        _at_most(given.of_giver, given.cities, width),
        _at_most(pair, np.ones(len(of_needs)), width),
    ]
    columns = np.arange(width)
    rows = np.concatenate([given.asked_by, np.tile(np.arange(needs), 2)])
    values = np.where(columns < arcs, 1.0, -1.0)
    gets = sparse.csr_matrix((values, (rows, columns)), shape=(needs, width))
    most = np.concatenate([np.ones(arcs + needs), given.wanted - 1.0])
    solved = optimize.linprog(
        -np.concatenate([given.gain, np.full(needs, FIRST_BONUS), np.zeros(needs)]),
        A_ub=sparse.vstack([matrix for matrix, _ in limits]).tocsr(),
        b_ub=np.concatenate([limit for _, limit in limits]),
        A_eq=gets,
        b_eq=np.zeros(needs),
        bounds=np.column_stack([np.zeros(width), most]),
        method="highs-ds",
        # It finds nothing to leave out that is not left out already, and takes its time.
        options={"presolve": False},
    )
    if solved.x is None:
        raise RuntimeError(f"the round has no solution: {solved.message}")
    chosen: np.ndarray = solved.x[:arcs] > 1 / 2
    return chosen


def _at_most(keys: np.ndarray, limits: np.ndarray, width: int) -> "tuple[sparse.csr_matrix, np.ndarray]":
    """Rows that keep the arcs of one key within its limit.

    A limit that all of them together do not pass says nothing, and is left out.
    """
    tight = np.bincount(keys, minlength=len(limits)) > limits
    columns = np.flatnonzero(tight[keys])
    rows = (np.cumsum(tight) - 1)[keys[columns]]
    matrix = sparse.csr_matrix((np.ones(len(columns)), (rows, columns)), shape=(int(tight.sum()), width))
    return matrix, limits[tight].astype(float)


def network(given: Problem) -> np.ndarray:
    """Which arcs are in the optimum, by the minimum cost flow of OR-Tools. Raises ``RuntimeError``."""
    solver = min_cost_flow.SimpleMinCostFlow()
    edges, first, nodes = _edges(given)
    scale = 10 ** int(np.log10(MOST_COST / (nodes * FIRST_BONUS)))
    costs = np.rint(edges[3] * -scale).astype(np.int64)
    solver.add_arcs_with_capacity_and_unit_cost(*(column.astype(np.int64) for column in edges[:3]), costs)
    asked = int(given.wanted.sum())
    solver.set_nodes_supplies(np.array([0, nodes - 1]), np.array([asked, -asked]))
    if solver.solve() != solver.OPTIMAL:
        raise RuntimeError("the round has no solution")
    flows: np.ndarray = np.asarray(solver.flows(np.arange(first, first + len(given.scores))))
    return flows > 0


def _edges(given: Problem) -> tuple[tuple[np.ndarray, ...], int, int]:
    """Edges of the network (from, to, capacity, gain of a unit), the place of the first arc of the round, its nodes.

    Nodes: source, requests, pairs, offers, cities, sink. What nobody gives flows past them all.
    """
    of_needs, pair = given.pairs
    needs, offers, cities = (np.arange(len(limit)) for limit in (given.wanted, given.offers, given.cities))
    first_pair = 1 + len(needs)
    first_offer = first_pair + len(of_needs)
    first_city = first_offer + len(offers)
    sink = first_city + len(cities)
    shared = np.bincount(pair) > 1
    several = np.flatnonzero(shared)
    owner = np.zeros(len(offers), dtype=np.int64)
    owner[given.offered] = given.of_giver
    ones, asked = np.ones_like, int(given.wanted.sum())
    parts = (
        (0 * needs, 1 + needs, ones(needs), np.full(len(needs), FIRST_BONUS)),
        (0 * needs, 1 + needs, given.wanted - 1, 0.0 * needs),
        (1 + of_needs[several], first_pair + several, ones(several), 0.0 * several),
        (
            np.where(shared[pair], first_pair + pair, 1 + given.asked_by),
            first_offer + given.offered,
            ones(pair),
            given.gain,
        ),
        (first_offer + offers, first_city + owner, given.offers, 0.0 * offers),
        (first_city + cities, np.full(len(cities), sink), given.cities, 0.0 * cities),
        (np.array([0]), np.array([sink]), np.array([asked]), np.zeros(1)),
    )
    columns = tuple(np.concatenate(column) for column in zip(*parts, strict=True))
    return columns, sum(len(part[0]) for part in parts[:3]), sink + 1


Solver = Callable[[Problem], np.ndarray]
#: By the name that a round keeps: what it was solved with.
SOLVERS: Mapping[str, Solver] = {"highs": programme, "ortools": network}
USUAL = "highs"


def installed(solver: str) -> bool:
    """Whether a solver is there; HiGHS always is."""
    return solver == USUAL or importlib.util.find_spec(solver) is not None


def fit(arcs: int) -> str:
    """The solver for a round of so many arcs: the network for large ones, where its package is installed."""
    return "ortools" if arcs > LARGE and installed("ortools") else USUAL


def best(given: Problem, solver: str) -> np.ndarray:
    """Which arcs are in the optimum.

    Where the named solver is away the usual one finds the same best value; only ties that the slope leaves may differ.
    """
    if not len(given.scores):
        return np.zeros(0, dtype=bool)
    return SOLVERS[solver if solver in SOLVERS and installed(solver) else USUAL](given)
