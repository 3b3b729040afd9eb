# SPDX-License-Identifier: AGPL-3.0-or-later
"""Each room holds what it is for, and names say what things are."""

import ast
import re
from pathlib import Path

import pytest
from flask import Flask

from app.config import ROOT
from tests.architecture import tree

FORBIDDEN_NAMES = {"utils", "helpers", "common", "manager", "base", "misc", "util", "helper"}
SOURCES = {".py", ".js", ".mjs", ".scss", ".sh"}
#: Files that carry the licence besides code: templates, settings of tools, what a shell or make runs.
LICENSED = SOURCES | {".html", ".xml", ".toml", ".yml", ".cfg", ".in", ".mako"}
LICENSED_NAMES = {"Makefile", "run", ".gitignore", ".npmrc"}
#: The library is text under CC-BY-4.0, as each document says.
OTHER_LICENCE = ("content/",)

SPDX = "SPDX-License-Identifier: AGPL-3.0-or-later"
#: The two functions that may call a text safe, both in one module.
MARKUP_ALLOWED = {"app/web/formats.py"}


def calls(text: str, pattern: str) -> list[int]:
    return [number for number, line in enumerate(text.splitlines(), 1) if re.search(pattern, line)]


def test_nobody_commits_but_the_unit_of_work() -> None:
    wrong = [
        f"{m.shown}:{n}"
        for m in tree.modules()
        if m.name != "app.db"
        for n in calls(m.text, r"\.commit\(\)")
        if m.name != "app.search.index"
    ]
    assert not wrong, "what a button does is one `with work()`: " + ", ".join(wrong)


def test_every_select_stands_in_queries() -> None:
    allowed = {"queries", "models"}
    wrong = [
        f"{m.shown}:{n}"
        for m in tree.modules()
        if m.kind not in allowed and m.feature not in {"schema", "db"}
        for n in calls(m.text, r"(?<![\w.])select\(")
    ]
    assert not wrong, "move the SELECT to the queries of its feature: " + ", ".join(wrong)


def test_the_day_of_an_instant_is_the_one_in_italy() -> None:
    wrong = [
        f"{m.shown}:{n}" for m in tree.modules() if m.name != "app.document.dates" for n in calls(m.text, r"\.date\(\)")
    ]
    assert not wrong, f"in UTC a day ends an hour or two late: day_of() or today() of document/dates.py: {wrong}"


#: What each room never does, as words that would show it, and where the thing belongs instead.
NEVER = {
    "models": (
        r"\bselect\(|\bsession\.\w+\(|\bflask\b",
        "models hold tables: SELECT goes to queries, acting to service",
    ),
    "rules": (r"\bsession\b|\bflask\b|sqlalchemy", "rules are pure functions"),
    "queries": (
        r"\bsession\.(add|add_all|delete|merge|flush)\(|\b(insert|update|delete)\(",
        "queries read, services write",
    ),
    "service": (r"\.(commit|rollback)\(|\bflask\b|render_template|Markup", "a service knows no page and never commits"),
    "views": (r"(?<![\w.])select\(|\bsession\(\)\.(add|delete|execute|scalars?)\(", "a page parses, calls, renders"),
    "search": (r"whoosh", "a feature hands documents to the engine"),
    "folder": (r"sqlalchemy|\bsession\b", "files are data, the service brings them into the database"),
}


#: Files that may, and why.
MAY: dict[str, str] = {}


@pytest.mark.parametrize("room", sorted(NEVER))
def test_no_room_does_the_work_of_another(room: str) -> None:
    pattern, reason = NEVER[room]
    present = [m for m in tree.modules() if m.kind == room]
    assert present, f"no feature has a room {room} any more: take it out of NEVER"
    wrong = [f"{m.shown}:{n}" for m in present if m.shown not in MAY for n in calls(m.text, pattern)]
    assert not wrong, f"{reason}: {wrong}"


def test_text_is_called_safe_in_one_module_only() -> None:
    wrong = [
        f"{m.shown}:{n}" for m in tree.modules() if m.shown not in MARKUP_ALLOWED for n in calls(m.text, r"\bMarkup\(")
    ]
    for path in tree.APP.rglob("templates/**/*"):
        if path.is_file():
            wrong += [
                f"{path.relative_to(tree.APP)}:{n}"
                for n in calls(path.read_text(encoding="utf-8"), r"\|\s*safe\b|autoescape\s+false")
            ]
    assert not wrong, "stored HTML goes through the filter trusted_html, JSON-LD through json_ld: " + ", ".join(wrong)


def test_trusted_html_is_given_rendered_documents_only() -> None:
    given = set()
    trusted = re.compile(r"([\w.]+)(?:\|inside(?:\([^)]*\))?)?\s*\|\s*trusted_html")
    for path in tree.APP.rglob("templates/**/*.html"):
        given |= set(trusted.findall(path.read_text(encoding="utf-8")))
    rendered = {"section.html", "revision.footnotes", "sheet.text.footnotes", "html"}
    assert given <= rendered, f"is this HTML from app/document/render.py? {given}"


@pytest.mark.parametrize("module", list(tree.modules()), ids=lambda m: m.shown)
def test_every_module_opens_with_one_line_saying_what_it_is_for(module: tree.Module) -> None:
    doc = module.tree.body and ast.get_docstring(module.tree)
    assert doc, f"{module.shown}: say in one line what it is for"


def licensed(path: Path) -> bool:
    """Whether a file must name the licence: code, templates of every kind, and what tools read."""
    shown = str(path.relative_to(ROOT))
    if shown.startswith(OTHER_LICENCE):
        return False
    return path.suffix in LICENSED or path.name in LICENSED_NAMES or "/templates/" in shown


def test_every_source_file_names_its_licence() -> None:
    wrong = [
        str(path.relative_to(ROOT))
        for path in tree.tracked()
        if licensed(path) and SPDX not in "\n".join(path.read_text(encoding="utf-8").splitlines()[:3])
    ]
    assert not wrong, f"first line: {SPDX}: {wrong}"


def test_the_licence_line_of_a_template_is_no_line_of_its_output(app: Flask) -> None:
    with app.test_request_context():
        for name in ("notices/feed.xml", "pages/opensearch.xml"):
            assert app.jinja_env.get_template(name).render(entries=[], root="https://sito.example").startswith("<?xml")


def test_every_python_file_opens_with_its_licence_and_one_line_on_its_purpose() -> None:
    wrong = []
    for path in (path for path in tree.tracked() if path.suffix == ".py"):
        first, _, rest = path.read_text(encoding="utf-8").partition("\n")
        doc = ast.get_docstring(ast.parse(rest)) or ""
        if first != f"# {SPDX}" or not doc or len(doc.splitlines()[0]) < 10:
            wrong.append(str(path.relative_to(ROOT)))
    assert not wrong, f"first line `# {SPDX}`, then a docstring that says what the file is for: {wrong}"


def test_what_has_no_name_has_no_place() -> None:
    wrong = [m.shown for m in tree.modules() if m.path.stem in FORBIDDEN_NAMES or m.path.parent.name in FORBIDDEN_NAMES]
    assert not wrong, f"say what these hold: {wrong}"


def test_no_open_ends_are_left_in_code() -> None:
    pattern = r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]) + r")\b"
    wrong = [
        f"{path.relative_to(ROOT)}:{n}"
        for path in tree.tracked()
        if path.suffix in SOURCES | {".html"}
        for n in calls(path.read_text(encoding="utf-8"), pattern)
    ]
    assert not wrong, f"finish it, or write it where work is planned: {wrong}"
