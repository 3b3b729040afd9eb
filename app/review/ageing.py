# SPDX-License-Identifier: AGPL-3.0-or-later
"""How time counts in review: working days of waiting, when facts must be confirmed, when evidence falls."""

from calendar import monthrange
from datetime import date, timedelta
from typing import Any

from app.document.dates import last_day

#: Confirmed facts hold for this long; then the page says so.
HOLDS_MONTHS = 12
#: A level falls by one this long after the facts were due, and again every `AGAIN_MONTHS`.
FALLS_MONTHS = 6
AGAIN_MONTHS = 12
LOWEST = 1

HOLIDAYS = ((1, 1), (1, 6), (4, 25), (5, 1), (6, 2), (8, 15), (11, 1), (12, 8), (12, 25), (12, 26))
#: Saint Francis is a national holiday again since 2026 (L. 8 October 2025, n. 151).
SAINT_FRANCIS, SAINT_FRANCIS_SINCE = (10, 4), 2026


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (the rule of Meeus, Jones and Butcher)."""
    century, within = divmod(year, 100)
    moon = (19 * (year % 19) + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    week = (32 + 2 * (century % 4) + 2 * (within // 4) - moon - within % 4) % 7
    late = (year % 19 + 11 * moon + 22 * week) // 451
    month, day = divmod(moon + week - 7 * late + 114, 31)
    return date(year, month, day + 1)


def is_working_day(day: date) -> bool:
    if day.weekday() >= 5 or (day.month, day.day) in HOLIDAYS:
        return False
    if (day.month, day.day) == SAINT_FRANCIS and day.year >= SAINT_FRANCIS_SINCE:
        return False
    return day != easter(day.year) + timedelta(days=1)


def working_days(start: date, end: date) -> int:
    """Working days after ``start`` up to and with ``end``: 0 on the same day."""
    return sum(is_working_day(start + timedelta(days=count)) for count in range(1, (end - start).days + 1))


def add_months(day: date, months: int) -> date:
    """The same day some months later, the last of the month where that month is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def next_confirmation(verified_on: date) -> date:
    """By when the facts must be confirmed again."""
    return add_months(verified_on, HOLDS_MONTHS)


def falls(review_due: Any, since: date, today: date) -> int:
    """How many times the level fell after ``since``, the day its version came into force, up to today."""
    due = last_day(review_due)
    count, number = 0, 0
    while due is not None and (fall := add_months(due, FALLS_MONTHS + AGAIN_MONTHS * number)) <= today:
        count += fall > since
        number += 1
    return count


def shown_level(level: int | None, review_due: Any, since: date, today: date) -> int | None:
    """The level of evidence as it counts today, never under the lowest; None where none was given."""
    return max(LOWEST, level - falls(review_due, since, today)) if level else None
