# SPDX-License-Identifier: AGPL-3.0-or-later
"""Dates as precise as they are known."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from app.document.dates import day_of, is_date, starts_after, year_of


@pytest.mark.parametrize("value", ["2018", 2018, "2018-05", "2018-05-03", "1800", "2199-12-31", "2020-02-29"])
def test_a_year_a_month_or_a_day_is_a_date(value: Any) -> None:
    assert is_date(value)
    assert year_of(value) == int(str(value)[:4])


@pytest.mark.parametrize(
    "value",
    ["", "18", "2018-5", "2018-13", "2018-00", "2018-02-30", "2019-02-29", "2018-05-03T10:00", "maggio 2018", "1799",
     "2200", "2018 ", "2018\n", True, None, 2018.5, [], "non disponibile"],
)  # fmt: skip
def test_anything_else_is_not(value: Any) -> None:
    assert not is_date(value)
    assert year_of(value) is None


@pytest.mark.parametrize(
    ("start", "end", "after"),
    [
        ("2018", "2017", True),
        ("2018", "2018", False),
        ("2018-06", "2018", False),
        ("2018-06", "2018-05", True),
        ("2018-06-01", "2018-06", False),
        (2019, "2018-06", True),
    ],
)
def test_two_dates_are_compared_as_far_as_both_are_known(start: Any, end: Any, after: bool) -> None:
    assert starts_after(start, end) is after


def test_near_midnight_the_day_is_that_of_rome() -> None:
    assert day_of(datetime(2026, 11, 22, 23, 30, tzinfo=UTC)) == date(2026, 11, 23)
    assert day_of(datetime(2026, 7, 22, 21, 59, tzinfo=UTC)) == date(2026, 7, 22)
