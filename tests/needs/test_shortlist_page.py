# SPDX-License-Identifier: AGPL-3.0-or-later
"""The shortlist under other eyes, and the passages of request and solution that meet."""

from flask import Flask
from sqlalchemy import event

from app.access import Role
from app.matching.text import marked, said_of
from app.needs import queries, rounds
from tests.needs.network import Network
from tests.needs.test_pages import client_of, page, site

__all__ = ["site"]


def test_the_official_chooses_the_similar_cities_and_finds_the_way_back(site: Flask, network: Network) -> None:
    need = network.post()
    network.ask(need)
    client = client_of(site, network, (Role.OFFICIAL, "venezia"))
    address = f"{page(need)}/abbinamenti"
    plain = client.get(address).text
    assert "Con le gemelle scelte da voi" not in plain
    with network.database.reading() as session:
        before = queries.last_shown(session, need.id)
    seen = client.get(f"{address}?gemelle=torino,venezia,atlantide").text
    assert "Con le gemelle scelte da voi:</strong> Torino." in seen
    assert "vista da Città metropolitana di Torino" in seen
    assert f'href="{address}"' in seen
    assert "Chiedi a" not in seen
    with network.database.reading() as session:
        after = queries.last_shown(session, need.id)
    assert before is not None
    assert after is not None
    assert before.id == after.id == 1, "looking at a shortlist keeps nothing, whatever eyes look"


def test_the_pages_of_matching_ask_the_database_few_questions(site: Flask, network: Network) -> None:
    site.extensions["indexer"].rebuild()
    for _ in range(6):
        need = network.post()
    with network.database.work() as session:
        rounds.preview(session, site.extensions["engine"], "Turno", network.deed("coordinator"))
    client = client_of(site, network, (Role.COORDINATOR, ""), (Role.OFFICIAL, "venezia"))
    for address, most in ((f"{page(need)}/abbinamenti", 15), ("/abbinamenti/1", 8)):
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
