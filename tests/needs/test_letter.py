# SPDX-License-Identifier: AGPL-3.0-or-later
"""The letter that asks a giver: the whole context, until when, who is next, and three answers behind a log-in."""

import re
from email.message import EmailMessage

import pytest
from flask import Flask

from app.access import Role
from app.accounts.models import Person
from app.cities import queries as registers
from app.needs import proposals, service
from app.needs.models import Need, Proposal
from app.notices import service as notices
from app.outbox import letters
from app.outbox.models import Letter
from tests.makers import make_person, sign_in
from tests.needs.network import DAYS, LATER, PROBLEM, Network, keep_shown


def ask(app: Flask, network: Network, need: Need, origin: str = "picked") -> Proposal:
    """The first of the shortlist is asked, by the request's city or by the site."""
    app.extensions["indexer"].rebuild()
    with network.database.work() as session:
        items = keep_shown(session, app.extensions["engine"], need).items
        item = next(one for one in items if one["city"] == "bologna")
        if origin == "picked":
            return proposals.ask(session, need.id, item, "Potremmo venire a vedere?", DAYS, network.deed())
        made = proposals.propose(session, network.need(need), item, origin, DAYS, network.deed("coordinator"))
        session.flush()
        return made


def told(app: Flask, network: Network, who: Person) -> list[EmailMessage]:
    """The letters that ask somebody, as the mail server would take them."""
    with network.database.work() as session:
        while notices.distribute(session, LATER, lambda person, reason: f"/disiscrizione/{person}-{reason}"):
            pass
        found = session.query(Letter).filter(Letter.kind == "question", Letter.recipient == who.email).all()
    with app.app_context():
        return [letters.message(letter, app.config["SETTINGS"]) for letter in found]


def body(message: EmailMessage, kind: str) -> str:
    found = message.get_body((kind,))
    assert found is not None
    content = found.get_content()
    assert isinstance(content, str)
    return " ".join(content.split())


def referent(network: Network, language: str = "it") -> Person:
    with network.database.work() as session:
        return make_person(session, (Role.REFERENT, "bologna"), language=language)


@pytest.mark.parametrize("language", ["it", "en"])
def test_the_giver_gets_one_message_with_the_whole_context(app: Flask, network: Network, language: str) -> None:
    need = network.post(formats=("visita",), constraints={"budget": "30.000 euro"})
    who = referent(network, language)
    ask(app, network, need)
    (message,) = told(app, network, who)
    for kind in ("plain", "html"):
        text = body(message, kind)
        for word in (PROBLEM, "Venezia", "Sportello unico di Bologna", "Potremmo venire a vedere?", "30.000 euro"):
            assert word in text, (kind, word)
        assert "Torino" in text, "who is next"
        assert "2027" in text, "by when"
        assert ": 50 " in text, "the figures behind the reasons"
    assert len(told(app, network, who)) == 1, "and no second one"
    if language == "it":
        assert "Entro il 2 dicembre 2026: restano 10 giorni." in body(message, "plain")


@pytest.mark.parametrize(("visibility", "told_of"), [("public", "Torino"), ("anonymous", "1 altro ente")])
def test_the_giver_is_told_who_has_joined_and_within_which_limits(
    app: Flask, network: Network, visibility: str, told_of: str
) -> None:
    need = network.post(visibility=visibility, constraints={"budget": "30.000 euro"})
    with network.database.work() as session:
        city = registers.by_slugs(session, ["torino"])["torino"]
        service.join(session, need.id, city, "Anche i nostri Comuni.", network.deed("official.torino"))
    who = referent(network)
    made = ask(app, network, need, origin="next")
    (message,) = told(app, network, who)
    page = sign_in(app.test_client(), who).get(f"/proposte/{made.id}").text
    for text in (body(message, "plain"), body(message, "html"), page):
        assert "Si sono uniti" in text
        assert told_of in text
        assert "30.000 euro" in text
        assert ("Anche i nostri Comuni." in text) == (visibility == "public")


def test_an_offer_comes_to_the_requester_as_one_message_with_its_three_answers(app: Flask, network: Network) -> None:
    need = network.post()
    with network.database.work() as session:
        who = make_person(session, (Role.REFERENT, "venezia"))
    made = network.offer(need)
    (message,) = told(app, network, who)
    for kind in ("plain", "html"):
        text = body(message, kind)
        for word in (
            "Bologna",
            "ti offre «Sportello unico di Bologna»",
            PROBLEM,
            "Possiamo aiutarvi",
            "Non ora",
            "l’offerta scade",
        ):
            assert word in text, (kind, word)
    assert f"/proposte/{made.id}?risposta=dopo" in body(message, "plain")


def test_its_three_links_lead_after_log_in_to_the_answer_prefilled(app: Flask, network: Network) -> None:
    who = referent(network)
    made = ask(app, network, network.post())
    (message,) = told(app, network, who)
    links = re.findall(r"https?://[^/\s]+(/proposte/\S+)", body(message, "plain"))
    assert links == [f"/proposte/{made.id}?risposta={answer}" for answer in ("si", "dopo", "no")]
    stranger = app.test_client().get(links[1])
    assert stranger.headers["Location"].endswith(f"next=%2Fproposte%2F{made.id}%3Frisposta%3Ddopo")
    client = sign_in(app.test_client(), who)
    yes, later, no = (client.get(link).text for link in links)
    assert re.search(r"<button[^>]* autofocus>Conferma: sì, cominciamo</button>", yes)
    assert re.search(r'<details class="fold-plain yes" open>', yes)
    assert not re.search(r'<details class="fold-plain yes" open>', later)
    assert re.search(r'name="later_on"[^>]*value="20\d\d-\d\d-\d\d" autofocus', later)
    assert re.search(r'name="reason"[^>]* autofocus', no)
    assert "autofocus" not in client.get(f"/proposte/{made.id}?risposta=boh").text
    assert network.proposals(network.need(made.need))[0].state == "waiting", "a link alone answers nothing"


def test_of_an_anonymous_request_the_letter_tells_the_size_and_no_figures(app: Flask, network: Network) -> None:
    need = network.post(visibility="anonymous")
    who = referent(network)
    ask(app, network, need, origin="next")
    (message,) = told(app, network, who)
    for kind in ("plain", "html"):
        text = body(message, kind)
        assert "venezia" not in text.lower()
        assert "Città simile" not in text
        assert "una città metropolitana tra 650 mila e 1 milione di abitanti" in text
        assert "Prontezza" in text


@pytest.mark.parametrize("title", ["", "Moduli diversi per ogni pratica"])
def test_a_title_made_of_the_first_words_is_not_read_twice(app: Flask, network: Network, title: str) -> None:
    need, who = network.post(title=title), referent(network)
    ask(app, network, need)
    (message,) = told(app, network, who)
    for kind in ("plain", "html"):
        _subject, _, problem = body(message, kind).partition("IL PROBLEMA" if kind == "plain" else "Il problema")
        assert problem
        assert problem.count(need.title.rstrip("…")) == 1, kind
