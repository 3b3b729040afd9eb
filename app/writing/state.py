# SPDX-License-Identifier: AGPL-3.0-or-later
"""The form as typed <-> the solution document, which follows from what was typed."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from app.document.model import Document, Section
from app.document.parse import FENCE, parse
from app.document.schema import FIELD_BY_NAME, FIELDS, SECTION_TITLES, Field
from app.document.serialise import serialise
from app.document.validate import check
from app.solutions.rules import SITE_FIELDS
from app.writing.typed import Typed, as_typed, as_value, blank, filled

#: The form neither shows nor keeps what follows from reviews and transfers.
FORM_FIELDS: tuple[Field, ...] = tuple(item for item in FIELDS if item.name not in SITE_FIELDS)
TALL = re.compile(r"^#{1,2}(?=[ \t])")


@dataclass(frozen=True)
class State:
    """Everything somebody typed about a solution.

    ``fields`` by name and ``sections`` by heading hold what is not blank. ``extra`` are sections under headings the
    schema does not know. ``hidden`` are values the form has no boxes for, ``exact`` values it shows in another
    spelling: both go back into the document as they were unless somebody types over them. ``markdown`` is a whole
    document that cannot be read yet, kept until it can or is given up.
    """

    fields: Mapping[str, Typed] = field(default_factory=dict)
    sections: Mapping[str, str] = field(default_factory=dict)
    extra: tuple[tuple[str, str], ...] = ()
    footnotes: str = ""
    hidden: Mapping[str, Any] = field(default_factory=dict)
    exact: Mapping[str, Any] = field(default_factory=dict)
    markdown: str = ""

    @property
    def title(self) -> str:
        title = self.fields.get("title", "")
        return " ".join(title.split()) if isinstance(title, str) else ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def from_json(stored: Mapping[str, Any]) -> State:
    """The state back from what the database keeps."""
    extra = tuple((heading, text) for heading, text in stored["extra"])
    return State(**{**stored, "extra": extra})


def state_of(document: Document) -> State:
    """The form filled with a document."""
    fields: dict[str, Typed] = {}
    hidden: dict[str, Any] = {}
    exact: dict[str, Any] = {}
    for name, value in document.front.items():
        if name in SITE_FIELDS:
            continue
        typed = as_typed(FIELD_BY_NAME[name], value) if name in FIELD_BY_NAME else None
        again = None if typed is None else as_value(FIELD_BY_NAME[name], typed)
        if typed is None or not alike(again, value):
            hidden[name] = value
            continue
        fields[name] = filled(typed)
        if not identical(again, value) and not list(check(FIELD_BY_NAME[name], value, name)):
            exact[name] = value
    sections, extra = _told_apart(document)
    return State(fields, sections, extra, document.footnotes, hidden, exact)


def _told_apart(document: Document) -> tuple[dict[str, str], tuple[tuple[str, str], ...]]:
    sections: dict[str, str] = {}
    extra = []
    for section in document.sections:
        if section.heading in SECTION_TITLES and section.heading not in sections:
            sections[section.heading] = section.text
        else:
            extra.append((section.heading, section.text))
    ordered = {title: sections[title] for title in SECTION_TITLES if sections.get(title, "").strip()}
    return ordered, tuple(extra)


def document_of(state: State) -> Document:
    """The document that follows from what was typed, right or wrong: `problems` says what it lacks."""
    front: dict[str, Any] = {}
    for item in FIELDS:
        value = as_value(item, state.fields.get(item.name, ""))
        if value is None:
            value = state.hidden.get(item.name)
        elif item.name in state.exact and alike(value, state.exact[item.name]):
            value = state.exact[item.name]
        if value is not None:
            front[item.name] = value
    front |= {name: value for name, value in state.hidden.items() if name not in FIELD_BY_NAME}
    return Document(front, tuple(_sections(state)), tidy(state.footnotes))


def _sections(state: State) -> Iterator[Section]:
    for title in SECTION_TITLES:
        if not blank(state.sections.get(title, "")):
            yield Section(title, tidy(state.sections[title]))
    for heading, text in state.extra:
        yield Section(heading, tidy(text))


def tidy(text: str) -> str:
    """A section's text that stays one section in a file: no heading of its height, no code block left open."""
    lines, fence = [], ""
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        mark = FENCE.match(line)
        if mark and not fence:
            fence = mark[1]
        elif mark and mark[1].startswith(fence) and line.strip() == mark[1]:
            fence = ""
        lines.append((line if fence or mark else TALL.sub("###", line)).rstrip())
    if fence:
        lines.append(fence)
    return "\n".join(lines).strip("\n").rstrip()


def settled(document: Document) -> Document:
    """The document as its file will be read back: notes after the last section are its footnotes, and so on."""
    return parse(serialise(document)).document or document


def identical(one: Any, other: Any) -> bool:
    """Equal with equal types: 1, 1.0 and True are three values in a file, which keeps the order of parts too."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return list(one) == list(other) and all(identical(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(identical, one, other))
    return type(one) is type(other) and bool(one == other)


def alike(one: Any, other: Any) -> bool:
    """Equal but for how a leaf is written: the number 2018 and the text '2018'."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(alike(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(alike, one, other))
    return _leaves_alike(one, other)


def _leaves_alike(one: Any, other: Any) -> bool:
    if isinstance(one, (list, Mapping)) or isinstance(other, (list, Mapping)):
        return False
    return str(one) == str(other) or (isinstance(one, (int, float)) and one == other)
