# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a request says of the preconditions of solutions: kept, refused, scored, and what fills a gap."""

import re

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from app.access import Role
from app.errors import Conflict, Invalid, NotFound
from app.journal import queries as journal
from app.needs import forms, queries, service
from app.needs.answers import MOST_ANSWERS, answer_preconditions
from app.needs.models import Need
from app.search.index import IndexDamaged
from tests.makers import make_solution
from tests.needs.network import Network
from tests.needs.test_pages import client_of, page, send, site

__all__ = ["site"]
AGREEMENT, PLATFORM = "Convenzione con i comuni", "Piattaforma telematica unica"
ASKED = {AGREEMENT, PLATFORM}


@pytest.fixture
def asked(network: Network) -> Need:
    with network.database.work() as session:
        make_solution(
            session, "sportello-bologna", title="Sportello unico di Bologna", preconditions=[AGREEMENT, PLATFORM]
        )
    return network.post()


def answers(network: Network, need: Need, **given: str) -> Need:
    texts = {"agreement": AGREEMENT, "platform": PLATFORM}
    with network.database.work() as session:
        said = {texts.get(name, name): answer for name, answer in given.items()}
        return answer_preconditions(session, need.id, said, ASKED, network.deed())


def test_answers_are_kept_changed_and_taken_back(network: Network, asked: Need) -> None:
    answers(network, asked, agreement="yes", platform="no")
    assert answers(network, asked, platform="planned").answers == {AGREEMENT: "yes", PLATFORM: "planned"}
    assert answers(network, asked, platform="").answers == {AGREEMENT: "yes"}
    with network.database.reading() as session:
        told = [row.action for row in journal.of_thing(session, "need", str(asked.id))]
    assert told.count("preconditions-answered") == 3


def test_all_that_a_form_may_hold_is_read() -> None:
    places = range(1, forms.MOST_ASKED + 2)
    typed = {f"{name}-{place}": f"{name} {place}" for place in places for name in ("precondition", "answer")}
    found = forms.answered(MultiDict(typed))
    assert list(found) == [f"precondition {place}" for place in range(1, forms.MOST_ASKED + 1)]


def test_only_what_differs_from_what_the_page_showed_was_said() -> None:
    shown = {"precondition-1": AGREEMENT, "shown-1": "unknown", "answer-1": "yes"}
    same = {"precondition-2": AGREEMENT, "shown-2": "unknown", "answer-2": "unknown"}
    assert forms.answered(MultiDict({**shown, **same})) == {AGREEMENT: "yes"}


def test_not_knowing_takes_an_answer_back_and_is_kept_only_where_nothing_was_said(
    network: Network, asked: Need
) -> None:
    answers(network, asked, agreement="yes")
    assert answers(network, asked, agreement="unknown", platform="unknown").answers == {PLATFORM: "unknown"}
    assert answers(network, asked, platform="unknown").answers == {PLATFORM: "unknown"}
    assert answers(network, asked, platform="no").answers == {PLATFORM: "no"}


def test_the_same_answers_again_are_no_news(network: Network, asked: Need) -> None:
    answers(network, asked, agreement="yes")
    answers(network, asked, agreement="yes")
    with network.database.reading() as session:
        told = [row.action for row in journal.of_thing(session, "need", str(asked.id))]
    assert told.count("preconditions-answered") == 1


@pytest.mark.parametrize(("text", "given"), [("Mai chiesto da nessuno", "yes"), (AGREEMENT, "forse")])
def test_only_what_published_solutions_ask_is_answered(network: Network, asked: Need, text: str, given: str) -> None:
    with network.database.work() as session, pytest.raises(Invalid):
        answer_preconditions(session, asked.id, {text: given}, ASKED, network.deed())


def test_too_many_answers_are_refused(network: Network, asked: Need) -> None:
    many = {f"Requisito {number}": "yes" for number in range(MOST_ANSWERS + 1)}
    with network.database.work() as session, pytest.raises(Invalid) as refused:
        answer_preconditions(session, asked.id, many, many, network.deed())
    assert refused.value.problems == {"answers": "too_many"}


def test_a_request_that_is_over_takes_no_answers(network: Network, asked: Need) -> None:
    with network.database.work() as session:
        service.withdraw(session, asked.id, network.deed())
    with network.database.work() as session, pytest.raises(Conflict):
        answer_preconditions(session, asked.id, {AGREEMENT: "yes"}, ASKED, network.deed())
    with network.database.work() as session, pytest.raises(NotFound):
        answer_preconditions(session, 999_999, {AGREEMENT: "yes"}, ASKED, network.deed())


def test_the_shortlist_asks_and_tells_what_is_held_planned_and_missing(
    site: Flask, network: Network, asked: Need
) -> None:
    client = client_of(site, network, (Role.OFFICIAL, "venezia"))
    address = f"{page(asked)}/abbinamenti"
    before = client.get(address).text
    assert "Da verificare 2 requisiti" in before
    assert '<dt>Requisiti</dt><dd class="no-bar quiet">da verificare</dd>' in before
    typed = {"precondition-1": AGREEMENT, "answer-1": "yes", "precondition-2": PLATFORM, "answer-2": "no"}
    assert send(client, f"{address}/requisiti", **typed).status_code == 303
    shown = client.get(address).text
    assert f"Ci sono già: {AGREEMENT}." in shown
    assert f"Mancano: {PLATFORM}." in shown
    assert 'aria-label="Requisiti">50</meter>' in shown
    assert shown.count("2 risposte su 2") == 1
    with network.database.reading() as session:
        kept = queries.need(session, asked.id)
        assert kept is not None
        assert kept.answers == {AGREEMENT: "yes", PLATFORM: "no"}


def test_answers_to_several_solutions_are_saved_by_any_of_their_buttons(
    site: Flask, network: Network, asked: Need
) -> None:
    other = "Convenzione con i comuni firmata"
    with network.database.work() as session:
        make_solution(
            session, "sportello-torino", title="Sportello unico di Torino", city="torino", preconditions=[other]
        )
    site.extensions["indexer"].rebuild()
    client = client_of(site, network, (Role.OFFICIAL, "venezia"))
    address = f"{page(asked)}/abbinamenti"
    typed = {"precondition-1": other, "shown-1": "unknown", "answer-1": "no", "card": "sportello-torino"}
    answer = send(client, f"{address}/requisiti", **typed)
    assert answer.location.endswith("/abbinamenti#requisiti-sportello-torino")
    shown = client.get(address).text
    assert f"Mancano: {AGREEMENT} (dedotto da una risposta simile)." in shown
    assert "se non è così, cambialo" in shown
    fields = re.findall(r'name="precondition-(\d+)" value="([^"]+)"', shown)
    assert sorted(text for _, text in fields) == [AGREEMENT, other, PLATFORM]
    assert len({number for number, _ in fields}) == 3
    (place,) = [number for number, text in fields if text == AGREEMENT]
    unsure = {f"precondition-{place}": AGREEMENT, f"shown-{place}": "no", f"answer-{place}": "unknown"}
    send(client, f"{address}/requisiti", **unsure)
    shown = client.get(address).text
    assert "edotto da una risposta" not in shown
    assert f"Da verificare 2 requisiti: {AGREEMENT}; {PLATFORM}." in shown


def test_a_wrong_answer_is_said_on_the_page(site: Flask, network: Network, asked: Need) -> None:
    client = client_of(site, network, (Role.OFFICIAL, "venezia"))
    address = f"{page(asked)}/abbinamenti/requisiti"
    assert send(client, address, **{"precondition-1": "Altro", "answer-1": "yes"}).status_code == 422


def test_what_is_missing_leads_to_other_solutions_that_have_it(
    site: Flask, network: Network, asked: Need, monkeypatch: pytest.MonkeyPatch
) -> None:
    with network.database.work() as session:
        make_solution(session, "piattaforma-torino", title="Piattaforma telematica unica di Torino", city="torino")
    site.extensions["indexer"].rebuild()
    answers(network, asked, platform="no")
    client = client_of(site, network, (Role.OFFICIAL, "venezia"))
    shown = client.get(f"{page(asked)}/abbinamenti").text
    assert "Può aiutare a colmarlo" in shown
    assert "Piattaforma telematica unica di Torino" in shown.partition("Può aiutare a colmarlo")[2][:400]

    def gone(*_: object, **__: object) -> None:
        raise IndexDamaged("away")

    monkeypatch.setattr(site.extensions["engine"], "like", gone)
    without = client.get(f"{page(asked)}/abbinamenti")
    assert without.status_code == 200
    assert "Può aiutare a colmarlo" not in without.text


def test_nobody_else_answers_for_the_city(site: Flask, network: Network, asked: Need) -> None:
    client = client_of(site, network, (Role.OFFICIAL, "torino"))
    typed = {"precondition-1": AGREEMENT, "answer-1": "yes"}
    assert send(client, f"{page(asked)}/abbinamenti/requisiti", **typed).status_code in {403, 404}
    assert "I requisiti: che cosa hai già?" not in client.get(f"{page(asked)}/abbinamenti").text
