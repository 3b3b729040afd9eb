# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two people on one document: what only one changed merges by itself, what both changed is never overwritten."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.document.schema import SECTION_TITLES
from app.writing.merge import PARTS, changed, merge, part_of
from app.writing.state import State
from app.writing.weave import Woven, weave
from tests.pure.document.generated import CALM, one_line

PROBLEM, SOLUTION = SECTION_TITLES[:2]
BASE = State({"title": "SUAP", "roles": ["responsabile"]}, {PROBLEM: "Regole diverse."})


def state(title: str = "SUAP", problem: str = "Regole diverse.", **more: Any) -> State:
    sections = {PROBLEM: problem, **more.pop("sections", {})}
    return State({"title": title, "roles": ["responsabile"], **more}, sections)


def test_parts_that_only_one_changed_merge_by_themselves() -> None:
    merged = merge(BASE, state(title="Sportello unico"), state(sections={SOLUTION: "Uno sportello."}))
    assert not merged.conflicts
    assert merged.state.title == "Sportello unico"
    assert merged.state.sections == {PROBLEM: "Regole diverse.", SOLUTION: "Uno sportello."}
    assert merged.taken == (SOLUTION,)


def test_a_part_both_changed_is_for_a_person_to_settle() -> None:
    merged = merge(BASE, state(problem="Regole diverse e tempi lunghi."), state(problem="Regole diverse ovunque."))
    assert [conflict.part for conflict in merged.conflicts] == [PROBLEM]
    [conflict] = merged.conflicts
    assert (conflict.mine, conflict.theirs) == ("Regole diverse e tempi lunghi.", "Regole diverse ovunque.")
    assert [run.kind for run in conflict.runs] == ["same", "removed", "added", "same"]
    assert merged.state.sections[PROBLEM] == "Regole diverse e tempi lunghi."


def test_the_same_change_by_both_is_no_conflict() -> None:
    merged = merge(BASE, state(title="Sportello"), state(title="Sportello"))
    assert not merged.conflicts
    assert not merged.taken


def test_what_they_took_away_goes_away() -> None:
    merged = merge(BASE, BASE, State({"title": "SUAP"}, {}))
    assert merged.state == State({"title": "SUAP"}, {})


def test_without_a_common_edition_every_difference_is_asked() -> None:
    merged = merge(None, state(title="Uno"), state(title="Due"))
    assert [conflict.part for conflict in merged.conflicts] == ["title"]


def test_a_list_both_changed_can_be_chosen_but_not_typed() -> None:
    merged = merge(BASE, state(roles=["a"]), state(roles=["b"]))
    assert [conflict.editable for conflict in merged.conflicts] == [False]


@pytest.mark.parametrize(
    ("mine", "theirs", "woven", "whole"),
    [
        ("Uno sportello solo per le imprese.", "Un ufficio per le imprese e i cittadini.", None, False),
        ("Uno sportello per le grandi imprese.", "Uno sportello unico per le imprese.",
         "Uno sportello unico per le grandi imprese.", True),
        ("Uno sportello per le imprese. Di Maria.", "Da ieri. Uno sportello per le imprese.",
         "Da ieri. Uno sportello per le imprese. Di Maria.", True),
    ],
)  # fmt: skip
def test_a_text_made_of_both_is_proposed(mine: str, theirs: str, woven: str | None, whole: bool) -> None:
    made = weave("Uno sportello per le imprese.", mine, theirs)
    assert made.whole is whole
    assert woven is None or made.text == woven


@CALM
@given(one_line, one_line)
def test_weaving_with_an_unchanged_text_gives_the_changed_one(base: str, changed_text: str) -> None:
    assert weave(base, changed_text, base) == Woven(changed_text, True)
    assert weave(base, base, changed_text) == Woven(changed_text, True)
    assert weave(base, changed_text, changed_text) == Woven(changed_text, True)


@CALM
@example("- a no", "&a no", "no - a no")
@given(one_line, one_line, one_line)
def test_no_word_either_added_is_missing_from_the_proposal(base: str, mine: str, theirs: str) -> None:
    text = weave(base, mine, theirs).text
    for word in {*mine.split(), *theirs.split()} - set(base.split()):
        assert word in text.split()


states = st.builds(
    State,
    st.dictionaries(st.sampled_from(["title", "summary", "office"]), st.sampled_from(["a", "b", "c"]), max_size=3),
    st.dictionaries(st.sampled_from(SECTION_TITLES), st.sampled_from(["a", "b", "c"]), max_size=4),
)


@CALM
@given(states, states, states)
def test_nothing_either_typed_is_lost(base: State, mine: State, theirs: State) -> None:
    merged = merge(base, mine, theirs)
    settled_by_hand = {conflict.part for conflict in merged.conflicts}
    for part in PARTS:
        before, ours, other = part_of(base, part), part_of(mine, part), part_of(theirs, part)
        result = part_of(merged.state, part)
        if part in settled_by_hand:
            assert before not in (ours, other)
            assert ours != other
            assert result == ours
        else:
            assert result == (other if ours == before else ours)


@CALM
@given(states, states)
def test_merging_with_an_edition_nobody_changed_changes_nothing(base: State, mine: State) -> None:
    merged = merge(base, mine, base)
    assert merged.state == mine
    assert not merged.conflicts
    assert not changed(merged.state, mine)
