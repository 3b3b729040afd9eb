# SPDX-License-Identifier: AGPL-3.0-or-later
"""Copies of a database made while others write to it, and their way back into an empty one."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy import Engine, inspect

from app.backup.archive import POSTGRES, SQLITE, Unusable
from app.db import Database

#: Part of the copy that is taken between two looks at what others wrote: everything, so that the copy ends.
WHOLE = -1
DUMP = ("pg_dump", "--format=custom", "--no-owner", "--no-privileges")
LOAD = ("pg_restore", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error")

#: Variables of PostgreSQL that are not called as the part of an address which they stand for.
VARIABLES = {"dbname": "PGDATABASE", "connect_timeout": "PGCONNECT_TIMEOUT", "application_name": "PGAPPNAME"}


def name_of(database: Database) -> str:
    """The member of an archive that holds a copy of this database."""
    return SQLITE if database.engine.dialect.name == "sqlite" else POSTGRES


def copy(database: Database, target: Path) -> None:
    """One consistent state of the database as a file, while the site goes on."""
    if name_of(database) == POSTGRES:
        _run(DUMP, database, f"--file={target}")
        return
    try:
        with closing(sqlite3.connect(file_of(database))) as source, closing(sqlite3.connect(target)) as made:
            source.backup(made, pages=WHOLE)
            # One file, without the log beside it: the next who opens it switches the log on again.
            made.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        raise Unusable("not_copied", str(error)) from error


def check(path: Path) -> None:
    """Raises ``Unusable`` where a copy is not whole in itself."""
    if path.name == POSTGRES:
        _call([_program("pg_restore"), "--list", str(path)], {})
        return
    try:
        with closing(sqlite3.connect(path)) as opened:
            [[said]] = opened.execute("PRAGMA integrity_check(1)").fetchall()
    except sqlite3.DatabaseError as error:
        raise Unusable("database_damaged", str(error)) from error
    if said != "ok":
        raise Unusable("database_damaged", str(said))


def empty(database: Database) -> bool:
    """Whether nothing is in the database that a copy would overwrite."""
    if name_of(database) == POSTGRES:
        return not inspect(database.engine).get_table_names()
    if not file_of(database).exists():
        return True
    # A file without tables is what any other command leaves that comes first.
    try:
        with closing(sqlite3.connect(file_of(database))) as opened:
            return not opened.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    except sqlite3.Error:
        return False


def refuse_other_kind(database: Database, name: str) -> None:
    """Raises ``Unusable`` where the copy with this name is of another kind of database."""
    if name != name_of(database):
        raise Unusable("for_sqlite" if name == SQLITE else "for_postgres")


def bring_back(database: Database, path: Path) -> None:
    """Put a copy where the empty database of its kind stands."""
    if path.name == POSTGRES:
        _run(LOAD, database, f"--dbname={database.engine.url.database}", str(path))
        return
    target = file_of(database)
    part = target.with_name(f".part-{target.name}")
    try:
        shutil.copyfile(path, part)
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.chmod(0o600)
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)


def file_of(database: Database) -> Path:
    """Where a database of SQLite stands."""
    return Path(str(database.engine.url.database))


def _run(command: tuple[str, ...], database: Database, *more: str) -> None:
    """A program of PostgreSQL, told the server by its environment: a command line is read by everybody on a machine."""
    _call([_program(command[0]), *command[1:], *more], environment(database.engine))


def environment(engine: Engine) -> dict[str, str]:
    """What an address says of the server and of how safe the way to it is, as the programs of PostgreSQL take it."""
    _, said = engine.dialect.create_connect_args(engine.url)
    return {
        VARIABLES.get(name) or f"PG{name.replace('_', '').upper()}": str(value)
        for name, value in said.items()
        if isinstance(value, (str, int))
    }


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise Unusable("no_program", name)
    return found


def _call(command: list[str], environment: dict[str, str]) -> None:
    ended = subprocess.run(  # noqa: S603 - programs of PostgreSQL, the arguments are ours
        command, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    if ended.returncode:
        # One that was killed says nothing itself.
        told = ended.stderr.strip()[-400:] or f"stato {ended.returncode}"
        raise Unusable("program_failed", f"{Path(command[0]).name}: {told}")
