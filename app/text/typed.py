# SPDX-License-Identifier: AGPL-3.0-or-later
"""What people type: text as a database keeps it, one line, a number, a day."""

import re
from collections.abc import Mapping
from datetime import date

#: Breaks of lines, those that word processors leave in copied text among them.
BREAK = re.compile(r"\r\n?|[\x0b\x0c\x85]")
#: What no keyboard types, and what databases, XML or YAML refuse.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

#: A day as one writes it where the browser has no field for days.
WRITTEN = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")


def readable(text: str) -> str:
    """Text as it was typed, with one kind of line end and without control characters."""
    return CONTROL.sub("", BREAK.sub("\n", text))


def line(text: str) -> str:
    """On one line, a space between words."""
    return " ".join(text.split())


def number(text: str, most: int = 999_999_999) -> int | None:
    """A whole number from nought to ``most``; None for anything else."""
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 15:
        return None
    return found if (found := int(digits)) <= most else None


def number_in(form: Mapping[str, str], name: str) -> int:
    """The number in a field; 0 where there is none."""
    return number(form.get(name, "")) or 0


def day(text: str) -> date | None:
    """A day as browsers send it, or as it is written in Italy (`31/12/2026`); None for anything else."""
    typed = text.strip()
    try:
        if written := WRITTEN.fullmatch(typed):
            return date(int(written[3]), int(written[2]), int(written[1]))
        return date.fromisoformat(typed)
    except ValueError:
        return None
