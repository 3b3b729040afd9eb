# SPDX-License-Identifier: AGPL-3.0-or-later
"""The shortlist under other eyes, and the passages of request and solution that meet."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from app.access import Role
from app.matching import shortlist
from app.matching.text import marked, said_of
from app.needs import match_views, queries, service, shortlists, views
from app.notices.models import Notice
from tests.makers import make_solution, section
from tests.needs.network import Network, preview, wanted
from tests.needs.test_pages import client_of, page, send, site

__all__ = ["site"]

ASKING = 'value="sportello-bologna"'


def test_the_official_chooses_the_similar_cities_and_finds_the_way_back(site: Flask, network: Network) -> None:
    need = network.post()
    network.ask(need)
    client = client_of(site, network, (Role.OFFICIAL, "venezia"))
    address = f"{page(need)}/abbinamenti"
    plain = client.get(address).text
    assert "Con le gemelle che hai scelto" not in plain
    with network.database.reading() as session:
        before = queries.last_shown(session, need.id)
    seen = client.get(f"{address}?gemelle=torino,venezia,atlantide").text
    assert "Con le gemelle che hai scelto:</strong> Torino." in seen
    assert "vista dalla Città metropolitana di Torino" in seen
    assert f'href="{address}"' in seen
    assert "Chiedi a" not in seen
    assert "Per chiedere, torna all’elenco di partenza" in seen
    assert "al massimo cinque: valgono le prime cinque" not in seen
    many = "&".join(f"gemelle={slug}" for slug in ("torino", "bologna", "milano", "bari", "roma", "genova"))
    assert "al massimo cinque: valgono le prime cinque" in client.get(f"{address}?{many}").text
    with network.database.reading() as session:
        after = queries.last_shown(session, need.id)
    assert before is not None
    assert after is not None
    assert before.id == after.id == 1, "looking at a shortlist keeps nothing, whatever eyes look"


def test_who_did_not_ask_is_not_told_of_a_city_of_their_own(
    site: Flask, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shortlist, "UNLIKE", 2.0)
    address = f"{page(network.post())}/abbinamenti?gemelle=torino"
    mine = ("diverso da te su questo tema", "queste città e non sulla tua", "le città simili alla tua")
    theirs = ("diverso da chi chiede su questo tema", "su quella che chiede", "le città simili a quella che chiede")
    own = client_of(site, network, (Role.OFFICIAL, "venezia")).get(address).text
    assert [words in own for words in (*mine, *theirs)] == [True] * 3 + [False] * 3
    for client in (site.test_client(), client_of(site, network, (Role.OFFICIAL, "bologna"))):
        seen = client.get(address).text
        assert [words in seen for words in (*mine, *theirs)] == [False] * 3 + [True] * 3


def test_where_nothing_speaks_of_the_problem_the_page_says_so_first(site: Flask, network: Network) -> None:
    site.extensions["indexer"].rebuild()
    need = network.post(problem="Un canile sovracomunale per gli animali abbandonati.", themes=())
    shown = site.test_client().get(f"{page(need)}/abbinamenti").text
    assert "Nessuna soluzione della biblioteca parla davvero di questo problema" in shown
    assert "La richiesta è breve" not in shown
    assert "<summary>Mostra le meno lontane</summary>" in shown
    near = site.test_client().get(f"{page(network.post())}/abbinamenti").text
    assert "Nessuna soluzione della biblioteca parla davvero" not in near


def test_where_a_theme_is_ticked_but_hardly_anything_speaks_of_it_the_page_says_perhaps(
    site: Flask, network: Network
) -> None:
    site.extensions["indexer"].rebuild()
    perhaps = "Forse nessuna soluzione della biblioteca risponde proprio a questo"
    problem = "Carte d’identità e certificati per le imprese: agende sempre piene."
    need = network.post(problem=problem, themes=("suap",))
    shown = site.test_client().get(f"{page(need)}/abbinamenti").text
    assert perhaps in shown
    assert "Nessuna soluzione della biblioteca parla davvero" not in shown
    assert "Mostra le meno lontane" not in shown
    assert perhaps not in site.test_client().get(f"{page(network.post())}/abbinamenti").text


def test_what_is_far_from_the_problem_answers_it_on_no_page(site: Flask, network: Network) -> None:
    problem, far_off = (
        "Orari degli asili nido, diversi in ogni comune.",
        "Nessuna soluzione della biblioteca parla davvero di",
    )
    site.extensions["indexer"].rebuild()
    far, near = network.post(problem=problem, themes=()), network.post()
    client = client_of(site, network, (Role.OFFICIAL, "venezia"))
    shown = section(client.get(page(far)).text, "forse")
    assert far_off in client.get(f"{page(far)}/abbinamenti").text
    assert "nessuna parla davvero di questo problema" in shown
    assert "Sportello unico" not in shown
    assert "Sportello unico di Torino" in section(client.get(page(near)).text, "forse")
    asked = client.get("/richieste/simili.json", query_string={"q": problem})
    assert (asked.json or {})["solutions"] == []


def test_a_few_words_that_a_solution_holds_are_near_to_it_everywhere(site: Flask, network: Network) -> None:
    with network.database.work() as session:
        for number in range(3):
            make_solution(
                session, f"gare-{number}", title=f"Gare e acquisti {number}", city="torino", themes=["appalti"]
            )
    site.extensions["indexer"].rebuild()
    need = network.post(problem="Uno sportello unico per tutti.", themes=())
    client = client_of(site, network, (Role.OFFICIAL, "venezia"))
    assert "parla davvero di" not in client.get(f"{page(need)}/abbinamenti").text
    assert "Sportello unico di Bologna" in section(client.get(page(need)).text, "forse")


def test_a_body_that_is_asked_now_is_not_said_to_be_unknown(site: Flask, network: Network) -> None:
    site.extensions["indexer"].rebuild()
    need = network.post()
    client = client_of(site, network, (Role.OFFICIAL, "venezia"))
    assert client.get(f"{page(need)}/abbinamenti").text.count("dell’ente non si sa ancora se risponde") == 3
    asked = network.ask(need)
    shown = client.get(f"{page(need)}/abbinamenti").text
    assert shown.count("1 richiesta in attesa di risposta") == 1
    assert shown.count("dell’ente non si sa ancora se risponde") == 2
    network.offer(need, "sportello-torino", "referent.torino")
    assert "2 richieste in attesa" not in client.get(f"{page(need)}/abbinamenti").text
    assert "non si sa ancora se risponde" not in client.get(f"/proposte/{asked.id}").text


def test_a_city_whose_office_nobody_has_joined_is_asked_through_the_coordination(site: Flask, network: Network) -> None:
    need = network.post()
    with network.database.work() as session:
        make_solution(session, "sportello-anci", title="Sportello unico per le imprese dei comuni", city="anci")
    site.extensions["indexer"].rebuild()
    client = client_of(site, network, (Role.OFFICIAL, "venezia"))
    shown = client.get(f"{page(need)}/abbinamenti").text
    assert shown.count("In questo ente nessuno ha ancora un’utenza") == 1
    sent = send(client, f"{page(need)}/abbinamenti/chiedi", solution="sportello-anci")
    assert "la riceve il coordinamento nazionale" in client.get(sent.headers["Location"]).text
    (made,) = network.proposals(need)
    assert network.distribute() >= {("proposal-made", "coordinator")}
    with network.database.reading() as session:
        (told,) = session.query(Notice).filter_by(action="proposal-made", person_id=network.people["coordinator"])
        assert told.data["absent"] == "ANCI"
    assert (
        "Invita chi può rispondere" in client_of(site, network, (Role.COORDINATOR, "")).get(f"/proposte/{made.id}").text
    )
    assert "Invita chi può" not in client.get(f"/proposte/{made.id}").text
    assert network.look_at(made, datetime.now(UTC) + timedelta(days=30))
    for address in (page(need), f"/proposte/{made.id}"):
        assert "nell’ente nessuno aveva ancora un’utenza" in client.get(address).text, address


def test_each_place_shows_its_parts_as_named_bars_the_figures_of_both_cities_and_what_would_change_the_order(
    site: Flask, network: Network
) -> None:
    need = network.post()
    with network.database.work() as session:
        kit = [
            {"title": f"Schema {number}", "kind": "accordo", "address": "https://ente.example/"} for number in range(1)
        ]
        make_solution(session, "sportello-torino", title="Sportello unico di Torino", city="torino", kit=kit)
    site.extensions["indexer"].rebuild()
    shown = site.test_client().get(f"{page(need)}/abbinamenti").text
    first = shown.partition('class="match"')[2].partition("</article>")[0]
    assert "Sportello unico di Bologna" in first
    bars = re.findall(r'<meter min="0" max="1" value="([\d.]+)" aria-label="([^"]+)">(\d+)</meter>', first)
    assert [name for _, name, _ in bars] == ["Tema", "Città simile", "Prontezza"]
    assert '<dt>Requisiti</dt><dd class="no-bar quiet">nessuno dichiarato</dd>' in first
    assert all(round(float(value) * 100) == int(text) for value, _, text in bars)
    figures = re.search(r'<th scope="row">Abitanti</th>(.*?)</tr>', first)
    assert figures
    assert re.findall(r"<td[^>]*>([^<]*)</td>", figures[1]) == [
        "835.895",
        "1.014.124",
        "378.791",
        "2023 · Registro di prova",
    ]
    turned = section(shown, "cambia")
    assert "Senza contare quanto le città si somigliano, prima sarebbe «Sportello unico di Torino»" in turned


def test_the_pages_of_matching_ask_the_database_few_questions(site: Flask, network: Network) -> None:
    site.extensions["indexer"].rebuild()
    for _ in range(6):
        need = network.post()
    with network.database.work() as session:
        for number in range(5):
            make_solution(session, f"gare-{number}", title=f"Gare {number}", city="torino", themes=["appalti"])
        preview(session, site.extensions["engine"], "Turno", network.deed("coordinator"))
    asker = client_of(site, network, (Role.COORDINATOR, ""), (Role.OFFICIAL, "venezia"))
    giver = client_of(site, network, (Role.OFFICIAL, "torino"))
    for client, address, most in (
        (asker, f"{page(need)}/abbinamenti", 14),
        (asker, "/abbinamenti/1", 11),
        (giver, f"{page(need)}/offri", 13),
    ):
        client.get(address)
        asked: list[str] = []
        note = lambda _c, _cursor, statement, *_rest, kept=asked: kept.append(statement)  # noqa: E731
        event.listen(network.database.engine, "before_cursor_execute", note)
        client.get(address)
        event.remove(network.database.engine, "before_cursor_execute", note)
        assert len(asked) <= most, (address, asked)


def test_shared_words_are_marked_on_both_sides_and_nothing_else_is_markup(site: Flask, network: Network) -> None:
    need = network.post(problem="Le imprese chiedono uno <b>sportello</b> unico. Altro non serve a nessuno qui.")
    shown = site.test_client().get(f"{page(need)}/abbinamenti").text
    assert "Nella richiesta:" in shown
    assert "&lt;b&gt;" in shown
    assert "<mark>sportello</mark>" in shown.lower()


def test_runs_make_the_text_again() -> None:
    text = "Gli sportelli unici, per le imprese; e altro."
    runs = marked(text, ["sportell", "impres"])
    assert "".join(piece for piece, _ in runs) == text
    assert marked("", ["x"]) == []
    assert said_of("Prima frase. Le imprese aspettano.", ["impres"]) == "Le imprese aspettano."
    assert said_of("", ["impres"]) == ""


@pytest.mark.parametrize("meanwhile", ["asked", "closed"])
def test_who_asks_too_late_sees_the_shortlist_as_it_is_now(
    site: Flask, network: Network, monkeypatch: pytest.MonkeyPatch, meanwhile: str
) -> None:
    site.extensions["indexer"].rebuild()
    need, client = network.post(), client_of(site, network, (Role.OFFICIAL, "venezia"))
    address, scored = f"{page(need)}/abbinamenti", views.scored
    assert ASKING in client.get(address).text

    def colleague(*said: Any) -> Any:
        told = scored(*said)
        if meanwhile == "asked":
            network.ask(need)
        else:
            with network.database.work() as session:
                service.close(session, need.id, "not-needed", "", network.deed())
        return told

    monkeypatch.setattr(match_views, "scored", colleague)
    late = send(client, f"{address}/chiedi", solution="sportello-bologna")
    assert late.status_code == 409
    assert ASKING not in late.text
    assert ('value="sportello-torino"' in late.text) is (meanwhile == "asked")


def test_who_offers_too_late_sees_the_request_as_it_is_now(
    site: Flask, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.extensions["indexer"].rebuild()
    need, client = network.post(), client_of(site, network, (Role.OFFICIAL, "bologna"))
    scored = shortlists.scored_for

    def requester(*said: Any) -> Any:
        told = scored(*said)
        edited = wanted(title="Un titolo che è cambiato")
        with network.database.work() as session:
            service.edit(session, need.id, 1, edited, network.deed())
            service.close(session, need.id, "not-needed", "", network.deed())
        return told

    monkeypatch.setattr(shortlists, "scored_for", requester)
    late = send(client, f"{page(need)}/offri", solution="sportello-bologna", message="Possiamo aiutarvi.")
    assert late.status_code == 409
    assert "Un titolo che è cambiato" in late.text
