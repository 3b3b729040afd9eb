# SPDX-License-Identifier: AGPL-3.0-or-later
"""Names of the boxes of the form (`contact.role`, `steps.2.name`, `section.3`) <-> what was typed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from app.document.schema import FIELD_BY_NAME, SECTION_TITLES, UNKNOWN, Field, field_at
from app.writing.state import FORM_FIELDS, State
from app.writing.typed import LISTS, Typed, blank, filled

Boxes = Mapping[str, Sequence[str]]

#: The boxes ticked as *non disponibile*, by the name of the box they stand beside.
NOT_AVAILABLE = "unknown"
SECTION = "section"
EXTRA = "extra"
FOOTNOTES = "footnotes"


def grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """The boxes of a form by name, in the order they stand in the page."""
    boxes: dict[str, list[str]] = {}
    for name, text in pairs:
        boxes.setdefault(name, []).append(text)
    return boxes


def read(boxes: Boxes, before: State) -> State:
    """What was typed; what the form never shows is kept from ``before``."""
    marked = frozenset(boxes.get(NOT_AVAILABLE, ()))
    fields = {field.name: _read(field, field.name, boxes, marked) for field in FORM_FIELDS}
    for name in fields.keys() & boxes.keys():
        if isinstance(fields[name], list):
            fields[name] = _ticked(boxes[name], before.fields.get(name))
    sections = {title: _one(boxes, f"{SECTION}.{number}") for number, title in enumerate(SECTION_TITLES, 1)}
    return State(
        {name: filled(typed) for name, typed in fields.items() if not blank(typed)},
        {title: text for title, text in sections.items() if not blank(text)},
        _extra(boxes),
        _one(boxes, FOOTNOTES),
        before.hidden,
        before.exact,
        before.markdown,
    )


def _ticked(ticked: Sequence[str], before: Any) -> list[str]:
    """Words ticked in a list keep the order they had: the first theme is the main one, and boxes know no order."""
    known = [text for text in before if text in ticked] if isinstance(before, list) else []
    return list(dict.fromkeys([*known, *(text for text in ticked if not blank(text))]))


def _one(boxes: Boxes, name: str) -> str:
    texts = boxes.get(name, ())
    return texts[-1] if texts else ""


def _extra(boxes: Boxes) -> tuple[tuple[str, str], ...]:
    rows = [(_one(boxes, f"{EXTRA}.{row}.heading"), _one(boxes, f"{EXTRA}.{row}.text")) for row in _rows(boxes, EXTRA)]
    return tuple((heading, text) for heading, text in rows if not blank(text))


def _read(field: Field, path: str, boxes: Boxes, marked: frozenset[str]) -> Typed:
    if path in marked and field.unknown_allowed:
        return UNKNOWN
    if field.shape == "mapping":
        return _group(field, path, boxes, marked)
    if field.shape == "mappings":
        return [_group(field, f"{path}.{row}", boxes, marked) for row in _rows(boxes, path)]
    if field.shape in LISTS:
        return [_one(boxes, f"{path}.{row}") for row in _rows(boxes, path)]
    return _one(boxes, path)


def _group(field: Field, path: str, boxes: Boxes, marked: frozenset[str]) -> dict[str, Typed]:
    return {part.name: _read(part, f"{path}.{part.name}", boxes, marked) for part in field.parts}


def _rows(boxes: Boxes, path: str) -> list[str]:
    """Names of the rows of a list, in the order of the page: that order counts, whatever their numbers."""
    start = f"{path}."
    marks = boxes.get(NOT_AVAILABLE, ())
    found = [name[len(start) :].split(".")[0] for name in (*boxes, *marks) if name.startswith(start)]
    return list(dict.fromkeys(row for row in found if row.isascii() and row.isdigit()))


def undecided(boxes: Boxes) -> tuple[str, ...]:
    """Boxes that hold a text and are ticked as *non disponibile*: which of the two is meant only a person knows."""
    marks = dict.fromkeys(boxes.get(NOT_AVAILABLE, ()))
    return tuple(path for path in marks if _may_be_unknown(path) and not blank(_typed_at(path, boxes)))


def _may_be_unknown(path: str) -> bool:
    field = field_at(without_rows(path))
    return field is not None and field.unknown_allowed


def _typed_at(path: str, boxes: Boxes) -> Typed:
    field = field_at(without_rows(path))
    return _read(field, path, boxes, frozenset()) if field else ""


def without_rows(path: str) -> str:
    """The path of a box as the schema has it: `steps.months` for `steps.2.months`."""
    return ".".join(part for part in path.split(".") if not part.isdigit())


def unmarked(boxes: Boxes, paths: Sequence[str]) -> dict[str, Sequence[str]]:
    """The boxes without some ticks of *non disponibile*."""
    return {**boxes, NOT_AVAILABLE: [mark for mark in boxes.get(NOT_AVAILABLE, ()) if mark not in paths]}


def shown_at(path: str, boxes: Boxes) -> str:
    """The name a box has once the form is shown again: rows are numbered anew, without those nobody typed in."""
    name, _, rest = path.partition(".")
    row, _, part = rest.partition(".")
    field = FIELD_BY_NAME.get(name)
    if field is None or field.shape != "mappings" or not part:
        return path
    marked = frozenset(boxes.get(NOT_AVAILABLE, ()))
    rows = [each for each in _rows(boxes, name) if not blank(_group(field, f"{name}.{each}", boxes, marked))]
    return f"{name}.{rows.index(row) + 1}.{part}" if row in rows else path


def rearranged(boxes: Boxes, action: str, target: str) -> dict[str, list[str]]:
    """The boxes after a button beside a row: `remove`, `up`, `down` of `steps.2`."""
    path, _, row = target.rpartition(".")
    rows = _rows(boxes, path)
    if not path or row not in rows:
        return {name: list(texts) for name, texts in boxes.items()}
    place = rows.index(row)
    rows.remove(row)
    if action != "remove":
        rows.insert(max(place + (1 if action == "down" else -1), 0), row)
    inside = {name: list(texts) for name, texts in boxes.items() if name.startswith(f"{path}.")}
    kept = {name: list(texts) for name, texts in boxes.items() if name not in inside}
    gone = f"{path}.{row}" if action == "remove" else ""
    marks = kept.get(NOT_AVAILABLE, [])
    kept[NOT_AVAILABLE] = [mark for mark in marks if not gone or not _within(mark, gone)]
    by_row: dict[str, dict[str, list[str]]] = {}
    for name, texts in inside.items():
        by_row.setdefault(name.removeprefix(f"{path}.").partition(".")[0], {})[name] = texts
    for each in rows:
        kept |= by_row.get(each, {})
    return kept


def _within(name: str, path: str) -> bool:
    return name == path or name.startswith(f"{path}.")


def flat(state: State) -> list[tuple[str, str]]:
    """The boxes of a form that holds this state: `read(grouped(flat(state)), state)` is the state again."""
    pairs: list[tuple[str, str]] = []
    for field in FORM_FIELDS:
        if field.name in state.fields:
            pairs += _flat(field, field.name, state.fields[field.name])
    for number, title in enumerate(SECTION_TITLES, 1):
        if title in state.sections:
            pairs.append((f"{SECTION}.{number}", state.sections[title]))
    for row, (heading, text) in enumerate(state.extra, 1):
        pairs += [(f"{EXTRA}.{row}.heading", heading), (f"{EXTRA}.{row}.text", text)]
    return [*pairs, (FOOTNOTES, state.footnotes)] if state.footnotes else pairs


def _flat(field: Field, path: str, typed: Any) -> Iterator[tuple[str, str]]:
    if isinstance(typed, str):
        unknown = typed == UNKNOWN and field.unknown_allowed
        yield (NOT_AVAILABLE, path) if unknown else (path, typed)
    elif isinstance(typed, Mapping):
        for part in field.parts:
            if part.name in typed:
                yield from _flat(part, f"{path}.{part.name}", typed[part.name])
    elif field.shape == "mappings":
        for row, group in enumerate(typed, 1):
            yield from _flat(field, f"{path}.{row}", group)
    else:
        yield from ((f"{path}.{row}", text) for row, text in enumerate(typed, 1))


def box_of(path: str) -> str:
    """Name of the box of a problem: the field itself, or the box of a section's heading."""
    return f"{SECTION}.{SECTION_TITLES.index(path) + 1}" if path in SECTION_TITLES else path
