# SPDX-License-Identifier: AGPL-3.0-or-later
"""What commands say of what they were asked for and cannot do."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import make_url, text
from sqlalchemy.exc import OperationalError

from app import create_app
from app.background import Chore
from app.config import Settings
from app.db import Database
from tests import races
from tests.stores import PostgresStores


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["worker", "--once", "--chore", "lettere"], "«lettere» non c’è. Quelli che ci sono: mail"),
        (["search", "unmet", "--days", "99999999999"], "is not in the range"),
        (["db", "upgrade", "0999"], "Error: Can't locate revision"),
        (["db", "downgrade", "0999"], "Error: Can't locate revision"),
    ],
    ids=" ".join,
)
def test_what_does_not_exist_is_refused_in_a_line(app: Flask, arguments: list[str], told: str) -> None:
    app.extensions["chores"] = (Chore("mail", 1, lambda _app: 0),)
    result = app.test_cli_runner().invoke(args=arguments)
    assert result.exit_code != 0
    assert isinstance(result.exception, SystemExit)
    assert told in result.output


@pytest.mark.parametrize(
    "arguments",
    [
        ["worker", "--once"],
        ["content", "import"],
        ["content", "export"],
        ["search", "check"],
        ["audit", "verify"],
        ["users", "list"],
    ],
    ids=" ".join,
)
def test_without_tables_a_command_says_what_to_do(tmp_path: Path, arguments: list[str]) -> None:
    bare = create_app(Settings(data=str(tmp_path), log_level="ERROR"))
    result = bare.test_cli_runner().invoke(args=arguments)
    bare.extensions["database"].close()
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert "Se è vuota, il rimedio è flask db upgrade" in result.output


def test_where_no_worker_stays_its_round_builds_the_index_that_is_missing(app: Flask, registered: Database) -> None:
    app.extensions["chores"] = (Chore("mail", 1, lambda _app: 0),)
    result = app.test_cli_runner().invoke(args=["worker", "--once"])
    assert (result.exit_code, result.output) == (0, "")
    assert app.extensions["indexer"].check().none


@pytest.mark.parametrize(
    ("version", "arguments", "told"),
    [
        ("9999", ["db", "upgrade"], "di una versione più recente (9999"),
        ("9999", ["audit", "verify"], "di una versione più recente (9999)"),
        ("0001", ["audit", "verify"], "di una versione precedente (0001). Il rimedio è flask db upgrade"),
    ],
)
def test_tables_of_another_release_are_told_from_a_database_that_is_away(
    tmp_path: Path, version: str, arguments: list[str], told: str
) -> None:
    moved = create_app(Settings(data=str(tmp_path), log_level="ERROR"))
    run = moved.test_cli_runner()
    run.invoke(args=["db", "upgrade", "0001"])
    with moved.extensions["database"].work() as session:
        session.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})
    result = run.invoke(args=arguments)
    moved.extensions["database"].close()
    assert (result.exit_code, told in result.output) == (1, True), result.output


@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        ("disk I/O error", "il disco forse è pieno (disk I/O error)"),
        ("unable to open database file", "(unable to open"),
        ("attempt to write a readonly database", "forse appartiene a un altro utente (attempt to write"),
    ],
)
def test_a_database_that_is_away_is_told_in_a_line(
    app: Flask, monkeypatch: pytest.MonkeyPatch, trouble: str, told: str
) -> None:
    def fail(*_arguments: object) -> None:
        raise OperationalError("PRAGMA", {}, sqlite3.OperationalError(trouble))

    monkeypatch.setattr("app.commands.database.command.upgrade", fail)
    result = app.test_cli_runner().invoke(args=["db", "upgrade"])
    assert isinstance(result.exception, SystemExit)
    assert (result.exit_code, told in result.output, result.output.count("\n")) == (1, True, 1)


@pytest.mark.postgres
@pytest.mark.xdist_group("postgres")
def test_a_database_of_another_owner_is_told_with_the_remedy(postgres_stores: PostgresStores, tmp_path: Path) -> None:
    address = make_url(postgres_stores.empty())
    with postgres_stores.admin.connect() as connection:
        connection.execute(text("CREATE USER guest"))
    of_guest = address.set(username="guest").render_as_string(hide_password=False)
    made = create_app(Settings(data=str(tmp_path), database_url=of_guest, log_level="ERROR"))
    result = made.test_cli_runner().invoke(args=["db", "upgrade"])
    made.extensions["database"].close()
    assert isinstance(result.exception, SystemExit)
    assert (result.exit_code, "OWNER TO" in result.output, result.output.count("\n")) == (1, True, 1), result.output


@pytest.mark.postgres
@pytest.mark.xdist_group("postgres")
@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_database_that_cannot_keep_every_letter_is_refused_with_the_remedy(
    postgres_stores: PostgresStores, tmp_path: Path, encoding: str
) -> None:
    """A dash would be an error, or count as three letters."""
    name = f"narrow_{encoding.lower()}"
    with postgres_stores.admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} ENCODING '{encoding}' LOCALE 'C' TEMPLATE template0"))
    address = make_url(postgres_stores.empty()).set(database=name).render_as_string(hide_password=False)
    made = create_app(Settings(data=str(tmp_path), database_url=address, log_level="ERROR"))
    result = made.test_cli_runner().invoke(args=["db", "upgrade"])
    made.extensions["database"].close()
    assert isinstance(result.exception, SystemExit)
    assert result.output == (
        f"Error: la base di dati è in {encoding}, serve UTF8: crearne una con createdb --encoding UTF8 --template"
        " template0\n"
    )


@pytest.mark.postgres
@pytest.mark.xdist_group("postgres")
@pytest.mark.parametrize("command", [["db", "upgrade"], ["content", "import"]], ids=" ".join)
def test_of_two_machines_that_set_up_one_database_the_second_waits_for_the_first(
    postgres_stores: PostgresStores, tmp_path: Path, command: list[str]
) -> None:
    address = postgres_stores.empty() if command[0] == "db" else postgres_stores.new()
    (tmp_path / "content").mkdir()
    settings = Settings(data=str(tmp_path), content=str(tmp_path / "content"), database_url=address, log_level="ERROR")
    made = create_app(settings)
    database: Database = made.extensions["database"]
    with ThreadPoolExecutor(1) as pool:
        with database.alone():
            other = pool.submit(made.test_cli_runner().invoke, args=command)
            assert races.one_waits(database)
            assert not other.done()
        result = other.result(60)
    database.close()
    assert isinstance(result.exception, SystemExit | None), result.output
