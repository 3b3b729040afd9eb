# SPDX-License-Identifier: AGPL-3.0-or-later
"""A solution document in memory, and the problems found in one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from app.document.schema import UNKNOWN


@dataclass(frozen=True)
class Section:
    """One section: its fixed heading and its Markdown text, without surrounding blank lines."""

    heading: str
    text: str


@dataclass(frozen=True)
class Document:
    """Front matter (plain values), sections in order, and the footnotes that close the file."""

    front: Mapping[str, Any]
    sections: tuple[Section, ...] = ()
    footnotes: str = ""

    def section(self, heading: str) -> str:
        """Text of a section, empty where there is none."""
        return next((section.text for section in self.sections if section.heading == heading), "")

    def known(self, name: str) -> Any:
        """Value of a front-matter field, None where it is missing or *non disponibile*."""
        return known(self.front.get(name))

    def listed(self, name: str) -> list[Any]:
        """Values of a list field, empty where it is missing or *non disponibile*."""
        value = self.known(name)
        return list(value) if isinstance(value, list) else []


def known(value: Any) -> Any:
    """The value, or None where it is empty or *non disponibile*."""
    return None if value in (None, "", UNKNOWN) else value


@dataclass(frozen=True)
class Problem:
    """Something wrong in a document. ``key`` names the sentence, ``detail`` fills it, ``example`` is right."""

    field: str
    key: str
    line: int = 0
    detail: str = ""
    example: str = ""


@dataclass(frozen=True)
class Parsed:
    """Outcome of reading a text: a document where it could be read, where each field stands, what was wrong."""

    document: Document | None
    problems: tuple[Problem, ...] = ()
    lines: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


def located(problems: Iterable[Problem], lines: Mapping[str, int]) -> tuple[Problem, ...]:
    """The problems with the line of their field, or of the field that contains it."""
    return tuple(
        Problem(item.field, item.key, item.line or _line_of(item.field, lines), item.detail, item.example)
        for item in problems
    )


def _line_of(name: str, lines: Mapping[str, int]) -> int:
    while name:
        if name in lines:
            return lines[name]
        name = name.rpartition(".")[0]
    return 1
