# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two decide at the same moment: exactly one wins, the other is told so."""

from datetime import datetime
from threading import Barrier

import pytest
from sqlalchemy.orm import Session

from app.needs import proposals
from app.needs.models import Proposal
from app.needs.rules import State
from app.twinnings import service as twinnings
from tests.needs.network import DAYS, LATER, Network
from tests.races import Act, at_once, working


def accepting(network: Network, proposal: Proposal, who: str) -> Act:
    return lambda: network.accept(proposal, who)


def test_one_proposal_is_accepted_once(network: Network) -> None:
    need = network.post()
    proposal = network.ask(need)
    one = accepting(network, proposal, "referent.bologna")
    assert at_once(one, accepting(network, proposal, "official.bologna")) == ["answered_already", "done"]
    assert network.rows("proposal", proposal) == ["proposal-made", "proposal-accepted"]


def test_two_givers_say_yes_and_one_twinning_begins(network: Network) -> None:
    need = network.post()
    first, second = network.ask(need), network.ask(need, "sportello-torino")
    one, other = accepting(network, first, "referent.bologna"), accepting(network, second, "referent.torino")
    ended = at_once(one, other)
    assert ended.count("done") == 1
    assert len(ended) == 2
    assert network.need(need).state == State.MATCHED
    assert sorted(made.state for made in network.proposals(need)) == ["accepted", "withdrawn"]


def test_the_last_days_of_a_giver_go_to_one_of_two_requests(network: Network) -> None:
    network.state("bologna", {"2026-4": 5})
    first, second = network.ask(network.post()), network.ask(network.post("torino"))
    one, other = accepting(network, first, "referent.bologna"), accepting(network, second, "official.bologna")
    assert at_once(one, other) == ["done", "no_capacity"]


@pytest.mark.postgres
@pytest.mark.xdist_group("postgres")
@pytest.mark.parametrize("stores", ["postgres"], indirect=True)
def test_two_cities_accept_each_other_at_once(network: Network) -> None:
    of_torino = network.ask(network.post("bologna"), "sportello-torino")
    of_bologna = network.ask(network.post("torino"))
    held = Barrier(2, timeout=30)

    def begin(session: Session, proposal: Proposal, person: int, now: datetime) -> int:
        held.wait()
        return twinnings.begin(session, proposal, person, now)

    def accepting_really(proposal: Proposal, who: str) -> Act:
        deed = network.deed(who, LATER)
        return working(network.database, lambda session: proposals.accept(session, proposal.id, deed, begin, DAYS))

    one, other = accepting_really(of_torino, "referent.torino"), accepting_really(of_bologna, "referent.bologna")
    assert at_once(one, other) == ["done", "done"]
