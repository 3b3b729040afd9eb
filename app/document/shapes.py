# SPDX-License-Identifier: AGPL-3.0-or-later
"""The shapes a front-matter value can have: each check answers the key of what is wrong, or an empty text."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from app.document.dates import is_date
from app.document.schema import Field

SLUG = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*\Z")
MAILBOX = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+\Z")
MAX_SLUG = 120
MAX_ITEM = 400


def _text(field: Field, value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        return "not_a_text"
    return "too_long" if field.limit and len(value) > field.limit else ""


def _slug(field: Field, value: Any) -> str:
    return "" if isinstance(value, str) and len(value) <= MAX_SLUG and SLUG.match(value) else "not_a_slug"


def _slugs(field: Field, value: Any) -> str:
    return _list_of(field, value, lambda item: _slug(field, item))


def _texts(field: Field, value: Any) -> str:
    return _list_of(field, value, lambda item: "" if isinstance(item, str) and item.strip() else "not_a_text")


def _list_of(field: Field, value: Any, problem: Callable[[Any], str]) -> str:
    if not isinstance(value, list):
        return "not_a_list"
    if len(value) > field.limit:
        return "too_many"
    for item in value:
        key = problem(item)
        if key:
            return key
        if len(str(item)) > MAX_ITEM:
            return "item_too_long"
    return "twice" if len(set(map(str, value))) < len(value) else ""


def _choice(field: Field, value: Any) -> str:
    return "" if value in field.choices else "not_a_choice"


def _choices(field: Field, value: Any) -> str:
    return _list_of(field, value, lambda item: _choice(field, item))


def _numbers(field: Field, value: Any) -> str:
    return _list_of(field, value, lambda item: "" if _is_whole(item) and 1 <= item <= 17 else "not_a_goal")


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _number(field: Field, value: Any) -> str:
    if not (_is_number(value) and 0 <= value < 1e12):
        return "not_a_number"
    return "too_great" if field.limit and value > field.limit else ""


def _amount(field: Field, value: Any) -> str:
    return "" if _is_whole(value) and 0 <= value < 10**12 else "not_an_amount"


def _grade(field: Field, value: Any) -> str:
    return "" if _is_whole(value) and 1 <= value <= 5 else "not_a_grade"


def _flag(field: Field, value: Any) -> str:
    return "" if isinstance(value, bool) else "not_a_flag"


def _date(field: Field, value: Any) -> str:
    return "" if is_date(value) else "not_a_date"


def _mailbox(field: Field, value: Any) -> str:
    return "" if isinstance(value, str) and len(value) <= field.limit and MAILBOX.match(value) else "not_a_mailbox"


def _value(field: Field, value: Any) -> str:
    return "" if _is_number(value) or (isinstance(value, str) and len(value) <= MAX_ITEM) else "not_a_value"


def _address(field: Field, value: Any) -> str:
    if not isinstance(value, str) or len(value) > field.limit:
        return "not_an_address"
    try:
        parts = urlsplit(value)
    except ValueError:
        return "not_an_address"
    return "" if parts.scheme in {"http", "https"} and parts.hostname else "not_an_address"


SHAPES: dict[str, Callable[[Field, Any], str]] = {
    "text": _text,
    "slug": _slug,
    "slugs": _slugs,
    "texts": _texts,
    "choice": _choice,
    "choices": _choices,
    "numbers": _numbers,
    "number": _number,
    "amount": _amount,
    "grade": _grade,
    "flag": _flag,
    "date": _date,
    "mailbox": _mailbox,
    "value": _value,
    "address": _address,
}
