# SPDX-License-Identifier: AGPL-3.0-or-later
"""Dates as precise as they are known: `2018`, `2018-05`, `2018-05-03`; the day it is in Italy."""

import re
from calendar import monthrange
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

#: Times that people type and read are those of Italy, and so are the days of registers and terms.
ROME = ZoneInfo("Europe/Rome")
FORM = re.compile(r"^(1[89]|20|21)\d\d(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?\Z")


def day_of(instant: datetime) -> date:
    """The day in Italy on which something happened."""
    return instant.astimezone(ROME).date()


def today() -> date:
    """The day it is in Italy: registers say from and until which day something holds there."""
    return day_of(datetime.now(UTC))


def is_date(value: Any) -> bool:
    """True for a year, a month or a day that exists; a bare year may be a number."""
    text = str(value)
    if isinstance(value, bool) or not FORM.match(text):
        return False
    if len(text) < 10:
        return True
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def starts_after(start: Any, end: Any) -> bool:
    """True when ``start`` lies after ``end`` at the precision both have."""
    first, second = str(start), str(end)
    shared = min(len(first), len(second))
    return first[:shared] > second[:shared]


def year_of(value: Any) -> int | None:
    """Year of a date, None where it is not known."""
    return int(str(value)[:4]) if is_date(value) else None


def last_day(value: Any) -> date | None:
    """The last day a date may mean: `2027-11` is its 30th; None for what is no date."""
    if not is_date(value):
        return None
    text = str(value)
    year, month = int(text[:4]), int(text[5:7] or 12)
    return date(year, month, int(text[8:10] or monthrange(year, month)[1]))
