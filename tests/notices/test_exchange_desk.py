# SPDX-License-Identifier: AGPL-3.0-or-later
"""Requests and transfers on the desk: what waits for a person, whose answer they wait for, what their body runs."""

from datetime import UTC, date, datetime

import pytest
from flask import Flask

from app.accounts.models import Person
from app.db import Database
from app.needs import proposals
from app.notices.desk import Task, in_order
from tests.makers import sign_in
from tests.needs.network import Network


@pytest.fixture
def network(database: Database) -> Network:
    return Network(database)


def desk(app: Flask, network: Network, who: str) -> str:
    with network.database.reading() as session:
        person = session.get(Person, network.people[who])
        assert person is not None
        return sign_in(app.test_client(), person).get("/scrivania").text


def test_a_question_stands_on_both_desks_until_it_is_answered(app: Flask, network: Network) -> None:
    need = network.post()
    network.ask(need, "sportello-torino")
    assert "risponde Torino" in desk(app, network, "official.venezia")
    assert "richiesta di un’altra città: rispondere" in desk(app, network, "referent.torino")
    (made,) = network.proposals(need)
    with network.database.work() as session:
        proposals.withdraw(session, made.id, network.deed())
    assert "Non aspetti la risposta di nessuno." in desk(app, network, "official.venezia")


def test_who_offers_to_an_anonymous_city_does_not_learn_its_name_on_the_desk(app: Flask, network: Network) -> None:
    need = network.post(visibility="anonymous")
    network.offer(need, "appalti-torino", "official.torino")
    page = desk(app, network, "official.torino")
    assert "risponde chi ha chiesto" in page
    assert "Venezia" not in page


def test_the_desk_lists_what_ones_body_runs_and_nothing_of_others(app: Flask, network: Network) -> None:
    need = network.post()
    assert f"/richieste/{need.id}-" in desk(app, network, "official.venezia")
    assert f"/richieste/{need.id}-" not in desk(app, network, "official.torino")
    assert "dell’ente per cui si lavora" in desk(app, network, "reader")


def test_nothing_waits_for_the_people_of_a_body_that_is_no_longer_there(app: Flask, network: Network) -> None:
    network.ask(network.post(), "sportello-torino")
    mine = network.post("torino")
    assert "richiesta di un’altra città: rispondere" in desk(app, network, "referent.torino")
    network.close("torino")
    shown = desk(app, network, "referent.torino")
    assert "Niente aspetta una tua decisione." in shown
    assert f"/richieste/{mine.id}-" in shown, "what its body runs stays in sight: it can be closed"


def test_what_waits_is_in_the_order_of_its_days_and_what_has_none_comes_last() -> None:
    def task(title: str, due: date | None, since: int | None = 1) -> Task:
        return Task("tappa", title, "/", datetime(2026, 11, since, tzinfo=UTC) if since else None, due)

    mixed = [
        task("agosto", date(2027, 8, 1)),
        task("senza", None, None),
        task("dicembre", date(2026, 12, 12)),
        task("senza, recente", None, 9),
        task("senza, da tempo", None, 2),
    ]
    named = [item.title for item in in_order(mixed)]
    assert named == ["dicembre", "agosto", "senza, da tempo", "senza, recente", "senza"]
