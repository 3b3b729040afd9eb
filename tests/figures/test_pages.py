# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who taught whom what, and the figures, on the shipped library and on a small one."""

import pytest
from flask.testing import FlaskClient

from app.db import Database
from tests.makers import make_solution

HEADER = "\ufeffgiver;receiver;solution;title;how;start;end;url"


def test_the_documented_transfers_are_there_from_the_first_day(library: FlaskClient) -> None:
    rows = library.get("/rete.json").get_json()["flows"]
    pairs = {(row["giver"], row["receiver"]) for row in rows}
    assert {("milano", "venezia"), ("milano", "genova"), ("provincia-autonoma-di-trento", "bologna")} <= pairs
    assert all(row["how"] == "documented" and row["demonstration"] is False for row in rows)


def test_the_drawing_and_the_table_say_the_same(library: FlaskClient) -> None:
    page = library.get("/rete").text
    rows = library.get("/rete.json").get_json()["flows"]
    assert page.count('<path class="flow documented"') == len(rows) + len({row["solution"] for row in rows})
    assert page.count("<tr><td>") == len(rows)


def test_a_theme_leaves_its_own_passages_and_nonsense_leaves_all(library: FlaskClient) -> None:
    every = library.get("/rete.json").get_json()["flows"]
    some = library.get("/rete.json?tema=personale").get_json()["flows"]
    assert 0 < len(some) < len(every)
    assert library.get("/rete.json?tema=<script>").get_json()["flows"] == every


def test_without_any_passage_the_page_says_so(registered: Database, client: FlaskClient) -> None:
    with registered.work() as session:
        make_solution(session)
    assert "Nessun passaggio" in client.get("/rete").text


def test_a_draft_teaches_nothing(registered: Database, client: FlaskClient) -> None:
    with registered.work() as session:
        make_solution(session, "pubblica", reused_by=[{"city": "torino"}])
        make_solution(session, "bozza", badge=None, reused_by=[{"city": "venezia"}])
    assert [row["receiver"] for row in client.get("/rete.json").get_json()["flows"]] == ["torino"]


def test_figures_count_what_is_public(registered: Database, client: FlaskClient) -> None:
    with registered.work() as session:
        make_solution(session, "pubblica", reused_by=[{"city": "torino"}])
        make_solution(session, "bozza", badge=None)
    rows = {(row["figure"], row["of"]): row["value"] for row in client.get("/numeri.json").get_json()["figures"]}
    assert rows["solutions", ""] == 1
    assert rows["solutions-by-badge", "visibile"] == 1
    assert rows["solutions-by-theme", "suap"] == 1
    assert rows["transfers-documented", ""] == 1
    assert rows["days-to-first-answer-median", ""] is None
    assert "1" in client.get("/numeri").text


@pytest.mark.parametrize("path", ["/rete", "/numeri", "/en/rete", "/en/numeri"])
def test_pages_open_in_both_languages(library: FlaskClient, path: str) -> None:
    assert library.get(path).status_code == 200


@pytest.mark.parametrize(("path", "first"), [("/rete.csv", HEADER), ("/numeri.csv", "\ufefffigure;of;value")])
def test_both_can_be_downloaded_as_tables(library: FlaskClient, path: str, first: str) -> None:
    assert library.get(path).text.splitlines()[0] == first
