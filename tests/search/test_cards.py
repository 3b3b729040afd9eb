# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the page of a search says beside its answers: the day it was sorted by, what lies outside the kind chosen."""

from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient


def first(library: FlaskClient, words: str) -> str:
    return urlsplit(library.get("/cerca.json", query_string={"q": words}).json["results"][0]["url"]).path  # type: ignore[index]


@pytest.mark.parametrize(
    ("typed", "slug"),
    [
        ("Reggio Calabria", "reggio-calabria"),
        ("Reggio di Calabria", "reggio-calabria"),
        ("Bari", "bari"),
        ("Roma Capitale", "roma"),
    ],
)
def test_who_types_the_name_of_a_city_by_any_usual_name_finds_its_page_first(
    library: FlaskClient, typed: str, slug: str
) -> None:
    assert first(library, typed) == f"/citta/{slug}"


def test_a_word_that_only_looks_like_the_name_of_a_city_does_not_lead_to_it(library: FlaskClient) -> None:
    rows = library.get("/cerca.json?q=bar").json["results"]  # type: ignore[index]
    assert "bari" not in [row["slug"] for row in rows if row["kind"] == "city"]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("piscine comunali", "«piscine»"),
        ("cuc piscine e dehors", "«piscine»"),
    ],
)
def test_a_short_question_is_told_which_of_its_words_nobody_wrote_of(
    library: FlaskClient, typed: str, told: str
) -> None:
    page = library.get("/cerca", query_string={"q": typed}).text
    assert f"Nessuna pagina parla di {told}" in page


@pytest.mark.parametrize(
    "typed",
    ["sportello unico", "suap", "telelavoro", "sportelo", "come si fa un piano con i comuni e chi lo paga", "xyzzy"],
)
def test_a_question_that_is_answered_whole_or_not_at_all_is_told_of_no_missing_word(
    library: FlaskClient, typed: str
) -> None:
    assert "Nessuna pagina parla di" not in library.get("/cerca", query_string={"q": typed}).text


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ('"unione dei comuni piccoli"', True),
        ('"gare per piccoli comuni"', True),
        ('"sportello unico"', False),
        ("unione dei comuni piccoli", False),
        ('"xyzzy abracadabra"', False),
        ('"xyzzy" sportello', False),
        ('"sportello xyzzy"', False),
        ('"sportello unico" "piano strategico"', False),
    ],
)
def test_quoted_words_that_stand_together_nowhere_are_said_to(library: FlaskClient, typed: str, told: bool) -> None:
    page = library.get("/cerca", query_string={"q": typed}).text
    assert ("le parole tra virgolette stanno una accanto all’altra" in page) == told


def test_what_is_called_after_a_city_leads_to_its_practices(library: FlaskClient) -> None:
    rows = library.get("/cerca.json?q=gare del napoletano").json["results"]  # type: ignore[index]
    assert rows[0]["slug"] == "stazione-unica-appaltante-napoli"


def test_the_snippet_of_a_city_says_something_of_the_city(library: FlaskClient) -> None:
    rows = library.get("/cerca.json?q=Bari&tipo=citta").json["results"]  # type: ignore[index]
    assert "Capoluogo: Bari" in rows[0]["snippet"]
    assert "Abitanti: 1." in rows[0]["snippet"]


def test_sorted_by_the_newest_a_card_shows_the_day_it_was_sorted_by(library: FlaskClient) -> None:
    assert "ultima data del periodo: " in library.get("/soluzioni?ordine=recenti").text
    assert "senza periodo, verificata il " in library.get("/soluzioni?ordine=recenti&pagina=5").text
    assert "ultima data del periodo: " not in library.get("/soluzioni").text


@pytest.mark.parametrize(("kind", "said"), [("citta", "Nessuna città"), ("norme", "Nessuna norma"), ("temi", "Nessun")])
def test_a_kind_that_has_nothing_leads_to_the_solutions_there_are(library: FlaskClient, kind: str, said: str) -> None:
    page = library.get("/cerca", query_string={"q": "soddisfazione utenti", "tipo": kind}).text
    assert f"{said}" in page
    assert "tipo=soluzioni" in page
    assert "Nessuna soluzione risponde" not in page


def test_words_searched_as_typed_find_nothing_and_the_request_is_at_hand(library: FlaskClient) -> None:
    page = library.get("/cerca?q=sportelo&esatta=1").text
    assert "Nessuna soluzione risponde" in page
    assert "Trasforma in richiesta" in page
    assert library.get("/cerca.json?q=sportelo&esatta=1").json["total"] == 0  # type: ignore[index]
    assert len(library.get("/cerca.csv?q=sportelo&esatta=1").text.splitlines()) == 1


def test_a_regional_law_says_its_region(library: FlaskClient) -> None:
    assert "Sardegna" in library.get("/norme/lr-sardegna-7-2021").text
    assert library.get("/norme/lr-7-2021").status_code == 404


def test_a_body_that_is_no_city_is_not_called_one(library: FlaskClient) -> None:
    assert 'data-kind-city="Città o ente"' in library.get("/").text


@pytest.mark.parametrize(
    ("typed", "url", "title", "summary"),
    [
        ("one-stop shop", "/temi/suap", "One-stop shop for businesses (SUAP)", "One-stop shops for businesses"),
        ("accessibility statement", "/accessibilita", "Accessibility statement", ""),
    ],
)
def test_what_has_an_english_name_and_summary_is_found_and_shown_by_them(
    library: FlaskClient, typed: str, url: str, title: str, summary: str
) -> None:
    page = library.get("/en/cerca", query_string={"q": typed}).text
    card = page.partition(f'href="/en{url}"')[2].partition("</li>")[0]
    assert title in card
    assert f'<p class="summary" lang="en">{summary}' in card
    assert 'lang="it"' not in card
