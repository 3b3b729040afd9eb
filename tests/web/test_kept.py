# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rendered pages are kept while nothing they show has changed, and never longer."""

import gzip
import sqlite3
from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path
from random import Random

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.cities.queries import by_slugs
from app.db import Database
from app.needs import service
from app.needs.rules import Wanted
from app.search.indexer import Indexer
from app.solutions.queries import theme_by_slug
from app.web.kept import FEWER, KeptPages
from tests.makers import NOW, make_solution

PATH = "/soluzioni/sportello-unico-bologna"


@pytest.fixture
def indexer(app: Flask, registered: Database) -> Indexer:
    found: Indexer = app.extensions["indexer"]
    with registered.work() as session:
        make_solution(session)
    found.rebuild()
    return found


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[KeptPages]:
    made = KeptPages(tmp_path / "pages.sqlite3")
    yield made
    made.rest()


def never() -> str:
    raise AssertionError("rendered though it is kept")


def test_a_page_is_rendered_once_for_each_state_of_what_it_shows(pages: KeptPages) -> None:
    assert pages.page("/a", "one", lambda: "first").plain == b"first"
    assert pages.page("/a", "one", never).plain == b"first"
    assert pages.page("/a", "two", lambda: "second").plain == b"second"
    assert pages.marks() == {"/a": "two"}


def test_another_process_finds_the_page(pages: KeptPages) -> None:
    pages.keep("/a", "one", "first")
    other = KeptPages(pages.file)
    assert other.page("/a", "one", never).plain == b"first"
    other.rest()


def test_the_pages_written_longest_ago_go_where_the_file_is_full(tmp_path: Path) -> None:
    pages = KeptPages(tmp_path / "pages.sqlite3", most=200_000)
    noise = Random(1)
    for number in range(2 * FEWER):
        pages.keep(f"/{number}", "one", noise.randbytes(1_000).hex())
    held = pages.marks()
    assert "/0" not in held
    assert f"/{2 * FEWER - 1}" in held
    pages.rest()


def test_a_damaged_file_is_made_anew_while_readers_get_their_page(pages: KeptPages) -> None:
    pages.keep("/a", "one", "first")
    pages.rest()
    pages.file.write_bytes(b"no database at all" * 1_000)
    assert pages.page("/a", "one", lambda: "again").plain == b"again"
    pages.keep("/a", "one", "again")
    assert pages.page("/a", "one", never).plain == b"again"


def test_a_folder_that_takes_no_file_costs_only_the_time_to_render(tmp_path: Path) -> None:
    pages = KeptPages(tmp_path / "missing" / "pages.sqlite3")
    assert pages.page("/a", "one", lambda: "first").plain == b"first"
    assert pages.marks() == {}


def test_a_file_that_was_locked_when_it_was_opened_first_keeps_pages_afterwards(tmp_path: Path) -> None:
    file = tmp_path / "pages.sqlite3"
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("PRAGMA journal_mode=WAL")
    other.execute("BEGIN IMMEDIATE")
    pages = KeptPages(file)
    assert pages.page("/a", "one", lambda: "first").plain == b"first"
    other.execute("ROLLBACK")
    other.close()
    assert pages.page("/a", "one", lambda: "second").plain == b"second"
    assert pages.page("/a", "one", never).plain == b"second"
    pages.rest()


def test_another_release_and_other_settings_are_other_marks(tmp_path: Path) -> None:
    marks = {KeptPages(tmp_path / "pages.sqlite3", site).mark("a", 1) for site in ("one", "two")}
    assert len(marks) == 2


def test_a_kept_page_is_the_same_packed_and_plain(indexer: Indexer, client: FlaskClient) -> None:
    plain, packed = client.get(PATH), client.get(PATH, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert plain.headers["ETag"] != packed.headers["ETag"]
    assert client.get(PATH, headers={"If-None-Match": packed.headers["ETag"]}).status_code == 304


def test_a_new_revision_is_shown_at_once(indexer: Indexer, registered: Database, client: FlaskClient) -> None:
    assert "Sportello unico metropolitano" in client.get(PATH).text
    with registered.work() as session:
        make_solution(session, title="Titolo nuovo")
    assert "Titolo nuovo" in client.get(PATH).text


def test_a_badge_and_a_body_that_reuses_are_shown_at_once(
    indexer: Indexer, registered: Database, client: FlaskClient
) -> None:
    before = client.get(PATH).text
    assert "badge-in-completamento" not in before
    assert 'id="riuso"' not in before
    with registered.work() as session:
        make_solution(session, badge="in-completamento", reused_by=[{"city": "torino"}])
    after = client.get(PATH).text
    assert "badge-in-completamento" in after
    assert 'id="riuso"' in after


def test_a_city_with_another_name_is_shown_at_once(indexer: Indexer, registered: Database, client: FlaskClient) -> None:
    assert "Felsina" not in client.get(PATH).text
    with registered.work() as session:
        by_slugs(session, ["bologna"])["bologna"].name = "Città metropolitana di Felsina"
    assert "Felsina" in client.get(PATH).text


def test_a_theme_with_another_name_is_shown_at_once(
    indexer: Indexer, registered: Database, client: FlaskClient
) -> None:
    assert "Sportelli nuovi" not in client.get(PATH).text
    with registered.work() as session:
        theme = theme_by_slug(session, "suap")
        assert theme is not None
        theme.name = "Sportelli nuovi"
    assert "Sportelli nuovi" in client.get(PATH).text


def test_facts_that_wait_for_their_check_are_told_from_the_day_on(
    indexer: Indexer, registered: Database, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with registered.work() as session:
        make_solution(session, review_due="2027-01-31")
    told = "La verifica dei fatti era prevista entro il 31 gennaio 2027"
    for day, is_told in ((date(2027, 1, 31), False), (date(2027, 2, 1), True)):
        monkeypatch.setattr("app.solutions.views.today", partial(_self, day))
        assert (told in client.get(PATH).text) == is_told


def _self(day: date) -> date:
    return day


@pytest.mark.parametrize("path", [PATH, "/"])
def test_what_is_said_to_one_reader_is_said_once_and_to_nobody_else(
    indexer: Indexer, app: Flask, client: FlaskClient, path: str
) -> None:
    thanks = "la segnalazione è arrivata"
    tag = app.test_client().get(path).headers["ETag"]
    app.extensions["kept"].forget(app.extensions["kept"].marks())
    with client.session_transaction() as told:
        told["_flashes"] = [("message", "reported")]
    answer = client.get(path, headers={"If-None-Match": tag})
    assert thanks in answer.text
    assert answer.cache_control.no_store
    assert thanks not in app.test_client().get(path).text
    assert thanks not in client.get(path).text


def test_a_withdrawn_solution_is_not_shown_from_memory(
    indexer: Indexer, registered: Database, client: FlaskClient
) -> None:
    assert client.get(PATH).status_code == 200
    with registered.work() as session:
        make_solution(session, badge=None)
    assert client.get(PATH).status_code == 404


def test_the_home_page_follows_the_library(indexer: Indexer, registered: Database, client: FlaskClient) -> None:
    assert "Altra soluzione" not in client.get("/").text
    with registered.work() as session:
        make_solution(session, "altra", title="Altra soluzione")
    indexer.drain()
    assert "Altra soluzione" in client.get("/").text


def test_addresses_with_other_arguments_are_other_pages(indexer: Indexer, client: FlaskClient) -> None:
    assert "x=1" not in client.get(PATH).text
    assert "x=1" in client.get(f"{PATH}?x=1").text
    assert "x=1" not in client.get(PATH).text


def test_without_an_index_the_home_page_is_rendered_each_time(
    app: Flask, registered: Database, client: FlaskClient
) -> None:
    with registered.work() as session:
        make_solution(session)
    assert client.get("/").status_code == 200
    assert app.extensions["kept"].marks() == {}


def test_a_request_published_meanwhile_stands_on_the_home_page(
    indexer: Indexer, registered: Database, client: FlaskClient
) -> None:
    assert "Nessuna richiesta aperta" in client.get("/").text
    wanted = Wanted("Gare comuni per i Comuni piccoli, con una convenzione sola.", date(2027, 6, 30))
    with registered.work() as session:
        service.publish_new(session, by_slugs(session, ["torino"])["torino"], wanted, service.Deed(None, NOW))
    indexer.drain()
    assert "Gare comuni per i Comuni piccoli" in client.get("/").text
