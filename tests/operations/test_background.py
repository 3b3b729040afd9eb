# SPDX-License-Identifier: AGPL-3.0-or-later
"""Chores: each in its turn, none stops the others, and what went wrong can be read."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.background import Background, Chore
from app.db import Database
from app.operations import queries
from app.operations.models import ChoreRun


def run_of(database: Database, name: str) -> ChoreRun:
    with database.reading() as session:
        found = queries.chore_run(session, name)
        assert found is not None
        return found


def broken(_app: Flask) -> int:
    raise ValueError("the mailbox mario@ente.example\nis full")


def test_every_chore_runs_and_says_how_much_it_did(app: Flask, database: Database) -> None:
    assert Background(app, [Chore("first", 1, lambda _: 3), Chore("second", 1, lambda _: 0)]).once() == []
    assert run_of(database, "first").done == 3
    assert run_of(database, "second").last_ok_at is not None


def test_a_seldom_chore_that_went_well_waits_for_its_time_where_only_what_is_due_is_done(app: Flask) -> None:
    ran: list[str] = []

    def chore(name: str, every_seconds: float, wrong: bool = False) -> Chore:
        def run(_app: Flask) -> int:
            ran.append(name)
            return broken(_app) if wrong else 0

        return Chore(name, every_seconds, run)

    chores = [chore("often", 60), chore("daily", 86_400), chore("daily and broken", 86_400, wrong=True)]
    assert Background(app, chores).once(due_only=True) == ["daily and broken"]
    ran.clear()
    # As another process of the same minute.
    Background(app, chores).once(due_only=True)
    assert ran == ["often", "daily and broken"]
    ran.clear()
    Background(app, chores).once()
    assert ran == ["often", "daily", "daily and broken"]


@pytest.mark.parametrize(
    ("hours", "runs"), [(1, False), (20, False), (23.99, True), (30, True), pytest.param(-5, True, id="clock set back")]
)
def test_a_daily_chore_has_its_turn_at_the_same_time_of_the_next_day(
    app: Flask, database: Database, hours: float, runs: bool
) -> None:
    ran: list[int] = []

    def note(_app: Flask) -> int:
        ran.append(1)
        return 0

    background = Background(app, [Chore("daily", 86_400, note)])
    background.once()
    with database.work() as session:
        run = queries.chore_run(session, "daily")
        assert run is not None
        run.last_ok_at = datetime.now(UTC) - timedelta(hours=hours)
    background.once(due_only=True)
    assert len(ran) == 1 + runs


def test_a_chore_that_goes_wrong_stops_no_other(app: Flask, database: Database) -> None:
    assert Background(app, [Chore("broken", 1, broken), Chore("after", 1, lambda _: 1)]).once() == ["broken"]
    assert run_of(database, "after").done == 1
    wrong = run_of(database, "broken")
    assert wrong.last_ok_at is None
    assert wrong.last_error == "ValueError: the mailbox m***@ente.example"


def test_an_error_goes_away_with_the_next_good_run(app: Flask, database: Database) -> None:
    background = Background(app, [])
    chore = Chore("mending", 1, broken)
    assert not background.do(chore)
    assert background.do(replace(chore, run=lambda _: 0))
    assert run_of(database, "mending").last_error == ""
    assert run_of(database, "mending").last_ok_at is not None


def test_a_chore_with_nothing_to_do_is_not_noted_each_time(app: Flask, database: Database) -> None:
    background, chore = Background(app, []), Chore("idle", 1, lambda _: 0)
    background.do(chore)
    first = run_of(database, "idle").last_run_at
    background.do(chore)
    assert run_of(database, "idle").last_run_at == first


@pytest.fixture
def running(app: Flask) -> Iterator[threading.Event]:
    stop = threading.Event()
    yield stop
    stop.set()


def test_chores_are_done_again_until_told_to_stop(app: Flask, running: threading.Event) -> None:
    done: list[int] = []
    third = threading.Event()

    def count(_app: Flask) -> int:
        done.append(1)
        if len(done) == 3:
            third.set()
        return 1

    thread = threading.Thread(target=Background(app, [Chore("count", 0, count)]).run, args=(running,))
    thread.start()
    assert third.wait(20)
    running.set()
    thread.join(10)
    assert not thread.is_alive()


def test_told_to_stop_no_further_chore_begins(app: Flask, running: threading.Event) -> None:
    after = threading.Event()

    def stop_now(_app: Flask) -> int:
        running.set()
        return 0

    def note(_app: Flask) -> int:
        after.set()
        return 1

    Background(app, [Chore("stop", 1, stop_now), Chore("after", 1, note)]).run(running)
    assert not after.is_set()


def test_a_thing_that_goes_wrong_keeps_no_other_back_and_its_chore_is_noted_as_ailing(
    app: Flask, database: Database
) -> None:
    def act(session: Session, number: int) -> int:
        session.add(ChoreRun(name=str(number), done=number, last_run_at=datetime.now(UTC)))
        session.flush()
        return broken(app) if number < 3 else 1

    chore = Chore("things", 1, lambda _: database.each(lambda _session: [1, 2, 3, 4], act))
    assert Background(app, [chore]).once() == ["things"]
    with database.reading() as session:
        assert [queries.chore_run(session, str(number)) is not None for number in (1, 2, 3, 4)] == [
            False,
            False,
            True,
            True,
        ]
    assert "ValueError" in run_of(database, "things").last_error


def test_a_database_that_is_away_ends_a_chore_at_its_first_thing(database: Database) -> None:
    tried: list[int] = []

    def act(_session: Session, number: int) -> int:
        tried.append(number)
        raise OperationalError("", {}, Exception("away"))

    with pytest.raises(OperationalError):
        database.over([1, 2], act)
    assert tried == [1]


def test_a_failing_chore_shows_in_the_exit_status_of_one_round(app: Flask) -> None:
    app.extensions["chores"] = (Chore("broken", 1, broken),)
    result = app.test_cli_runner().invoke(args=["worker", "--once"])
    assert result.exit_code == 1
    assert "broken" in result.output
