# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pages of a theme, an act and a body: their solutions part by part, with counts of the whole."""

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.db import Database
from app.solutions import library_views
from tests.makers import make_solution

#: Pages of five solutions each, and the filter of the search that shows the same ones.
PAGES = {"/temi/semplificazione": "tema", "/norme/dpr-160-2010": "norma", "/citta/bologna": "citta"}
SOLUTIONS = 5
MOST = 2
NOTHING_CITED = {"Problema affrontato": "Un problema.", "Soluzione adottata": "Una soluzione."}


@pytest.fixture(autouse=True)
def five(registered: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five solutions of one body, theme and act, and pages that hold two of them."""
    monkeypatch.setattr(library_views, "PER_PAGE", MOST)
    with registered.work() as session:
        for number in range(SOLUTIONS):
            make_solution(session, f"soluzione-{number}", title=f"Titolo {number}")
        make_solution(session, "altra", city="torino", themes=["appalti"], sections=NOTHING_CITED)


def slugs(text: str) -> list[str]:
    return re.findall(r'<article class="hit">.*?href="(?:/en)?/soluzioni/([^"]+)"', text, re.DOTALL)


def links(text: str) -> list[str]:
    """Addresses of the pages around the one shown."""
    found = re.search(r'<nav class="paging".*?</nav>', text, re.DOTALL)
    return [unescape(link) for link in re.findall(r'href="([^"]+)"', found[0])] if found else []


@pytest.mark.parametrize("path", PAGES)
def test_every_solution_stands_on_one_page_and_the_count_is_of_all(client: FlaskClient, path: str) -> None:
    shown = [client.get(f"{path}?pagina={number}").text for number in (1, 2, 3)]
    assert [len(slugs(text)) for text in shown] == [2, 2, 1]
    assert sorted(slug for text in shown for slug in slugs(text)) == [f"soluzione-{n}" for n in range(SOLUTIONS)]
    assert all(re.search(r"\b5 soluzioni\b", text) for text in shown)
    assert slugs(client.get(path).text) == slugs(shown[0])


@pytest.mark.parametrize("path", PAGES)
def test_pages_lead_to_each_other_and_to_where_the_list_begins(client: FlaskClient, path: str) -> None:
    text = client.get(f"{path}?pagina=2").text
    assert links(text) == [
        f"{path}#soluzioni",
        f"{path}#soluzioni",
        f"{path}?pagina=2#soluzioni",
        f"{path}?pagina=3#soluzioni",
        f"{path}?pagina=3#soluzioni",
    ]
    assert 'aria-current="page"><span class="visually-hidden">Pagina </span>2<' in text
    assert text.count('id="soluzioni"') == 1
    assert " · pagina 2 · Twin Metro</title>" in text
    assert links(client.get(f"/en{path}").text)[-1] == f"/en{path}?pagina=2#soluzioni"


@pytest.mark.parametrize("path", PAGES)
def test_beyond_the_end_is_the_last_page_and_nonsense_the_first(client: FlaskClient, path: str) -> None:
    asked = {"1000000000": 3, "4": 3, "9" * 30: 1, "-3": 1, "0": 1, "due": 1, "²": 1, "2.5": 1, "": 1}
    for text, number in asked.items():
        answer = client.get(path, query_string={"pagina": text})
        assert answer.status_code == 200
        assert f'aria-current="page"><span class="visually-hidden">Pagina </span>{number}<' in answer.text, text


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_known_by_one_address_in_each_language(client: FlaskClient, path: str) -> None:
    for asked, shown in (("", ""), ("?pagina=1", ""), ("?pagina=2&x=1", "?pagina=2"), ("?pagina=99", "?pagina=3")):
        text = client.get(path + asked).text
        assert re.findall(r'<link rel="canonical" href="http://localhost([^"]+)">', text) == [path + shown]
        found = re.findall(r'<link rel="alternate" hreflang="(..)" href="http://localhost([^"]+)">', text)
        assert found == [("it", path + shown), ("en", f"/en{path}{shown}")]
        assert 'name="robots"' not in text


@pytest.mark.parametrize("path", PAGES)
def test_a_list_of_several_pages_can_be_searched(app: Flask, client: FlaskClient, path: str) -> None:
    app.extensions["indexer"].rebuild()
    found = re.search(r'href="(/soluzioni\?[^"]+)">[^\n]*Cerca tra', client.get(path).text)
    assert found
    assert found[1] == f"/soluzioni?{PAGES[path]}={path.rsplit('/', 1)[1]}"
    assert client.get(found[1].replace("/soluzioni?", "/soluzioni.json?")).json["total"] == SOLUTIONS  # type: ignore[index]


@pytest.mark.parametrize("path", PAGES)
def test_a_short_list_has_neither_pages_nor_a_search(
    client: FlaskClient, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library_views, "PER_PAGE", SOLUTIONS)
    text = client.get(path).text
    assert len(slugs(text)) == SOLUTIONS
    assert 'class="paging"' not in text
    assert "Cerca tra" not in text


def test_the_page_of_a_body_keeps_what_else_it_shows_and_says_whose_each_solution_is(
    registered: Database, client: FlaskClient
) -> None:
    with registered.work() as session:
        make_solution(session, "insieme", city="torino", partners=["bologna"], title="Fatta insieme")
        make_solution(
            session, "ripresa", city="torino", title="Ripresa", reused_by=[{"city": "bologna", "note": "Qui"}]
        )
    first, last = client.get("/citta/bologna").text, client.get("/citta/bologna?pagina=4").text
    for text in (first, last):
        assert "Rapporto annuale" in text
        assert "1.014.124" in text
        assert "6 soluzioni, di cui 1 insieme ad altri" in text
        assert "1 presa da altri enti" in text
    assert "<h2>Soluzioni documentate</h2>" in first
    assert "Prese da altri enti" not in first
    assert slugs(last) == ["ripresa"]
    assert '<p class="facts" lang="it">Qui</p>' in last
    assert "<h2>Soluzioni documentate</h2>" not in last


def test_a_body_without_solutions_says_so_on_any_page(client: FlaskClient) -> None:
    for path in ("/citta/venezia", "/citta/venezia?pagina=7"):
        text = client.get(path).text
        assert "Non c’è ancora una soluzione documentata per questo ente." in text
        assert 'class="paging"' not in text


def test_the_badge_of_a_row_speaks_of_the_sheet_and_leads_to_the_help(client: FlaskClient) -> None:
    for prefix, anchor, said in (("", "sez-distintivi", "scheda visibile"), ("/en", "sez-badges", "sheet")):
        text = client.get(f"{prefix}/temi/suap").text
        badge = re.search(rf'<a class="tag badge-visibile" href="{prefix}/aiuto#{anchor}" title="[^"]+">.*?</a>', text)
        assert badge
        assert said in badge[0]


def test_one_solution_is_said_in_the_singular_to_who_hears_the_page(client: FlaskClient) -> None:
    assert '<span class="number">1<span class="visually-hidden"> soluzione</span></span>' in client.get("/").text
    assert '<span class="number">5<span class="visually-hidden"> soluzioni</span></span>' in client.get("/temi").text


@pytest.mark.parametrize("path", ["/soluzioni", "/cerca?q=titolo"])
def test_who_moves_by_keyboard_may_go_to_the_results_at_once(client: FlaskClient, path: str) -> None:
    text = client.get(path).text
    assert '<a class="visually-hidden-focusable" href="#risultati">Vai ai risultati</a>' in text
    assert '<h2 id="risultati" tabindex="-1">' in text
    assert "Vai ai risultati" not in client.get("/temi").text


def test_acts_stand_a_part_on_each_page_the_most_cited_first(
    client: FlaskClient, registered: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library_views, "ACTS_PER_PAGE", MOST)
    with registered.work() as session:
        cited = {
            "Problema affrontato": "Vedi il d.lgs. 36/2023 e la L. 56/2014.",
            "Soluzione adottata": "Una soluzione.",
        }
        make_solution(session, "appalti", sections=cited)
    first, second = (client.get(f"/norme?pagina={number}").text for number in (1, 2))
    shown = [re.findall(r'<li><a lang="it" href="/norme/([^"]+)"', text) for text in (first, second)]
    assert shown == [["dpr-160-2010", "dlgs-36-2023"], ["legge-56-2014"]]
    assert links(first)[-1] == "/norme?pagina=2#norme"
    assert '<link rel="canonical" href="http://localhost/norme?pagina=2">' in second
