# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every problem a document can have has a sentence for people, and no sentence is left without a problem."""

import ast
from collections.abc import Iterator

from app.config import ROOT
from app.document.shapes import SHAPES
from app.web.messages import PROBLEMS, problem_sentence

SOURCES = [
    path
    for house in ("document", "solutions", "pages", "cities")
    for path in sorted((ROOT / "app" / house).glob("*.py"))
]
#: Where the key stands among the arguments of a call that reports a problem.
PLACE = {"Problem": 1, "_unreadable": 1, "TooComplex": 0}


def keys() -> set[str]:
    found: set[str] = set()
    for path in SOURCES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found |= set(_reported(tree))
        if path.name == "shapes.py":
            found |= set(_answered(tree))
    return found


def _reported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in PLACE:
            place = PLACE[node.func.id]
            if len(node.args) > place:
                yield from _texts(node.args[place])


def _answered(tree: ast.Module) -> Iterator[str]:
    """What the checks of shapes return: every text behind `return` or a lambda."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Return) and node.value is not None:
            yield from _texts(node.value)
        elif isinstance(node, ast.Lambda):
            yield from _texts(node.body)


def _texts(node: ast.expr) -> Iterator[str]:
    """The texts an expression can be: itself, or either side of a condition."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)


def test_every_problem_has_a_sentence() -> None:
    missing = keys() - PROBLEMS.keys()
    assert not missing, f"say in app/web/messages.py what these mean and what to do: {sorted(missing)}"


def test_every_sentence_has_a_problem() -> None:
    left = PROBLEMS.keys() - keys()
    assert not left, f"nothing reports these any more, remove them from app/web/messages.py: {sorted(left)}"


def test_sentences_say_what_was_found_even_when_it_holds_braces() -> None:
    assert problem_sentence("not_a_list", "{detail} {x}") == "serve un elenco (trovato «{detail} {x}»)"
    assert all("{detail}" not in problem_sentence(key, "x") for key in PROBLEMS)


def test_the_limit_of_a_document_is_told_wherever_only_its_key_is_known() -> None:
    assert problem_sentence("document_too_long") == "il documento supera il limite di 200000 caratteri"


def test_the_checks_of_shapes_are_all_looked_at() -> None:
    assert len(SHAPES) >= 15
    assert {"not_a_text", "not_a_goal", "twice"} <= keys()
