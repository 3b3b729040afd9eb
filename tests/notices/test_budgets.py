# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the worker asks of the database for notices: little for each person, nothing of those who are told nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from app.db import Database
from app.notices import chores, queries, service
from tests.makers import NOW, make_person
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
