# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the worker does and what the journal tells has its words on the pages."""

import ast

from flask import Flask

from app.config import ROOT
from app.needs.rules import ACTIONS as NEED_ACTIONS
from app.review.rules import ACTIONS as REVIEW_ACTIONS
from tests.architecture import tree

TEMPLATES = ROOT / "app/operations/templates/operations"
WORDS, CHORES = ((TEMPLATES / f"_{name}.html").read_text(encoding="utf-8") for name in ("actions", "chores"))


def recorded() -> set[str]:
    """Actions that services write in the journal, as far as they stand there as text."""
    calls = [node for module in tree.modules() for node in ast.walk(module.tree) if isinstance(node, ast.Call)]
    texts = [
        part.value
        for call in calls
        if called(call) in {"record", "tell", "tell_proposal"}
        for argument in call.args
        if isinstance(argument, ast.Constant | ast.IfExp)
        for part in ast.walk(argument)
        if isinstance(part, ast.Constant)
    ]
    return {text for text in texts if isinstance(text, str) and "-" in text}


def called(call: ast.Call) -> str:
    name = call.func
    return name.id if isinstance(name, ast.Name) else name.attr if isinstance(name, ast.Attribute) else ""


def test_every_action_of_the_journal_has_its_words() -> None:
    assert len(recorded()) > 15
    told = recorded() | NEED_ACTIONS.keys() | REVIEW_ACTIONS.keys()
    missing = {action for action in told if f'"{action}": _(' not in WORDS}
    assert not missing, f"give these their words in _actions.html: {sorted(missing)}"


def test_every_chore_has_its_words(app: Flask) -> None:
    missing = {chore.name for chore in app.extensions["chores"] if f'"{chore.name}": _(' not in CHORES}
    assert not missing, f"give these their words in _chores.html: {sorted(missing)}"
