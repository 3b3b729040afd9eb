# SPDX-License-Identifier: AGPL-3.0-or-later
"""What one presses twice on the page of a transfer, or sends again from the page behind, is kept once and told once."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from app.files.check import check
from app.needs.service import Deed
from app.twinnings import queries, service, sharing
from app.twinnings.models import Milestone
from tests.races import at_once, working
from tests.twinnings.exchange import LATER, Exchange

Act = Callable[[Session, int, Deed], object]

DAY = LATER.date()
PRESSED: dict[str, tuple[Act, str]] = {
    "note": (lambda s, n, d: sharing.write_note(s, n, "Si parte dai moduli.", d), "note-written"),
    "meeting": (
        lambda s, n, d: sharing.set_meeting(s, n, 0, "Avvio", LATER + timedelta(days=2), 60, "Torino", d),
        "meeting-set",
    ),
    "hours": (lambda s, n, d: sharing.count_hours(s, n, "torino", DAY, 6, "Studio", d), "hours-counted"),
    "milestone": (
        lambda s, n, d: service.add_milestone(s, n, "Prova in un comune", "adattare", DAY + timedelta(days=9), d),
        "milestone-added",
    ),
    "piece": (lambda s, n, d: sharing.add_piece(s, n, "Capitolato tipo", d), "kit-piece-added"),
    "file": (
        lambda s, n, d: sharing.add_file(s, n, 1, check(b"Schema di convenzione."), "uno.txt", "Schema", d),
        "file-shared",
    ),
}


@pytest.mark.parametrize("pressed", PRESSED)
def test_what_is_pressed_twice_is_kept_and_told_once(exchange: Exchange, pressed: str) -> None:
    act, action = PRESSED[pressed]
    for seconds in (0, 1, 100):
        with exchange.database.work() as session:
            act(session, exchange.number, Deed(exchange.receiver, LATER + timedelta(seconds=seconds)))
    assert exchange.rows().count(action) == 1


@pytest.mark.parametrize("pressed", PRESSED)
def test_what_is_pressed_twice_at_the_same_moment_is_kept_once(exchange: Exchange, pressed: str) -> None:
    act, action = PRESSED[pressed]

    def press(session: Session) -> None:
        act(session, exchange.number, exchange.deed())

    assert at_once(*[working(exchange.database, press)] * 3) == ["done"] * 3
    assert exchange.rows().count(action) == 1


@pytest.mark.parametrize(("pressed", "minutes"), [("note", 3), ("hours", 3)])
def test_the_same_words_and_hours_of_a_later_moment_count_again(exchange: Exchange, pressed: str, minutes: int) -> None:
    act, action = PRESSED[pressed]
    for later in (0, minutes):
        with exchange.database.work() as session:
            act(session, exchange.number, Deed(exchange.receiver, LATER + timedelta(minutes=later)))
    assert exchange.rows().count(action) == 2


@pytest.mark.parametrize("pressed", ["note", "hours"])
def test_the_same_words_and_hours_from_a_form_opened_anew_count_again(exchange: Exchange, pressed: str) -> None:
    act, action = PRESSED[pressed]
    for form in ("first", "first", "second", "first", "second", "", ""):
        with exchange.database.work() as session:
            act(session, exchange.number, Deed(exchange.receiver, LATER, form))
    assert exchange.rows().count(action) == 3, "a programme that sends no form is one of its own"


@pytest.mark.parametrize("pressed", ["note", "hours"])
def test_what_a_colleague_says_in_the_same_words_is_theirs(exchange: Exchange, pressed: str) -> None:
    act, action = PRESSED[pressed]
    for person in (exchange.receiver, exchange.colleague):
        with exchange.database.work() as session:
            act(session, exchange.number, exchange.deed(person))
    assert exchange.rows().count(action) == 2


def test_hours_of_the_same_length_as_some_of_long_ago_count_right_after_others(exchange: Exchange) -> None:
    for minutes, quarters, what in ((0, 6, "Studio"), (60, 2, "Telefonata"), (61, 6, "Studio"), (61, 6, "Studio")):
        with exchange.database.work() as session:
            deed = Deed(exchange.receiver, LATER + timedelta(minutes=minutes))
            sharing.count_hours(session, exchange.number, "torino", DAY, quarters, what, deed)
    with exchange.database.reading() as session:
        assert sorted(item.quarters for item in queries.hours(session, exchange.number)) == [2, 6, 6]


def test_hours_that_were_taken_back_are_counted_again_at_once(exchange: Exchange) -> None:
    act, _action = PRESSED["hours"]
    with exchange.database.work() as session:
        act(session, exchange.number, exchange.deed())
    with exchange.database.work() as session:
        (entry,) = queries.hours(session, exchange.number)
        sharing.take_back_hours(session, exchange.number, "torino", entry.id, exchange.deed())
    with exchange.database.work() as session:
        act(session, exchange.number, exchange.deed())
    with exchange.database.reading() as session:
        assert len(queries.hours(session, exchange.number)) == 1


def test_a_meeting_that_was_called_off_is_set_again(exchange: Exchange) -> None:
    act, _action = PRESSED["meeting"]
    with exchange.database.work() as session:
        act(session, exchange.number, exchange.deed())
    with exchange.database.work() as session:
        sharing.cancel_meeting(session, exchange.number, 1, exchange.deed())
    with exchange.database.work() as session:
        act(session, exchange.number, exchange.deed())
    with exchange.database.reading() as session:
        assert [item.cancelled_at is None for item in queries.meetings(session, exchange.number)] == [False, True]
        assert session.query(Milestone).filter_by(title="Prova in un comune").count() == 0
