# SPDX-License-Identifier: AGPL-3.0-or-later
"""A clock set back, nights of the change of hour, leap days: nothing is due on the wrong day, no digest comes twice."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.db import Database
from app.needs import rules as needs
from app.notices.mailing import due_digests, send_digest
from app.notices.models import Notice, Preference
from app.notices.rules import WAITING, digest_day
from app.outbox.models import Letter
from tests.makers import make_person

ROME = ZoneInfo("Europe/Rome")
#: The nights of 2027 in which the hour changes, the leap day, the end of a year.
DAYS = [date(2027, 3, 28), date(2027, 10, 31), date(2028, 2, 29), date(2027, 12, 31)]
QUARTER_OF_AN_HOUR = timedelta(minutes=15)


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("ahead", [0, 1, 10])
def test_an_answer_is_due_at_the_end_of_its_day_whatever_the_night(day: date, ahead: int) -> None:
    for hour in (0, 1, 2, 3, 12, 23):
        asked = datetime.combine(day - timedelta(days=ahead), time(hour, 30), ROME)
        due = needs.due_after(asked.astimezone(UTC), ahead)
        assert due.astimezone(ROME).replace(tzinfo=None) == datetime.combine(day, time(23, 59))
        assert asked <= needs.half_way(asked, due) <= due


@pytest.mark.parametrize("day", DAYS)
def test_a_digest_is_due_once_on_each_day(day: date) -> None:
    first = datetime.combine(day - timedelta(days=1), time(0), ROME).astimezone(UTC)
    asked = [digest_day(first + number * QUARTER_OF_AN_HOUR, "daily") for number in range(3 * 96)]
    changes = [one for one, before in zip(asked, [None, *asked], strict=False) if one and one != before]
    assert changes == sorted(set(changes))
    assert day in changes


@pytest.mark.parametrize("day", DAYS)
def test_a_clock_set_back_sends_no_digest_twice(registered: Database, day: date) -> None:
    seven = datetime.combine(day, time(7), ROME).astimezone(UTC)
    with registered.work() as session:
        person = make_person(session)
        session.add(Preference(person_id=person.id, reason=WAITING, mail="daily"))
    clock = [seven + number * QUARTER_OF_AN_HOUR for number in (-1, 0, 1, -4, -3, -1, 0, 1, 2)]
    for number, now in enumerate(clock):
        with registered.work() as session:
            session.add(_notice(person.id, number, now))
            session.flush()
            for whose in due_digests(session, now):
                send_digest(session, *whose, now, lambda _person, _reason: "")
    with registered.reading() as session:
        letters = session.query(Letter).all()
    assert [letter.once for letter in letters] == [f"digest:{person.id}:daily:{day.isoformat()}"]


def _notice(person: int, number: int, now: datetime) -> Notice:
    return Notice(
        person_id=person,
        source=f"journal:{number}",
        reason=WAITING,
        action="solution-submitted",
        kind="solution",
        key="sportello",
        data={},
        created_at=now,
    )
