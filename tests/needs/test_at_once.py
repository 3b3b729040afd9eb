# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two decide at the same moment: exactly one wins, the other is told so."""

from app.needs.models import Proposal
from app.needs.rules import State
from tests.needs.network import Network
from tests.races import Act, at_once


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
