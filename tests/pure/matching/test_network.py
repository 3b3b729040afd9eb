# SPDX-License-Identifier: AGPL-3.0-or-later
"""A round solved as a network is as good as by the usual programme; without its package the usual one solves it."""

import json
from dataclasses import replace

import pytest

from app.matching import flow
from app.matching.round import RoundInput, from_data, solve
from tests.pure.matching.test_round import made, reached


def test_the_network_serves_as_many_with_the_same_total() -> None:
    assert flow.installed("ortools"), "the usual programme would be compared with itself"
    for number in range(60):
        given = made(number)
        by_network = solve(replace(given, solver="ortools"))
        served, total = reached(solve(given))
        assert reached(by_network)[0] == served, number
        assert by_network.total == pytest.approx(total, abs=1e-3), number


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
