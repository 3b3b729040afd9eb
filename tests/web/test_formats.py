# SPDX-License-Identifier: AGPL-3.0-or-later
"""Lists as JSON and CSV, conditional answers, languages, error pages."""

import csv
import io
import shutil
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale

from app.catalogue import views as catalogue_views
from app.figures import views as figure_views
from app.needs import board, feedback, round_views
from app.operations import views as register_views
from app.review import queues, sheet
from app.search import views as search_views
from app.solutions import library_views
from app.twinnings import views as twinning_views
from app.web.formats import articled, day, euro, file_size, json_ld, moment, numeral, web_address
from app.web.headings import HEADINGS

SOLUTION = "/soluzioni/suap-metropolitano-bologna"
LISTS = ["/citta", "/temi", "/norme"]


def as_table(library: FlaskClient, address: str) -> list[dict[str, str]]:
    text = library.get(address).data.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


@pytest.mark.parametrize("path", LISTS)
def test_every_list_is_also_json_and_csv(library: FlaskClient, path: str) -> None:
    data = library.get(f"{path}.json").get_json()
    rows = next(value for value in data.values() if isinstance(value, list))
    table = as_table(library, f"/en{path}.csv")
    assert len(table) == len(rows) > 0
    assert list(table[0]) == list(rows[0])


COLUMNS = {
    "citta": library_views.CITY_COLUMNS,
    "temi": library_views.THEME_COLUMNS,
    "norme": library_views.ACT_COLUMNS,
    "cerca": search_views.COLUMNS,
    "richieste": (*board.COLUMNS, "url"),
    "abbinamenti": round_views.COLUMNS,
    "riscontri": feedback.COLUMNS,
    "gemellaggi": twinning_views.COLUMNS,
    "rete": figure_views.FLOW_COLUMNS,
    "numeri": figure_views.FIGURE_COLUMNS,
    "redazione": queues.COLUMNS,
    "storia": sheet.STORY,
    "ricerche": ("text", "count"),
    "registro": register_views.COLUMNS,
    "catalogo": catalogue_views.COLUMNS,
}


def test_every_column_of_a_table_has_an_italian_heading_of_its_own() -> None:
    assert {column for columns in COLUMNS.values() for column in columns} == HEADINGS.keys()
    for name, columns in COLUMNS.items():
        assert len({HEADINGS[column] for column in columns}) == len(columns), name


def test_a_heading_fits_what_is_a_request_in_one_table_and_a_round_in_another() -> None:
    shared = set(board.COLUMNS) & set(round_views.COLUMNS)
    assert "published_on" in shared
    assert not [column for column in shared if HEADINGS[column].endswith(" il")], "a participle has a gender"


def test_a_table_is_headed_in_italian_and_in_english_as_its_json(library: FlaskClient) -> None:
    italian, english = as_table(library, "/citta.csv")[0], as_table(library, "/en/citta.csv")[0]
    assert list(english) == list(COLUMNS["citta"])
    assert list(italian) == [HEADINGS[column] for column in COLUMNS["citta"]]
    assert italian["Abitanti"] == english["population"]
    assert {row["Dimostrativo"] for row in as_table(library, "/rete.csv")} == {"no"}
    assert {row["Come"] for row in as_table(library, "/rete.csv")} == {"riuso documentato"}
    assert {(row["demonstration"], row["how"]) for row in as_table(library, "/en/rete.csv")} == {
        ("False", "documented")
    }
    (milano, *_rest) = (row for row in as_table(library, "/rete.csv") if row["Chi dà"] == "milano")
    assert (milano["Nome di chi dà"], milano["Nome di chi riceve"]) == ("Milano", "Genova")


@pytest.mark.parametrize("path", LISTS)
def test_the_rows_of_a_list_that_is_taken_away_lead_back_to_the_site(library: FlaskClient, path: str) -> None:
    (row, *_rest) = as_table(library, f"/en{path}.csv")
    assert row["url"] == f"http://localhost/en{path}/{row['slug']}"
    data = library.get(f"/en{path}.json").get_json()
    assert next(iter(data.values()))[0]["url"] == row["url"]


@pytest.mark.parametrize(
    "asked", ["cerca?q=comuni", "cerca?q=zqzqzq", "soluzioni", "soluzioni?tema=suap&ordine=recenti", "cerca?q=sportelo"]
)
def test_the_table_of_a_search_has_every_row_and_its_json_one_page_at_a_time(library: FlaskClient, asked: str) -> None:
    path, _mark, query = asked.partition("?")
    table = as_table(library, f"/en/{path}.csv?{query}")
    pages = [library.get(f"/en/{path}.json?{query}&pagina={number}").get_json() for number in (1, 2, 3, 4, 5)]
    by_page = [row for page in pages[: pages[0]["pages"]] for row in page["results"]]
    assert len(table) == pages[0]["total"]
    assert [row["url"] for row in table][: len(by_page)] == [row["url"] for row in by_page]
    assert [float(row["score"].replace(",", ".")) for row in table][: len(by_page)] == [row["score"] for row in by_page]
    assert [row["snippet"] for row in table][: len(by_page)] == [row["snippet"] for row in by_page]
    assert not table or list(table[0])[: len(by_page[0])] == list(by_page[0])


@pytest.mark.parametrize(
    ("asked", "field", "right"),
    [
        ("richieste?stato=aperta", "stato", "open"),
        ("richieste?formato=zoom", "formato", "visita"),
        ("gemellaggi?stato=in+corso", "stato", "running"),
        ("numeri?ente=Torino", "ente", "torino"),
        ("numeri?tema=zzz", "tema", "suap"),
        ("rete?ente=zzz", "ente", "bologna"),
        ("cerca?q=suap&ordine=data", "ordine", "recenti"),
        ("cerca?q=suap&tipo=soluzione", "tipo", "soluzioni"),
        ("soluzioni?tema=SUAP", "tema", "SUAP"),
    ],
)
def test_a_filter_that_a_list_does_not_know_is_refused_where_it_is_data(
    library: FlaskClient, asked: str, field: str, right: str
) -> None:
    path, _mark, query = asked.partition("?")
    answer = library.get(f"/{path}.json?{query}")
    (problem,) = answer.get_json()["problems"]
    assert (answer.status_code, problem["field"]) == (422, field)
    assert right in problem["wrong"]
    assert library.get(f"/{path}.csv?{query}").status_code == 422
    assert library.get(f"/{path}?{query}").status_code == 200, "a page leaves it out"
    assert library.get(f"/{path}.json?{field}=").status_code == 200, "a field of a form that was left empty"


def test_a_programme_that_goes_on_until_a_page_is_empty_comes_to_an_end(library: FlaskClient) -> None:
    for asked in ("cerca.json?q=comuni", "soluzioni.json?tema=suap", "cerca.json?q=zqzqzq"):
        last = library.get(f"/{asked}").get_json()["pages"] or 1
        after = library.get(f"/{asked}&pagina={last + 1}").get_json()
        assert (after["page"], after["pages"] or 1, after["results"]) == (last + 1, last, [])
        assert library.get(f"/{asked}&pagina={last}").get_json()["page"] == last


def test_the_table_of_solutions_says_what_an_office_compares_them_by(library: FlaskClient) -> None:
    table = {row["slug"]: row for row in as_table(library, "/en/soluzioni.csv")}
    front = library.get(f"{SOLUTION}.json").get_json()
    row = table[SOLUTION.rpartition("/")[2]]
    assert (row["status"], row["badge"], row["summary"]) == (front["status"], front["badge"], front["summary"])
    assert (row["start"], row["evidence"]) == (str(front["period"]["start"]), str(front["evidence_level"]))
    assert row["themes"] == ", ".join(front["themes"])
    assert table["piano-strategico-area-vasta-catania"]["one_off_cost"] == "330310"
    assert {row["demonstration"] for row in table.values()} == {"False"}
    assert "non disponibile" not in {value for row in table.values() for value in row.values()}
    searched = {row["slug"]: row for row in as_table(library, "/en/cerca.csv?q=bologna")}
    assert searched["bologna"]["kind"] == "city"
    assert searched["bologna"]["status"] == ""
    assert any(row["summary"] for row in searched.values() if row["kind"] == "solution")
    english = as_table(library, "/en/soluzioni.csv")[0]
    assert english["url"] == f"http://localhost/en/soluzioni/{english['slug']}"


def test_the_foot_of_a_page_leads_to_the_table_of_solutions(library: FlaskClient) -> None:
    assert 'href="/soluzioni.csv">Soluzioni (CSV)</a>' in library.get("/temi").text


def test_the_table_of_a_search_without_index_has_every_row_too(app: Flask, client: FlaskClient) -> None:
    shutil.rmtree(app.config["SETTINGS"].index_folder, ignore_errors=True)
    assert len(as_table(client, "/cerca.csv?tipo=temi")) == 0
    assert client.get("/cerca.csv?pagina=9").status_code == 200


def test_the_search_answer_has_the_promised_shape(library: FlaskClient) -> None:
    data = library.get("/cerca.json?q=sportello unico imprese").get_json()
    answer = ["query", "corrected", "total", "page", "pages", "facets", "results"]
    assert list(data) == [*answer, "beside", "suggestion", "missing", "uncited", "degraded", "near_themes"]
    assert list(data["results"][0])[:7] == ["kind", "slug", "title", "city", "score", "snippet", "url"]
    assert list(data["results"][0]) == list(search_views.COLUMNS)
    assert library.get(f"{SOLUTION}.json").get_json()["badge"] in {row["badge"] for row in data["results"]}


def test_a_page_the_browser_still_has_is_answered_without_a_body(library: FlaskClient) -> None:
    first = library.get(SOLUTION)
    again = library.get(SOLUTION, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert again.data == b""


def test_the_two_languages_of_a_page_are_not_the_same_to_a_browser(library: FlaskClient) -> None:
    assert library.get(SOLUTION).headers["ETag"] != library.get(f"/en{SOLUTION}").headers["ETag"]


def test_addresses_stay_in_the_language_of_the_page(library: FlaskClient) -> None:
    page = library.get("/en/citta").text
    assert '<html lang="en"' in page
    assert 'href="/en/citta/bologna"' in page
    assert 'hreflang="it" href="http://localhost/citta"' in page


def test_english_content_pages_say_that_their_text_is_italian(library: FlaskClient) -> None:
    assert 'lang="it"' in library.get(f"/en{SOLUTION}").text.split("<main")[1]


def test_a_missing_page_offers_ways_on(library: FlaskClient) -> None:
    answer = library.get("/soluzioni/non-esiste")
    assert answer.status_code == 404
    assert "Questa pagina" in answer.text
    assert 'href="/soluzioni"' in answer.text


def test_a_missing_thing_asked_as_data_is_answered_as_data(library: FlaskClient) -> None:
    answer = library.get("/soluzioni/non-esiste.json")
    assert answer.status_code == 404
    assert answer.get_json()["error"] == 404


def test_structured_data_cannot_close_its_script() -> None:
    assert "<" not in json_ld({"name": "</script><script>alert(1)</script>"})


def test_probes_tell_what_is_ready(library: FlaskClient) -> None:
    assert library.get("/healthz").get_json() == {"status": "ok"}
    assert library.get("/readyz").get_json() == {"status": "ok", "database": True, "migrations": True, "index": True}


def test_the_first_of_a_month_is_written_as_in_italian_and_only_there(app: Flask) -> None:
    first, other = date(2027, 6, 1), "2027-06-11"
    with app.test_request_context("/"):
        assert (day(first), day("2027-06-01"), day(other)) == ("1° giugno 2027", "1° giugno 2027", "11 giugno 2027")
    with app.test_request_context("/", environ_overrides={"twinmetro.language": "en"}):
        assert day(first) == "1 June 2027"


def test_a_moment_is_told_to_the_minute(app: Flask) -> None:
    with app.test_request_context("/"):
        assert moment(datetime(2026, 11, 29, 1, 44, 51, tzinfo=UTC)) == "29 nov 2026, 02:44"


def test_bodies_have_an_article_in_italian_sentences_only(app: Flask) -> None:
    bari = "Città metropolitana di Bari"
    with app.test_request_context("/"):
        assert articled(bari, "a") == f"alla {bari}"
        assert articled(bari, begin=True) == f"La {bari}"
    with app.test_request_context("/", environ_overrides={"twinmetro.language": "en"}):
        assert articled(bari, "a") == bari


@pytest.mark.parametrize(
    ("language", "told"), [("it", "1,5\u00a0kB 1\u00a0MB 2,4\u00a0MB"), ("en", "1.5\u00a0kB 1\u00a0MB 2.4\u00a0MB")]
)
def test_the_size_of_a_file_is_written_as_the_language_writes_numbers(app: Flask, language: str, told: str) -> None:
    with app.test_request_context("/"), force_locale(language):
        assert " ".join(file_size(octets) for octets in (1_500, 999_999, 2_400_000)) == told
        assert file_size(512).startswith("512 byte")


@pytest.mark.parametrize(("language", "told"), [("it", "12.500\u00a0€"), ("en", "€12,500")])
def test_euros_are_written_as_the_language_writes_them(app: Flask, language: str, told: str) -> None:
    with app.test_request_context("/"), force_locale(language):
        assert euro(12_500) == told


@pytest.mark.parametrize(
    ("language", "told"), [("it", "1.234,5 0,25 -1.000.000,75"), ("en", "1,234.5 0.25 -1,000,000.75")]
)
@pytest.mark.parametrize("typed", ["1.234,5 0,25 -1.000.000,75", "1,234.5 0.25 -1,000,000.75"])
def test_a_typed_number_with_thousands_and_decimals_is_read_in_either_language(
    app: Flask, language: str, told: str, typed: str
) -> None:
    with app.test_request_context("/"), force_locale(language):
        assert " ".join(map(numeral, typed.split())) == told


def test_three_digits_behind_one_sign_stay_as_they_were_typed(app: Flask) -> None:
    with app.test_request_context("/"), force_locale("en"):
        assert [numeral(typed) for typed in ("1.234", "1,234", "1.234.567", "circa 1.234,5")] == [
            *("1.234", "1,234", "1.234.567", "circa 1.234,5"),
        ]


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("https://ente.example/sala", True),
        ("http://ente.example", True),
        ("https://ente.example sala A", False),
        ("javascript:alert(1)//a.b", False),
        ("//ente.example", False),
        ("https://", False),
    ],
)
def test_only_the_address_of_a_page_becomes_a_link(text: str, whole: bool) -> None:
    assert web_address(text) == (text if whole else "")
