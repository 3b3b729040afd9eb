# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the past of a request, and of the cities in it, keeps out of its shortlist; and what it does not."""

from datetime import timedelta

import pytest

from app.cities import queries as registers
from app.errors import Conflict
from app.matching.gates import closed
from app.needs import assigning, candidates, proposals, service
from app.needs.models import Need
from app.search.engine import Engine
from tests.makers import NOW, make_solution
from tests.needs.network import DAYS, LATER, Network, item
from tests.needs.test_rounds import engine

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


def test_who_joined_a_request_receives_what_it_brings(network: Network, engine: Engine) -> None:
    need = network.post()
    join(network, need, "torino")
    network.accept(network.ask(need))
    for body in ("venezia", "torino"):
        assert kept_out(network, engine, network.post(body, title="Un’altra")) == "twinned", body
    with network.database.work() as session:
        service.close_by_transfer(session, need.id, 1, True, network.deed(now=LATER))
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
    first, second = network.ask(network.post()), network.ask(network.post(title="Un’altra"))
    third = network.post("torino")
    join(network, third, "venezia")
    network.accept(first)
    with pytest.raises(Conflict, match="received_already"):
        network.accept(second)
    fourth = network.ask(network.post(title="La quarta"), "sportello-torino")
    assert network.accept(fourth, "referent.torino") == fourth.id + 1000


def test_what_a_city_receives_meanwhile_is_not_asked_next(network: Network) -> None:
    need, other = network.post(), network.post(title="Un’altra")
    waiting = network.ask(need)
    network.accept(network.ask(other, "sportello-torino"), "referent.torino")
    with network.database.work() as session:
        found = network.need(need)
        service.remember_shown(session, found, [item("sportello-torino", "torino", 1)], "prova", LATER)
        assert proposals.next_candidate(session, found, LATER) is None
    assert waiting.state == "waiting"


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


def test_a_round_asks_nothing_again_that_was_asked_or_offered(network: Network, engine: Engine) -> None:
    need = network.post()
    forgotten = network.offer(need)
    assert network.look_at(forgotten, OVER)
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
