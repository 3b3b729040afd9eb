# SPDX-License-Identifier: AGPL-3.0-or-later
"""Exchanges after a round: cities that teach one another are asked with one button, and it can be taken back."""

import re
from typing import Any

import pytest
from flask import Flask

from app.access import Role
from app.accounts.models import Person
from app.cities import queries as registers
from app.document.dates import day_of
from app.errors import Conflict
from app.needs import candidates, exchanges, proposal_queries, proposals, rounds, service, sheet
from app.needs.models import Need, Proposal
from app.needs.rules import EXCHANGE, quarter_of
from app.notices.models import Notice
from app.outbox import letters
from app.outbox.models import Letter
from app.search.engine import Engine
from tests.makers import csrf, make_person, make_solution, section, sign_in
from tests.needs.network import DAYS, LATER, Network, begin, item
from tests.needs.test_rounds import engine, preview

__all__ = ["engine"]

TENDERS = "Gare di Torino per tutti i comuni: appalti e gare insieme."


class Swap:
    """Torino can give once, and gives it to Venezia's tenders; Bologna, which teaches Torino, is left without."""

    def __init__(self, network: Network, engine: Engine, **said: Any) -> None:
        self.network = network
        self.torino = network.post("torino")
        self.venezia = network.post("venezia", problem=TENDERS, themes=("appalti",))
        self.bologna = network.post("bologna", problem="Moduli per le imprese di tutti i comuni", **said)
        self.round = preview(network, engine)

    def publish(self) -> None:
        with self.network.database.work() as session:
            rounds.publish(session, self.round.id, DAYS, self.network.deed("coordinator", LATER))

    def propose(self, place: int = 0) -> list[Proposal]:
        with self.network.database.work() as session:
            deed = self.network.deed("coordinator", LATER)
            return list(exchanges.propose(session, self.round.id, place, DAYS, deed))

    def withdraw(self) -> None:
        with self.network.database.work() as session:
            exchanges.withdraw(session, self.round.id, 0, self.network.deed("coordinator", LATER))

    def states(self, need: Need) -> list[tuple[str, str, str]]:
        return [(item.giver.slug, item.origin, item.state) for item in self.network.proposals(need)]


@pytest.fixture
def swap(network: Network, engine: Engine) -> Swap:
    return Swap(network, engine)


def test_an_exchange_asks_each_of_its_cities_and_is_taken_back_until_somebody_answers(swap: Swap) -> None:
    (chain,) = swap.round.result["chains"]
    assert chain["serves"] == [str(swap.bologna.id)]
    with pytest.raises(Conflict, match="exchange_early"):
        swap.propose()
    swap.publish()
    assert swap.states(swap.bologna) == []
    with pytest.raises(Conflict, match="exchange_gone"):
        swap.propose(7)
    swap.network.distribute()
    made = swap.propose()
    told = {"referent.bologna", "referent.torino", "official.bologna", "official.torino"}
    assert {who for action, who in swap.network.distribute() if action == "exchange-proposed"} == told
    assert {item.giver.slug for item in made} == {"bologna", "torino"}
    # What the round had asked for already is the other half; nobody is asked twice.
    assert swap.states(swap.torino) == [("bologna", "round", "waiting")]
    assert swap.states(swap.bologna) == [("torino", "exchange", "waiting")]
    assert all("exchange-proposed" in swap.network.rows("proposal", item) for item in made)
    with pytest.raises(Conflict, match="asked_already"):
        swap.propose()
    swap.withdraw()
    # What the round had asked for stays and is told so; what the exchange asked for is withdrawn.
    ended = {"exchange-withdrawn", "proposal-withdrawn"}
    assert {who for action, who in swap.network.distribute() if action in ended} == told
    assert swap.network.distribute() == set()
    assert swap.states(swap.torino) == [("bologna", "round", "waiting")]
    assert swap.states(swap.bologna) == [("torino", "exchange", "withdrawn")]
    with pytest.raises(Conflict, match="exchange_gone"):
        swap.withdraw()
    again = swap.propose()
    swap.network.accept(next(item for item in again if item.giver.slug == "torino"), "referent.torino")
    with pytest.raises(Conflict, match="answered_already"):
        swap.withdraw()


@pytest.mark.parametrize("first", ["exchange", "round"])
def test_a_giver_whose_days_are_short_can_say_yes_to_its_round_and_to_one_exchange(
    app: Flask, swap: Swap, first: str
) -> None:
    network = swap.network
    swap.publish()
    network.state("torino", {"2026-4": 5})
    swap.propose()
    (taught,) = (item for item in network.proposals(swap.bologna) if item.giver.slug == "torino")
    (asked,) = network.proposals(swap.venezia)
    third = network.ask(network.post("venezia", title="Un’altra"), "sportello-torino")
    later = {"exchange": asked, "round": taught}[first]
    network.accept({"exchange": taught, "round": asked}[first], "referent.torino")
    with network.database.reading() as session:
        client = sign_in(app.test_client(), session.get_one(Person, network.people["referent.torino"]))
    page = client.get(f"/proposte/{later.id}").text
    assert "Le giornate di questo trimestre non bastano" not in page
    assert ("una volta in più delle giornate" in page) is (first == "round")
    network.accept(later, "referent.torino")
    with pytest.raises(Conflict, match="no_capacity"):
        network.accept(third, "referent.torino")


def test_the_lesson_of_an_exchange_takes_no_days_from_requests_to_come(app: Flask, engine: Engine, swap: Swap) -> None:
    network = swap.network
    swap.publish()
    network.state("torino", {"2026-4": 5})
    swap.propose()
    (taught,) = (item for item in network.proposals(swap.bologna) if item.giver.slug == "torino")
    network.accept(taught, "referent.torino")
    need = network.post("venezia", title="Un’altra")
    with network.database.work() as session:
        shown = [item("sportello-torino", "torino", 1)]
        service.remember_shown(session, network.need(need), shown, "prova", LATER)
        assert proposals.next_candidate(session, network.need(need), LATER) == shown[0]
    with network.database.reading() as session:
        offers = candidates.desk(session, engine, LATER).market.offers
        assert {offer.capacity for offer in offers if offer.city.slug == "torino"} == {1}
        (torino,) = registers.by_slugs(session, ["torino"]).values()
        assert sheet.free_days(session, torino, LATER)[quarter_of(day_of(LATER))] == 5
    asked = network.ask(need, "sportello-torino", LATER)
    assert network.accept(asked, "referent.torino") == asked.id + 1000


def test_an_exchange_falls_where_something_has_changed_since_the_round(swap: Swap) -> None:
    swap.publish()
    (asked,) = swap.network.proposals(swap.torino)
    with swap.network.database.work() as session:
        deed = swap.network.deed("referent.bologna", LATER)
        proposals.decline(session, asked.id, "no-capacity", "", DAYS, deed)
    with pytest.raises(Conflict, match="exchange_gone"):
        swap.propose()
    assert swap.states(swap.bologna) == []


def test_an_exchange_falls_where_another_transfer_brings_one_of_its_lessons(swap: Swap) -> None:
    network = swap.network
    swap.publish()
    other = network.post("bologna", title="Un’altra")
    network.accept(network.ask(other, "sportello-torino"), "referent.torino")
    with pytest.raises(Conflict, match="exchange_gone"):
        swap.propose()
    assert swap.states(swap.bologna) == []


def test_an_anonymous_request_is_part_of_no_exchange(network: Network, engine: Engine) -> None:
    assert Swap(network, engine, visibility="anonymous").round.result["chains"] == []


def test_each_city_reads_what_it_teaches_and_what_it_learns(app: Flask, swap: Swap) -> None:
    swap.publish()
    with swap.network.database.work() as session:
        coordinator = make_person(session, (Role.COORDINATOR, ""))
        giver = make_person(session, (Role.REFERENT, "torino"))
    client = sign_in(app.test_client(), coordinator)
    page = f"/abbinamenti/{swap.round.id}"
    token = {"csrf_token": csrf(client, "/profilo")}
    assert "Proponi lo scambio" in client.get(page).text
    assert client.post(f"{page}/scambi/0", data=token).status_code == 303
    assert client.post(f"{page}/scambi/0", data=token).status_code == 409
    assert "Ritira lo scambio" in client.get(page).text
    with swap.network.database.reading() as session:
        made = next(item for item in proposal_queries.of_round(session, swap.round.id) if item.origin == "exchange")
    told = sign_in(app.test_client(), giver).get(f"/proposte/{made.id}").text
    teach, learn = told.index("Tu insegni"), told.index("Tu impari")
    assert teach < told.index("Sportello unico di Torino") < learn < told.index("Sportello unico di Bologna")
    assert client.post(f"{page}/scambi/0/ritira", data=token).status_code == 303
    assert "Tu insegni" not in client.get(f"/proposte/{made.id}").text


def letters_to(network: Network, who: str) -> list[Letter]:
    with network.database.reading() as session:
        address = session.get_one(Person, network.people[who]).email
        return list(session.query(Letter).filter_by(recipient=address).order_by(Letter.id))


def test_who_is_first_asked_by_an_exchange_gets_the_whole_question(app: Flask, swap: Swap) -> None:
    network = swap.network
    swap.publish()
    network.distribute()
    before = {who: len(letters_to(network, who)) for who in ("referent.torino", "referent.bologna")}
    swap.propose()
    network.distribute()
    (asked, *_rest), (told, *_others) = (letters_to(network, who)[before[who] :] for who in before)
    assert (asked.kind, told.kind) == ("question", "news"), "the round has asked Bologna the whole of it"
    with app.app_context():
        message = letters.message(asked, app.config["SETTINGS"])
    for kind in ("plain", "html"):
        found = message.get_body((kind,))
        assert found is not None
        text = " ".join(found.get_content().split())
        for word in ("Moduli per le imprese", "Sportello unico di Torino", "?risposta=si", "Entro il"):
            assert word in text, (kind, word)
        assert "in cambio impari «Sportello unico di Bologna» dalla Città metropolitana di Bologna" in text, kind


def test_a_lesson_that_is_accepted_already_waits_for_nobody(swap: Swap) -> None:
    network = swap.network
    swap.publish()
    (asked,) = network.proposals(swap.torino)
    network.accept(asked)
    swap.propose()
    network.distribute()
    with network.database.reading() as session:
        (told,) = session.query(Notice).filter_by(
            action="exchange-proposed", key=str(asked.id), person_id=network.people["referent.bologna"]
        )
        assert told.reason == "mine"


TICKETS = "Biglietto unico dei trasporti: autobus, battelli e treni con la stessa tessera."


def ring(network: Network, app: Flask) -> dict[str, str]:
    """Bologna could teach Torino, Torino Venezia, Venezia Bologna; but Venezia gives once, and Bologna asks it twice.

    Answers the title that each of them teaches.
    """
    themes = ("semplificazione",)
    with network.database.work() as session:
        make_solution(
            session, "biglietto", title="Biglietto di Venezia", city="venezia", themes=[*themes], summary=TICKETS
        )
    app.extensions["indexer"].rebuild()
    network.post("torino")
    network.post("venezia", problem=TENDERS, themes=("appalti",))
    network.post("bologna", problem=TICKETS, themes=themes)
    network.post("bologna", problem="Un biglietto unico per autobus e treni", themes=themes)
    return {"bologna": "Sportello unico di Bologna", "torino": "Gare di Torino", "venezia": "Biglietto di Venezia"}


def parts(network: Network, number: int) -> dict[str, Proposal]:
    """The lessons of the exchange of a round, by who gives them."""
    with network.database.reading() as session:
        return {
            item.giver.slug: item for item in proposal_queries.of_round(session, number) if EXCHANGE in item.grounds
        }


def test_three_cities_in_a_ring_are_asked_at_once_and_each_reads_its_two_lessons(app: Flask, network: Network) -> None:
    taught, pupil = ring(network, app), {"bologna": "torino", "torino": "venezia", "venezia": "bologna"}
    app.extensions["begin_twinning"] = begin
    with network.database.work() as session:
        who = {"": make_person(session, (Role.COORDINATOR, ""))}
        who |= {city: make_person(session, (Role.REFERENT, city)) for city in pupil}
    clients = {city: sign_in(app.test_client(), person) for city, person in who.items()}
    coordinator, token = clients[""], {"csrf_token": csrf(clients[""], "/profilo")}
    page = coordinator.post("/abbinamenti", data={**token, "name": "Turno"}).location
    shown = section(coordinator.get(page).text, "scambi")
    lessons = re.findall(r"(\w+) insegna <a [^>]*>([^<]+)</a> a chi chiede .*? di (\w+)\)", shown)
    assert lessons == [(city.capitalize(), taught[city], pupil[city].capitalize()) for city in sorted(pupil)], shown
    assert "Proponi lo scambio" not in shown, "only once the round is published"
    assert coordinator.post(f"{page}/pubblica", data={**token, "confirmed": "1"}).status_code == 303
    assert "Proponi lo scambio" in coordinator.get(page).text
    network.distribute()
    assert coordinator.post(f"{page}/scambi/0", data=token).status_code == 303
    told = {who for action, who in network.distribute() if action == "exchange-proposed"}
    assert told == {f"{role}.{city}" for role in ("referent", "official") for city in pupil}
    made = parts(network, int(page.rpartition("/")[2]))
    assert {item.origin for item in made.values()} == {"round", "exchange"}
    for teacher, city in pupil.items():
        note = (
            clients[city].get(f"/proposte/{made[city].id}").text.partition('id="scambio"')[2].partition("</section>")[0]
        )
        teach, learn = note.index("Tu insegni"), note.index("Tu impari")
        assert teach < note.index(taught[city]) < learn < note.index(taught[teacher]), note
    yes = {"csrf_token": csrf(clients["venezia"], "/profilo")}
    assert clients["venezia"].post(f"/proposte/{made['venezia'].id}/accetta", data=yes).status_code == 303
    answers = {city: item.state for city, item in parts(network, made["venezia"].round_id or 0).items()}
    assert answers == {"venezia": "accepted", "bologna": "waiting", "torino": "waiting"}
    assert "Ritira lo scambio" not in coordinator.get(page).text
    assert coordinator.post(f"{page}/scambi/0/ritira", data=token).status_code == 409
