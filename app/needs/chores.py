# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the worker does for requests: reminds, asks again, passes to the next city, looks at new solutions."""

from datetime import UTC, datetime

from flask import Flask

from app.config import Settings
from app.db import Database
from app.document.dates import day_of
from app.errors import NotFound
from app.journal import queries as journal
from app.needs import assigning, news, overdue, proposal_queries, proposals, queries, round_queries, rounds
from app.search.engine import Engine

#: Requests of a round between two notes of how far it is.
STEP = 100
#: Under which name the application keeps the state new solutions were last looked at in.
LOOKED_AT = "new_solutions_looked_at"


def follow_proposals(app: Flask) -> int:
    """Look at every proposal whose time has come, each in its own transaction. Answers how many moved."""
    database: Database = app.extensions["database"]
    settings: Settings = app.config["SETTINGS"]
    now, days = datetime.now(UTC), settings.answer_days
    return database.each(lambda s: proposal_queries.to_look_at(s, now), lambda s, n: proposals.look_at(s, n, days, now))


def follow_requests(app: Flask) -> int:
    """Look at every open request whose day has passed, each in its own transaction. Answers how many were told."""
    database: Database = app.extensions["database"]
    settings: Settings = app.config["SETTINGS"]
    now, days = datetime.now(UTC), settings.overdue_days
    return database.each(
        lambda s: queries.past_their_day(s, day_of(now)), lambda s, n: overdue.look_at(s, n, days, now)
    )


def meet_new_solutions(app: Flask) -> int:
    """Tell open requests of the solutions published since. Answers how many were told."""
    database: Database = app.extensions["database"]
    engine: Engine = app.extensions["engine"]
    now = datetime.now(UTC)
    # Matching takes its time: nobody waits for the lock of a writer meanwhile, and it is not done twice on one state.
    with database.reading() as session:
        # Requests, answers, days on offer and weights change with a row each; some things with the day.
        newest = journal.last(session)
        state = engine.generation(), newest.id if newest else 0, day_of(now)
        if app.extensions.get(LOOKED_AT) == state:
            return 0
        found = news.newly_met(session, engine, now)
    told = database.over(found, lambda s, met: news.tell_met(s, *met, now))
    app.extensions[LOOKED_AT] = state
    return told


def compute_rounds(app: Flask) -> int:
    """Compute the rounds that were begun with many requests. Answers how many."""
    database: Database = app.extensions["database"]
    with database.reading() as session:
        numbers = round_queries.rounds_to_compute(session)
    for number in numbers:
        _compute(app, database, number)
    return len(numbers)


def _compute(app: Flask, database: Database, number: int) -> None:
    """One round, read and computed outside any transaction that writes; one thrown away meanwhile is forgotten."""
    engine: Engine = app.extensions["engine"]
    revision = 0

    def progress(done: int, of: int) -> None:
        if done % STEP == 0:
            with database.work() as session:
                rounds.note_progress(session, number, done, of, revision)

    try:
        with database.reading() as session:
            made = round_queries.round_(session, number)
            if made is None:
                return
            revision = int(made.input.get("revision", 0))
            found = assigning.computed(session, engine, made.input["floor"], datetime.now(UTC), progress)
        with database.work() as session:
            rounds.finish(session, number, found, datetime.now(UTC), revision)
    except NotFound:
        return
    except Exception:
        # It would go wrong at each turn of the worker: the page says so, and the log why.
        with database.work() as session:
            rounds.finish(session, number, None, datetime.now(UTC), revision)
        raise
