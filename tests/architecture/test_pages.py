# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every page declares what it does, has a decent address, and is documented."""

import re

import pytest
from flask import Flask
from werkzeug.routing import Rule

from app.access import HIDDEN, POLICY, Action
from app.config import ROOT, Settings
from app.errors import Misconfigured
from app.web import gate
from tests.architecture import tree

ADDRESS = re.compile(r"^(/[a-z0-9.<>:_()=,|' -]*)+$")
#: Addresses that machines ask for by their own names.
FOREIGN = {"/.well-known/security.txt"}


def rules(app: Flask) -> list[Rule]:
    return list(app.url_map.iter_rules())


def action_of(app: Flask, rule: Rule) -> object:
    """The declared action of a page, None for a page without one."""
    return getattr(app.view_functions[rule.endpoint], "action", None)


def documentation() -> str:
    paths = [ROOT / "README.md", ROOT / "ARCHITECTURE.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


def test_every_action_has_its_rule() -> None:
    assert set(POLICY) == set(Action)
    assert set(Action) >= HIDDEN


def test_every_page_declares_its_action(library_app: Flask) -> None:
    for rule in rules(library_app):
        assert isinstance(action_of(library_app, rule), Action), rule


def test_a_page_without_a_declared_action_does_not_start() -> None:
    app = Flask("trial")
    app.add_url_rule("/segreta", "secret", lambda: "")
    with pytest.raises(Misconfigured, match="secret"):
        gate.refuse_undeclared(app)


def test_addresses_are_lower_case_with_hyphens(library_app: Flask) -> None:
    wrong = [rule.rule for rule in rules(library_app) if rule.rule not in FOREIGN and not ADDRESS.match(rule.rule)]
    assert not wrong, f"lower-case words with hyphens, typed parts: {wrong}"
    untyped = [rule.rule for rule in rules(library_app) if re.search(r"<[a-z_]+>", rule.rule)]
    assert not untyped, f"say what the part is, as <slug:slug>: {untyped}"


def test_every_page_is_documented(library_app: Flask) -> None:
    text = documentation()
    missing = []
    for rule in rules(library_app):
        stem = re.sub(r"<[^>]*:(\w+)>", r"<\1>", rule.rule)
        if stem not in text and rule.rule not in text:
            missing.append(stem)
    assert not missing, f"name these addresses in docs/operations.md: {missing}"


def test_every_command_is_documented(library_app: Flask) -> None:
    text = documentation()
    missing = []
    for name, command in library_app.cli.commands.items():
        inner = getattr(command, "commands", {})
        for full in [f"flask {name} {child}" for child in inner] or [f"flask {name}"]:
            if full not in text:
                missing.append(full)
    assert not missing, f"name these commands in docs/operations.md: {missing}"


def test_every_setting_is_documented() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    missing = [name for name in Settings.__dataclass_fields__ if f"TWINMETRO_{name.upper()}" not in text]
    assert not missing, f"name these settings in README.md: {missing}"


def test_every_number_in_an_address_has_a_limit() -> None:
    wrong = [f"{module.shown}: {found}" for module in tree.modules() for found in re.findall(r"<int:\w+>", module.text)]
    assert not wrong, f"a number no database holds is a 404, not an accident: int(max=1000000000): {wrong}"
