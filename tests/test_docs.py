# SPDX-License-Identifier: AGPL-3.0-or-later
"""The documentation says what is there: links, paths, commands, fields and settings named in it exist."""

import re
from pathlib import Path

import pytest

from app.config import MEANINGS, ROOT, Settings
from app.document.schema import BADGES, FIELDS, KIT_KINDS, SECTIONS, STATUSES, Level
from tests.architecture import tree

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")
CODE = re.compile(r"`([^`\n]+)`")
PATH = re.compile(r"^(?:app|assets|bench|content|docs|migrations|tests)/[\w./*-]*$")
CLASS = re.compile(r"^([a-z_]+)\.([A-Z]\w+)$")
MAKE = re.compile(r"^make ([a-z][a-z-]*)")
#: Built, not tracked.
MADE = {"app/web/static/dist"}


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("written", PAGES, ids=shown)
def test_every_link_between_pages_leads_to_a_file(written: Path) -> None:
    lost = [
        target
        for target in LINK.findall(text_of(written))
        if "://" not in target and not target.startswith("mailto:") and not (written.parent / target).exists()
    ]
    assert not lost, f"{shown(written)} links to what is not there: {lost}"


@pytest.mark.parametrize("written", PAGES, ids=shown)
def test_every_path_named_as_code_exists(written: Path) -> None:
    lost = []
    for name in CODE.findall(text_of(written)):
        if PATH.match(name) and "NNNN" not in name and name.rstrip("/") not in MADE:
            found = any(ROOT.glob(name.rstrip("/"))) if "*" in name else (ROOT / name).exists()
            lost += [] if found else [name]
    assert not lost, f"{shown(written)} names files that are not there: {lost}"


@pytest.mark.parametrize("written", PAGES, ids=shown)
def test_every_class_named_with_its_module_exists(written: Path) -> None:
    held: dict[str, str] = {}
    for module in tree.modules():
        held[module.path.stem] = held.get(module.path.stem, "") + module.text
    named = [found.groups() for name in CODE.findall(text_of(written)) if (found := CLASS.match(name))]
    lost = [f"{stem}.{name}" for stem, name in named if stem in held and not re.search(rf"\b{name}\b", held[stem])]
    assert not lost, f"{shown(written)} names classes that are not there: {lost}"


@pytest.mark.parametrize("written", PAGES, ids=shown)
def test_every_make_command_named_exists(written: Path) -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", text_of(ROOT / "Makefile"), re.MULTILINE))
    named = {word for code in CODE.findall(text_of(written)) for word in MAKE.findall(code)}
    assert named <= targets, f"{shown(written)} names commands that Makefile does not have: {sorted(named - targets)}"


def test_every_command_of_the_makefile_says_what_it_does() -> None:
    described = set(re.findall(r"^([a-z][a-z-]*):.*## \S", text_of(ROOT / "Makefile"), re.MULTILINE))
    phony = re.search(r"^\.PHONY: (.*)$", text_of(ROOT / "Makefile"), re.MULTILINE)
    assert phony is not None
    assert set(phony[1].split()) - described <= {"ready"}, "add `## what it does` behind the target"


def test_every_setting_named_in_the_documentation_exists() -> None:
    named = {name for page in PAGES for name in re.findall(r"\bTWINMETRO_[A-Z_]+\b", text_of(page))}
    known = {f"TWINMETRO_{name.upper()}" for name in Settings.__dataclass_fields__}
    assert named <= known, f"settings that do not exist: {sorted(named - known)}"


def test_the_defaults_of_settings_are_those_of_the_readme() -> None:
    rows = dict(re.findall(r"^\| `TWINMETRO_(\w+)` \| `?([^`|]*?)`? \|", text_of(ROOT / "README.md"), re.MULTILINE))
    defaults = {name.upper(): str(field.default) for name, field in Settings.__dataclass_fields__.items()}
    wrong = {name: rows[name] for name in rows if rows[name] != (defaults[name] or "empty")}
    assert not wrong, f"README.md tells other defaults than app/config.py: {wrong}"


def test_the_meanings_of_settings_are_those_of_the_code() -> None:
    rows = dict(re.findall(r"^\| `TWINMETRO_(\w+)` \| [^|]* \| (.*) \|$", text_of(ROOT / "README.md"), re.MULTILINE))
    wrong = [name for name, meaning in rows.items() if meaning != MEANINGS.get(name.lower())]
    assert rows
    assert not wrong, f"README.md and MEANINGS of app/config.py differ: {wrong}"


def test_decisions_are_numbered_without_gaps_and_carry_their_number() -> None:
    paths = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [path.name[:4] for path in paths] == [f"{number:04}" for number in range(1, len(paths) + 1)]
    for path in paths:
        first, *rest = text_of(path).splitlines()
        assert first.startswith(f"# {path.name[:4]} "), path.name
        assert sum(len(line.split()) for line in rest) >= 25, f"{path.name}: say why, and what it costs"


def test_every_house_is_on_the_map() -> None:
    text = text_of(ROOT / "ARCHITECTURE.md")
    houses = {module.feature for module in tree.modules() if module.room}
    missing = [house for house in sorted(houses) if f"  {house}/" not in text and f"{house}/ " not in text]
    assert not missing, f"draw these in the tree of ARCHITECTURE.md: {missing}"


def test_the_page_on_the_format_lists_the_fields_in_their_order() -> None:
    text = text_of(ROOT / "docs" / "solution-document.md")
    table = text[text.index("## Front matter") : text.index("## Sections")]
    rows = re.findall(r"^\| (`.*?) \| ([RVOS]) \| (.*)$", table, re.MULTILINE)
    named = [name for first, _, _ in rows for name in CODE.findall(first)]
    assert named == [field.name for field in FIELDS]
    letters = {name: letter for first, letter, _ in rows for name in CODE.findall(first)}
    wrong = {
        field.name: letters[field.name]
        for field in FIELDS
        if (letters[field.name] == "R") != (field.needed <= Level.SUBMITTED)
        or (letters[field.name] == "V") != (field.needed == Level.VALIDATED)
    }
    assert not wrong, f"docs/solution-document.md gives other levels than app/document/schema.py: {wrong}"


def test_the_page_on_the_format_lists_choices_parts_and_sections() -> None:
    text = text_of(ROOT / "docs" / "solution-document.md")
    words = [*STATUSES, *BADGES, *KIT_KINDS, *(part.name for field in FIELDS for part in field.parts)]
    assert not [word for word in words if f"`{word}`" not in text]
    assert re.findall(r"^\| `## (.*?)` \|", text, re.MULTILINE) == [heading.title for heading in SECTIONS]
