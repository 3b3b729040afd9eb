# SPDX-License-Identifier: AGPL-3.0-or-later
"""What can still be read of a document that cannot be read as a whole, so that all its mistakes are told at once."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.document.model import Document, Problem
from app.document.parse import code_point, line_list, read_body, read_front
from app.document.schema import FIELD_BY_NAME, SECTION_TITLES
from app.text.typed import CONTROL

MARK = "---"
FIELD_START = re.compile(r"[\"']?[\w-]+[\"']?\s*:(?:\s|$)")
NAME = re.compile(r"\W*([\w-]+)")
#: Lines that go on with the field above, or say nothing.
INNER = (" ", "\t", "#", "-")


@dataclass(frozen=True)
class Salvaged:
    """The fields and sections that could be read, with the names of the fields that could not.

    Nothing can be said of an ``unread`` field, not even that it is missing.
    """

    document: Document
    problems: tuple[Problem, ...]
    lines: Mapping[str, int]
    unread: frozenset[str]


@dataclass
class _Front:
    values: dict[str, Any] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)


def salvage(text: str) -> Salvaged:
    """Each field read by itself, and the sections whatever the fields are. Never raises."""
    lines = line_list(CONTROL.sub(" ", text))
    opened = lines[0].rstrip() == MARK
    end = _end_of_front(lines, opened)
    closed = end < len(lines) and lines[end].rstrip() == MARK
    front = _front(lines[1:end]) if opened else _Front(unread=set(FIELD_BY_NAME))
    body = end + 1 if closed else end
    sections, footnotes, section_lines, problems = read_body(lines[body:], body + 1)
    return Salvaged(
        Document(front.values, sections, footnotes),
        (*_controls(text), *front.problems, *problems),
        {**front.lines, **section_lines},
        frozenset(front.unread),
    )


def _controls(text: str) -> Iterator[Problem]:
    """The lines with characters that no text has."""
    for number, line in enumerate(line_list(text), 1):
        control = CONTROL.search(line)
        if control:
            yield Problem("document", "not_readable", number, code_point(control[0]))


def _end_of_front(lines: Sequence[str], opened: bool) -> int:
    """The number of the line below the fields, or of the first section where that is missing; among fields `## ` begins
    a remark."""
    headings = [number for number, line in enumerate(lines) if line.startswith("## ")]
    named = [number for number in headings if lines[number][3:].strip() in SECTION_TITLES]
    marks = [number for number, line in enumerate(lines) if opened and number > 0 and line.rstrip() == MARK]
    if marks and marks[0] < min(named, default=len(lines)):
        return marks[0]
    return min(named or headings, default=len(lines))


def _front(lines: Sequence[str]) -> _Front:
    front = _Front()
    for start, block in _blocks(lines):
        values, places, problem = read_front("\n".join(block))
        if problem:
            line = problem.line + start
            front.problems.append(Problem(problem.field, problem.key, line, problem.detail))
            front.unread |= set(_names(block))
        for name in values.keys() & front.values.keys():
            front.problems.append(Problem("front matter", "yaml", start + 2, f"'{name}' stands twice"))
        front.values |= values
        front.lines |= {name: line + start for name, line in places.items()}
    return front


def _blocks(lines: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """The lines of each field, with the number of lines before them."""
    start = 0
    for number, line in enumerate(lines):
        if number > start and FIELD_START.match(line):
            yield start, list(lines[start:number])
            start = number
    yield start, list(lines[start:])


def _names(block: Sequence[str]) -> Iterator[str]:
    """Whatever may be meant as the name of a field in lines that could not be read."""
    for line in block:
        name = None if line.startswith(INNER) else NAME.match(line)
        if name:
            yield name[1]
