# SPDX-License-Identifier: AGPL-3.0-or-later
"""Texts made to exhaust the renderer are refused, or rendered in bounded time and memory."""

import subprocess
import sys

import pytest

from app.config import ROOT
from app.document import render
from app.document.render import (
    MAX_BRACKETS,
    MAX_CELLS,
    MAX_FOOTNOTE_MARKS,
    MAX_INDENT,
    MAX_MARKS,
    MAX_QUOTE_DEPTH,
    MAX_RENDERED,
    TooComplex,
    to_html,
)
from app.web.messages import PROBLEMS

#: Units that Markdown pays for with more than their length; each is repeated up to the limit of a document.
UNITS = [
    "[", "![", "[a](", "[a]: <", "<", "<a@", "&#", "*", "**a ", "***a **b *c ", "_a ", "__a ", "`", "`a",
    "` `` ``` ", "\\", "\\`", "#", "### a\n", "### a\n\n", "a|", "a|b\n", "|\n", "- a\n", "- ", "* * ", "1. a\n",
    "> ", "> a\n\n", "> - a\n\n", "    a\n\n", "        ", "a\n\n", "a  \n", "a\n: b\n\n", "a\n: b\n", "!!! note\n",
    "!!! note\n\n    a\n\n", "[^1]", "[^a]: b\n", "---\n\n", "===\n", "art. 1 l. 241/1990 ", "art. 1, comma 2, ",
    "<a@b.c>", "https://a.b/", "\n", " ", "\t", "a ", "\u00a0", "(", "]", "](", '"', "'",
]  # fmt: skip
#: One unit at the edge of each budget, where nothing is refused.
EDGES = [
    ("a|" * 140 + "\n" + "-|" * 140 + "\n" + "|\n" * 139),
    "### a\n" * (MAX_MARKS["#"] // 3),
    "\\`" * (MAX_MARKS["\\"] - 1),
    "!!! note\n" * (MAX_MARKS["!!!"] - 1),
    "a\n\n" * (MAX_MARKS["\n"] // 2 - 1),
    "[a](b) " * (MAX_BRACKETS - 1),
]
PROGRAM = """
import ast, resource, sys
from app.document.render import TooComplex, to_html
if sys.platform == "linux":
    resource.setrlimit(resource.RLIMIT_AS, (3_000_000_000, 3_000_000_000))
for text in ast.literal_eval(sys.stdin.read()):
    try:
        to_html(text)
    except TooComplex as error:
        assert error.args, text[:20]
print("all")
"""


def survive(texts: list[str]) -> None:
    """Render in a process that may be killed; the limit is generous, a bomb takes hours or gigabytes."""
    command = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(
        command, input=repr(texts), capture_output=True, text=True, cwd=ROOT, timeout=240, check=False
    )
    assert done.stdout.strip() == "all", done.stderr[-2000:]


@pytest.mark.slow
@pytest.mark.parametrize("part", range(4))
def test_no_repeated_mark_holds_the_renderer(part: int) -> None:
    survive([(unit * MAX_RENDERED)[: MAX_RENDERED - 10] for unit in UNITS[part::4]])


@pytest.mark.slow
def test_what_lies_just_below_a_limit_is_rendered() -> None:
    for text in EDGES:
        assert len(text) <= MAX_RENDERED
    survive(EDGES)


@pytest.mark.parametrize(
    "text", [": a\n" * 4_000 + "\na\n\n" + ": a\n" * 4_000, "[a](" * 2_900, "<a@b.c>" * 20_000, "**_`[<*" * 2_500]
)
def test_what_no_limit_of_length_tells_is_ended_by_the_budget_of_time(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(render, "MAX_SECONDS", 0.05)
    with pytest.raises(TooComplex, match=r"^too_many_marks$"):
        to_html(text)
    assert to_html("Uno *due*") == "<p>Uno <em>due</em></p>"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("a" * (MAX_RENDERED + 1), "document_too_long"),
        ("[a] " * (MAX_BRACKETS + 1), "too_many_brackets"),
        ("[^1] " * (MAX_FOOTNOTE_MARKS + 1), "too_many_brackets"),
        ("[" * 60, "too_many_brackets"),
        ("*" * 400, "too_many_marks"),
        ("`a` " * MAX_MARKS["`"], "too_many_marks"),
        ("|" * 200 + "\n" + "-|" * 200 + "\n" + "|\n" * (MAX_CELLS // 200), "too_many_marks"),
        (" " * (MAX_INDENT + 1) + "a", "nested_too_deep"),
        (">" * (MAX_QUOTE_DEPTH + 1) + " a", "nested_too_deep"),
        ("- " * 5_000 + "a", "nested_too_deep"),
        ("[^b]:1. [^c]: x[^a][^a][^b]:[^a]:[^a]: [^b][^a]\n[^a]: [^b]", "note_in_note"),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_a_bomb_is_refused_with_a_reason_that_has_a_sentence(text: str, key: str) -> None:
    with pytest.raises(TooComplex, match=f"^{key}$"):
        to_html(text)
    assert key in PROBLEMS
