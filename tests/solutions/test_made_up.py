# SPDX-License-Identifier: AGPL-3.0-or-later
"""Solutions made up for trying the site: told wherever they are shown, counted in no figure."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.db import Database
from app.document.schema import VARIANT_SECTION
from app.solutions.rules import LABEL, MADE_UP
from tests.makers import make_solution

TAG = "dati dimostrativi"


@pytest.fixture(autouse=True)
def one_of_each(registered: Database, app: Flask) -> None:
    with registered.work() as session:
        make_solution(session, "vera", title="Vera", reused_by=[{"city": "venezia"}])
        make_solution(session, MADE_UP[0], title="Finta", summary=LABEL, reused_by=[{"city": "torino"}])
        texts = {"Problema affrontato": "Uno.", "Soluzione adottata": "Sportello.", VARIANT_SECTION: "Tutto."}
        make_solution(session, "variante", title="Variante", city="torino", based_on=MADE_UP[0], sections=texts)
    app.extensions["indexer"].rebuild()


def tagged(text: str, mark: str) -> list[str]:
    """Titles of the things of a page, parted by ``mark``, that say they are made up."""
    parts = text.split(mark)[1:]
    return sorted(
        title for part in parts if TAG in part for title in ("Vera", "Finta", "Variante") if f">{title}<" in part
    )


@pytest.mark.parametrize(
    ("path", "mark", "shown"),
    [
        ("/", '<article class="card-solution">', ["Finta", "Variante"]),
        ("/soluzioni", '<li class="hit">', ["Finta", "Variante"]),
        ("/cerca?q=sportello", '<li class="hit">', ["Finta", "Variante"]),
        ("/temi/suap", '<article class="hit">', ["Finta", "Variante"]),
        ("/citta/bologna", '<article class="hit">', ["Finta"]),
    ],
)
def test_its_card_says_so(client: FlaskClient, path: str, mark: str, shown: list[str]) -> None:
    assert tagged(client.get(path).text, mark) == shown


def test_its_page_says_so_above_everything_else(client: FlaskClient) -> None:
    for slug in (MADE_UP[0], "variante"):
        assert LABEL in client.get(f"/soluzioni/{slug}").text.partition('<header class="solution-head"')[0]
    assert LABEL not in client.get("/soluzioni/vera").text


def test_the_home_page_counts_real_ones_and_says_what_it_leaves_out(client: FlaskClient) -> None:
    text = client.get("/").text
    counts = dict(re.findall(r"<dt>(.*?)</dt><dd>(\d+)</dd>", text))
    assert (counts["soluzioni documentate"], counts["riusi documentati"]) == ("1", "1")
    assert "2 schede con dati dimostrativi, finte per provare il sito, non contano qui." in text


def test_the_figures_count_real_ones(client: FlaskClient) -> None:
    rows = {(row["figure"], row["of"]): row["value"] for row in client.get("/numeri.json").get_json()["figures"]}
    assert (rows["solutions", ""], rows["transfers-documented", ""]) == (1, 1)
    assert ("solutions-by-city", "torino") not in rows


LEFT_OUT = "2 schede con dati dimostrativi, finte per provare il sito, non contano qui."


def test_the_list_of_cities_counts_real_ones_and_says_what_it_leaves_out(client: FlaskClient) -> None:
    page = client.get("/citta").text
    held = dict(
        re.findall(r'<li><a href="/citta/([^"]+)">[^<]*</a><span class="quiet">([^<]*?)(?: ·[^<]*)?</span>', page)
    )
    assert held["bologna"] == "1 soluzione"
    assert held["venezia"] == "0 soluzioni, 1 presa da altri enti"
    assert held["torino"] == "0 soluzioni"
    assert LEFT_OUT in page
    rows = {row["slug"]: (row["solutions"], row["reused"]) for row in client.get("/citta.json").get_json()["cities"]}
    assert (rows["bologna"], rows["venezia"], rows["torino"]) == ((1, 0), (0, 1), (0, 0))


def test_the_list_of_themes_counts_real_ones_and_says_what_it_leaves_out(client: FlaskClient) -> None:
    page = client.get("/temi").text
    assert re.search(r'href="/temi/suap">[^<]*<span class="number">1<', page)
    assert LEFT_OUT in page
    rows = {row["slug"]: row["solutions"] for row in client.get("/temi.json").get_json()["themes"]}
    assert rows["suap"] == 1


def test_the_network_tells_them_apart(client: FlaskClient) -> None:
    flows = client.get("/rete.json").get_json()["flows"]
    assert {row["solution"]: row["demonstration"] for row in flows} == {"vera": False, MADE_UP[0]: True}
