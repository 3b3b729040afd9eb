# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the past of a request, and of the cities in it, keeps out of its shortlist; and what it does not."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.models import Person
from app.cities import queries as registers
from app.errors import Conflict
from app.matching.gates import closed
from app.needs import assigning, candidates, proposal_queries, proposals, rounds, service
from app.needs.models import Need, Proposal
from app.needs.service import Deed
from app.outbox.models import Letter
from app.search.engine import Engine
from tests.makers import NOW, make_solution, sign_in
from tests.needs.network import DAYS, LATER, Network, item
from tests.needs.test_rounds import engine, preview

__all__ = ["engine"]

OVER = NOW + timedelta(days=11)


def join(network: Network, need: Need, body: str) -> None:
    with network.database.work() as session:
        city = registers.by_slugs(session, [body])[body]
        service.join(session, need.id, city, "", network.deed(f"official.{body}"))


def stop(network: Network, need: Need) -> None:
    """The transfer of a request ends before its time."""
    with network.database.work() as session:
        service.reopen(session, need.id, 1, network.deed(now=LATER))


def kept_out(network: Network, engine: Engine, need: Need, slug: str = "sportello-bologna") -> str:
    """Which gate keeps a solution from a request; empty where none does."""
    with network.database.reading() as session:
        desk = candidates.desk(session, engine, LATER)
        asked = candidates.as_need(desk, network.need(need))
        offer = next(offer for offer in desk.market.offers if offer.solution == slug)
        gate = closed(asked, offer)
        return gate[0] if gate else ""


@pytest.mark.parametrize("adopted", [True, False])
def test_who_joined_a_request_receives_what_it_brings(network: Network, engine: Engine, adopted: bool) -> None:
    need = network.post()
    join(network, need, "torino")
    network.accept(network.ask(need))
    for body in ("venezia", "torino"):
        assert kept_out(network, engine, network.post(body, title="Un’altra")) == "twinned", body
    with network.database.work() as session:
        service.close_by_transfer(session, need.id, 1, adopted, network.deed(now=LATER))
    assert kept_out(network, engine, network.post("torino", title="Più tardi")) == "twinned"


@pytest.mark.parametrize("outcome", ["nobody", "solved"])
def test_what_was_stopped_can_be_asked_again(network: Network, engine: Engine, outcome: str) -> None:
    need = network.post()
    join(network, need, "torino")
    network.accept(network.ask(need))
    stop(network, need)
    assert kept_out(network, engine, need) == ""
    again = network.ask(need, now=LATER)
    assert network.accept(again) == again.id + 1000
    stop(network, need)
    with network.database.work() as session:
        service.close(session, need.id, outcome, "", network.deed(now=LATER))
    for body in ("venezia", "torino"):
        assert kept_out(network, engine, network.post(body, title="Da capo")) == "", body


def test_of_two_requests_for_the_same_solution_one_gets_it(network: Network) -> None:
    joined, second = network.post("torino"), network.ask(network.post(title="Un’altra"))
    join(network, joined, "venezia")
    network.accept(network.ask(joined))
    with pytest.raises(Conflict, match="received_already"):
        network.accept(second)
    fourth = network.ask(network.post(title="La quarta"), "sportello-torino")
    assert network.accept(fourth, "referent.torino") == fourth.id + 1000


def test_what_a_city_receives_meanwhile_is_not_asked_next(network: Network) -> None:
    need, other = network.post(), network.post(title="Un’altra")
    network.ask(need)
    network.accept(network.ask(other, "sportello-torino"), "referent.torino")
    with network.database.work() as session:
        found = network.need(need)
        service.remember_shown(session, found, [item("sportello-torino", "torino", 1)], "prova", LATER)
        assert proposals.next_candidate(session, found, LATER) is None


def seat(app: Flask, network: Network, who: str) -> FlaskClient:
    """One of the people of the network at their browser."""
    with network.database.reading() as session:
        return sign_in(app.test_client(), session.get_one(Person, network.people[who]))


def test_an_offer_of_what_arrives_already_asks_its_city_for_no_yes(app: Flask, network: Network) -> None:
    network.accept(network.ask(network.post(title="Un’altra")))
    need = network.post(visibility="anonymous")
    offered = network.offer(need)
    client = seat(app, network, "official.venezia")
    for path in (f"/richieste/{need.id}-{need.slug}", f"/proposte/{offered.id}"):
        page = client.get(path).text
        assert "Il tuo ente riceve già questa soluzione con un altro gemellaggio" in page, path
        assert "Sì, cominciamo" not in page, path
        assert "No, perché…" in page, path
    network.distribute()
    with network.database.reading() as session:
        who = session.get_one(Person, network.people["referent.venezia"]).email
        # The letter with the three answers would ask for one that is refused.
        assert [item.kind for item in session.query(Letter).filter_by(recipient=who)] == ["news"]


@pytest.mark.parametrize("receives", [True, False])
def test_who_gives_reads_who_joined_and_takes_no_part(app: Flask, network: Network, receives: bool) -> None:
    if receives:
        network.accept(network.ask(network.post("torino", title="Un’altra")))
    need = network.post()
    join(network, need, "torino")
    page = seat(app, network, "referent.bologna").get(f"/proposte/{network.ask(need).id}").text
    said = "Non ne fa parte chi riceve già questa soluzione con un altro gemellaggio: Città metropolitana di Torino."
    assert (said in page) is receives


def to_look_at(network: Network) -> list[int]:
    with network.database.reading() as session:
        return list(proposal_queries.to_look_at(session, LATER))


def reminded(network: Network, *asked: Proposal) -> None:
    """Half of their time has passed: only what is due, or over, is looked at."""
    with network.database.work() as session:
        for one in asked:
            session.get_one(Proposal, one.id).reminded_at = LATER


def test_a_question_that_another_transfer_has_met_ends_and_is_no_ones_no(network: Network, engine: Engine) -> None:
    met, need = network.post(title="Un’altra"), network.post()
    first, second = network.ask(met), network.ask(need)
    reminded(network, first, second)
    assert to_look_at(network) == []
    network.accept(first)
    assert to_look_at(network) == [second.id]
    network.distribute()
    assert network.look_at(second, LATER)
    told = {("proposal-ended", who) for who in ("official.venezia", "referent.bologna")}
    assert network.distribute() == told | {("proposal-made", "referent.torino")}
    states = [(made.giver.slug, made.state, made.reason) for made in network.proposals(need)]
    assert states == [("bologna", "withdrawn", "received"), ("torino", "waiting", "")]
    assert kept_out(network, engine, need) == "twinned"
    stop(network, met)
    assert kept_out(network, engine, need) == ""


def test_an_offer_of_what_another_transfer_brings_waits_for_whom_it_is_made_to(network: Network) -> None:
    need = network.post()
    offered = network.offer(need)
    network.accept(network.ask(network.post(title="Un’altra")))
    reminded(network, offered)
    assert to_look_at(network) == []
    assert not network.look_at(offered, LATER)


def test_what_a_giver_gives_already_does_not_tell_whose_an_anonymous_request_is(network: Network, app: Flask) -> None:
    need = network.post(visibility="anonymous")
    with network.database.work() as session:
        found = network.need(need)
        asked = proposals.propose(
            session, found, item("sportello-bologna", "bologna", 1), "next", DAYS, Deed(None, NOW)
        )
    network.accept(network.ask(network.post(title="Un’altra")))
    with pytest.raises(Conflict, match="not_needed"):
        network.accept(asked)
    with network.database.reading() as session:
        client = sign_in(app.test_client(), session.get_one(Person, network.people["referent.bologna"]))
    page = client.get(f"/proposte/{asked.id}").text
    assert "Questa proposta non si può più accettare" in page
    assert "Conferma: sì, cominciamo" not in page
    assert network.look_at(asked, LATER)
    assert [(made.state, made.reason) for made in network.proposals(need)] == [("withdrawn", "")]


def test_a_round_asks_for_nothing_that_a_transfer_brings_since(network: Network, engine: Engine) -> None:
    need = network.post()
    made = preview(network, engine)
    joined = network.post("torino")
    join(network, joined, "venezia")
    network.accept(network.ask(joined))
    with pytest.raises(Conflict, match="round_stale"), network.database.work() as session:
        rounds.publish(session, made.id, DAYS, network.deed("coordinator", LATER))
    assert network.proposals(need) == []


def test_only_the_no_of_its_giver_keeps_a_solution_from_a_request(network: Network, engine: Engine) -> None:
    need = network.post()
    silent = network.ask(need)
    assert network.look_at(silent, OVER)
    for made in network.proposals(need)[1:]:
        with network.database.work() as session:
            proposals.withdraw(session, made.id, network.deed(now=OVER))
    assert kept_out(network, engine, need) == ""
    offered = network.offer(need)
    with network.database.work() as session:
        proposals.decline(session, offered.id, "not-for-us", "", DAYS, network.deed(now=LATER))
    forgotten = network.offer(need)
    assert network.look_at(forgotten, OVER)
    assert kept_out(network, engine, need) == ""
    again = network.ask(need)
    with network.database.work() as session:
        proposals.decline(session, again.id, "not-mature", "", DAYS, network.deed("referent.bologna", LATER))
    assert kept_out(network, engine, need) == "declined"


def forget(network: Network, need: Need) -> None:
    assert network.look_at(network.offer(need), OVER)


def take_back_question(network: Network, need: Need) -> None:
    asked = network.ask(need)
    with network.database.work() as session:
        proposals.withdraw(session, asked.id, network.deed())


def take_back_offer(network: Network, need: Need) -> None:
    offered = network.offer(need)
    with network.database.work() as session:
        proposals.withdraw(session, offered.id, network.deed("referent.bologna"))


@pytest.mark.parametrize("past", [forget, take_back_question, take_back_offer])
def test_a_round_asks_nothing_again_that_was_asked_or_offered(
    network: Network, engine: Engine, past: Callable[[Network, Need], None]
) -> None:
    past(network, network.post())
    with network.database.reading() as session:
        found = assigning.at_once(session, engine, OVER)
    assert found is not None
    assert {arc[1] for arc in found.input["round"]["arcs"]} == {"sportello-torino", "appalti-torino"}


def test_a_question_that_nobody_was_there_to_answer_is_no_silence(network: Network, engine: Engine) -> None:
    with network.database.work() as session:
        make_solution(session, "sportello-anci", title="Sportello unico dei comuni", city="anci")
    found = network.post()
    with network.database.work() as session:
        questions = [item("sportello-anci", "anci", 1), item("sportello-bologna", "bologna", 2)]
        asked = [proposals.ask(session, found.id, one, "", DAYS, network.deed()) for one in questions]
    for one in asked:
        assert network.look_at(one, OVER)
    assert {made.giver.slug: made.reason for made in network.proposals(found)} == {
        "anci": "nobody-there",
        "bologna": "",
    }
    with network.database.reading() as session:
        offers = candidates.desk(session, engine, OVER).market.offers
    silences = {offer.city.slug: offer.asked - offer.answered for offer in offers}
    assert silences == {"anci": 0, "bologna": 1, "torino": 0}
