# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is sent twice of a request is done once and told once; what was typed otherwise is never dropped."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from app.cities.queries import by_slug
from app.errors import Conflict
from app.needs import proposals, service
from app.needs.models import Need
from tests.makers import NOW
from tests.needs.network import DAYS, Network, wanted
from tests.races import at_once, working

MOMENT = timedelta(seconds=20)


def join(network: Network, need: Need, note: str = "", who: str = "official.torino") -> None:
    with network.database.work() as session:
        city = by_slug(session, "torino")
        assert city is not None
        service.join(session, need.id, city, note, network.deed(who))


def test_a_body_that_presses_twice_joins_once(network: Network) -> None:
    need = network.post()
    for _twice in range(2):
        join(network, need, "Anche noi.")
    assert network.rows("need", need).count("need-joined") == 1
    for note, who in (("Altro.", "official.torino"), ("Anche noi.", "referent.torino")):
        with pytest.raises(Conflict, match="cannot_join"):
            join(network, need, note, who)


def test_an_offer_sent_twice_is_one(network: Network) -> None:
    need = network.post()
    assert network.offer(need).id == network.offer(need).id
    assert [made.state for made in network.proposals(need)] == ["offered"]
    with pytest.raises(Conflict, match="asked_already"), network.database.work() as session:
        deed = network.deed("referent.bologna", NOW + MOMENT)
        proposals.offer(session, need.id, "sportello-bologna", "Con altre parole", DAYS, deed)
    with pytest.raises(Conflict, match="asked_already"):
        network.offer(need, who="official.bologna")


def test_a_question_sent_twice_is_one(network: Network) -> None:
    need = network.post()
    assert network.ask(need).id == network.ask(need, now=NOW + MOMENT).id
    assert len(network.proposals(need)) == 1


def test_a_change_sent_twice_or_again_from_the_page_behind_is_one(network: Network) -> None:
    need = network.post()
    for _twice in range(2):
        with network.database.work() as session:
            service.edit(session, need.id, 1, wanted(title="Un titolo migliore"), network.deed())
    assert network.need(need).edition == 2
    with pytest.raises(Conflict, match="changed_meanwhile"), network.database.work() as session:
        service.edit(session, need.id, 1, wanted(title="Ancora un altro"), network.deed())


def test_a_draft_whose_publication_is_pressed_twice_is_published_once(network: Network) -> None:
    with network.database.work() as session:
        city = by_slug(session, "venezia")
        assert city is not None
        need = service.draft(session, city, wanted(), network.deed())

    def publish(session: Session) -> None:
        service.publish(session, need.id, 1, wanted(title="Pubblicata"), network.deed())

    assert at_once(*[working(network.database, publish)] * 2) == ["done", "done"]
    assert network.rows("need", need).count("need-published") == 1
