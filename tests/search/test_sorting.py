# SPDX-License-Identifier: AGPL-3.0-or-later
"""The newest practices first, over the shipped library; suggestions as browsers ask for them; what counts as unmet."""

from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.search.document import SearchDocument
from app.search.engine import Engine
from app.search.index import rebuild
from app.search.queries import most_unmet
from tests.search.test_service import DAY


def years(library: FlaskClient, address: str) -> list[str]:
    return [row["slug"] for row in library.get(address).json["results"]]  # type: ignore[index]


def test_the_newest_are_those_whose_practice_ended_or_began_last(library: FlaskClient) -> None:
    slugs = years(library, "/soluzioni.json?ordine=recenti")
    assert slugs[0] == "comunita-pratica-metro-case-genova"
    assert slugs.index("patto-sviluppo-metropolis-torino") < slugs.index("indagini-soddisfazione-comuni-roma")
    last = years(library, "/soluzioni.json?ordine=recenti&pagina=5")
    assert "stazione-unica-appaltante-napoli" in last, "without a period a practice comes last"


def test_the_order_is_the_same_every_time(library: FlaskClient) -> None:
    address = "/soluzioni.json?ordine=recenti&pagina=2"
    assert years(library, address) == years(library, address)


def test_browsers_get_suggestions_in_their_own_form(library: FlaskClient) -> None:
    found = library.get("/cerca/suggerimenti.json?q=centrale+com")
    assert found.mimetype == "application/x-suggestions+json"
    typed, texts, described, addresses = found.json or [None] * 4
    assert (typed, described) == ("centrale com", [])
    assert any("Centrale unica di committenza" in text for text in texts)
    assert len(texts) == len(addresses)
    assert all(address.startswith("http://localhost/") for address in addresses)


def test_browsers_get_addresses_in_their_language(library: FlaskClient) -> None:
    *_rest, addresses = library.get("/en/cerca/suggerimenti.json?q=bologna").json or [[]]
    assert addresses
    assert all(address.startswith("http://localhost/en/") for address in addresses)


def test_suggestions_are_in_the_language_of_the_page_or_say_that_they_are_in_italian(library: FlaskClient) -> None:
    found = {row["url"]: row for row in (library.get("/en/cerca/suggerimenti?q=suap").json or {})["suggestions"]}
    assert found["/en/temi/suap"]["text"] == "One-stop shop for businesses (SUAP)"
    assert "lang" not in found["/en/temi/suap"]
    assert found["/en/soluzioni/suap-metropolitano-bologna"]["lang"] == "it"
    rows = (library.get("/cerca/suggerimenti?q=suap").json or {})["suggestions"]
    assert rows
    assert not any("lang" in row for row in rows)


def test_what_opensearch_declares_answers_so(library: FlaskClient) -> None:
    assert "/cerca/suggerimenti.json?q={searchTerms}" in library.get("/opensearch.xml").text


def test_facets_nobody_reads_are_not_counted(library: FlaskClient) -> None:
    assert "reuser" not in (library.get("/cerca.json").json or {})["facets"]


def test_only_the_first_page_of_a_search_in_vain_is_counted(app: Flask, client: FlaskClient) -> None:
    app.extensions["indexer"].rebuild()
    client.get("/cerca?q=xyzzyq&pagina=2")
    client.get("/cerca?q=xyzzyq&esatta=1")
    with app.extensions["database"].reading() as session:
        assert not most_unmet(session, DAY, 10)


def every_title(library: FlaskClient, address: str) -> list[str]:
    pages = range(1, library.get(address).json["pages"] + 1)  # type: ignore[index]
    found = [library.get(f"{address}{'&' if '?' in address else '?'}pagina={page}").json["results"] for page in pages]  # type: ignore[index]
    return [row["title"] for rows in found for row in rows]


def test_without_words_solutions_stand_by_title_and_not_by_address(library: FlaskClient) -> None:
    titles = every_title(library, "/soluzioni.json")
    assert titles == sorted(titles, key=str.casefold)
    rows = library.get("/soluzioni.csv").text.splitlines()[1:]
    assert [row.split(";")[2].strip('"') for row in rows] == titles
    assert titles[0].startswith("Agende")


def test_titles_sort_whatever_their_capitals_accents_and_quotes(tmp_path: Path) -> None:
    titles = ["zebra", "Àncora", "«Bando» unico", "ancora prima", "Bando", "È di tutti", "etica"]
    rebuild(tmp_path, [SearchDocument("solution", f"s{7 - n}", title, "x", "/") for n, title in enumerate(titles)])
    found = [hit.title for hit in Engine(tmp_path).search("", kinds=("solution",)).hits]
    assert found == ["Àncora", "ancora prima", "Bando", "«Bando» unico", "È di tutti", "etica", "zebra"]


def test_browsers_are_led_to_the_configured_address_whatever_host_a_proxy_asks(
    library: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = library.application.config["SETTINGS"]
    monkeypatch.setitem(library.application.config, "SETTINGS", replace(settings, base_url="https://twinmetro.example"))
    *_rest, addresses = library.get("/en/cerca/suggerimenti.json?q=bologna").json or [[]]
    assert addresses
    assert {address.partition("/en/")[0] for address in addresses} == {"https://twinmetro.example"}
