# SPDX-License-Identifier: AGPL-3.0-or-later
"""One reading session for each request, opened when it is needed and closed whatever happens."""

import gc
import sqlite3
import weakref
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, g
from sqlalchemy.orm import Session

from app import create_app, rubbish
from app.cities.models import METROPOLITAN, City
from app.cities.queries import by_slug
from app.config import Settings
from app.db import Database
from app.web.unit import session, work


class Watched(Session):
    """A session that counts how many were opened and how many were closed."""

    opened = 0
    closed = 0

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        Watched.opened += 1

    def close(self) -> None:
        Watched.closed += 1
        super().close()


@pytest.fixture
def watched(library_settings: Settings) -> Iterator[Flask]:
    """The site with the shipped library, its sessions counted."""
    made = create_app(library_settings)
    made.extensions["database"].reading.class_ = Watched
    Watched.opened = Watched.closed = 0
    yield made
    made.extensions["database"].close()


@pytest.mark.parametrize(
    "path", ["/citta", "/citta/bologna", "/soluzioni/suap-metropolitano-bologna", "/soluzioni/non-esiste", "/readyz"]
)
def test_a_request_opens_one_session_and_closes_it(watched: Flask, path: str) -> None:
    watched.test_client().get(path)
    assert (Watched.opened, Watched.closed) == (1, 1)


def test_a_request_that_needs_no_database_opens_none(watched: Flask) -> None:
    watched.test_client().get("/healthz")
    assert (Watched.opened, Watched.closed) == (0, 0)


def test_the_session_of_a_request_is_always_the_same_and_gone_after_it(watched: Flask) -> None:
    with watched.app_context():
        first = session()
        assert session() is first
        assert g.session is first
    assert Watched.closed == 1
    with watched.app_context():
        assert session() is not first


def test_an_accident_closes_the_session_too(watched: Flask) -> None:
    with pytest.raises(RuntimeError), watched.app_context():
        session()
        raise RuntimeError
    assert Watched.closed == 1


def test_many_requests_leave_no_connection_taken(watched: Flask) -> None:
    client = watched.test_client()
    for _ in range(20):
        client.get("/citta/bologna")
    pool = watched.extensions["database"].engine.pool
    assert pool.checkedout() == 0


def test_as_many_as_there_are_threads_may_write_while_they_read(database: Database) -> None:
    with ExitStack() as held:
        for _thread in range(20):
            held.enter_context(database.reading()).connection()
        with database.work() as writing:
            assert writing.connection()


def test_a_unit_of_work_is_saved_at_its_end_or_leaves_nothing(app: Flask) -> None:
    def body(slug: str) -> City:
        return City(slug=slug, name=slug, kind=METROPOLITAN, digest="", register={})

    with app.app_context():
        with work() as writing:
            writing.add(body("saved"))
        with pytest.raises(RuntimeError), work() as writing:
            writing.add(body("lost"))
            writing.flush()
            raise RuntimeError
        assert by_slug(session(), "saved") is not None
        assert by_slug(session(), "lost") is None


def test_what_is_committed_to_sqlite_is_on_the_disk(
    tmp_path: Path, prepared_as_in_production: Callable[[Any, object], None]
) -> None:
    with closing(sqlite3.connect(tmp_path / "prova.sqlite3")) as connection:
        prepared_as_in_production(connection, None)
        full = 2
        assert connection.execute("PRAGMA synchronous").fetchone() == (full,)


class Named:
    """Something that can be looked for, and that names itself."""

    def __init__(self) -> None:
        self.itself = self


def test_rubbish_is_looked_for_when_a_session_ends_and_at_no_other_time(library_app: Flask) -> None:
    assert not gc.isenabled()
    # So that nothing of the tests before is in the way.
    gc.collect()
    left = weakref.ref(Named())
    with library_app.extensions["database"].reading() as opened:
        kept = [[number] for number in range(2 * rubbish.MADE)]
        assert left() is not None
        assert by_slug(opened, "bologna") is not None
    assert left() is None
    assert len(kept) > rubbish.MADE


def test_much_that_came_in_is_a_reason_to_look_for_rubbish_as_well() -> None:
    gc.collect()
    left = weakref.ref(Named())
    rubbish.look(rubbish.HEAVY)
    assert left() is not None
    rubbish.look(1)
    assert left() is None
