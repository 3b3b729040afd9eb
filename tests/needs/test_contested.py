# SPDX-License-Identifier: AGPL-3.0-or-later
"""Many decide at the same moment, in threads and in processes: exactly one wins, the others are told why."""

import multiprocessing
from collections import Counter
from collections.abc import Callable

import pytest

from app.db import Database
from app.errors import Conflict
from app.needs import proposals
from app.needs.models import Proposal
from app.needs.rules import State
from app.needs.service import Deed
from tests.needs.network import DAYS, LATER, Network, begin
from tests.needs.test_at_once import accepting
from tests.races import at_once

EIGHT = 8
QUARTER = "2026-4"
#: Working days one transfer takes from the days a giver stated.
ONE_TRANSFER = 5


def accept_elsewhere(address: str, number: int, person: int, start: object, ended: object) -> None:
    """A yes from a process of its own, as another worker of the server gives it."""
    database = Database(address)
    start.wait()  # type: ignore[attr-defined]
    try:
        with database.work() as session:
            proposals.accept(session, number, Deed(person, LATER), begin, DAYS)
        ended.put("done")  # type: ignore[attr-defined]
    except Conflict as late:
        ended.put(str(late))  # type: ignore[attr-defined]
    finally:
        database.close()


def in_processes(network: Network, asked: list[Proposal]) -> Counter[str]:
    fresh = multiprocessing.get_context("spawn")
    start, ended = fresh.Barrier(len(asked)), fresh.Queue()
    address = network.database.engine.url.render_as_string(hide_password=False)
    who = network.people["referent.bologna"]
    running = [
        fresh.Process(target=accept_elsewhere, args=(address, proposal.id, who, start, ended)) for proposal in asked
    ]
    for process in running:
        process.start()
    found = Counter(ended.get(timeout=60) for _ in running)
    for process in running:
        process.join()
    return found


def eight_requests(network: Network) -> list[Proposal]:
    network.state("bologna", {QUARTER: ONE_TRANSFER})
    return [network.ask(network.post()) for _ in range(EIGHT)]


def left_open(network: Network, asked: list[Proposal]) -> int:
    return sum(network.need(proposal.need).state == State.OPEN for proposal in asked)


def test_the_last_days_of_a_giver_go_to_one_of_eight_requests(network: Network) -> None:
    asked = eight_requests(network)
    acts: list[Callable[[], object]] = [accepting(network, proposal, "referent.bologna") for proposal in asked]
    assert at_once(*acts) == ["done", *["no_capacity"] * (EIGHT - 1)]
    assert left_open(network, asked) == EIGHT - 1


@pytest.mark.slow
def test_the_last_days_of_a_giver_go_to_one_of_three_processes(network: Network) -> None:
    asked = eight_requests(network)
    assert in_processes(network, asked[:3]) == {"done": 1, "no_capacity": 2}
    assert left_open(network, asked) == EIGHT - 1


@pytest.mark.slow
def test_one_proposal_is_accepted_by_one_of_three_processes(network: Network) -> None:
    proposal = network.ask(network.post())
    assert in_processes(network, [proposal] * 3) == {"done": 1, "answered_already": 2}
    assert network.rows("proposal", proposal) == ["proposal-made", "proposal-accepted"]


@pytest.mark.parametrize("answer", ["decline", "withdraw", "expire"])
def test_a_yes_and_another_answer_at_once_are_one_answer(network: Network, answer: str) -> None:
    proposal = network.ask(network.post())
    database, deed = network.database, network.deed("referent.bologna", LATER)

    def other() -> None:
        with database.work() as session:
            if answer == "decline":
                proposals.decline(session, proposal.id, "no-capacity", "", 10, deed)
            elif answer == "withdraw":
                proposals.withdraw(session, proposal.id, deed)
            elif not proposals.look_at(session, proposal.id, 10, LATER.replace(year=2027)):
                raise Conflict("answered_already")

    assert at_once(accepting(network, proposal, "referent.bologna"), other) == ["answered_already", "done"]
    states = {item.id: item.state for item in network.proposals(proposal.need)}
    told = {"accepted": "proposal-accepted", "declined": "proposal-declined", "withdrawn": "proposal-withdrawn"}
    assert network.rows("proposal", proposal)[-1] == told.get(states[proposal.id], "proposal-expired")
