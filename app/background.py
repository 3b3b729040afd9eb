# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the worker does besides the index: chores, each in its turn, none of which stops the others."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from app.db import Database
from app.operations import queries
from app.operations.service import note_run
from app.outbox.rules import masked
from app.web.logs import log

#: A chore that has nothing to do is noted this often, not at each of its turns.
NOTE_SECONDS = 60.0
LONGEST_REST = 1.0
#: A chore that comes round as seldom as this, or more so, has no second turn before its time where each is asked for
#: once a minute.
SELDOM_SECONDS = 3_600.0
NEARLY = 0.9


@dataclass(frozen=True)
class Chore:
    """Something to do every so many seconds; ``run`` answers how much it did."""

    name: str
    every_seconds: float
    run: Callable[[Flask], int]


def told(error: Exception) -> str:
    """An error in one line; what follows in a database's own report are the values of a row."""
    return masked(f"{type(error).__name__}: {error}".splitlines()[0])


class Background:
    """Runs the chores of an application until told to stop."""

    def __init__(self, app: Flask, chores: Sequence[Chore]) -> None:
        self.app = app
        self.chores = chores
        self._due = {chore.name: 0.0 for chore in chores}
        self._noted: dict[str, float] = {}
        self._ailing: set[str] = set()

    def run(self, stop: threading.Event) -> None:
        """Each chore when its time has come, one at a time, until ``stop``."""
        while not stop.is_set():
            for chore in self.chores:
                if not stop.is_set() and time.monotonic() >= self._due[chore.name]:
                    self.do(chore)
                    self._due[chore.name] = time.monotonic() + chore.every_seconds
            next_due = min(self._due.values(), default=0.0)
            stop.wait(min(max(next_due - time.monotonic(), 0.0), LONGEST_REST) if self._due else LONGEST_REST)

    def once(self, due_only: bool = False) -> list[str]:
        """Every chore once; ``due_only`` leaves out the seldom ones that went well and whose time has not come. Answers
        the names of those that went wrong."""
        chores = [chore for chore in self.chores if not (due_only and self._rests(chore))]
        return [chore.name for chore in chores if not self.do(chore)]

    def _rests(self, chore: Chore) -> bool:
        if chore.every_seconds < SELDOM_SECONDS:
            return False
        database: Database = self.app.extensions["database"]
        with database.reading() as session:
            run = queries.chore_run(session, chore.name)
        if run is None or run.last_ok_at is None or run.last_error:
            return False
        since = datetime.now(UTC) - run.last_ok_at
        # It was noted at its end: the same minute of the next day is a little less than a day later.
        return timedelta(0) <= since < timedelta(seconds=chore.every_seconds * NEARLY)

    def do(self, chore: Chore) -> bool:
        """One run of a chore; whatever goes wrong in it is noted and ends there. Answers whether it went well."""
        try:
            with self.app.app_context():
                done = chore.run(self.app)
        except Exception as error:
            # Whatever it is, the other chores still have their turn.
            log.error("chore", name=chore.name, exc_info=error)
            self._ailing.add(chore.name)
            self._note(chore, 0, told(error))
            return False
        if done or chore.name in self._ailing or self._long_unnoted(chore):
            self._ailing.discard(chore.name)
            self._note(chore, done)
        return True

    def _long_unnoted(self, chore: Chore) -> bool:
        noted = self._noted.get(chore.name)
        return noted is None or time.monotonic() - noted > NOTE_SECONDS

    def _note(self, chore: Chore, done: int, error: str = "") -> None:
        database: Database = self.app.extensions["database"]
        try:
            with database.work() as session:
                note_run(session, chore.name, datetime.now(UTC), done, error)
            self._noted[chore.name] = time.monotonic()
        except SQLAlchemyError as trouble:
            # The database is away: it is said by the probes, and noted by the next run.
            log.error("chore", name=chore.name, exc_info=trouble)
