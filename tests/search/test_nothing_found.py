# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is shown where nothing answers: the way on, before anything that only looks like an answer."""

import pytest
from flask.testing import FlaskClient

from app.db import Database


@pytest.mark.parametrize("words", ["xyzzyq", "d.lgs. 50/2016", "regolamento (UE) 2021/1060"])
def test_where_no_theme_is_near_the_ones_with_most_solutions_are_named(library: FlaskClient, words: str) -> None:
    page = library.get("/cerca", query_string={"q": words, "esatta": 1}).text
    assert "I temi con più soluzioni" in page
    counts = library.get("/soluzioni.json").get_json()["facets"]["theme"]
    for theme in counts[:3]:
        assert f'href="/temi/{theme["value"]}"' in page.partition("I temi con più soluzioni")[2]
    assert page.index("Trasforma in richiesta") < page.index("I temi con più soluzioni")


def test_where_a_theme_is_near_it_is_named_alone(library: FlaskClient) -> None:
    page = library.get("/cerca?q=partecipazione&tipo=norme").text
    assert "Temi vicini" in page
    assert "I temi con più soluzioni" not in page


def test_an_advice_that_makes_no_sense_for_what_was_asked_is_not_given(library: FlaskClient) -> None:
    one, law = library.get("/cerca?q=xyzzyq&esatta=1").text, library.get("/cerca?q=d.lgs.+50/2016&esatta=1").text
    assert "Usare meno parole" not in one
    assert "Cercare il numero della norma" in one
    assert "Cercare il numero della norma" not in law


def test_that_no_solution_answers_is_said_before_a_page_that_holds_the_word(library: FlaskClient) -> None:
    found = library.get("/cerca.json?q=GDPR").get_json()
    assert found["beside"]
    page = library.get("/cerca?q=GDPR").text
    assert page.index("Nessuna soluzione risponde") < page.index('<ol class="hits"') < page.index("Scarica in CSV")
    assert "Queste pagine del sito contengono una delle parole:" in page


def test_an_empty_theme_leads_to_a_request(registered: Database, client: FlaskClient) -> None:
    page = client.get("/temi/appalti").text
    assert 'href="/richieste/nuova?q=Appalti"' in page
