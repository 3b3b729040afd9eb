# SPDX-License-Identifier: AGPL-3.0-or-later
"""What stands near a question: themes, meanings, the words of an act nobody cites, neighbours of unknown words."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.search.engine import Engine
from app.search.results import Results


@pytest.fixture
def engine(library_app: Flask) -> Engine:
    found: Engine = library_app.extensions["engine"]
    return found


def themes(found: Results) -> list[str]:
    return [item.url.rsplit("/", 1)[1] for item in found.near_themes]


@pytest.mark.parametrize(
    ("typed", "theme"),
    [
        ("SCIA", "suap"),
        ("SCIA", "edilizia"),
        ("PDND", "dati-digitale"),
        ("evasione tributaria", "pagamenti-digitali"),
    ],
)
def test_a_question_without_answers_leads_to_the_themes_near_it(engine: Engine, typed: str, theme: str) -> None:
    found = engine.search(typed)
    assert not found.total
    assert theme in themes(found)


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("treni", ["mobilita"]),
        ("strisce pedonali", ["mobilita"]),
        ("ZTL", ["mobilita"]),
        ("alberi", ["sostenibilita"]),
        ("pannelli solari", ["sostenibilita"]),
        ("anziani", []),
        ("mutui", []),
    ],
)
def test_a_theme_that_shares_only_a_common_word_is_not_near(engine: Engine, typed: str, near: list[str]) -> None:
    assert themes(engine.search(typed)) == near


def test_an_acronym_nobody_uses_leads_to_the_theme_of_what_it_stands_for(engine: Engine) -> None:
    found = engine.search("SUE", {"year": ["1900"]})
    assert "edilizia" in themes(found)


def test_a_page_about_the_site_that_holds_a_word_by_chance_is_no_answer(engine: Engine, library: FlaskClient) -> None:
    found = engine.search("recupero evasione tributaria")
    assert {hit.kind for hit in found.hits} == {"page"}
    assert found.beside
    assert "pagamenti-digitali" in themes(found)
    assert "Nessuna soluzione risponde" in library.get("/cerca?q=recupero+evasione+tributaria").text
    data = library.get("/en/cerca.json?q=recupero+evasione+tributaria").get_json()
    assert data["beside"] is True
    assert "http://localhost/en/temi/pagamenti-digitali" in {near["url"] for near in data["near_themes"]}
    assert not engine.search("privacy").beside
    assert "Nessuna soluzione risponde" not in library.get("/cerca?q=privacy").text


def test_words_nobody_knows_are_near_nothing(engine: Engine) -> None:
    assert not themes(engine.search("xylofono zzyzx"))


def test_an_ambiguous_acronym_is_answered_by_its_first_meaning_and_the_others_are_named(engine: Engine) -> None:
    found = engine.search("CdS")
    assert found.corrected == "conferenza di servizi"
    assert found.hits[0].slug == "conferenza-di-servizi-milano"
    assert found.meanings == ("Consiglio di Stato",)


def test_an_ambiguous_acronym_asked_as_typed_stays_as_it_is(engine: Engine) -> None:
    assert not engine.search("CdS", correct=False).total


def test_examples_quoted_by_the_help_are_not_what_it_is_about(engine: Engine) -> None:
    assert "page:aiuto" not in [hit.document.identity for hit in engine.search("CdS pareri").hits]


@pytest.mark.parametrize("typed", ["sigle", "acronyms", "anonymous", "stato a regime", "telelavoro"])
def test_no_snippet_of_a_page_has_a_gap_where_an_example_was(engine: Engine, typed: str) -> None:
    page = next(hit for hit in engine.search(typed, per_page=50).hits if hit.document.identity == "page:aiuto")
    shown = "".join(text for text, _marked in page.snippet)
    assert not re.search(r"\(\W*\)| [.:,;]|[:;,] [,.:]", shown)


def test_an_act_nobody_cites_gives_its_words_back(engine: Engine) -> None:
    words, act = engine.search("emilia romagna"), engine.search("L.R. 21/2012 emilia romagna")
    assert act.total == words.total > 0
    assert act.uncited == ("L.R. 21/2012 emilia romagna",)


@pytest.mark.parametrize("typed", ["D.Lgs. 999/2031", "legge 12 marzo 2031 n. 999"])
def test_an_act_nobody_cites_finds_nothing_by_its_kind_or_date(engine: Engine, typed: str) -> None:
    found = engine.search(typed)
    assert not found.total
    assert found.uncited


def test_the_page_says_that_nobody_cites_an_act(library: FlaskClient) -> None:
    assert "Nessuna soluzione cita questa norma" in library.get("/cerca?q=L.R.+21/2012+emilia+romagna").text
    assert "Nessuna soluzione cita" not in library.get("/cerca?q=l.+56/2014").text


@pytest.mark.parametrize(
    ("typed", "slug"),
    [
        ("semafori nei paesi", "pums-metropolitano-bologna"),
        ("rumore in città", "sensori-partecipati-toolsmart-messina"),
    ],
)
def test_a_word_held_in_no_way_of_saying_stands_for_its_neighbours(engine: Engine, typed: str, slug: str) -> None:
    found = engine.search(typed)
    assert found.missing == (typed.split()[0],)
    assert found.hits[0].slug == slug


def test_a_word_no_document_holds_stands_for_what_names_it_as_a_neighbour(engine: Engine) -> None:
    assert "autorizzazione-unica-ambientale-milano" in [hit.slug for hit in engine.search("scarichi e imprese").hits]


def test_a_title_that_holds_the_question_comes_first(engine: Engine) -> None:
    assert engine.search("convenzione quadro con le unioni").hits[0].slug == "convenzione-quadro-comuni-unioni-bologna"
