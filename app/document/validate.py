# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is wrong in a document, and what is still missing for each level."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from app.document.dates import is_date, starts_after
from app.document.model import Document, Problem, known
from app.document.parse import stray_note
from app.document.schema import (
    FIELD_BY_NAME,
    FIELDS,
    MAX_DOCUMENT,
    MAX_SECTION,
    SECTION_TITLES,
    SECTIONS,
    UNKNOWN,
    VARIANT_SECTION,
    Field,
    Level,
)
from app.document.serialise import serialise
from app.document.shapes import SHAPES

#: Fields that say from when until when, with the names of the two parts.
SPANS = (("period", "start", "end"), ("capacity", "from", "to"))
#: A sign of a field takes at most so many in a file, where YAML escapes it.
ESCAPED = 10


def problems(document: Document, level: Level = Level.DRAFT) -> tuple[Problem, ...]:
    """Everything wrong: shapes always, missing parts up to ``level``. A saved draft may have any of these."""
    return tuple(
        [
            *_unknown_fields(document),
            *_wrong_fields(document),
            *_missing(document, level),
            *_wrong_sections(document),
            *_too_long(document),
            *_contradictions(document),
            *wrong_notes(document),
        ]
    )


def _unknown_fields(document: Document) -> Iterator[Problem]:
    for name in document.front:
        if name not in FIELD_BY_NAME:
            yield Problem(name, "unknown_field", detail=name, example=", ".join(list(FIELD_BY_NAME)[:6]) + " ...")


def _wrong_fields(document: Document) -> Iterator[Problem]:
    for name, value in document.front.items():
        if name in FIELD_BY_NAME:
            yield from check(FIELD_BY_NAME[name], value, name)


def check(field: Field, value: Any, path: str) -> Iterator[Problem]:
    """Problems of one value against its field; ``path`` is the name shown, such as ``contact.role``."""
    if value == UNKNOWN:
        if not field.unknown_allowed:
            yield Problem(path, "unknown_not_allowed", example=field.example)
        return
    nested = NESTED.get(field.shape)
    if nested:
        yield from nested(field, value, path)
        return
    key = SHAPES[field.shape](field, value)
    if key:
        yield Problem(path, key, detail=_shown(field, value, key), example=field.example)


def _shown(field: Field, value: Any, key: str) -> str:
    if key == "not_a_choice":
        return ", ".join(field.choices)
    if key in {"too_long", "too_many", "too_great"}:
        return str(field.limit)
    return str(value)[:80]


def _check_mapping(field: Field, value: Any, path: str) -> Iterator[Problem]:
    if not isinstance(value, Mapping):
        yield Problem(path, "not_a_mapping", detail=str(value)[:80], example=field.example)
        return
    parts = {part.name: part for part in field.parts}
    for name in value:
        if name not in parts:
            yield Problem(f"{path}.{name}", "unknown_field", detail=str(name), example=field.example)
    for part in field.parts:
        if part.name in value:
            yield from check(part, value[part.name], f"{path}.{part.name}")
        elif part.needed is not Level.NEVER:
            yield Problem(f"{path}.{part.name}", "missing", example=part.example)


def _check_mappings(field: Field, value: Any, path: str) -> Iterator[Problem]:
    if not isinstance(value, list):
        yield Problem(path, "not_a_list", detail=str(value)[:80], example=field.example)
        return
    if len(value) > field.limit:
        yield Problem(path, "too_many", detail=str(field.limit), example=field.example)
    for number, item in enumerate(value, 1):
        yield from _check_mapping(replace(field, shape="mapping"), item, f"{path}.{number}")


NESTED: dict[str, Callable[[Field, Any, str], Iterator[Problem]]] = {
    "mapping": _check_mapping,
    "mappings": _check_mappings,
}


def _needed_sections(document: Document, level: Level) -> list[Any]:
    variant = known(document.front.get("based_on")) is not None and level >= Level.SUBMITTED
    return [
        heading for heading in SECTIONS if heading.needed <= level or (variant and heading.title == VARIANT_SECTION)
    ]


def _missing(document: Document, level: Level) -> Iterator[Problem]:
    for field in FIELDS:
        if field.needed <= level and document.front.get(field.name) in (None, "", [], {}):
            yield Problem(field.name, "missing", example=field.example)
    for heading in _needed_sections(document, level):
        if not document.section(heading.title).strip():
            yield Problem(heading.title, "section_missing", detail=heading.title, example=f"## {heading.title}")


def _wrong_sections(document: Document) -> Iterator[Problem]:
    order = [SECTION_TITLES.index(item.heading) for item in document.sections if item.heading in SECTION_TITLES]
    for section in document.sections:
        if section.heading not in SECTION_TITLES:
            yield Problem(section.heading, "unknown_section", detail=section.heading, example=", ".join(SECTION_TITLES))
        elif len(section.text) > MAX_SECTION:
            yield Problem(section.heading, "too_long", detail=str(MAX_SECTION))
    if order != sorted(order):
        yield Problem("document", "sections_out_of_order", example=", ".join(SECTION_TITLES))


def _too_long(document: Document) -> Iterator[Problem]:
    """A file of more than ``MAX_DOCUMENT`` is not read again: what would become one is not saved either."""
    told = sum(len(section.text) for section in document.sections) + len(document.footnotes)
    # Writing it down takes longest, seconds for megabytes: most are judged by the least and the most they can come to.
    if told + ESCAPED * len(str(document.front)) <= MAX_DOCUMENT:
        return
    if _letters(document) > MAX_DOCUMENT or len(serialise(document)) > MAX_DOCUMENT:
        yield Problem("document", "document_too_long", detail=str(MAX_DOCUMENT))


def _letters(value: Any) -> int:
    """Signs that are in the file of a document whatever YAML does around them."""
    if isinstance(value, Document):
        texts = (*(section.text for section in value.sections), value.footnotes)
        return _letters(list(texts)) + _letters(value.front)
    if isinstance(value, Mapping):
        return sum(map(_letters, value.values()))
    if isinstance(value, list):
        return sum(map(_letters, value))
    return len(value.strip()) if isinstance(value, str) else 0


def _contradictions(document: Document) -> Iterator[Problem]:
    for name, first, last in SPANS:
        span = document.known(name)
        start, end = (known(span.get(part)) for part in (first, last)) if isinstance(span, Mapping) else (None, None)
        if start and end and is_date(start) and is_date(end) and starts_after(start, end):
            example = FIELD_BY_NAME[name].example
            yield Problem(name, "ends_before_start", detail=f"{start} > {end}", example=example)


def wrong_notes(document: Document) -> tuple[Problem, ...]:
    """A line typed among the notes that is none: in a file it would belong to the section above."""
    stray = stray_note(document.footnotes)
    return (Problem("footnotes", "not_a_note", detail=stray[:80]),) if stray else ()
