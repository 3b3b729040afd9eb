# SPDX-License-Identifier: AGPL-3.0-or-later
"""What changed between two documents, section by section and word by word."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from app.document.model import Document
from app.document.schema import FIELDS, SECTION_TITLES, UNKNOWN

Kind = Literal["same", "removed", "added"]
WORD = re.compile(r"\w+\s*|[^\w\s]\s*|\s+")
MAX_WORDS = 5_000


@dataclass(frozen=True)
class Run:
    """A stretch of text that is the same in both, only in the old, or only in the new."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class Change:
    """One field or section that differs. ``name`` is the field or the heading."""

    name: str
    runs: tuple[Run, ...]
    is_section: bool


def compare(old: Document, new: Document) -> tuple[Change, ...]:
    """The differences, fields first in the order of the schema, then sections, then footnotes."""
    return tuple([*_fields(old, new), *_sections(old, new)])


def _fields(old: Document, new: Document) -> Iterator[Change]:
    names = [field.name for field in FIELDS]
    for name in names + sorted((old.front.keys() | new.front.keys()) - set(names)):
        before, after = old.front.get(name), new.front.get(name)
        if before != after:
            yield Change(name, words(as_text(before), as_text(after)), False)


def _sections(old: Document, new: Document) -> Iterator[Change]:
    headings = [*SECTION_TITLES, *(item.heading for item in (*old.sections, *new.sections))]
    for heading in dict.fromkeys(headings):
        if old.section(heading) != new.section(heading):
            yield Change(heading, words(old.section(heading), new.section(heading)), True)
    if old.footnotes != new.footnotes:
        yield Change("footnotes", words(old.footnotes, new.footnotes), True)


def as_text(value: Any) -> str:
    """A front-matter value as words for a person."""
    if value is None:
        return ""
    if isinstance(value, dict):
        return "; ".join(f"{name}: {as_text(inner)}" for name, inner in value.items())
    if isinstance(value, list):
        return "\n".join(as_text(item) for item in value)
    return str(value)


def values_text(value: Any) -> str:
    """The words of a front-matter value without the names of its parts; *non disponibile* left out."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return "\n".join(filter(None, map(values_text, value)))
    return "" if value in (None, UNKNOWN) or isinstance(value, bool) else str(value)


def words(old: str, new: str) -> tuple[Run, ...]:
    """Word-level differences; a text longer than ``MAX_WORDS`` is compared by lines to bound the time."""
    before, after = WORD.findall(old), WORD.findall(new)
    if len(before) + len(after) > MAX_WORDS:
        before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    return _joined(_runs(matcher, before, after))


def _runs(matcher: "SequenceMatcher[str]", before: list[str], after: list[str]) -> Iterator[Run]:
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            yield Run("same", "".join(before[i1:i2]))
            continue
        if i2 > i1:
            yield Run("removed", "".join(before[i1:i2]))
        if j2 > j1:
            yield Run("added", "".join(after[j1:j2]))


def _joined(runs: Iterable[Run]) -> tuple[Run, ...]:
    joined: list[Run] = []
    for run in runs:
        if joined and joined[-1].kind == run.kind:
            joined[-1] = Run(run.kind, joined[-1].text + run.text)
        else:
            joined.append(run)
    return tuple(joined)
