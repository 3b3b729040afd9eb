# SPDX-License-Identifier: AGPL-3.0-or-later
"""A site goes from one database to another, of whichever kind: the same rows, from one moment, all of them or none."""

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from app import create_app
from app.accounts.models import Passkey
from app.backup.archive import Unusable
from app.backup.copying import copy
from app.config import ROOT, Settings
from app.db import Base, Database
from app.needs.models import Need
from app.search.models import RegisterState, UnmetSearch
from app.solutions.models import Solution, Theme
from app.writing.models import Attachment
from tests.makers import NOW, make_person, make_registers, make_solution
from tests.pages.furnished import furnish
from tests.stores import SqliteStores, Stores

NUL = "Sportello\0unico"
#: Copies one database to another, and is killed when the half of its rows is written.
KILLED = """
import os, signal, sys
import app.factory
from app.backup.copying import copy
from app.db import Database
copy(Database(sys.argv[1]), Database(sys.argv[2]), lambda done, of: 4 * done > of and os.kill(os.getpid(), 9))
"""


def quietly(_done: int, _of: int) -> None:
    """For who waits without looking."""


def posted(session: Session, title: str) -> Need:
    """A request of a body."""
    told = {"problem": "", "themes": ["imprese"], "constraints": {}, "formats": [], "visibility": "public"}
    need = Need(slug=title, title=title, city_id=1, state="open", created_at=NOW, updated_at=NOW, **told)
    session.add(need)
    session.flush()
    return need


def opened(folder: Path, address: str) -> Flask:
    return create_app(Settings(data=str(folder), database_url=address, log_level="ERROR", demonstration=True))


def run(app: Flask, *command: str) -> tuple[int, str]:
    done = app.test_cli_runner().invoke(args=list(command))
    return done.exit_code, done.output


def rows(database: Database) -> Mapping[str, list[str]]:
    """Every row of a database, as its columns say it; instants in one zone."""
    with database.reading() as session:
        every = {table.name: session.execute(table.select()).all() for table in Base.metadata.sorted_tables}
    return {
        name: sorted(repr([_in_utc(value) for value in row]) for row in found) for name, found in every.items() if found
    }


def _in_utc(value: object) -> object:
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def as_written(address: str) -> Mapping[str, list[str]]:
    """Every row of a file of SQLite, as it stands in it."""
    with closing(sqlite3.connect(address.removeprefix("sqlite:///"))) as file:
        return {table: sorted(map(repr, file.execute(f"SELECT * FROM {table}"))) for table in Base.metadata.tables}


@pytest.fixture
def opens() -> Iterator[Callable[[str], Database]]:
    made: list[Database] = []

    def open_(address: str) -> Database:
        made.append(Database(address))
        return made[-1]

    yield open_
    for database in made:
        database.close()


@pytest.fixture
def site(sqlite_stores: SqliteStores, opens: Callable[[str], Database]) -> Database:
    """A small site in SQLite, with values that a database could take for others."""
    database = opens(sqlite_stores.new())
    with database.work() as session:
        make_registers(session)
        make_solution(session)
        person = make_person(session)
        session.flush()
        session.add(Passkey(person_id=person.id, credential_id="c", public_key=b"\0\xff'", name="", created_at=NOW))
        need = posted(session, "Sportello")
        need.answers, need.constraints = {}, {"z": None, "a": [1, 1.5, True, "è 𝄞 \\u0000"], "": {"b": "\n"}}
        session.add(UnmetSearch(day=date(2026, 3, 29), text="«perché» 'a' \\ %s :b ?", count=2))
        session.get_one(RegisterState, 1).changes = 41
    return database


@pytest.fixture
def into(stores: Stores, opens: Callable[[str], Database]) -> Database:
    """A new database of either kind."""
    return opens(stores.new())


@pytest.mark.postgres
@pytest.mark.xdist_group("postgres")
@pytest.mark.slow
def test_a_site_that_goes_to_postgresql_and_back_has_the_same_rows(
    library_folder: Path, tmp_path: Path, sqlite_stores: SqliteStores, postgres_stores: Stores
) -> None:
    first, second, third = sqlite_stores.new(), postgres_stores.new(), sqlite_stores.new()
    Path(first.removeprefix("sqlite:///")).write_bytes((library_folder / "1.sqlite3").read_bytes())
    apps = [opened(tmp_path / name, address) for name, address in (("1", first), ("2", second), ("3", third))]
    assert run(apps[0], "search", "rebuild")[0] == 0
    furnish(apps[0])
    for app, source in ((apps[1], first), (apps[2], second)):
        status, said = run(app, "db", "copy", "--from", source)
        assert status == 0, said
        assert "rilette e trovate uguali" in said
        for more in (["audit", "verify"], ["search", "check"], ["db", "check"]):
            assert run(app, *more)[0] == 0
    assert as_written(first) == as_written(third)
    assert sum(map(bool, as_written(first).values())) > 45
    for app in apps:
        app.extensions["database"].close()


def test_every_value_is_the_one_it_was(site: Database, into: Database) -> None:
    counts = copy(site, into, quietly)
    assert rows(into) == rows(site)
    assert {name: count for name, count in counts.items() if count} == {k: len(v) for k, v in rows(site).items()}


def test_what_is_written_afterwards_gets_numbers_of_its_own(site: Database, into: Database) -> None:
    copy(site, into, quietly)
    with into.work() as session:
        make_solution(session, slug="altra-soluzione")
        session.add(Theme(slug="acque", name="Acque", name_en="Waters"))
        posted(session, "Un'altra")
    with into.reading() as session:
        assert [session.query(kind).count() for kind in (Solution, Need)] == [2, 2]


def test_a_copy_is_one_moment_whoever_writes_meanwhile(
    site: Database, stores: Stores, opens: Callable[[str], Database], sqlite_stores: SqliteStores
) -> None:
    old, new = opens(stores.new()), opens(sqlite_stores.new())
    copy(site, old, quietly)
    before, written = rows(old), list[Need]()

    def write(_done: int, _of: int) -> None:
        if not written:
            with old.work() as session:
                written.append(posted(session, "Scritta durante la copia"))

    copy(old, new, write)
    assert rows(new) == before != rows(old)


@pytest.mark.slow
def test_a_copy_that_is_killed_leaves_nothing_and_the_next_one_is_whole(site: Database, into: Database) -> None:
    addresses = [each.engine.url.render_as_string(hide_password=False) for each in (site, into)]
    before = rows(into)
    killed = subprocess.run([sys.executable, "-c", KILLED, *addresses], cwd=ROOT, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert rows(into) == before
    copy(site, into, quietly)
    assert rows(into) == rows(site)


@pytest.mark.postgres
@pytest.mark.xdist_group("postgres")
@pytest.mark.parametrize(
    ("change", "told"),
    [
        (f"UPDATE needs SET title = '{NUL}'", "needs, id 1 (title): PostgreSQL text fields cannot contain NUL"),
        ("UPDATE needs SET title = hex(zeroblob(200))", "needs, id 1 (title): value too long"),
        ("UPDATE needs SET wanted = 3000000000", "needs, id 1: integer out of range"),
    ],
)
def test_a_row_that_postgresql_refuses_is_named_and_nothing_is_copied(
    site: Database, postgres_stores: Stores, opens: Callable[[str], Database], change: str, told: str
) -> None:
    with site.work() as session:
        session.connection().exec_driver_sql(change.replace("\0", "' || char(0) || '"))
    into = opens(postgres_stores.new())
    before = rows(into)
    with pytest.raises(Unusable, match="row_refused") as refused:
        copy(site, into, quietly)
    assert refused.value.detail.startswith(told)
    assert rows(into) == before


def test_only_a_new_database_of_this_release_is_filled(
    site: Database, tmp_path: Path, sqlite_stores: SqliteStores, opens: Callable[[str], Database]
) -> None:
    source, other = str(site.engine.url), opened(tmp_path / "data", "")
    assert (
        "alla migrazione nessuna. Prima della copia: flask db upgrade" in run(other, "db", "copy", "--from", source)[1]
    )
    assert run(other, "db", "upgrade")[0] == 0
    for address, told in (
        (f"sqlite:///{tmp_path}/manca.sqlite3", f"la base di partenza {tmp_path}/manca.sqlite3 non c'è"),
        (sqlite_stores.empty(), "manca.sqlite3 non c'è"),
        (sqlite_stores.new(), "la base di partenza è vuota"),
        ("mysql://a/b", "Invalid value for --from"),
        ("postgresql+psycopg://a@127.0.0.1:1/b", "la base di dati non risponde"),
    ):
        status, said = run(other, "db", "copy", "--from", address)
        assert status != 0
        assert told in said or "non c'è" in said
        assert "Traceback" not in said
    assert not (tmp_path / "manca.sqlite3").exists()
    old = opens(sqlite_stores.new())
    with old.work() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert "alla migrazione 0001, di un'altra versione" in run(other, "db", "copy", "--from", str(old.engine.url))[1]
    assert run(other, "db", "copy", "--from", source)[0] == 0
    status, said = run(other, "db", "copy", "--from", source)
    assert (status, "appena creata, dopo flask db upgrade: cities non è vuota" in said) == (1, True)
    other.extensions["database"].close()


def test_files_that_the_data_folder_lacks_are_named(site: Database, tmp_path: Path) -> None:
    digest = "0" * 64
    with site.work() as session:
        told = {
            "name": "a.txt",
            "code": "txt",
            "mime": "text/plain",
            "size": 1,
            "title": "A",
            "digest": digest,
            "document_kind": "accordo",
        }
        solution = session.query(Solution).one()
        session.add(Attachment(solution_id=solution.id, added_at=NOW, visibility="public", licence="CC0-1.0", **told))
    other = opened(tmp_path / "data", "")
    run(other, "db", "upgrade")
    status, said = run(other, "db", "copy", "--from", str(site.engine.url))
    assert (status, f"manca nella cartella dei dati: {digest}" in said) == (0, True)
    other.extensions["database"].close()


def test_no_table_refers_to_itself_nor_to_one_that_refers_to_it() -> None:
    """Rows are copied table by table, those referred to first: else they need an order of their own."""
    tables = Base.metadata.sorted_tables
    for number, table in enumerate(tables):
        assert {key.column.table for key in table.foreign_keys} <= set(tables[:number]), table.name
