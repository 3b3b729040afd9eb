# SPDX-License-Identifier: AGPL-3.0-or-later
"""The board of requests: filters, ages, answers and outcomes on the page, as JSON, CSV and Atom; who may see what."""

import csv
import io
import json
import re
from collections.abc import Mapping
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.access import NOBODY
from app.accounts.models import Person
from app.cities.models import City
from app.needs import board, board_views, queries, service
from app.needs.forms import chosen
from app.needs.models import Need
from tests.makers import NOW, sign_in
from tests.needs.network import LATER, Network

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def posted(network: Network) -> Mapping[str, Need]:
    """One request answered after a day, one that waits and one that is closed."""
    waits = network.post(problem="Gare telematiche per i comuni piccoli.", themes=("appalti",), formats=("visita",))
    closed = network.post("torino", problem="Un ufficio unico dei concorsi.", themes=(), formats=("colloquio",))
    answered = network.post()
    network.accept(network.ask(answered), now=LATER)
    with network.database.work() as session:
        service.close(session, closed.id, "solved-elsewhere", "", network.deed("official.torino", LATER))
    return {"answered": answered, "waits": waits, "closed": closed}


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, {"answered", "waits", "closed"}),
        ({"tema": "suap"}, {"answered"}),
        ({"formato": "visita"}, {"waits"}),
        ({"stato": "closed"}, {"closed"}),
        ({"citta": "torino"}, {"closed"}),
        ({"citta": "venezia", "tema": "appalti"}, {"waits"}),
        ({"citta": "bologna"}, set()),
    ],
)
def test_filters_leave_what_was_asked_for_in_every_form(
    posted: Mapping[str, Need], client: FlaskClient, asked: dict[str, str], found: set[str]
) -> None:
    titles = {posted[name].title for name in found}
    page = client.get("/richieste", query_string=asked).text
    assert {need.title for need in posted.values() if f"{need.id}-{need.slug}" in page} == titles
    rows = json.loads(client.get("/richieste.json", query_string=asked).text)["requests"]
    assert {row["title"] for row in rows} == titles
    written = client.get("/en/richieste.csv", query_string=asked).text.removeprefix("\ufeff")
    lines = csv.DictReader(io.StringIO(written), delimiter=";")
    assert {line["title"] for line in lines} == titles
    said = client.get("/richieste.csv", query_string=asked).text.removeprefix("\ufeff")
    assert {line["Stato"] for line in csv.DictReader(io.StringIO(said), delimiter=";")} <= {
        "aperta",
        "abbinata",
        "chiusa",
    }


def cities_offered(client: FlaskClient, **asked: str) -> list[tuple[str, bool]]:
    """The cities that the board may be narrowed to, and which is chosen."""
    field = client.get("/richieste", query_string=asked).text.partition('name="citta"')[2].partition("</select>")[0]
    return [(slug, bool(on)) for slug, on in re.findall(r'<option value="([^"]*)"(?: lang="it")?( selected)?>', field)]


def test_whatever_is_chosen_every_city_of_the_board_may_be_chosen_instead(
    posted: Mapping[str, Need], client: FlaskClient
) -> None:
    assert cities_offered(client) == [("", False), ("torino", False), ("venezia", False)]
    assert cities_offered(client, citta="venezia") == [("", False), ("torino", False), ("venezia", True)]
    assert cities_offered(client, citta="torino", tema="suap") == [("", False), ("torino", True), ("venezia", False)]
    assert ("bologna", True) in cities_offered(client, citta="bologna")


def test_a_city_that_asks_without_its_name_is_neither_offered_nor_found(
    app: Flask, network: Network, client: FlaskClient
) -> None:
    need = network.post(visibility="anonymous")
    own = app.test_client()
    with network.database.reading() as session:
        sign_in(own, session.get_one(Person, network.people["official.venezia"]))
    for asking, found in ((client, False), (own, True)):
        assert (("venezia", False) in cities_offered(asking)) is found
        page = asking.get("/richieste", query_string={"citta": "venezia"}).text
        assert (f"{need.id}-{need.slug}" in page) is found


def test_a_long_board_has_pages_and_none_of_its_requests_is_in_no_list(
    posted: Mapping[str, Need], client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board_views, "PER_PAGE", 1)
    pages = [client.get("/richieste", query_string={"pagina": number, "stato": ""}).text for number in (1, 2, 3, 9)]
    shown = [[name for name, need in posted.items() if f"{need.id}-{need.slug}" in page] for page in pages]
    assert shown == [["waits"], ["answered"], ["closed"], ["closed"]]
    assert all("3 richieste" in page for page in pages)
    assert 'href="/richieste?pagina=2"' in pages[0]
    assert 'href="/richieste?tema=suap&amp;pagina=' not in client.get("/richieste?tema=suap").text
    rows = json.loads(client.get("/richieste.json").text)["requests"]
    assert len(rows) == len(posted)
    assert all(client.get(row["url"]).status_code == 200 for row in rows)
    assert rows[0]["url"] in client.get("/richieste.csv").text


def test_the_clock_runs_until_the_first_answer_and_the_end_is_told(
    posted: Mapping[str, Need], network: Network, client: FlaskClient
) -> None:
    with network.database.reading() as session:
        found = queries.board(session, board.sought(NOBODY, chosen({}), {}))
        rows = board.rows(session, found, NOBODY, NOW + timedelta(days=9))
    told = {row.id: (row.age, row.answered_after, row.outcome) for row in rows}
    assert told == {
        posted["answered"].id: (9, 1, ""),
        posted["waits"].id: (9, None, ""),
        posted["closed"].id: (1, None, "solved-elsewhere"),
    }
    page = client.get("/richieste").text
    assert page.count("prima risposta dopo 1 giorno") == 1
    assert "nessuna risposta finora" in page
    # Of what is closed nobody waits any more for an answer.
    ended = client.get("/richieste?stato=closed").text
    assert "nessuna risposta finora" not in ended
    assert "chiusa senza risposte" in ended
    closed = posted["closed"]
    assert "nessuna finora" not in client.get(f"/richieste/{closed.id}-{closed.slug}").text


def test_what_is_for_members_is_met_by_members_alone(app: Flask, network: Network) -> None:
    need = network.post(visibility="members")
    page = f"/richieste/{need.id}-{need.slug}"
    lists = ("/richieste", "/richieste.json", "/richieste.csv")
    public = ("/", "/feed/richieste.atom", "/feed/richieste/suap.atom", "/sitemap.xml", "/citta/venezia", "/numeri")
    stranger, member = app.test_client(), app.test_client()
    with network.database.reading() as session:
        sign_in(member, session.get_one(Person, network.people["reader"]))
    for address in (*lists, *public):
        assert need.title[:40] not in stranger.get(address).text, address
    assert stranger.get(page).status_code in {303, 403, 404}
    assert member.get(page).status_code == 200
    assert all(need.title[:40] in member.get(address).text for address in lists)


def test_a_theme_has_a_feed_of_its_own_requests(posted: Mapping[str, Need], client: FlaskClient) -> None:
    def entries(path: str) -> list[str | None]:
        feed = ElementTree.fromstring(client.get(path).data)
        assert all(feed.findtext(f"{ATOM}{name}") for name in ("id", "title", "updated"))
        return [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")]

    assert entries("/feed/richieste/suap.atom") == [posted["answered"].title]
    assert entries("/feed/richieste/appalti.atom") == [posted["waits"].title]
    assert len(entries("/feed/richieste.atom")) == len(posted)
    assert client.get("/feed/richieste/nessuno.atom").status_code == 404


def test_a_feed_of_requests_says_who_asks_as_the_register_does_now(
    posted: Mapping[str, Need], network: Network, client: FlaskClient
) -> None:
    held = {"If-None-Match": client.get("/feed/richieste.atom").headers["ETag"]}
    assert client.get("/feed/richieste.atom", headers=held).status_code == 304
    with network.database.work() as session:
        session.get_one(City, posted["waits"].city_id).name = "Ente con un altro nome"
    again = client.get("/feed/richieste.atom", headers=held)
    assert (again.status_code, "Ente con un altro nome" in again.text) == (200, True)
