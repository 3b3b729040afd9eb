# SPDX-License-Identifier: AGPL-3.0-or-later
"""An anonymous request tells nobody whose it is, anywhere, until its city accepts a candidate."""

import json

import pytest
from flask import Flask

from app.access import NOBODY, Role
from app.accounts.models import Person
from app.journal import queries as journal
from app.needs import board
from app.needs.models import Need
from app.notices import service as notices
from app.notices.models import Notice
from app.notices.queries import notices as told_to
from tests.makers import NOW, make_person, sign_in
from tests.needs.network import LATER, Network

SECRET = "una città metropolitana tra 650 mila e 1 milione di abitanti"
NAMES = ("venezia",)


@pytest.fixture
def need(network: Network) -> Need:
    return network.post(visibility="anonymous")


def person(network: Network, role: Role, scope: str) -> Person:
    with network.database.work() as session:
        return make_person(session, (role, scope))


def addresses(need: Need) -> list[str]:
    page = f"/richieste/{need.id}-{need.slug}"
    lists = ["/richieste", "/richieste.json", "/richieste.csv", "/feed/richieste.atom", "/feed/richieste/suap.atom"]
    return [
        *lists,
        page,
        f"{page}/abbinamenti",
        f"/en{page}",
        "/richieste/simili.json?q=sportello+unico+imprese+moduli",
    ]


def test_no_page_list_or_feed_names_the_city_to_a_reader(app: Flask, network: Network, need: Need) -> None:
    client = app.test_client()
    for address in addresses(need):
        text = client.get(address).text.lower()
        assert "moduli" in text or "sportello" in text, address
        shown = text.replace('<option value="venezia">venezia</option>', "")
        assert not any(name in shown for name in NAMES), address
    assert SECRET in client.get("/richieste").text
    assert json.loads(client.get("/richieste.json").text)["requests"][0]["city"] is None


def test_neither_does_any_to_the_people_of_another_city(app: Flask, network: Network, need: Need) -> None:
    network.offer(need)
    client = sign_in(app.test_client(), person(network, Role.REFERENT, "bologna"))
    page = f"/richieste/{need.id}-{need.slug}"
    for address in (*addresses(need), f"{page}/offri", "/proposte/1"):
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert not any(
            name in answer.text.lower().replace('<option value="venezia">venezia</option>', "") for name in NAMES
        ), address
    assert SECRET in client.get("/proposte/1").text


def test_the_figures_behind_the_reasons_are_not_shown_either(app: Flask, network: Network) -> None:
    need = network.post("torino", visibility="anonymous")
    address = f"/richieste/{need.id}-{need.slug}/abbinamenti"
    for client in (app.test_client(), sign_in(app.test_client(), person(network, Role.OFFICIAL, "bologna"))):
        text = client.get(f"{address}?confronta=bologna").text
        assert "La richiesta è anonima" in text
        assert "2.208.370" not in text
        assert "Torino" not in text
    mine = sign_in(app.test_client(), person(network, Role.OFFICIAL, "torino")).get(f"{address}?confronta=bologna").text
    assert "2.208.370" in mine


def test_filtering_by_city_does_not_find_it(app: Flask, network: Network, need: Need) -> None:
    assert json.loads(app.test_client().get("/richieste.json?citta=venezia").text)["requests"] == []


def test_its_own_people_and_the_coordination_see_whose_it_is(network: Network, need: Need) -> None:
    with network.database.work() as session:
        mine = make_person(session, (Role.OFFICIAL, "venezia")).actor
        national = make_person(session, (Role.COORDINATOR, "")).actor
    for actor, hidden in ((mine, False), (national, False), (NOBODY, True)):
        with network.database.reading() as session:
            found = board.rows(session, [network.need(need)], actor, NOW)
        assert found[0].asker.hidden is hidden


def test_the_city_it_asks_itself_learns_its_name_and_no_other(network: Network, need: Need) -> None:
    network.ask(need)
    for city, hidden in (("bologna", False), ("torino", True)):
        with network.database.work() as session:
            actor = make_person(session, (Role.OFFICIAL, city)).actor
            assert board.rows(session, [network.need(need)], actor, NOW)[0].asker.hidden is hidden


def test_the_journal_and_the_notices_do_not_name_it(network: Network, need: Need) -> None:
    network.offer(need)
    network.look_at(network.proposals(need)[0], LATER.replace(day=29))
    with network.database.work() as session:
        notices.distribute(session, LATER, lambda person, kind: f"/{person}/{kind}")
        entries = journal.of_thing(session, "need", str(need.id))
        assert all(entry.body == "" and "venezia" not in json.dumps(entry.data) for entry in entries)
        found: list[Notice] = [note for who in network.people.values() for note in told_to(session, who, 20)]
    assert found
    assert not any("venezia" in json.dumps(note.data).lower() for note in found)


def test_once_a_candidate_is_accepted_everybody_may_know(app: Flask, network: Network, need: Need) -> None:
    network.accept(network.ask(need))
    assert "Città metropolitana di Venezia" in app.test_client().get("/richieste").text


def test_an_anonymous_request_that_names_its_city_is_refused(app: Flask, network: Network) -> None:
    client = sign_in(app.test_client(), person(network, Role.OFFICIAL, "venezia"))
    page = client.get("/richieste/nuova").text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    typed = {"csrf_token": token, "problem": "A Venezia i moduli sono diversi in ogni comune", "by_when": "2027-06-30"}
    answer = client.post("/richieste/nuova", data={**typed, "visibility": "anonymous"})
    assert answer.status_code == 422
    assert "nomina la città" in answer.text
