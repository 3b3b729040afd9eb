# SPDX-License-Identifier: AGPL-3.0-or-later
"""One value as typed in the form (texts only) <-> the same value in a document."""

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from app.document.dates import is_date
from app.document.schema import UNKNOWN, Field
from app.text.folding import fold

#: What a field of the form holds: a text, or lists and groups of texts; never numbers.
Typed = str | list[Any] | dict[str, Any]

LISTS = frozenset({"texts", "slugs", "choices", "numbers"})
DECIMAL = re.compile(r"^\d{1,12}(?:[.,]\d{1,9})?\Z")
WHOLE = re.compile(r"^\d{1,15}\Z")
EURO = re.compile(r"€|\beuro?\b", re.IGNORECASE)
THOUSANDS = re.compile(r"^\d{1,3}(?:[. ’']\d{3})+\Z")
NUMBERS = re.compile(r"^(?:(?P<day>\d{1,2})[./-])?(?P<month>\d{1,2})[./-](?P<year>\d{4})\Z")
WORDS = re.compile(r"^(?:(?P<day>\d{1,2})[°º]? )?(?P<month>[a-zA-Zì]{3,9})\.? (?P<year>\d{4})\Z")
_NAMES = (
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "january february march april may june july august september october november december",
)
#: Months by name, whole or by its first three letters, in both languages of the site.
MONTHS: Mapping[str, int] = {
    way: number for names in _NAMES for number, name in enumerate(names.split(), 1) for way in (name, name[:3])
}
SOLUTION_PATH = "/soluzioni/"


def blank(typed: Any) -> bool:
    """Whether nothing was typed, however many empty boxes there are."""
    if isinstance(typed, str):
        return not typed.strip()
    inner = typed.values() if isinstance(typed, Mapping) else typed
    return all(map(blank, inner))


def filled(typed: Any) -> Any:
    """What was typed without empty boxes and empty rows."""
    if isinstance(typed, Mapping):
        return {name: filled(value) for name, value in typed.items() if not blank(value)}
    if isinstance(typed, list):
        return [filled(item) for item in typed if not blank(item)]
    return typed


def as_value(field: Field, typed: Any) -> Any:
    """The value a document gets; None where nothing was typed; what cannot be read stays text, for the checks."""
    if blank(typed):
        return None
    if isinstance(typed, str):
        text = " ".join(typed.split())
        return UNKNOWN if text == UNKNOWN else READ.get(field.shape, _text)(text)
    if isinstance(typed, Mapping):
        parts = {part.name: as_value(part, typed.get(part.name, "")) for part in field.parts}
        return {name: value for name, value in parts.items() if value is not None}
    if field.shape == "mappings":
        return [as_value(field, row) for row in typed if not blank(row)]
    read = READ_ITEM.get(field.shape, _text)
    return [read(" ".join(item.split())) for item in typed if not blank(item)]


def as_typed(field: Field, value: Any) -> Typed | None:
    """What the form shows of a value of a document; None for a value the form has no boxes for."""
    if value == UNKNOWN:
        return UNKNOWN
    if field.shape == "mapping":
        return _group(field, value)
    if field.shape == "mappings":
        rows = [_group(field, row) for row in value] if isinstance(value, list) else [None]
        return None if None in rows else rows
    if field.shape in LISTS:
        return _texts(value)
    return None if isinstance(value, (list, dict)) else _shown(value)


def _group(field: Field, value: Any) -> dict[str, Typed] | None:
    parts = {part.name: part for part in field.parts}
    if not isinstance(value, Mapping) or value.keys() - parts.keys():
        return None
    typed = {name: as_typed(parts[name], inner) for name, inner in value.items()}
    return None if None in typed.values() else {name: inner for name, inner in typed.items() if inner is not None}


def _texts(value: Any) -> list[str] | None:
    if not isinstance(value, list) or any(isinstance(item, (list, dict)) for item in value):
        return None
    return [_shown(item) for item in value]


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _text(text: str) -> Any:
    return text


def _number(text: str) -> Any:
    """`2,5` and `2.5` are the same number in an office."""
    if WHOLE.match(text):
        return int(text)
    return float(text.replace(",", ".")) if DECIMAL.match(text) else text


def _amount(text: str) -> Any:
    """`40.000 €` and `40.000,00 euro` are forty thousand."""
    bare = re.sub(r",00\Z", "", EURO.sub("", text).strip())
    if THOUSANDS.match(bare):
        return int(re.sub(r"\D", "", bare))
    return int(bare) if WHOLE.match(bare) else text


def _whole(text: str) -> Any:
    return int(text) if WHOLE.match(text) else text


def _value(text: str) -> Any:
    number = _number(text)
    # `007` and `1,50` are how somebody writes them, not numbers.
    return number if str(number) == text.replace(",", ".") else text


def _flag(text: str) -> Any:
    return {"true": True, "false": False}.get(text, text)


def _slug(text: str) -> Any:
    """The address of a solution copied from the browser stands for its name."""
    try:
        path = urlsplit(text).path if text.startswith(("http://", "https://", "/")) else ""
    except ValueError:
        return text
    return path.rpartition(SOLUTION_PATH)[2].strip("/") if SOLUTION_PATH in path else text


def _date(text: str) -> Any:
    """`03/2023`, `3/5/2023`, `marzo 2023` and `3 May 2023` as the document writes dates."""
    found = NUMBERS.match(text) or WORDS.match(text)
    if not found:
        return text
    day, month, year = found["day"], found["month"], found["year"]
    number = int(month) if month.isdigit() else MONTHS.get(fold(month))
    written = f"{year}-{number:02}" + (f"-{int(day):02}" if day else "") if number else text
    return written if is_date(written) else text


READ: dict[str, Callable[[str], Any]] = {
    "date": _date,
    "number": _number,
    "amount": _amount,
    "grade": _whole,
    "value": _value,
    "flag": _flag,
    "slug": _slug,
}
READ_ITEM: dict[str, Callable[[str], Any]] = {"numbers": _whole}
