# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the worker does for notices: follow the journal, send digests, look again at saved searches."""

from collections.abc import Iterator
from datetime import UTC, datetime

from flask import Flask
from sqlalchemy.orm import Session

from app.db import Database
from app.notices import mailing, queries, rules, service
from app.notices.unsubscribe import Unsubscribing
from app.search.engine import Engine
from app.search.forms import read_query
from app.search.index import IndexDamaged
from app.web.logs import log

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
    now, path = _now(), unsubscribing(app).path
    with database.reading() as session:
        due = mailing.due_digests(session, now)
    return database.over(due, lambda s, whose: mailing.send_digest(s, *whose, now, path))


def look_at_searches(app: Flask) -> int:
    """Tell the owners of saved searches what is new, once for each state of the index. Answers how many were told."""
    engine: Engine = app.extensions["engine"]
    database: Database = app.extensions["database"]
    state, path = "/".join(engine.generation())[:120], unsubscribing(app).path
    # Searching takes its time: nobody waits for the lock of a writer meanwhile.
    with database.reading() as session:
        if not service.searches_to_look_at(session, state):
            return 0
        news = list(_news(session, engine))
    told = database.over(news, lambda s, new: service.tell_found(s, *new, _now(), path))
    with database.work() as session:
        service.looked_at_searches(session, state)
    return told


def _news(session: Session, engine: Engine) -> Iterator[tuple[int, dict[str, str]]]:
    """The saved searches that find something new, by number, with slug and title of what it is."""
    after = 0
    while batch := queries.saved_searches(session, after, SEARCHES_AT_ONCE):
        in_force = queries.in_force_since(session, min(follow.created_at for follow in batch) - rules.INDEX_BEHIND)
        for follow in batch if in_force else ():
            found = found_by(engine, follow.key)
            if new := rules.news_of_search(found, follow.seen, in_force, follow.created_at):
                yield follow.id, {slug: found[slug] for slug in new}
        after = batch[-1].id


def found_by(engine: Engine, query: str) -> dict[str, str]:
    """Slug and title of the published solutions a saved search finds now; nothing while the index is damaged."""
    asked = read_query(query)
    try:
        return engine.titles(asked.text, asked.facets, ("solution",), not asked.exact)
    except IndexDamaged:
        return {}
