# SPDX-License-Identifier: AGPL-3.0-or-later
"""The index follows the database: drains, rebuilds, finds drift, survives damage."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.db import Database
from app.search import index
from app.search.indexer import Indexer
from app.solutions.queries import by_slug
from tests.makers import make_solution


@pytest.fixture
def indexer(app: Flask, registered: Database) -> Indexer:
    found: Indexer = app.extensions["indexer"]
    found.rebuild()
    return found


def titles(client: FlaskClient, words: str) -> list[str]:
    answer = client.get("/cerca.json", query_string={"q": words, "tipo": "soluzioni"})
    return [row["title"] for row in answer.get_json()["results"]]


def test_a_saved_solution_is_found_after_the_next_drain(
    indexer: Indexer, registered: Database, client: FlaskClient
) -> None:
    assert titles(client, "sportello") == []
    with registered.work() as session:
        make_solution(session)
    indexer.drain()
    assert titles(client, "sportello") == ["Sportello unico metropolitano"]
    assert indexer.check().none


def test_a_changed_solution_is_found_by_its_new_words_only(
    indexer: Indexer, registered: Database, client: FlaskClient
) -> None:
    with registered.work() as session:
        make_solution(session, title="Biblioteca diffusa")
    indexer.drain()
    with registered.work() as session:
        make_solution(session, title="Emeroteca diffusa")
    indexer.drain()
    assert titles(client, "emeroteca") == ["Emeroteca diffusa"]
    assert indexer.check().none


def test_a_withdrawn_solution_and_its_acts_leave_the_index(
    indexer: Indexer, registered: Database, client: FlaskClient
) -> None:
    with registered.work() as session:
        make_solution(session)
    indexer.drain()
    with registered.work() as session:
        make_solution(session, badge=None)
    indexer.drain()
    assert titles(client, "sportello") == []
    assert indexer.check().none


def test_a_deleted_solution_leaves_the_index(indexer: Indexer, registered: Database, client: FlaskClient) -> None:
    with registered.work() as session:
        make_solution(session)
    indexer.drain()
    with registered.work() as session:
        found = by_slug(session, "sportello-unico-bologna")
        assert found is not None
        session.delete(found)
    indexer.drain()
    assert titles(client, "sportello") == []


def test_a_rolled_back_change_never_reaches_the_index(indexer: Indexer, registered: Database) -> None:
    with pytest.raises(ZeroDivisionError), registered.work() as session:
        make_solution(session)
        _ = 1 / 0
    assert indexer.drain() == 0
    assert indexer.check().none


def test_check_names_what_is_missing_phantom_and_stale(indexer: Indexer, registered: Database) -> None:
    with registered.work() as session:
        make_solution(session, "uno")
        make_solution(session, "due", title="Altra soluzione")
    indexer.drain()
    with registered.reading() as session:
        uno = indexer.searchables["solution"].document(session, "uno")
    assert uno is not None
    index.write(indexer.folder, [replace(uno, slug="fantasma"), replace(uno, title="vecchio")], ["solution:due"])
    drift = indexer.check()
    assert drift.missing == ("solution:due",)
    assert drift.phantom == ("solution:fantasma",)
    assert drift.stale == ("solution:uno",)


def damage_delete(folder: Path) -> None:
    shutil.rmtree(folder)


def damage_truncate(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file() and path.name != ".lock":
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def damage_garbage(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file() and path.name != ".lock":
            path.write_bytes(b"\x00garbage\xff" * 40)


@pytest.mark.parametrize("damage", [damage_delete, damage_truncate, damage_garbage])
def test_a_damaged_index_is_noticed_and_rebuilt(
    indexer: Indexer, registered: Database, app: Flask, damage: Callable[[Path], None]
) -> None:
    with registered.work() as session:
        make_solution(session)
    indexer.drain()
    damage(indexer.folder)
    assert indexer.ensure()
    assert indexer.check().none


@pytest.mark.parametrize("damage", [damage_delete, damage_truncate, damage_garbage])
def test_search_answers_with_a_notice_while_the_index_is_damaged(
    indexer: Indexer, registered: Database, app: Flask, damage: Callable[[Path], None]
) -> None:
    with registered.work() as session:
        make_solution(session)
    damage(indexer.folder)
    answer = app.test_client().get("/cerca?q=sportello")
    assert answer.status_code == 200
    assert "si sta ricostruendo" in answer.text
    assert "Sportello unico metropolitano" in answer.text
