# SPDX-License-Identifier: AGPL-3.0-or-later
"""What tests share: databases of both kinds, applications, the site with the shipped library, a browser."""

import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import Environment, FileSystemBytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Engine
from sqlalchemy.util import LRUCache

from app import create_app, db, rubbish
from app.config import Settings
from app.db import Database
from tests import makers
from tests.applications import Applications
from tests.locks import Locks, watched
from tests.stores import PostgresStores, SqliteStores, Stores
from tests.webserver import WebServer, chromium_path

# As the application has it (app/rubbish.py), from the start: a tenth of the time of the suite.
rubbish.between_only()
# Whether a drawn example takes long says something of the machine, nothing of the product.
hypothesis.settings.register_profile("untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("untimed")


@pytest.fixture(scope="session")
def sqlite_stores(tmp_path_factory: pytest.TempPathFactory) -> SqliteStores:
    return SqliteStores(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres_stores() -> Iterator[PostgresStores]:
    # A short path of its own: the server's socket stands in it, and its user must be able to walk there.
    with tempfile.TemporaryDirectory(prefix="tm-pg-", ignore_cleanup_errors=True) as folder:
        stores = PostgresStores(Path(folder))
        yield stores
        stores.close()


BOTH = ["sqlite", pytest.param("postgres", marks=[pytest.mark.postgres, pytest.mark.xdist_group("postgres")])]


#: Tests of pages alone: what they ask of the database is asked on both by the tests of services and queries.
PAGES_ALONE = frozenset(
    {
        "accounts/test_invitations.py",
        "accounts/test_log_in.py",
        "accounts/test_second_factor.py",
        "accounts/test_service_accounts.py",
        "figures/test_pages.py",
        "journeys/test_single_sign_on.py",
        "needs/test_pages.py",
        "notices/test_pages.py",
        "operations/test_views.py",
        "review/test_pages.py",
        "solutions/test_library.py",
        "twinnings/test_pages.py",
    }
)


#: Files of which most tests open whole sites, programs of their own or strange lines by the hundred: not in test-fast.
LONG = frozenset(
    {
        "accounts/test_invitations.py",
        "accounts/test_letters.py",
        "accounts/test_log_in.py",
        "accounts/test_passwords.py",
        "accounts/test_second_factor.py",
        "backup/test_archive.py",
        "conversion/test_convert.py",
        "conversion/test_round_trip.py",
        "document/test_render_safety.py",
        "figures/test_pages.py",
        "files/test_check.py",
        "journeys/test_single_sign_on.py",
        "needs/test_anonymous.py",
        "needs/test_demonstration.py",
        "needs/test_letter.py",
        "needs/test_pages.py",
        "needs/test_rounds.py",
        "needs/test_told.py",
        "notices/test_pages.py",
        "outbox/test_worker.py",
        "pages/test_language.py",
        "pages/test_links.py",
        "quality/test_matching.py",
        "quality/test_relevance.py",
        "review/test_pages.py",
        "search/test_concurrency.py",
        "search/test_index.py",
        "solutions/test_content_commands.py",
        "solutions/test_pdf.py",
        "twinnings/test_pages.py",
        "web/test_strange_input.py",
        "writing/test_form_pages.py",
        "writing/test_kit.py",
    }
)


def pytest_collection_finish() -> None:
    """Thousands of tests and modules, which stay, are not looked through for rubbish."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the PostgreSQL half of ``PAGES_ALONE`` out; mark what is long."""
    for item in items:
        if _shown(item) in LONG:
            item.add_marker(pytest.mark.slow)
    out = [item for item in items if item.get_closest_marker("postgres") and _shown(item) in PAGES_ALONE]
    if out:
        config.hook.pytest_deselected(items=out)
        items[:] = [item for item in items if item not in set(out)]


def _shown(item: pytest.Item) -> str:
    return "/".join(item.path.parts[-2:])


@pytest.fixture(params=BOTH)
def stores(request: pytest.FixtureRequest) -> Stores:
    """Databases of one kind; a test that asks for it runs on SQLite and on PostgreSQL."""
    found: Stores = request.getfixturevalue(f"{request.param}_stores")
    return found


@pytest.fixture
def settings(tmp_path: Path, stores: Stores) -> Iterator[Settings]:
    with stores.lent() as address:
        yield Settings(data=str(tmp_path), database_url=address, log_level="ERROR")


class Compiled(FileSystemBytecodeCache):
    """Keeps what is compiled for pages apart from what is compiled for the plain text of letters."""

    def get_bucket(self, environment: Environment, name: str, filename: str | None, source: str) -> Bucket:
        kind = "plain" if environment.autoescape is False else "pages"
        return super().get_bucket(environment, f"{kind}/{name}", filename, source)

    def dump_bytecode(self, bucket: Bucket) -> None:
        # A test may have filled the disk: the page is shown all the same.
        with suppress(OSError):
            super().dump_bytecode(bucket)


@pytest.fixture(scope="session", autouse=True)
def prepared_as_in_production() -> Iterator[Callable[[Any, object], None]]:
    """Databases and files of this process do not wait for the disk, a third of the time of many tests; gives what was
    replaced. Sites in processes of their own, which tests kill, wait as in production.
    """
    prepare, flush = db._prepare_sqlite, os.fsync

    def quickly(connection: Any, _record: object) -> None:
        prepare(connection, _record)
        connection.execute("PRAGMA synchronous=OFF").close()

    db._prepare_sqlite = quickly
    os.fsync = lambda fd: None
    yield prepare
    db._prepare_sqlite, os.fsync = prepare, flush


#: More than the whole product has.
STATEMENTS = 10_000


@pytest.fixture(scope="session", autouse=True)
def compiled_statements() -> Iterator[None]:
    """Statements are put together once for all databases of one kind, not once for each test: a quarter of their time.

    The compiled ones are found by the dialect, which says nothing of the database it is used for.
    """
    make, first = db.make_engine, dict[str, Engine]()

    def make_alike(address: str) -> Engine:
        made = make(address)
        known = first.get(made.dialect.name, made)
        if known.dialect.server_version_info is None:
            # A dialect learns what its database can do at the first connection of the engine it was made for.
            known = made
        first[made.dialect.name] = known
        assert isinstance(known._compiled_cache, LRUCache)
        known._compiled_cache.capacity = STATEMENTS
        made.dialect = made.pool._dialect = known.dialect
        made._compiled_cache = known._compiled_cache
        return made

    db.make_engine = make_alike
    yield
    db.make_engine = make


@pytest.fixture(scope="session", autouse=True)
def locks() -> Iterator[Locks]:
    with watched() as found:
        yield found


@pytest.fixture(autouse=True)
def rows_held_before_the_journal(locks: Locks) -> Iterator[None]:
    """A rule of the house that every test keeps: else two acts, one with the row and one with the journal, could wait
    for each other on PostgreSQL.
    """
    yield
    late, locks.late = locks.late, []
    assert not late, "rows are held first, the journal is written after"


@pytest.fixture(scope="session", autouse=True)
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Templates are compiled once for all applications that the tests make."""
    folder = tmp_path_factory.mktemp("templates")
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": Compiled(str(folder))}


@pytest.fixture(scope="session")
def applications() -> Applications:
    return Applications()


@pytest.fixture
def app(settings: Settings, applications: Applications) -> Iterator[Flask]:
    """An application on an empty, migrated database."""
    made = applications.on(settings)
    yield made
    made.extensions["database"].close()


@pytest.fixture
def database(app: Flask) -> Database:
    found: Database = app.extensions["database"]
    return found


@pytest.fixture
def registered(database: Database) -> Database:
    """A database with the small register of cities and themes."""
    with database.work() as session:
        makers.make_registers(session)
    return database


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="session")
def library_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the shipped library, imported and indexed once."""
    folder = tmp_path_factory.mktemp("library")
    stores = SqliteStores(folder)
    made = create_app(Settings(data=str(folder), database_url=stores.new(), log_level="ERROR"))
    runner = made.test_cli_runner()
    for command in (["content", "import"], ["search", "rebuild"]):
        result = runner.invoke(args=command)
        assert result.exit_code == 0, result.output
    made.extensions["database"].close()
    return folder


@pytest.fixture(scope="session")
def library_settings(library_folder: Path) -> Settings:
    return Settings(
        data=str(library_folder),
        database_url=f"sqlite:///{library_folder / '1.sqlite3'}",
        feedback="twinmetro@ente.example",
        log_level="ERROR",
    )


@pytest.fixture(scope="session")
def library_app(library_settings: Settings) -> Iterator[Flask]:
    made = create_app(library_settings)
    yield made
    made.extensions["database"].close()


@pytest.fixture
def library(library_app: Flask) -> FlaskClient:
    """A client of the site with the shipped library; tests only read it."""
    return library_app.test_client()


@pytest.fixture(scope="session")
def site(library_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the running site with a copy of the shipped library, served as in production."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(library_folder, folder, dirs_exist_ok=True)
    with WebServer(folder, f"sqlite:///{folder / '1.sqlite3'}") as server:
        yield server.address


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    arguments = ["--disable-background-networking", "--disable-quic", "--no-first-run", "--disable-gpu"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--no-sandbox")
    return {"executable_path": chromium_path(), "args": arguments}
