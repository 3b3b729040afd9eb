# SPDX-License-Identifier: AGPL-3.0-or-later
"""Questions as officials type them, over the shipped library: names, acronyms, filters by hand, laws of regions."""

import re
import shutil
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.document.dates import today
from app.search.queries import most_unmet


def answer(library: FlaskClient, text: str, **more: str) -> dict[str, Any]:
    found: dict[str, Any] = library.get("/cerca.json", query_string={"q": text, **more}).get_json()
    return found


def slugs(found: dict[str, Any]) -> list[str]:
    return [row["slug"] for row in found["results"]]


@pytest.mark.parametrize("text", ["L.R. 24/2017", "legge regionale 24/2017", "l.r. n. 24 del 2017"])
def test_a_regional_law_without_its_region_is_the_one_that_is_cited(library: FlaskClient, text: str) -> None:
    found = answer(library, text)
    assert found["uncited"] == []
    assert slugs(found)[:2] == ["lr-emilia-romagna-24-2017", "fondo-perequativo-ptm-bologna"]


@pytest.mark.parametrize(
    ("text", "acts"),
    [
        ("legge 56", ["legge-56-2014"]),
        ("la legge n. 241", ["legge-241-1990"]),
        ("D.Lgs. 36", ["dlgs-36-2023"]),
        ("codice contratti dlgs 36", ["dlgs-36-2023"]),
        ("legge 7 aprile 2014, n. 56", ["legge-56-2014"]),
    ],
)
def test_a_law_without_its_year_is_the_one_of_that_number_that_most_cite(
    library: FlaskClient, text: str, acts: list[str]
) -> None:
    assert slugs(answer(library, text))[: len(acts)] == acts


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("la Delrio", "legge-56-2014"),
        ("legge sulle città metropolitane", "legge-56-2014"),
        ("legge sugli appalti", "dlgs-36-2023"),
        ("codice digitale", "dlgs-82-2005"),
        ("digital administration code", "dlgs-82-2005"),
    ],
)
def test_an_act_is_found_by_what_people_call_it(library: FlaskClient, text: str, act: str) -> None:
    found = answer(library, text)
    assert slugs(found)[0] == act
    # Who cites it comes next, whatever words it uses.
    assert slugs(found)[1] == slugs(answer(library, text, norma=act))[0]


def test_a_filter_by_a_law_without_its_year_finds_who_cites_it_and_one_left_out_is_left_out(
    library: FlaskClient,
) -> None:
    assert answer(library, "norma:dlgs 36")["total"] == answer(library, "", norma="dlgs-36-2023")["total"] > 0
    assert "legge-56-2014" not in slugs(answer(library, "-legge 56"))


def test_its_citation_is_what_the_snippet_marks(library: FlaskClient) -> None:
    page = library.get("/cerca?q=L.R.+24/2017&tipo=soluzioni").text
    assert "24/2017</mark>" in page


@pytest.mark.parametrize(("city", "word"), [("milano", "mila"), ("reggio", "regge"), ("torino", "torna")])
def test_the_name_of_a_city_is_no_form_of_a_word(library: FlaskClient, city: str, word: str) -> None:
    named, said = answer(library, city, esatta="1"), answer(library, word, esatta="1")
    assert any(row["kind"] == "city" for row in named["results"])
    assert not any(row["kind"] == "city" for row in said["results"])


@pytest.mark.parametrize("text", ["vicenza", "Comune di Arezzo", "PISA", "ufficio di Pesaro"])
def test_the_name_of_a_town_is_no_mistake(library: FlaskClient, text: str) -> None:
    found = answer(library, text)
    assert (found["corrected"], found["suggestion"]) == ("", "")


def test_an_acronym_nobody_wrote_is_not_turned_into_a_word_but_into_another_acronym(library: FlaskClient) -> None:
    assert answer(library, "PEBA")["corrected"] == ""
    assert answer(library, "SAUP")["corrected"].upper() == "SUAP"


@pytest.mark.parametrize("text", ["BANDO DI gara", "IL SUAP metropolitano", "Comune DI Bologna"])
def test_a_small_word_in_capitals_is_no_acronym(library: FlaskClient, text: str) -> None:
    assert answer(library, text)["missing"] == []
    assert answer(library, text)["total"] == answer(library, text.lower())["total"]


def test_a_word_in_capitals_is_mended_as_any_other(library: FlaskClient) -> None:
    assert answer(library, "APALTI")["corrected"] == "appalti"


@pytest.mark.parametrize("text", ["ligure", "comuni toscani", "esperienza lombarda", "enti veneti"])
def test_what_is_called_after_a_region_is_right_and_finds_it(library: FlaskClient, text: str) -> None:
    found = answer(library, text)
    assert found["total"]
    assert (found["corrected"], found["suggestion"], found["missing"]) == ("", "", [])


def test_an_acronym_of_two_letters_is_a_word_of_the_question(library: FlaskClient) -> None:
    assert answer(library, "uso dell'AI negli uffici")["missing"] == ["AI"]


@pytest.mark.parametrize("text", ["tema:turisno", "citta:vicenza", "ente:arezzo"])
def test_a_filter_that_names_nothing_never_shows_the_whole_library(library: FlaskClient, text: str) -> None:
    assert answer(library, text)["total"] < answer(library, "")["total"] / 2


@pytest.mark.parametrize("text", ["stato:interrotto", "anno:1999", "livello:3", "distintivo:pronta"])
def test_a_filter_that_no_solution_passes_today_finds_nothing(library: FlaskClient, text: str) -> None:
    assert answer(library, text)["total"] == 0


def test_a_typed_filter_and_a_chosen_one_of_the_same_kind_show_what_passes_either(library: FlaskClient) -> None:
    one, other = answer(library, "tema:suap"), answer(library, "", tema="cuc")
    both = answer(library, "tema:suap", tema="cuc")
    assert both["total"] == len(set(slugs(one)) | set(slugs(other)))


def test_quoted_phrases_say_the_same_in_any_order(library: FlaskClient) -> None:
    one, other = '"zone omogenee"', '"smart working"'
    found = answer(library, f"{one} {other}")
    assert sorted(slugs(found)) == sorted(slugs(answer(library, f"{other} {one}")))
    assert found["total"] <= answer(library, one)["total"] + answer(library, other)["total"]


def test_of_quoted_phrases_that_stand_in_no_page_together_as_many_hold_as_can_and_it_is_said(
    library: FlaskClient,
) -> None:
    text = '"zone omogenee" "autorizzazione unica ambientale"'
    found = answer(library, text)
    each = [answer(library, phrase)["total"] for phrase in ('"zone omogenee"', '"autorizzazione unica ambientale"')]
    assert found["total"] <= sum(each)
    told = "Nessuna delle pagine cercate contiene tutto ciò che è tra virgolette"
    assert told in library.get(f"/cerca?q={text}").text
    assert "tra virgolette" not in library.get('/cerca?q="zone omogenee"').text


@pytest.mark.parametrize("text", ["anti-corruzione", "anti corruzione", "CM Torino", "CdS Milano", "la sua", "LA SUA"])
def test_what_the_pages_say_in_other_letters_is_not_called_missing(library: FlaskClient, text: str) -> None:
    found = answer(library, text)
    assert found["total"]
    assert found["missing"] == []


def test_an_office_finds_a_city_by_the_letters_it_writes_before_its_name(library: FlaskClient) -> None:
    assert slugs(answer(library, "CM di Venezia"))[0] == "venezia"


def test_a_known_thing_asked_for_alone_is_found_whole_before_its_words_apart(library: FlaskClient) -> None:
    assert slugs(answer(library, "internet delle cose"))[0] == "sensori-partecipati-toolsmart-messina"


def test_a_number_with_a_point_is_one_word(library: FlaskClient) -> None:
    snippets = " ".join(row["snippet"] for row in answer(library, "transizione 4.0")["results"])
    page = library.get("/cerca?q=transizione+4.0").text
    assert "PSM 2.<mark>0</mark>" not in page
    assert snippets


def test_a_prefix_with_a_hyphen_is_a_part_of_its_word(library: FlaskClient) -> None:
    assert slugs(answer(library, "co-progettazione"))[0] == slugs(answer(library, "coprogettazione"))[0]


def test_who_types_the_name_of_a_theme_finds_its_page_after_the_best_solution(library: FlaskClient) -> None:
    found = answer(library, "Conferenza di servizi")["results"]
    assert [row["kind"] for row in found[:2]] == ["solution", "theme"]


def test_an_english_title_is_suggested_as_it_is_typed(library: FlaskClient) -> None:
    rows = library.get("/en/cerca/suggerimenti?q=one-stop shop for").get_json()["suggestions"]
    assert rows[0]["url"] == "/en/temi/suap"


def test_a_word_typed_twice_counts_once(library: FlaskClient) -> None:
    assert answer(library, "SUAP Suap")["results"] == answer(library, "SUAP")["results"]


def test_signs_without_width_inside_a_word_are_not_seen(library: FlaskClient) -> None:
    assert answer(library, "ammini\u00adstrazione")["total"] == answer(library, "amministrazione")["total"]


def test_what_may_have_been_meant_keeps_filters_kind_and_order(library: FlaskClient) -> None:
    page = library.get("/cerca?q=sportelo+unico&tema=suap&tipo=soluzioni&ordine=recenti").text
    (link,) = re.findall(r'Forse cercavi <a href="([^"]+)"', page)
    assert link == "/cerca?q=sportello+unico&amp;tema=suap&amp;ordine=recenti&amp;tipo=soluzioni"


def test_among_pages_alone_nothing_is_said_of_solutions_nor_counted_as_unmet(app: Flask, library: FlaskClient) -> None:
    assert answer(library, "suap")["total"] > answer(library, "suap", tipo="pagine")["total"] > 0
    page = library.get("/cerca?q=suap&tipo=pagine").text
    assert "Nessuna soluzione risponde" not in page


def test_a_search_of_one_kind_in_vain_is_no_need_of_a_city(app: Flask, client: FlaskClient) -> None:
    app.extensions["indexer"].rebuild()
    client.get("/cerca?q=xyzzyq&tipo=citta")
    with app.extensions["database"].reading() as session:
        assert not most_unmet(session, today(), 10)


def test_without_an_index_quotes_filters_by_hand_and_laws_are_understood(app: Flask, registered: Any) -> None:
    client = app.test_client()
    shutil.rmtree(app.config["SETTINGS"].index_folder, ignore_errors=True)
    found = answer(client, '"Bologna"')
    assert found["degraded"]
    assert "bologna" in slugs(found)
    past = answer(client, '"Bologna"', pagina="9")
    assert (past["page"], past["pages"], past["results"]) == (9, 1, []), "a programme goes on until a page is empty"
    assert slugs(answer(client, "ente:bologna")) == slugs(answer(client, "Bologna"))
    assert answer(client, "legge 241/1990")["total"] < answer(client, "")["total"]
