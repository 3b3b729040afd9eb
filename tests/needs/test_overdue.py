# SPDX-License-Identifier: AGPL-3.0-or-later
"""A request whose day has passed: its city is asked once to close or extend it, then the board says so."""

import json
from datetime import UTC, date, datetime, timedelta

from flask import Flask
from flask.testing import FlaskClient

from app.access import Role
from app.cities import queries as registers
from app.document.dates import day_of
from app.needs import chores, overdue, proposals, queries, service
from app.needs.models import Need
from app.notices.models import Notice
from app.search.changes import HOME
from app.search.models import SearchChange
from tests.needs.network import DAYS, Network, wanted
from tests.needs.test_pages import client_of, page, site

__all__ = ["site"]

DAY = date(2027, 1, 10)
GRACE = 14


def on(day: int, month: int = 1) -> datetime:
    return datetime(2027, month, day, 9, tzinfo=UTC)


def look_at(network: Network, need: Need, now: datetime) -> bool:
    """The turn of the worker, as for one request."""
    with network.database.reading() as session:
        if need.id not in queries.past_their_day(session, day_of(now)):
            return False
    with network.database.work() as session:
        return overdue.look_at(session, need.id, GRACE, now)


def assert_told_as_past(reader: FlaskClient) -> None:
    """As the board says it, so do the home page and the one of the city."""
    for path in ("/", "/citta/venezia"):
        shown = reader.get(path).text
        assert "serviva entro il 10 gennaio 2027" in shown, path
        assert "serve entro" not in shown, path


def test_the_home_page_is_made_anew_when_the_day_of_a_request_has_passed(network: Network) -> None:
    need = network.post(by_when=DAY)
    assert look_at(network, need, on(11))
    with network.database.work() as session:
        session.query(SearchChange).delete()
    assert look_at(network, need, on(11) + timedelta(days=GRACE))
    with network.database.reading() as session:
        assert HOME in {(change.kind, change.slug) for change in session.query(SearchChange)}


def test_its_city_is_asked_once_then_the_board_says_so_until_it_is_extended(site: Flask, network: Network) -> None:
    need = network.post(by_when=DAY)
    network.distribute()
    assert not look_at(network, need, on(10)), "the day itself is not over"
    assert [look_at(network, need, on(11)), look_at(network, need, on(12))] == [True, False]
    assert network.distribute() == {("need-overdue", "official.venezia"), ("need-overdue", "referent.venezia")}
    board = site.test_client()
    assert json.loads(board.get("/richieste.json").text)["requests"][0]["lapsed"] is False
    later = on(11) + timedelta(days=GRACE)
    assert [look_at(network, need, later), look_at(network, need, later)] == [True, False]
    assert network.distribute() == {("need-lapsed", "official.venezia"), ("need-lapsed", "referent.venezia")}
    assert "la città non ha ancora detto se serve" in board.get("/richieste").text
    assert json.loads(board.get("/richieste.json").text)["requests"][0]["lapsed"] is True
    assert_told_as_past(board)
    with network.database.work() as session:
        service.edit(session, need.id, 1, wanted(by_when=date(2027, 6, 1)), network.deed(now=later))
    assert "la città non ha ancora detto se serve" not in board.get("/richieste").text
    assert look_at(network, need, on(2, 6)), "a new day passes too"
    assert network.rows("need", need)[1:] == ["need-overdue", "need-lapsed", "need-edited", "need-overdue"]


def test_nobody_is_asked_unseen_for_a_request_that_its_city_lets_lapse(site: Flask, network: Network) -> None:
    need = network.post(by_when=DAY)
    asked = network.ask(need, now=on(8))
    with network.database.work() as session:
        proposals.postpone(session, asked.id, date(2027, 3, 1), "", DAYS, network.deed("referent.bologna", on(8)))
    assert [item.giver.slug for item in network.proposals(need)] == ["bologna", "torino"], "Bologna's day is far off"
    following = network.proposals(need)[1]
    assert look_at(network, need, on(11))
    assert look_at(network, need, on(25))
    assert network.look_at(following, on(26))
    with network.database.reading() as session:
        assert proposals.next_candidate(session, network.need(need), on(26)) is None
        assert queries.many_in_round(session, date(2027, 1, 26)) == 0
    client = client_of(site, network, (Role.REFERENT, "bologna"))
    assert "serviva entro il 10 gennaio 2027" in client.get(f"/proposte/{asked.id}").text
    # Who has named a day is asked on it, and a new day begins all over.
    assert network.look_at(asked, on(1, 3))
    with network.database.work() as session:
        service.edit(session, need.id, 1, wanted(by_when=date(2027, 6, 1)), network.deed(now=on(2, 3)))
        proposals.withdraw(session, asked.id, network.deed(now=on(2, 3)))
    with network.database.reading() as session:
        assert queries.many_in_round(session, date(2027, 3, 2)) == 1


def test_who_asks_for_a_lapsed_request_does_not_read_that_another_city_follows(site: Flask, network: Network) -> None:
    need = network.post(by_when=DAY)
    client = client_of(site, network, (Role.REFERENT, "venezia"))
    follows, alone = "poi si passa alla prossima", "il sito non chiede a nessun altro"
    text = client.get(f"{page(need)}/abbinamenti").text
    assert (follows in text, alone in text) == (True, False)
    assert look_at(network, need, on(11))
    assert look_at(network, need, on(25))
    text = client.get(f"{page(need)}/abbinamenti").text
    assert (follows in text, alone in text) == (False, True)


def test_who_puts_an_answer_off_reads_by_when_it_is_needed(site: Flask, network: Network) -> None:
    asked = network.ask(network.post(by_when=DAY))
    client = client_of(site, network, (Role.REFERENT, "bologna"))
    assert "Chi chiede ne ha bisogno entro il 10 gennaio 2027." in client.get(f"/proposte/{asked.id}").text


def test_another_word_leaves_the_question_about_the_day_waiting_and_another_day_answers_it(network: Network) -> None:
    need = network.post(by_when=DAY)
    assert look_at(network, need, on(11))
    network.distribute(on(11))

    def edit(edition: int, by_when: date) -> set[bool]:
        with network.database.work() as session:
            said = wanted(by_when=by_when, constraints={"budget": "20.000 euro"})
            service.edit(session, need.id, edition, said, network.deed(now=on(12)))
        network.distribute(on(12))
        with network.database.reading() as session:
            asked = session.query(Notice).filter_by(action="need-overdue", reason="waiting")
            return {bool(notice.data.get("settled")) for notice in asked}

    assert edit(1, DAY) == {False}
    assert edit(2, date(2027, 6, 1)) == {True}


def test_closed_matched_and_open_requests_with_time_left_are_left_alone(network: Network) -> None:
    closed, matched = network.post(by_when=DAY), network.post(by_when=DAY)
    network.accept(network.ask(matched))
    with network.database.work() as session:
        service.close(session, closed.id, "not-needed", "", network.deed())
        assert not overdue.look_at(session, closed.id, GRACE, on(20))
    with network.database.reading() as session:
        assert queries.past_their_day(session, date(2027, 2, 1)) == []


def test_a_body_that_is_no_longer_there_is_asked_nothing_and_the_board_says_so_at_once(network: Network) -> None:
    need = network.post(by_when=DAY)
    with network.database.work() as session:
        torino = registers.by_slug(session, "torino")
        assert torino is not None
        service.join(session, need.id, torino, "", network.deed("official.torino"))
    network.distribute()
    network.close("venezia")
    assert [look_at(network, need, on(11)), look_at(network, need, on(12))] == [True, False]
    assert network.distribute() == {("need-lapsed", "official.torino")}
    assert network.rows("need", need)[-1] == "need-lapsed"


def test_its_people_find_both_ways_out_on_its_page_and_on_their_desk(site: Flask, network: Network) -> None:
    need = network.post(by_when=DAY)
    with network.database.work() as session:
        held = queries.locked(session, need.id)
        assert held is not None
        held.by_when = date(2026, 1, 1)
    with site.app_context():
        assert [chores.follow_requests(site), chores.follow_requests(site)] == [1, 0]
    client = client_of(site, network, (Role.OFFICIAL, "venezia"))
    shown = client.get(page(need)).text
    assert f'href="{page(need)}/modifica#by_when"' in shown
    assert "Il giorno indicato è passato" in shown
    assert "in ritardo" in client.get("/scrivania").text
    assert "Il giorno indicato è passato" not in site.test_client().get(page(need)).text
