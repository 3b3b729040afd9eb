# SPDX-License-Identifier: AGPL-3.0-or-later
"""Flows are told once, drawn without overlapping, and medians say nothing where nothing is known."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.figures.rules import DOCUMENTED, ROW, Body, Flow, curve, drawing, in_order, median_days

BODIES = [Body(name, name.title()) for name in ("bari", "bologna", "genova", "milano", "torino")]
START = datetime(2026, 11, 1, tzinfo=UTC)


def flow(giver: Body, receiver: Body, solution: str) -> Flow:
    return Flow(giver, receiver, f"{solution}-{giver.slug}", solution, DOCUMENTED)


flows = st.lists(
    st.builds(flow, st.sampled_from(BODIES), st.sampled_from(BODIES), st.sampled_from("abc")), max_size=12
).map(in_order)


@given(flows)
def test_nothing_in_a_column_stands_on_something_else(found: list[Flow]) -> None:
    drawn = drawing(found)
    for column, apart in ((drawn.givers, ROW), (drawn.receivers, ROW), (drawn.solutions, ROW - 0.001)):
        heights = sorted(spot.y for spot in column)
        assert all(below - above >= apart - 1e-6 for above, below in pairwise(heights))
        assert all(0 < y < max(drawn.height, 61) for y in heights)


@given(flows)
def test_every_flow_is_drawn_from_its_giver_to_its_receiver(found: list[Flow]) -> None:
    drawn = drawing(found)
    assert {spot.key for spot in drawn.receivers} == {item.receiver.slug for item in found}
    assert {spot.key for spot in drawn.givers} == {item.giver.slug for item in found}
    assert len(drawn.lines) == len(found) + len(drawn.solutions)


def test_the_same_passage_is_told_once() -> None:
    once = flow(BODIES[0], BODIES[1], "a")
    assert in_order([once, once]) == [once]


def test_a_curve_leaves_and_arrives_level() -> None:
    assert curve(0, 0, 10, 20) == "M0 0.0C5 0.0 5 20.0 10 20.0"


def test_a_median_counts_only_what_has_both_ends() -> None:
    spans = [(START, START + timedelta(days=days)) for days in (1, 3, 8)]
    assert median_days([*spans, (START, None), (None, None)]) == 3.0
    assert median_days([]) is None
