# SPDX-License-Identifier: AGPL-3.0-or-later
"""Requests and transfers on the desk: what waits for a person, whose answer they wait for, what their body runs."""

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from app.access import Actor, Role
from app.accounts.models import Assignment, Person
from app.cities.queries import by_slugs
from app.db import Database
from app.document.dates import ROME
from app.needs import proposals
from app.needs import service as needs
from app.needs.rules import Wanted
from app.notices import exchange_desk
from app.notices.desk import Task, in_order
from app.twinnings import ending, service
from app.twinnings.rules import Closing
from tests.makers import make_person, make_solution, section, sign_in
from tests.needs.network import DAYS, LATER, Network, item
from tests.notices import test_budgets as budgets
from tests.twinnings.exchange import Exchange


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


def test_a_referent_finds_on_the_desk_where_to_state_the_days_of_the_office(app: Flask, network: Network) -> None:
    link = 'href="/citta/torino/disponibilita"'
    assert link in desk(app, network, "referent.torino")
    assert link not in desk(app, network, "official.torino")
    network.close("torino")
    assert link not in desk(app, network, "referent.torino")


def test_who_offers_to_an_anonymous_city_does_not_learn_its_name_on_the_desk(app: Flask, network: Network) -> None:
    need = network.post(visibility="anonymous")
    network.offer(need, "appalti-torino", "official.torino")
    page = desk(app, network, "official.torino")
    assert "risponde chi ha chiesto" in page
    assert "Venezia" not in page


@pytest.mark.parametrize("coordinated", [True, False])
def test_a_question_that_nobody_can_answer_waits_for_administrators_where_nobody_coordinates(
    app: Flask, network: Network, coordinated: bool
) -> None:
    with network.database.work() as session:
        network.people["admin"] = make_person(session, (Role.ADMINISTRATOR, "")).id
        session.query(Assignment).filter_by(scope="bologna").delete()
        if not coordinated:
            session.query(Assignment).filter_by(role=Role.COORDINATOR).delete()
    need = network.post()
    network.distribute()
    network.ask(need)
    who = "coordinator" if coordinated else "admin"
    assert network.distribute() == {("proposal-made", who)}
    assert (f"/proposte/{network.proposals(need)[0].id}" in desk(app, network, "admin")) is not coordinated
    assert f"/proposte/{network.proposals(need)[0].id}" in desk(app, network, who)


def test_the_desk_lists_what_ones_body_runs_and_nothing_of_others(app: Flask, network: Network) -> None:
    need = network.post()
    assert f"/richieste/{need.id}-" in desk(app, network, "official.venezia")
    assert f"/richieste/{need.id}-" not in desk(app, network, "official.torino")
    assert "dell’ente per cui si lavora" in desk(app, network, "reader")


def test_a_request_that_is_not_published_stands_among_the_drafts(app: Flask, network: Network) -> None:
    with network.database.work() as session:
        venezia = by_slugs(session, ["venezia"])["venezia"]
        draft = needs.draft(session, venezia, Wanted("Turni di reperibilità", None), network.deed())
        number = draft.id
    shown = desk(app, network, "official.venezia")
    assert f"/richieste/{number}-turni-di-reperibilita/modifica" in section(shown, "bozze")
    assert "richiesta non ancora pubblicata" in section(shown, "bozze")
    assert f"/richieste/{number}-" not in section(shown, "scambi")


def test_nothing_waits_for_the_people_of_a_body_that_is_no_longer_there(app: Flask, network: Network) -> None:
    network.ask(network.post(), "sportello-torino")
    mine = network.post("torino")
    assert "richiesta di un’altra città: rispondere" in desk(app, network, "referent.torino")
    network.close("torino")
    shown = desk(app, network, "referent.torino")
    assert "Niente aspetta una tua decisione." in shown
    assert f"/richieste/{mine.id}-" in shown, "what its body runs stays in sight: it can be closed"


def test_a_question_nobody_can_answer_waits_for_the_coordination_until_somebody_is_there(
    app: Flask, network: Network
) -> None:
    need = network.post()
    with network.database.work() as session:
        make_solution(session, "sportello-anci", city="anci")
    with network.database.work() as session:
        of_anci = item("sportello-anci", "anci", 1)
        made = proposals.ask(session, need.id, of_anci, "", DAYS, network.deed())
    network.ask(network.post(), "sportello-torino")
    waiting = section(desk(app, network, "coordinator"), "per-me")
    assert waiting.count("<li>") == 1
    assert f'href="/proposte/{made.id}"' in waiting
    assert "domanda a un ente senza utenze: invitare chi può rispondere" in waiting
    assert "ANCI" in waiting
    with network.database.work() as session:
        make_person(session, (Role.REFERENT, "anci"))
    assert "Niente aspetta una tua decisione." in desk(app, network, "coordinator")


def test_the_coordination_keeps_an_eye_on_what_nobody_answers_and_on_what_is_late(app: Flask, network: Network) -> None:
    # Noon in Rome: days are counted there, and forty days ago it may have been summer time.
    now = datetime.now(ROME).replace(hour=12)
    for days, title in ((40, "Catasto delle reti"), (12, "Sportello edilizio")):
        network.post(title=title, visibility="anonymous" if days == 12 else "public", now=now - timedelta(days=days))
    answered = network.post(title="Gare insieme", now=now - timedelta(days=50))
    network.offer(answered)
    watched = section(desk(app, network, "coordinator"), "sorvegliare")
    assert watched.index("Catasto delle reti") < watched.index("Sportello edilizio")
    assert "senza risposta da 40 giorni" in watched
    assert watched.count("anonima: il nome lo vede solo il coordinamento") == 1
    assert "Gare insieme" not in watched
    for address in ("/richieste?stato=open", "/gemellaggi", "/abbinamenti"):
        assert f'href="{address}"' in watched
    assert "sorvegliare" not in desk(app, network, "referent.torino")


@pytest.mark.parametrize("coordinated", [True, False])
def test_administrators_keep_an_eye_on_what_nobody_answers_where_nobody_coordinates(
    app: Flask, network: Network, coordinated: bool
) -> None:
    with network.database.work() as session:
        network.people["admin"] = make_person(session, (Role.ADMINISTRATOR, "")).id
        if not coordinated:
            session.query(Assignment).filter_by(role=Role.COORDINATOR).delete()
    need = network.post(title="Catasto delle reti")
    page = desk(app, network, "admin")
    assert ("sorvegliare" in page) is not coordinated
    if not coordinated:
        assert f'href="/richieste/{need.id}-' in section(page, "sorvegliare")
    assert "sorvegliare" not in desk(app, network, "referent.torino")


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


def asked(app: Flask, exchange: Exchange, number: int) -> list[str]:
    """What the desk of a person asks of their transfers."""
    words = {"tappa": "tappa di un gemellaggio", "chiusura": "gemellaggio da chiudere"}
    with exchange.database.reading() as session:
        person = session.get(Person, number)
        assert person is not None
    waiting = section(sign_in(app.test_client(), person).get("/scrivania").text, "per-me")
    return [kind for kind, said in words.items() if said in waiting]


def finish(exchange: Exchange, but: int = 0) -> None:
    """What was planned is done, save for so many last steps."""
    milestones = exchange.twinning().milestones
    with exchange.database.work() as session:
        for milestone in milestones[: len(milestones) - but]:
            service.tick(session, exchange.number, milestone.id, True, exchange.deed())


def test_a_step_that_somebody_sees_to_is_asked_of_them_and_of_nobody_else(app: Flask, registered: Database) -> None:
    exchange = Exchange(registered)
    both = (exchange.receiver, exchange.colleague)
    assert [asked(app, exchange, who) for who in both] == [["tappa"], ["tappa"]]
    with registered.work() as session:
        for step in exchange.twinning().milestones:
            what = (exchange.number, step.id, step.due_on, exchange.receiver)
            service.plan_milestone(session, *what, exchange.deed())
    assert [asked(app, exchange, who) for who in both] == [["tappa"], []]
    finish(exchange, but=1)
    assert [asked(app, exchange, who) for who in both] == [["tappa"], []]


def test_how_it_went_is_asked_once_all_is_done_and_only_of_those_who_have_not_told(
    app: Flask, registered: Database
) -> None:
    exchange = Exchange(registered)
    people = (exchange.giver, exchange.receiver, exchange.colleague)
    finish(exchange)
    assert [asked(app, exchange, who) for who in people] == [["chiusura"]] * 3
    with registered.work() as session:
        ending.say(session, exchange.number, "torino", Closing("adopted"), exchange.deed())
    assert [asked(app, exchange, who) for who in people] == [["chiusura"], [], []]


def test_how_it_went_is_asked_of_a_body_as_soon_as_another_has_told(app: Flask, registered: Database) -> None:
    exchange = Exchange(registered)
    with registered.work() as session:
        ending.say(session, exchange.number, "torino", Closing("adopted"), exchange.deed())
    # Who has told goes on seeing the steps that are left.
    assert asked(app, exchange, exchange.giver) == ["chiusura"]
    assert asked(app, exchange, exchange.receiver) == ["tappa"]


@pytest.mark.parametrize("told_as", ["adopted", ""])
def test_after_a_month_of_silence_who_may_close_without_the_others_finds_it_on_the_desk(
    registered: Database, told_as: str
) -> None:
    exchange = Exchange(registered)
    with registered.work() as session:
        body, said = ("torino", told_as) if told_as else ("bologna", "adopted")
        ending.say(session, exchange.number, body, Closing(said), exchange.deed())
    referent = Actor(exchange.receiver, frozenset({(Role.REFERENT, "torino")}))
    official = Actor(exchange.colleague, frozenset({(Role.OFFICIAL, "torino")}))

    def kinds(actor: Actor, days: int) -> list[str]:
        with registered.reading() as session:
            return [task.kind for task in exchange_desk.tasks(session, actor, exchange.deed().now + timedelta(days))]

    before = ["tappa"] if told_as else ["chiusura"]
    assert kinds(referent, 29) == before
    assert kinds(referent, 30) == (["silenzio"] if told_as else before), "who has not told is asked to"
    assert kinds(official, 30) == before


def test_each_request_more_costs_the_desk_nothing(network: Network) -> None:
    counts, actor = [], Actor(network.people["official.venezia"], frozenset({(Role.OFFICIAL, "venezia")}))
    for many in (2, 6):
        for _ in range(many):
            network.ask(network.post(), "sportello-torino")
            network.post()
        with network.database.reading() as session, budgets.asked(network.database) as sent:
            found = exchange_desk.tasks(session, actor, LATER)
        counts.append(len(sent))
    assert len(found) == 2 + 6
    assert counts[0] == counts[1]
