# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the worker does for requests: reminds, asks again, passes to the next city, looks at new solutions."""

from datetime import UTC, datetime

from flask import Flask

from app.config import Settings
from app.db import Database
from app.needs import overdue, proposals, queries, rules, shortlists
from app.search.engine import Engine


def follow_proposals(app: Flask) -> int:
    """Look at every proposal whose time has come, each in its own transaction. Answers how many moved."""
    database: Database = app.extensions["database"]
    settings: Settings = app.config["SETTINGS"]
    now = datetime.now(UTC)
    with database.reading() as session:
        numbers = queries.to_look_at(session, now)
    moved = 0
    for number in numbers:
        with database.work() as session:
            moved += proposals.look_at(session, number, settings.answer_days, now)
    return moved


def follow_requests(app: Flask) -> int:
    """Look at every open request whose day has passed, each in its own transaction. Answers how many were told."""
    database: Database = app.extensions["database"]
    settings: Settings = app.config["SETTINGS"]
    now = datetime.now(UTC)
    with database.reading() as session:
        numbers = queries.past_their_day(session, rules.day_of(now))
    told = 0
    for number in numbers:
        with database.work() as session:
            told += overdue.look_at(session, number, settings.overdue_days, now)
    return told


def meet_new_solutions(app: Flask) -> int:
    """Tell open requests of the solutions published since. Answers how many were told."""
    database: Database = app.extensions["database"]
    engine: Engine = app.extensions["engine"]
    now = datetime.now(UTC)
    # Matching takes its time: nobody waits for the lock of a writer meanwhile.
    with database.reading() as session:
        found = shortlists.newly_met(session, engine, now)
    told = 0
    for number, slug in found:
        with database.work() as session:
            told += shortlists.tell_met(session, number, slug, now)
    return told
