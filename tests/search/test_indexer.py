# SPDX-License-Identifier: AGPL-3.0-or-later
"""The index follows the database: drains, rebuilds, finds drift, survives damage."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from app.config import Settings
from app.db import Database
from app.search import index
from app.search.indexer import Indexer
from app.solutions.queries import by_slug
from tests.makers import make_solution

#: Whoosh leaves the files of an index that does not open to the garbage collector.
pytestmark = pytest.mark.filterwarnings(
    "ignore:unclosed file:ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)


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


def damage_segment(folder: Path) -> None:
    for path in folder.rglob("*.seg"):
        path.write_bytes(path.read_bytes()[:80])


def damage_foreign(folder: Path) -> None:
    (folder / index.CURRENT).write_text("v0-1-other", encoding="ascii")


DAMAGES = [damage_delete, damage_truncate, damage_garbage, damage_segment, damage_foreign]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_index_is_noticed_and_rebuilt(
    indexer: Indexer, registered: Database, app: Flask, damage: Callable[[Path], None]
) -> None:
    with registered.work() as session:
        make_solution(session)
    indexer.drain()
    damage(indexer.folder)
    assert indexer.ensure()
    assert indexer.check().none


@pytest.mark.parametrize("damage", DAMAGES)
def test_search_answers_with_a_notice_while_the_index_is_damaged(
    indexer: Indexer, registered: Database, app: Flask, damage: Callable[[Path], None]
) -> None:
    with registered.work() as session:
        make_solution(session)
    damage(indexer.folder)
    answer = app.test_client().get("/cerca?q=sportello&tema=suap")
    assert answer.status_code == 200
    assert "si sta ricostruendo" in answer.text
    assert "Sportello unico metropolitano" in answer.text


def test_a_damaged_index_is_rebuilt_also_while_changes_wait(indexer: Indexer, registered: Database) -> None:
    with registered.work() as session:
        make_solution(session)
    damage_segment(indexer.folder)
    assert indexer.ensure()
    assert indexer.check().none


def test_what_waits_in_the_log_is_no_drift(indexer: Indexer, registered: Database) -> None:
    with registered.work() as session:
        make_solution(session)
    drift = indexer.check()
    assert drift.none
    assert "solution:sportello-unico-bologna" in drift.waiting


def test_check_finds_a_silently_wrong_index(indexer: Indexer, registered: Database, app: Flask) -> None:
    with registered.work() as session:
        make_solution(session)
    indexer.drain()
    for path in index.current_folder(indexer.folder).glob("*.seg"):
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    result = app.test_cli_runner().invoke(args=["search", "check"])
    assert result.exit_code != 0
    assert "Rimedio" in result.output


def test_a_folder_that_cannot_be_written_is_said_in_a_sentence(app: Flask, settings: Settings) -> None:
    settings.index_folder.parent.mkdir(exist_ok=True)
    settings.index_folder.write_text("a file where the folder should be", encoding="ascii")
    for command in ("rebuild", "ensure"):
        result = app.test_cli_runner().invoke(args=["search", command])
        assert result.exit_code == 1
        assert "non si può scrivere" in result.output
    assert app.test_client().get("/cerca?q=sportello").status_code == 200


def test_the_documents_of_all_solutions_cost_a_few_statements(indexer: Indexer, registered: Database) -> None:
    with registered.work() as session:
        for number in range(12):
            make_solution(session, f"pratica-{number}")
    statements: list[str] = []
    note = lambda _c, _cursor, statement, *_rest: statements.append(statement)  # noqa: E731
    event.listen(registered.engine, "before_cursor_execute", note)
    with registered.reading() as session:
        found = list(indexer.every_document(session))
        one = indexer.searchables["solution"].document(session, "pratica-3")
    assert len(found) > 12
    assert one in found
    assert len(statements) < 20


def test_the_name_of_a_city_alone_leads_to_its_page_first(
    indexer: Indexer, registered: Database, client: FlaskClient
) -> None:
    with registered.work() as session:
        make_solution(session, title="Bologna semplice", summary="Bologna, ancora Bologna.")
    indexer.drain()
    for typed in ("Bologna", "città metropolitana di bologna"):
        first, second = client.get("/cerca.json", query_string={"q": typed}).get_json()["results"][:2]
        assert (first["kind"], first["slug"], second["kind"]) == ("city", "bologna", "solution")
