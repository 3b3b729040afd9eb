# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who taught whom what, and the figures, on the shipped library and on a small one."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from app.db import Database
from app.document.schema import VARIANT_SECTION
from tests.makers import NOW, make_solution
from tests.needs.network import Network

HEADER = "\ufeffgiver;giver_name;receiver;receiver_name;solution;title;how;start;end;themes;variants;demonstration;url"


def test_the_documented_transfers_are_there_from_the_first_day(library: FlaskClient) -> None:
    rows = library.get("/rete.json").get_json()["flows"]
    pairs = {(row["giver"], row["receiver"]) for row in rows}
    assert {("milano", "venezia"), ("milano", "genova"), ("provincia-autonoma-di-trento", "bologna")} <= pairs
    assert all(row["how"] == "documented" and row["demonstration"] is False for row in rows)


def test_the_map_the_trees_and_the_table_say_the_same(library: FlaskClient) -> None:
    page = library.get("/rete").text
    rows = library.get("/rete.json").get_json()["flows"]
    assert page.count('<path class="flow documented') == len({(row["giver"], row["receiver"]) for row in rows})
    assert page.count('class="tree-root"') == len({row["solution"] for row in rows})
    assert page.count('<li class="documented"') == page.count("<tr><td ") == len(rows)
    assert "Provincia autonoma di Trento: ha insegnato a" in page


def test_a_theme_or_a_body_leaves_its_own_passages_and_nonsense_leaves_all(library: FlaskClient) -> None:
    every = library.get("/rete.json").get_json()["flows"]
    some = library.get("/rete.json?tema=personale").get_json()["flows"]
    roma = library.get("/rete.json?ente=roma").get_json()["flows"]
    assert 0 < len(some) < len(every)
    assert {row["receiver"] for row in roma} == {"roma"}
    assert library.get("/rete?ente=roma").text.count("<tr><td ") == len(roma) == 2
    for asked in ("ente=sassari", "tema=open-data"):
        assert library.get(f"/rete.json?{asked}").get_json()["flows"] == [], "known, and nobody taught or learnt it"
        page = library.get(f"/rete?{asked}").text
        assert "Nessun passaggio con questa scelta" in page
        assert re.search(rf'<option value="{asked.partition("=")[2]}"( lang="it")? selected>', page)
    assert library.get("/rete?tema=<script>&ente=atlantide").text.count("<tr><td ") == len(every)
    assert library.get("/rete.json?tema=<script>&ente=atlantide").status_code == 422
    assert "Nessun passaggio con questa scelta" in library.get("/rete?tema=personale&ente=roma").text


def test_a_variant_stands_under_the_body_that_made_it_and_its_learners_under_it(
    registered: Database, client: FlaskClient
) -> None:
    texts = {
        "Problema affrontato": "Regole diverse.",
        "Soluzione adottata": "Uno sportello.",
        VARIANT_SECTION: "I moduli.",
    }
    with registered.work() as session:
        make_solution(session, "fonte", reused_by=[{"city": "torino"}])
    assert "Le sue varianti" not in client.get("/soluzioni/fonte").text
    with registered.work() as session:
        for slug, city, source, reused in (
            ("variante", "torino", "fonte", [{"city": "venezia"}]),
            ("sola", "venezia", "variante", None),
            ("senza-fonte", "venezia", "sparita", None),
        ):
            make_solution(session, slug, city=city, based_on=source, reused_by=reused, sections=texts)
    source = client.get("/soluzioni/fonte").text
    assert "/soluzioni/variante/confronto-con-la-fonte" in source, "although its page is kept in memory"
    assert "/soluzioni/sola" not in source
    rows = client.get("/rete.json").get_json()["flows"]
    assert [(row["giver"], row["receiver"], row["how"], row["variants"]) for row in rows] == [
        ("bologna", "torino", "documented", ["variante"]),
        ("torino", "venezia", "documented", ["sola"]),
    ]
    page = client.get("/rete").text
    assert page.count('class="tree-root"') == 1
    assert "2 passi" in page
    assert page.index("/soluzioni/fonte") < page.index("/soluzioni/variante") < page.index("/soluzioni/sola")


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
    assert rows["solutions-by-city", "bologna"] == 1
    assert rows["days-to-first-answer-median", ""] is None
    page = client.get("/numeri").text
    for said in ("Meno di 3 casi: non si dice.", "Nessun gemellaggio in corso.", "Come si contano"):
        assert said in page


def test_the_days_to_a_shortlist_and_to_an_answer_are_those_of_the_requests(
    database: Database, client: FlaskClient
) -> None:
    network = Network(database)
    for body, shortlisted, answered in (("venezia", 1, 2), ("torino", 2, 4), ("anci", 6, 9), ("venezia", 0, None)):
        need = network.post(body, "official.venezia")
        asked = network.ask(need, now=NOW + timedelta(days=shortlisted))
        if answered:
            network.accept(asked, now=NOW + timedelta(days=answered))
        else:
            network.look_at(asked, NOW + timedelta(days=90))
    page = client.get("/numeri").text
    for days, what, cases in (
        ("1,5", "giorni fino alle prime città proposte", 4),
        ("4", "giorni fino alla prima risposta", 3),
    ):
        box = f'<p class="figure-value">{days}</p><p class="figure-label">{what}</p>'
        assert f'{box}<p class="quiet">Mediana di {cases} richieste.</p>' in page, what
    line = re.search(r">Sportello unico</a></th>(.*?)</tr>", page)
    assert line
    assert re.findall("<td[^>]*>(.*?)</td>", line[1])[1:4] == ["4", "1,5", "4"]


def test_a_choice_holds_for_the_page_and_for_what_is_downloaded(library: FlaskClient) -> None:
    rows = library.get("/numeri.json?tema=suap&ente=bologna").get_json()["figures"]
    found = {(row["figure"], row["of"]): row["value"] for row in rows}
    whole = {(row["figure"], row["of"]): row["value"] for row in library.get("/numeri.json").get_json()["figures"]}
    assert 0 < found["solutions", ""] < whole["solutions", ""]
    page = library.get("/numeri?tema=suap&ente=bologna").text
    assert f'<p class="figure-value">{found["solutions", ""]}</p>' in page
    assert "/numeri.csv?tema=suap&amp;ente=bologna" in page
    lines = library.get("/en/numeri.csv?tema=suap&ente=bologna").text.splitlines()
    assert f"solutions;;;{found['solutions', '']};" in lines
    nonsense = library.get("/numeri?tema=x&ente=<b>").text
    assert f'<p class="figure-value">{whole["solutions", ""]}</p>' in nonsense
    assert [row["field"] for row in library.get("/numeri.json?tema=x&ente=<b>").get_json()["problems"]] == ["tema"]


@pytest.mark.parametrize("path", ["/rete", "/numeri", "/en/rete", "/en/numeri"])
def test_pages_open_in_both_languages(library: FlaskClient, path: str) -> None:
    assert library.get(path).status_code == 200


@pytest.mark.parametrize(
    ("path", "first"), [("/en/rete.csv", HEADER), ("/en/numeri.csv", "\ufefffigure;of;of_name;value;cases")]
)
def test_both_can_be_downloaded_as_tables(library: FlaskClient, path: str, first: str) -> None:
    assert library.get(path).text.splitlines()[0] == first


def test_the_figures_of_a_theme_and_of_a_body_bear_its_name(library: FlaskClient) -> None:
    for address, theme in (("/numeri", "Pagamenti digitali"), ("/en/numeri", "Digital payments")):
        rows = library.get(f"{address}.json").get_json()["figures"]
        names = {(row["figure"], row["of"]): row["of_name"] for row in rows}
        assert names["solutions-by-theme", "pagamenti-digitali"] == theme
        assert names["solutions-by-city", "roma"] == "Roma"
        assert names["solutions-by-badge", "in-completamento"] in ("in completamento", "being completed")
        assert names["solutions", ""] == ""
    lines = library.get("/numeri.csv").text.splitlines()
    for said in (
        "Soluzioni, per tema;pagamenti-digitali;Pagamenti digitali;",
        "Giorni fino alle città proposte (mediana);;;;",
    ):
        assert any(line.startswith(said) for line in lines), said


def test_a_theme_an_act_and_a_city_count_the_same_everywhere(library: FlaskClient) -> None:
    rows = {(row["figure"], row["of"]): row["value"] for row in library.get("/numeri.json").get_json()["figures"]}
    for theme in library.get("/temi.json").get_json()["themes"]:
        if theme["solutions"]:
            assert theme["solutions"] == rows["solutions-by-theme", theme["slug"]], theme["slug"]
            assert theme["solutions"] == facet_of(library, "theme", f"tema={theme['slug']}", theme["slug"])
    for city in library.get("/citta.json").get_json()["cities"]:
        if city["solutions"]:
            assert city["solutions"] == rows["solutions-by-city", city["slug"]], city["slug"]
            assert city["solutions"] == facet_of(library, "city", f"citta={city['slug']}", city["slug"])
            assert re.search(rf">{city['solutions']} soluzion[ei]\b", library.get(f"/citta/{city['slug']}").text)
    for act in library.get("/norme.json").get_json()["acts"][:10]:
        assert act["solutions"] == facet_of(library, "act", f"norma={act['slug']}", act["slug"])


def facet_of(library: FlaskClient, facet: str, chosen: str, value: str) -> int:
    """How many a filter of the search finds, which is what its facet says."""
    found = library.get(f"/cerca.json?{chosen}").get_json()
    said = {row["value"]: row["count"] for row in found["facets"][facet]}
    assert said[value] == found["total"], "pages of themes, acts and bodies are no solutions"
    return int(found["total"])


def test_re_uses_are_the_same_at_home_and_among_the_figures_and_the_network_says_what_it_adds(
    library: FlaskClient,
) -> None:
    rows = {(row["figure"], row["of"]): row["value"] for row in library.get("/numeri.json").get_json()["figures"]}
    told = rows["transfers-documented", ""]
    assert f"<dt>riusi documentati</dt><dd>{told}</dd>" in library.get("/").text
    flows = library.get("/rete.json").get_json()["flows"]
    documented = sum(row["how"] == "documented" for row in flows)
    assert f"Vengono da: {documented} riusi documentati" in library.get("/rete").text


def test_requests_that_only_members_read_are_not_among_the_public_figures(
    database: Database, client: FlaskClient
) -> None:
    network = Network(database)
    for visibility in ("public", "anonymous", "members"):
        network.post(visibility=visibility)
    rows = {(row["figure"], row["of"]): row["value"] for row in client.get("/numeri.json").get_json()["figures"]}
    assert rows["requests", ""] == len(client.get("/richieste.json").get_json()["requests"]) == 2
