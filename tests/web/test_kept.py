# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rendered pages are kept while nothing they show has changed, and never longer."""

import gzip
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.cities.queries import by_slugs
from app.db import Database
from app.needs import service
from app.needs.rules import Wanted
from app.search.indexer import Indexer
from app.web.kept import GZIP_LEVEL, KeptPages
from tests.makers import NOW, make_solution

PATH = "/soluzioni/sportello-unico-bologna"


@pytest.fixture
def indexer(app: Flask, registered: Database) -> Indexer:
    found: Indexer = app.extensions["indexer"]
    with registered.work() as session:
        make_solution(session)
    found.rebuild()
    return found


def test_a_page_is_rendered_once_and_the_least_asked_for_is_dropped_first() -> None:
    rendered: list[str] = []

    def page(pages: KeptPages, key: str) -> bytes:
        def render() -> str:
            rendered.append(key)
            return key

        return pages.page(key, render).plain

    pages = KeptPages(most=2 * len(gzip.compress(b"a", GZIP_LEVEL, mtime=0)))
    for key in ("a", "b", "a", "c", "a", "b"):
        assert page(pages, key) == key.encode()
    assert rendered == ["a", "b", "c", "b"]


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


def test_a_city_with_another_name_is_shown_by_the_next_state_of_the_index(
    indexer: Indexer, registered: Database, client: FlaskClient
) -> None:
    assert "Felsina" not in client.get(PATH).text
    with registered.work() as session:
        by_slugs(session, ["bologna"])["bologna"].name = "Città metropolitana di Felsina"
    indexer.drain()
    assert "Felsina" in client.get(PATH).text


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


def test_without_an_index_pages_are_rendered_each_time(app: Flask, registered: Database, client: FlaskClient) -> None:
    with registered.work() as session:
        make_solution(session)
    assert client.get(PATH).status_code == 200
    assert not app.extensions["kept"]._pages


def test_a_request_published_meanwhile_stands_on_the_home_page(
    indexer: Indexer, registered: Database, client: FlaskClient
) -> None:
    assert "Nessuna richiesta aperta" in client.get("/").text
    wanted = Wanted("Gare comuni per i Comuni piccoli, con una convenzione sola.", date(2027, 6, 30))
    with registered.work() as session:
        service.publish_new(session, by_slugs(session, ["torino"])["torino"], wanted, service.Deed(None, NOW))
    indexer.drain()
    assert "Gare comuni per i Comuni piccoli" in client.get("/").text
