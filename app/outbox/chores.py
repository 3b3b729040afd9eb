# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the worker does for the outbox: sends what is due, forgets what is old."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

from flask import Flask

from app.config import Settings
from app.db import Database
from app.outbox import letters, queries, rules, service
from app.outbox.carrier import Carrier, NotTaken, carrier
from app.outbox.models import Letter
from app.web.logs import log

#: Letters sent in one turn, and its seconds; other chores get theirs before the next.
TURN = 100
TURN_SECONDS = 30.0
#: When a worker without a mail server said so, and how long until it says so again.
TOLD_AT, TOLD_SECONDS = "told_of_waiting_letters", 3_600.0

Clock = Callable[[], datetime]


def now() -> datetime:
    return datetime.now(UTC)


def send_mail(app: Flask) -> int:
    """Send the letters that are due, one after the other. Answers how many were sent."""
    settings: Settings = app.config["SETTINGS"]
    taker = carrier(settings)
    database: Database = app.extensions["database"]
    if taker is None:
        _tell_waiting(app, database)
        return 0
    return send_due(database, settings, taker, lambda: app.extensions["stopping"].is_set())


def _tell_waiting(app: Flask, database: Database) -> None:
    """Say now and then that nobody takes the letters that are due: the log is read by people."""
    last: float | None = app.extensions.get(TOLD_AT)
    if last is not None and time.monotonic() - last < TOLD_SECONDS:
        return
    with database.reading() as session:
        if queries.any_due(session, now()):
            log.warning("mail", error="no mail server is configured: letters wait")
            app.extensions[TOLD_AT] = time.monotonic()


def send_due(
    database: Database,
    settings: Settings,
    taker: Carrier,
    stopping: Callable[[], bool] = lambda: False,
    clock: Clock = now,
) -> int:
    """Send at most a turn of letters until none is due, or a door is shut; runs inside the application."""
    sent, end = 0, time.monotonic() + TURN_SECONDS
    for _ in range(TURN):
        letter = None if stopping() or time.monotonic() > end else _claimed(database, clock())
        if letter is None:
            break
        try:
            sent += _send(database, settings, taker, letter, clock)
        except NotTaken:
            # The others would wait before the same door, and all other chores with them.
            break
    return sent


def _claimed(database: Database, at: datetime) -> Letter | None:
    # An idle worker only reads: nobody waits for its lock.
    with database.reading() as session:
        if not queries.any_due(session, at):
            return None
    with database.work() as session:
        return service.claim(session, at)


def _send(database: Database, settings: Settings, taker: Carrier, letter: Letter, clock: Clock) -> bool:
    """Whether it was sent. Raises ``NotTaken``, once that is noted, where no other letter is taken now either."""
    claimed_at = letter.claimed_at
    try:
        if rules.expired(letter.expires_at, clock()):
            raise NotTaken("its link has expired: a new letter is needed", for_good=True)
        made = letters.message(letter, settings)
        if claimed_at is None or not _still_ours(database, letter, clock()):
            return False
        taker.take(made, letter.recipient, f"{letter.id:06}-{letter.kind}")
    except NotTaken as error:
        about = {"letter": letter.id, "kind": letter.kind, "attempt": letter.attempts, "for_good": error.for_good}
        log.warning("mail", **about, error=rules.masked(error.reason))
        with database.work() as session:
            service.mark_failed(
                session, letter.id, claimed_at or clock(), clock(), error.reason, for_good=error.for_good
            )
        if error.shut:
            raise
        return False
    with database.work() as session:
        service.mark_sent(session, letter.id, clock())
    return True


def _still_ours(database: Database, letter: Letter, at: datetime) -> bool:
    """A worker that was held up long enough has lost its letter to another."""
    with database.reading() as session:
        found = queries.by_number(session, letter.id)
        return found is not None and found.sent_at is None and rules.held(found.claimed_at, letter.claimed_at, at)


def forget_mail(app: Flask) -> int:
    """Forget recipients and contents of letters of long ago."""
    database: Database = app.extensions["database"]
    with database.work() as session:
        return service.forget_old(session, now())
