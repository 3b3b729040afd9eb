# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the worker does for notices: follow the journal, send digests, look again at saved searches."""

from datetime import UTC, datetime

from flask import Flask
from sqlalchemy.orm import Session

from app.db import Database
from app.notices import queries, service
from app.notices.models import Cursor, Follow
from app.notices.unsubscribe import Unsubscribing
from app.search.engine import Engine
from app.search.forms import read_query
from app.search.index import IndexDamaged
from app.web.logs import log

#: Things of a saved search that are looked at; more than a reader would ever page through.
LOOKED_AT = 200
SEARCHES_AT_ONCE = 100


def _now() -> datetime:
    return datetime.now(UTC)


def unsubscribing(app: Flask) -> Unsubscribing:
    return Unsubscribing(str(app.config["SECRET_KEY"]))


def distribute(app: Flask) -> int:
    """Tell what happened since the last time, some rows at a time until there are none."""
    database: Database = app.extensions["database"]
    path, done = unsubscribing(app).path, 0
    while _behind(database):
        with database.work() as session:
            troubles: list[tuple[int, Exception]] = []
            done += service.distribute(session, _now(), path, troubles)
        for row, error in troubles:
            log.error("notice", row=row, exc_info=error)
    return done


def _behind(database: Database) -> bool:
    # Nobody waits for the lock of a writer every few seconds where nothing happened.
    with database.reading() as session:
        return service.behind(session)


def send_digests(app: Flask) -> int:
    """Put the digests that are due in the outbox, each in its own transaction. Answers how many."""
    database: Database = app.extensions["database"]
    now, sent = _now(), 0
    with database.reading() as session:
        due = service.due_digests(session, now)
    for person_id, how in due:
        with database.work() as session:
            sent += service.send_digest(session, person_id, how, now, unsubscribing(app).path)
    return sent


def look_at_searches(app: Flask) -> int:
    """Tell the owners of saved searches what is new, once for each state of the index."""
    engine: Engine = app.extensions["engine"]
    database: Database = app.extensions["database"]
    state = "/".join(engine.generation())
    if not state:
        return 0
    told = 0
    with database.work() as session:
        cursor = queries.cursor(session, service.SEARCHES) or Cursor(name=service.SEARCHES, position="")
        session.add(cursor)
        if cursor.position == state:
            return 0
        after = 0
        while batch := queries.saved_searches(session, after, SEARCHES_AT_ONCE):
            told += sum(_look(session, app, follow) for follow in batch)
            after = batch[-1].id
        cursor.position = state[:120]
    return told


def _look(session: Session, app: Flask, follow: Follow) -> int:
    engine: Engine = app.extensions["engine"]
    found = found_by(engine, follow.key)
    return service.look_again(session, follow, found, _now(), unsubscribing(app).path)


def found_by(engine: Engine, query: str) -> list[tuple[str, str]]:
    """Slug and title of the published solutions a saved search finds now; nothing while the index is damaged."""
    asked = read_query(query)
    try:
        results = engine.search(
            asked.text, filters=asked.facets, per_page=LOOKED_AT, kinds=("solution",), correct=not asked.exact
        )
    except IndexDamaged:
        return []
    return [(hit.slug, hit.title) for hit in results.hits]
