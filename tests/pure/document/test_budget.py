# SPDX-License-Identifier: AGPL-3.0-or-later
"""A rendering that takes more processor time than it was given is ended at the next block or match."""

import pytest
from markdown import Markdown

from app.document.budget import Budget, OverBudget


def converted(text: str, seconds: float) -> str:
    return Markdown(extensions=["def_list", Budget(seconds)]).convert(text)


@pytest.mark.parametrize("text", ["Uno", "Uno *due*", "- uno\n\n    - due", "uno\n\n: due"])
def test_nothing_is_rendered_once_the_time_is_over(text: str) -> None:
    with pytest.raises(OverBudget):
        converted(text, -1)


def test_what_ends_in_time_is_rendered_as_ever() -> None:
    assert converted("Uno *due* [tre](/x)", 60) == '<p>Uno <em>due</em> <a href="/x">tre</a></p>'


def test_a_match_inside_a_line_looks_at_the_clock_too() -> None:
    budget = Budget(60)
    converter = Markdown(extensions=[budget])
    looked: list[str] = []
    budget.look = lambda: looked.append("once")  # type: ignore[method-assign]
    converter.convert("[uno](/a) [due](/b)")
    assert len(looked) >= 2
