# SPDX-License-Identifier: AGPL-3.0-or-later
"""A round solved as a network is as good as by the usual programme; without its package the usual one solves it."""

import json
import sys
from dataclasses import replace
from types import ModuleType

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from app.matching import flow
from app.matching.round import RoundInput, from_data, solve
from tests.pure.matching.test_round import made, reached


class Stand:
    """Stands for the package where it is not installed: the same calls, answered by a linear programme."""

    OPTIMAL = "optimal"

    def add_arcs_with_capacity_and_unit_cost(self, *edges: np.ndarray) -> None:
        assert all(column.dtype == np.int64 for column in edges)
        self.tails, self.heads, self.room, self.costs = edges

    def set_nodes_supplies(self, nodes: np.ndarray, supplies: np.ndarray) -> None:
        self.supplies = dict(zip(nodes.tolist(), supplies.tolist(), strict=True))

    def solve(self) -> str:
        edges = np.arange(len(self.tails))
        ones, size = np.ones(len(edges)), (int(self.heads.max()) + 1, len(edges))
        rows = csr_matrix((ones, (self.tails, edges)), size) - csr_matrix((ones, (self.heads, edges)), size)
        ends = [self.supplies.get(node, 0) for node in range(size[0])]
        bounds = np.column_stack([np.zeros(len(edges)), self.room])
        solved = linprog(self.costs / np.abs(self.costs).max(), A_eq=rows, b_eq=ends, bounds=bounds)
        self.units = np.rint(solved.x).astype(np.int64)
        return self.OPTIMAL

    def flows(self, edges: np.ndarray) -> np.ndarray:
        found: np.ndarray = self.units[edges]
        return found


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> None:
    """OR-Tools, or what stands for it."""
    if not flow.installed("ortools"):
        module = ModuleType("ortools.graph.python.min_cost_flow")
        module.SimpleMinCostFlow = Stand  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, module.__name__, module)
        monkeypatch.setattr(flow, "installed", lambda _solver: True)


@pytest.mark.usefixtures("network")
def test_the_network_serves_as_many_with_the_same_total() -> None:
    for number in range(60):
        given = made(number)
        by_network = solve(replace(given, solver="ortools"))
        served, total = reached(solve(given))
        assert reached(by_network)[0] == served, number
        assert by_network.total == pytest.approx(total, abs=1e-3), number


@pytest.mark.usefixtures("network")
def test_a_large_round_is_solved_as_a_network_and_keeps_by_what() -> None:
    assert (flow.fit(flow.LARGE), flow.fit(flow.LARGE + 1)) == ("highs", "ortools")
    stored = json.loads(json.dumps(replace(made(3), solver="ortools").as_data()))
    assert from_data(stored).solver == "ortools"
    del stored["solver"]
    assert from_data(stored).solver == "highs", "rounds of before there was a choice"


def test_where_the_package_is_away_the_usual_programme_solves_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow, "installed", lambda solver: solver == "highs")
    given: RoundInput = made(3)
    assert flow.fit(flow.LARGE + 1) == "highs"
    assert solve(replace(given, solver="ortools")).assigned == solve(given).assigned
