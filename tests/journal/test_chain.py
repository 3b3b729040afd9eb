# SPDX-License-Identifier: AGPL-3.0-or-later
"""The journal's chain: whole as written, broken where a row was changed or removed in the middle."""

import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.db import Database
from app.journal import queries, rules, service
from app.journal.service import record
from tests.makers import NOW, tamper_with_journal

CHANGES = {
    "action": "'solution-approved'",
    "actor_id": "99",
    "key": "'altra'",
    "kind": "'person'",
    "body": "'torino'",
    "data": "'{\"version\": 2}'",
    "at": "'2020-01-01 00:00:00+00:00'",
    "previous": "'" + "f" * 64 + "'",
    "digest": "'" + "f" * 64 + "'",
}


def make_rows(database: Database, count: int = 5) -> None:
    for number in range(count):
        with database.work() as session:
            data: dict[str, Any] = {"version": number, "note": "è già così"}
            record(session, NOW, number or None, "draft-created", "solution", f"s{number}", body="bologna", data=data)


def change(database: Database, statement: str) -> None:
    with database.work() as session:
        tamper_with_journal(session, statement)


def first_broken(database: Database) -> int | None:
    with database.reading() as session:
        return service.broken(session)


def verify(app: Flask) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["audit", "verify"])
    return result.exit_code, result.output


def test_an_empty_journal_is_whole(app: Flask) -> None:
    status, said = verify(app)
    assert status == 0
    assert f"0 righe, catena integra. Ultima: {rules.START}" in said


def test_a_journal_as_written_is_whole_and_ends_with_its_last_digest(app: Flask, database: Database) -> None:
    make_rows(database)
    with database.reading() as session:
        end = queries.last(session)
        assert end is not None
    status, said = verify(app)
    assert status == 0
    assert said.strip() == f"5 righe, catena integra. Ultima: {end.digest}"


@pytest.mark.parametrize(
    "statement", ["UPDATE journal SET action = 'solution-approved'", "DELETE FROM journal WHERE id = 2"]
)
def test_the_database_itself_refuses_to_change_or_remove_a_row(database: Database, statement: str) -> None:
    make_rows(database, 2)
    with pytest.raises(DBAPIError, match="added, never changed or removed"), database.work() as session:
        session.execute(text(statement))
    names = "at, actor_id, action, kind, key, body, data, previous, digest"
    for over in (
        "INSERT INTO journal SELECT * FROM journal",
        f"INSERT INTO journal ({names}) SELECT {names} FROM journal",
    ):
        if database.engine.dialect.name == "sqlite":
            over = over.replace("INSERT", "INSERT OR REPLACE")
        with pytest.raises(DBAPIError), database.work() as session:
            session.execute(text(f"{over} WHERE id = 2"))
    with database.reading() as session:
        assert queries.total(session) == 2
    assert first_broken(database) is None


@pytest.mark.parametrize("column", sorted(CHANGES))
def test_a_row_changed_in_the_middle_is_found(app: Flask, database: Database, column: str) -> None:
    make_rows(database)
    change(database, f"UPDATE journal SET {column} = {CHANGES[column]} WHERE id = 3")
    assert first_broken(database) == 3
    status, said = verify(app)
    assert status == 1
    assert "riga 3" in said


def test_a_row_removed_in_the_middle_is_found(app: Flask, database: Database) -> None:
    make_rows(database)
    change(database, "DELETE FROM journal WHERE id = 3")
    assert first_broken(database) == 4
    assert verify(app)[0] == 1


def test_a_first_row_removed_is_found(database: Database) -> None:
    make_rows(database)
    change(database, "DELETE FROM journal WHERE id = 1")
    assert first_broken(database) == 2


def test_a_removed_end_shows_in_the_number_and_the_last_digest(app: Flask, database: Database) -> None:
    make_rows(database)
    before = verify(app)[1]
    change(database, "DELETE FROM journal WHERE id >= 4")
    status, after = verify(app)
    assert status == 0, "a chain that ends early is whole in itself"
    assert after != before
    assert "3 righe" in after


def test_the_export_says_each_row_and_can_be_checked_elsewhere(app: Flask, database: Database) -> None:
    make_rows(database)
    result = app.test_cli_runner().invoke(args=["audit", "export"])
    rows = [json.loads(line) for line in result.output.splitlines()]
    assert [row["key"] for row in rows] == ["s0", "s1", "s2", "s3", "s4"]
    before = rules.START
    for row in rows:
        assert row["previous"] == before
        before = row["digest"]


def test_a_row_is_written_with_what_it_tells_or_not_at_all(database: Database) -> None:
    make_rows(database, 1)
    with pytest.raises(RuntimeError, match="undone"), database.work() as session:
        record(session, NOW, 1, "draft-created", "solution", "perduta")
        raise RuntimeError("undone")
    make_rows(database, 1)
    with database.reading() as session:
        assert queries.total(session) == 2
        assert service.broken(session) is None
