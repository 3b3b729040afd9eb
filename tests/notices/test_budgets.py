# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the worker asks of the database for notices: little for each person, nothing of those who are told nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from app.db import Database
from app.notices import chores, queries, service
from app.notices.models import Notice
from tests.makers import NOW, make_person, make_solution
from tests.needs.network import Network

#: Of no statement the database is asked anything.
SILENT = ("PRAGMA", "BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


@contextmanager
def asked(database: Database) -> Iterator[list[str]]:
    """The statements sent meanwhile."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.extend([] if statement.startswith(SILENT) else [statement])

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def follow(database: Database, people: int) -> None:
    with database.work() as session:
        for _ in range(people):
            service.start_following(session, make_person(session).id, "theme", "suap", "SUAP", [], NOW)


def test_each_person_more_who_is_told_costs_the_notice_and_nothing_else(app: Flask, database: Database) -> None:
    network, counts = Network(database), []
    network.post()
    chores.distribute(app)
    for people in (2, 20):
        follow(database, people)
        network.post()
        with asked(database) as sent:
            assert chores.distribute(app) == 1
        counts.append(len(sent))
    with database.reading() as session:
        told = [notice for person in range(1, 40) for notice in queries.every_notice(session, person)]
    assert sum(notice.reason == "followed" for notice in told) == 2 + 22
    assert counts[0] <= 25
    assert counts[1] <= counts[0] + 20


def test_one_transaction_ends_with_the_row_that_reaches_many(
    app: Flask, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = Network(database)
    follow(database, 3)
    for _ in range(4):
        network.post()
    monkeypatch.setattr(service, "MOST_TOLD", 5)
    with database.work() as session:
        assert service.distribute(session, NOW, lambda _person, _reason: "") == 2
    assert chores.distribute(app) == 2
    with database.reading() as session:
        assert not service.behind(session)


def waiting(database: Database, mail: str, people: int, ago: timedelta = timedelta(days=1), **data: object) -> None:
    """People who chose how to be mailed, each with a notice that was not mailed."""
    with database.work() as session:
        for _ in range(people):
            person = make_person(session)
            service.choose(session, person.id, "mine", mail)
            what = {"source": "journal:1", "reason": "mine", "action": "need-left", "kind": "need", "key": "1"}
            told = {"data": {"title": "x", "path": "/", **data}, "created_at": NOW - ago}
            session.add(Notice(person_id=person.id, **told, **what))


def test_who_gets_no_digest_costs_nothing_each_time_digests_are_looked_at(
    app: Flask, registered: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chores, "_now", lambda: NOW)
    waiting(registered, "never", 9)
    waiting(registered, "daily", 9, timedelta(days=300))
    waiting(registered, "daily", 9, settled=True)
    with asked(registered) as sent:
        assert chores.send_digests(app) == 0
    assert len(sent) <= 3


def test_each_digest_costs_a_few_statements_and_nothing_once_it_was_sent(
    app: Flask, registered: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chores, "_now", lambda: NOW)
    waiting(registered, "daily", 6, timedelta(days=2))
    with asked(registered) as sent:
        assert chores.send_digests(app) == 6
    assert len(sent) <= 3 + 6 * 7
    with asked(registered) as sent:
        assert chores.send_digests(app) == 0
    assert len(sent) <= 3


def test_a_saved_search_without_news_costs_nothing_and_one_with_news_a_few_statements(
    app: Flask, registered: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = {f"nuova-{number}": "Nuova" for number in range(9)}
    monkeypatch.setattr(chores, "found_by", lambda _engine, query: found if query == "q=sportello" else {})
    with registered.work() as session:
        for slug in found:
            make_solution(session, slug)
        for number in range(20):
            service.start_following(session, make_person(session).id, "search", f"q={number}", "x", [], NOW)
        for _ in range(5):
            service.start_following(session, make_person(session).id, "search", "q=sportello", "x", [], NOW)
    app.extensions["indexer"].rebuild()
    with asked(registered) as sent:
        assert chores.look_at_searches(app) == 5 * len(found)
    assert len(sent) <= 8 + 5 * (5 + len(found))
    with asked(registered) as sent:
        assert chores.look_at_searches(app) == 0
    assert len(sent) == 1
