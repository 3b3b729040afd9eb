# SPDX-License-Identifier: AGPL-3.0-or-later
"""Working days, confirmation of facts, the fall of evidence."""

from datetime import UTC, date, datetime

import pytest

from app.document.dates import day_of, last_day
from app.review import ageing
from app.solutions.rules import is_overdue


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2026-11-20", "2026-11-20", 0),
        ("2026-11-20", "2026-11-23", 1),
        ("2026-12-04", "2026-12-09", 2),
        ("2026-12-23", "2027-01-07", 8),
        ("2027-03-26", "2027-03-30", 1),
        ("2026-11-23", "2026-11-20", 0),
    ],
)
def test_weekends_and_national_holidays_do_not_count(start: str, end: str, days: int) -> None:
    assert ageing.working_days(date.fromisoformat(start), date.fromisoformat(end)) == days


def test_saint_francis_is_a_holiday_since_2026() -> None:
    assert ageing.is_working_day(date(2024, 10, 4))
    assert not ageing.is_working_day(date(2027, 10, 4))


@pytest.mark.parametrize(
    ("year", "day"), [(2024, "2024-03-31"), (2025, "2025-04-20"), (2026, "2026-04-05"), (2038, "2038-04-25")]
)
def test_easter_falls_where_the_calendar_says(year: int, day: str) -> None:
    assert ageing.easter(year) == date.fromisoformat(day)


def test_the_day_is_the_one_in_italy() -> None:
    assert day_of(datetime(2026, 11, 22, 23, 30, tzinfo=UTC)) == date(2026, 11, 23)
    assert day_of(datetime(2026, 7, 1, 22, 30, tzinfo=UTC)) == date(2026, 7, 2)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [("2026-11-22", 12, "2027-11-22"), ("2028-02-29", 12, "2029-02-28"), ("2026-08-31", 6, "2027-02-28")],
)
def test_months_end_where_the_calendar_lets_them(start: str, months: int, end: str) -> None:
    assert ageing.add_months(date.fromisoformat(start), months) == date.fromisoformat(end)


@pytest.mark.parametrize(
    ("value", "day"),
    [("2027", "2027-12-31"), ("2027-02", "2027-02-28"), ("2027-11-03", "2027-11-03"), ("", None), (None, None)],
)
def test_a_date_less_precise_lasts_to_its_end(value: object, day: str | None) -> None:
    assert last_day(value) == (date.fromisoformat(day) if day else None)


def test_facts_are_overdue_only_after_their_day() -> None:
    assert not is_overdue("2027-11-22", date(2027, 11, 22))
    assert is_overdue("2027-11-22", date(2027, 11, 23))
    assert not is_overdue("2027-11", date(2027, 11, 23))
    assert not is_overdue(None, date(2027, 11, 23))


@pytest.mark.parametrize(
    ("today", "level"),
    [
        ("2027-11-22", 5),
        ("2028-05-21", 5),
        ("2028-05-22", 4),
        ("2029-05-21", 4),
        ("2029-05-22", 3),
        ("2031-05-22", 1),
        ("2050-01-01", 1),
    ],
)
def test_a_level_falls_half_a_year_after_it_was_due_and_every_year_after_never_under_one(
    today: str, level: int
) -> None:
    since = date(2026, 11, 22)
    assert ageing.shown_level(5, "2027-11-22", since, date.fromisoformat(today)) == level


def test_a_fall_written_in_the_document_does_not_happen_twice() -> None:
    today = date(2028, 6, 1)
    first = ageing.shown_level(4, "2027-11-22", date(2026, 11, 22), today)
    assert ageing.shown_level(first, "2027-11-22", today, today) == first == 3


def test_without_a_level_or_a_day_nothing_falls() -> None:
    assert ageing.shown_level(None, "2020", date(2019, 1, 1), date(2026, 1, 1)) is None
    assert ageing.shown_level(3, None, date(2019, 1, 1), date(2026, 1, 1)) == 3
