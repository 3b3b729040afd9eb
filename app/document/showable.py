# SPDX-License-Identifier: AGPL-3.0-or-later
"""The fields of a draft as far as a page can show them: a document may hold a number where a list belongs."""

from collections.abc import Mapping
from typing import Any

from app.document.schema import FIELD_BY_NAME, UNKNOWN, Field
from app.document.shapes import SHAPES

#: Shapes that are lists of plain values.
LISTS = frozenset({"texts", "slugs", "choices", "numbers"})


def showable(front: Mapping[str, Any]) -> dict[str, Any]:
    """Every field whose value has the form of its field, without what inside it has another; what is wrong with the
    others is said where problems are."""
    return _parts(FIELD_BY_NAME, front)


def _parts(fields: Mapping[str, Field], values: Mapping[str, Any]) -> dict[str, Any]:
    shown = {name: _shown(fields[name], value) for name, value in values.items() if name in fields}
    return {name: value for name, value in shown.items() if value is not None}


def _shown(field: Field, value: Any) -> Any:
    """None for what has another form."""
    if value == UNKNOWN:
        return value
    if field.parts:
        return _group(field, value)
    if field.shape in LISTS:
        return list(filter(_is_plain, value)) if isinstance(value, list) else None
    if field.shape == "address":
        # What is no address of the web would be a link all the same.
        return None if SHAPES["address"](field, value) else value
    return value if _is_plain(value) or field.shape == "flag" else None


def _group(field: Field, value: Any) -> Any:
    """One group of parts, or a list of them."""
    parts = {part.name: part for part in field.parts}
    if field.shape == "mapping":
        return _parts(parts, value) if isinstance(value, Mapping) else None
    rows = value if isinstance(value, list) else []
    return [_parts(parts, row) for row in rows if isinstance(row, Mapping)] or None


def _is_plain(value: Any) -> bool:
    return isinstance(value, (str, int, float)) and not isinstance(value, bool)
