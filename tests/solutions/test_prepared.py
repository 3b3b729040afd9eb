# SPDX-License-Identifier: AGPL-3.0-or-later
"""The worker renders the pages of solutions before anybody asks for them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.cities.queries import by_slugs
from app.config import Settings
from app.db import Database
from app.solutions import chores, queries
from app.solutions.chores import PreparedPages
from app.solutions.queries import State, by_slug
from app.solutions.service import save
from tests.makers import NOW, make_document, make_solution

SITE = "https://twinmetro.example"
SLUGS = ("prima", "seconda")
VARIANT = {
    "Problema affrontato": "Le imprese trovano regole diverse in ogni comune.",
    "Soluzione adottata": "Due sportelli ricevono le pratiche.",
    "Cosa è stato cambiato e perché": "Due sportelli, per la distanza.",
}
ADDRESSES = {f"{SITE}{prefix}/soluzioni/{slug}" for slug in SLUGS for prefix in ("", "/en")}

Prepare = Callable[[], int]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, base_url=SITE, trusted_hosts="twinmetro.example")


@pytest.fixture
def prepare(app: Flask, registered: Database, monkeypatch: pytest.MonkeyPatch) -> Prepare:
    """A turn of the worker over two solutions; none is cut short."""
    monkeypatch.setattr(chores, "TURN_SECONDS", 600)
    with registered.work() as session:
        for slug in SLUGS:
            make_solution(session, slug)
    pages = PreparedPages()

    def turn() -> int:
        with app.app_context():
            return pages.prepare(app)

    return turn


def held(app: Flask) -> dict[str, str]:
    found: dict[str, str] = app.extensions["kept"].marks()
    return found


def test_every_page_is_prepared_in_both_languages_once(app: Flask, prepare: Prepare) -> None:
    assert prepare() == len(ADDRESSES)
    assert held(app).keys() == ADDRESSES
    assert prepare() == 0


def test_what_was_prepared_is_what_a_reader_gets(app: Flask, prepare: Prepare, monkeypatch: pytest.MonkeyPatch) -> None:
    client = app.test_client()
    asked = {"/soluzioni/prima": "Sportello", "/en/soluzioni/prima": "Skip to content"}
    rendered = {path: client.get(path, base_url=SITE).text for path in asked}
    for address in held(app):
        app.extensions["kept"].forget([address])
    prepare()
    monkeypatch.setattr("app.solutions.views.page_of", _never)
    for path, words in asked.items():
        answer = client.get(path, base_url=SITE)
        assert answer.text == rendered[path]
        assert words in answer.text


def _never(*_asked: object) -> str:
    raise AssertionError("rendered though it was prepared")


def test_only_the_page_that_changed_is_prepared_again(app: Flask, registered: Database, prepare: Prepare) -> None:
    prepare()
    before = held(app)
    with registered.work() as session:
        make_solution(session, "prima", title="Altro titolo")
    assert prepare() == 2
    changed = {address for address, mark in held(app).items() if before[address] != mark}
    assert changed == {address for address in ADDRESSES if address.endswith("/prima")}


def test_the_source_follows_its_variants(registered: Database, prepare: Prepare) -> None:
    prepare()
    with registered.work() as session:
        make_solution(session, "variante", based_on="prima", title="La variante", sections=VARIANT)
    assert prepare() == 4, "the variant and its source, in both languages"


def test_a_variant_names_its_source_as_long_as_it_can_be_read(
    app: Flask, registered: Database, prepare: Prepare
) -> None:
    with registered.work() as session:
        make_solution(session, "variante", based_on="prima", title="La variante", sections=VARIANT)
    prepare()
    told, path = "È la variante di un’altra soluzione", "/soluzioni/variante"
    assert told in app.test_client().get(path, base_url=SITE).text
    with registered.work() as session:
        save(session, make_solution(session, "prima"), make_document(visibility="members"), NOW + timedelta(days=1))
    prepare()
    assert told not in app.test_client().get(path, base_url=SITE).text


def test_a_body_with_another_name_changes_all_pages(registered: Database, prepare: Prepare) -> None:
    prepare()
    with registered.work() as session:
        by_slugs(session, ["bologna"])["bologna"].name = "Città metropolitana di Felsina"
    assert prepare() == len(ADDRESSES)


def test_an_act_whose_day_another_solution_tells_changes_the_pages_that_cite_it(
    app: Flask, registered: Database, prepare: Prepare
) -> None:
    with registered.work() as session:
        make_solution(session, "prima", summary="Vedi la legge regionale Piemonte 3/2019.")
    prepare()
    cited = "L.R. Piemonte 7 marzo 2019, n. 3"
    with registered.work() as session:
        make_solution(session, "terza", legal_basis=[cited])
    assert prepare() == len(ADDRESSES) + 2
    assert "7 marzo 2019" in app.test_client().get("/soluzioni/prima", base_url=SITE).text


def test_an_act_that_nobody_cited_before_changes_no_other_page(registered: Database, prepare: Prepare) -> None:
    prepare()
    with registered.work() as session:
        make_solution(session, "terza", legal_basis=["L. 13 gennaio 1987, n. 17"])
    assert prepare() == 2


def test_the_page_of_a_withdrawn_solution_is_kept_no_longer(app: Flask, registered: Database, prepare: Prepare) -> None:
    prepare()
    with registered.work() as session:
        solution = by_slug(session, "prima")
        assert solution is not None
        solution.published = False
    assert prepare() == 0
    assert held(app).keys() == {address for address in ADDRESSES if address.endswith("/seconda")}


def test_one_withdrawn_between_the_look_and_the_page_costs_nobody_anything(
    app: Flask, registered: Database, prepare: Prepare, monkeypatch: pytest.MonkeyPatch
) -> None:
    states = queries.states

    def then_withdrawn(session: Session) -> list[State]:
        found = states(session)
        with registered.work() as writing:
            make_solution(writing, "prima", badge=None)
        return found

    monkeypatch.setattr(queries, "states", then_withdrawn)
    assert prepare() == 2
    assert held(app).keys() == {address for address in ADDRESSES if address.endswith("/seconda")}


def test_a_turn_ends_in_time_and_the_next_goes_on(
    app: Flask, prepare: Prepare, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chores, "TURN_SECONDS", -1)
    assert prepare() == 0
    monkeypatch.setattr(chores, "TURN_SECONDS", 600)
    assert prepare() == len(ADDRESSES)


def test_without_a_public_address_pages_are_those_of_this_machine(
    app: Flask, settings: Settings, prepare: Prepare, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORT", "8123")
    app.config.update(SETTINGS=replace(settings, base_url="", trusted_hosts=""), TRUSTED_HOSTS=["127.0.0.1"])
    prepare()
    monkeypatch.setattr("app.solutions.views.page_of", _never)
    answer = app.test_client().get("/soluzioni/prima", base_url="http://127.0.0.1:8123")
    assert 'href="http://127.0.0.1:8123/soluzioni/prima"' in answer.text
