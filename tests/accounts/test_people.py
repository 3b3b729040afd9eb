# SPDX-License-Identifier: AGPL-3.0-or-later
"""The page of people where they are hundreds: looked for by name, mailbox, body and state, a page at a time."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.access import Role
from app.accounts import invitations
from app.accounts.models import Person
from app.db import Database
from tests.accounts.conftest import make
from tests.makers import NOW, csrf, make_person, section, sign_in
from tests.notices.test_budgets import asked

PEOPLE = "/amministrazione/persone"


@pytest.fixture
def chief(registered: Database) -> Person:
    return make(registered, (Role.ADMINISTRATOR, ""), name="Zita Capo")


@pytest.fixture
def client(app: Flask, chief: Person) -> FlaskClient:
    """The browser of an administrator."""
    return sign_in(app.test_client(), chief)


@pytest.fixture
def office(registered: Database) -> Database:
    with registered.work() as session:
        make_person(session, (Role.OFFICIAL, "bologna"), name="Nicolò D’Amico", email="n.damico@bologna.example")
        make_person(
            session, (Role.REFERENT, "bologna"), (Role.EXPERT, "suap"), name="Sara Neri", email="sara@x.example"
        )
        out = make_person(session, (Role.OFFICIAL, "torino"), name="élodie Blanc", email="blanc@torino.example")
        out.disabled_at = NOW
        make_person(session, name="Ugo Senzaruolo", email="ugo@x.example")
    return registered


def shown(client: FlaskClient, query: str = "", language: str = "") -> list[str]:
    """Names on a page of the list, in its order."""
    page = client.get(f"{language}{PEOPLE}?{query}")
    assert page.status_code == 200
    return re.findall(r"<p><strong>([^<]*)</strong> · [^<]*@", section(page.text, "elenco"))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["élodie Blanc", "Nicolò D’Amico", "Sara Neri", "Ugo Senzaruolo", "Zita Capo"]),
        ("cerca=NICOLO", ["Nicolò D’Amico"]),
        ("cerca=d%27amico", ["Nicolò D’Amico"]),
        ("cerca=amico+nic", ["Nicolò D’Amico"]),
        ("cerca=%40torino.example", ["élodie Blanc"]),
        ("cerca=nessuno", []),
        ("cerca=%25", []),
        ("ente=bologna", ["Nicolò D’Amico", "Sara Neri"]),
        ("ente=suap", []),
        ("ente=inventato", []),
        ("stato=disattivate", ["élodie Blanc"]),
        ("stato=attive&ente=torino", []),
        ("stato=senza-ruolo", ["Ugo Senzaruolo"]),
        ("stato=inventato&cerca=ugo", ["Ugo Senzaruolo"]),
        ("ente=bologna&cerca=sara&stato=attive", ["Sara Neri"]),
    ],
)
def test_people_are_looked_for_by_name_mailbox_body_and_state(
    client: FlaskClient, office: Database, query: str, found: list[str]
) -> None:
    assert shown(client, query) == found


def test_the_page_keeps_what_was_asked_and_says_when_nobody_answers(client: FlaskClient, office: Database) -> None:
    page = section(client.get(f"{PEOPLE}?cerca=%3Cb%3Enessuno&ente=bologna&stato=attive").text, "elenco")
    assert 'value="&lt;b&gt;nessuno"' in page
    assert '<option value="bologna" lang="it" selected>' in page
    assert '<option value="attive" selected>' in page
    assert "Nessuna persona con questi filtri." in page
    assert f'href="{PEOPLE}#elenco"' in page
    assert shown(client, "cerca=sara", "/en") == ["Sara Neri"]


def test_an_invitation_is_looked_for_by_its_mailbox_and_its_body(
    client: FlaskClient, chief: Person, office: Database
) -> None:
    with office.work() as session:
        for body, mailbox in (("torino", "tina@x.example"), ("bologna", "bice@x.example")):
            invitations.invite(session, chief.actor, NOW.replace(year=2999), mailbox, Role.OFFICIAL, body, "it", "")
    seen = {query: client.get(f"{PEOPLE}?{query}").text for query in ("", "cerca=TINA", "ente=bologna", "stato=attive")}
    held = {query: ["tina@x" in page, "bice@x" in page] for query, page in seen.items()}
    assert held == {
        "": [True, True],
        "cerca=TINA": [True, False],
        "ente=bologna": [False, True],
        "stato=attive": [False] * 2,
    }


def test_hundreds_of_people_are_shown_a_page_at_a_time_for_the_same_few_statements(
    client: FlaskClient, registered: Database
) -> None:
    def crowd(first: int, last: int) -> Callable[[Session], None]:
        def added(session: Session) -> None:
            for number in range(first, last):
                mailbox = f"p{number}@folla.example"
                make_person(session, (Role.OFFICIAL, "bologna"), name=f"Persona {number:03}", email=mailbox)

        return added

    costs = []
    for first, last in ((0, 3), (3, 320)):
        with registered.work() as session:
            crowd(first, last)(session)
        with asked(registered) as sent:
            assert shown(client, "cerca=persona")[0] == "Persona 000"
        costs.append(len(sent))
    assert costs[0] == costs[1] <= 14
    assert len(shown(client, "cerca=folla")) == 50
    end = client.get(f"{PEOPLE}?cerca=folla&pagina=7").text
    assert "320 persone" in end
    assert shown(client, "cerca=folla&pagina=7") == [f"Persona {number}" for number in range(300, 320)]
    assert shown(client, "cerca=folla&pagina=999") == shown(client, "cerca=folla&pagina=7")
    assert f'href="{PEOPLE}?cerca=folla&amp;pagina=6" rel="prev"' in end
    assert "Persone · pagina 7" in end


def test_after_a_button_the_list_is_as_it_was(client: FlaskClient, office: Database) -> None:
    with office.reading() as session:
        sara = session.query(Person).filter_by(name="Sara Neri").one().id
    page = client.get(f"{PEOPLE}?ente=bologna&cerca=sara").text
    action = f"{PEOPLE}/{sara}/disattiva?cerca=sara&amp;ente=bologna"
    assert f'action="{action}"' in page
    sent = client.post(action.replace("&amp;", "&"), data={"csrf_token": csrf(client, "/scrivania")})
    assert (sent.status_code, sent.headers["Location"]) == (303, f"{PEOPLE}?cerca=sara&ente=bologna")
    erase = client.get(f"{PEOPLE}/{sara}/cancella?ente=bologna").text
    assert f'href="{PEOPLE}?ente=bologna">Annulla' in erase


def test_who_is_refused_an_invitation_stands_in_the_list_below_however_long_it_is(
    client: FlaskClient, office: Database
) -> None:
    with office.work() as session:
        for number in range(60):
            make_person(session, (Role.OFFICIAL, "bologna"), name=f"Aldo {number}", email=f"a{number}@x.example")
    form = {"email": "sara@x.example", "role": "referent", "body": "bologna", "language": "it"}
    answer = client.post(f"{PEOPLE}/invita", data={"csrf_token": csrf(client, PEOPLE), **form})
    assert answer.status_code == 422
    assert "ha già questo ruolo: è nell’elenco qui sotto" in answer.text
    assert "<strong>Sara Neri</strong>" in section(answer.text, "elenco")


def test_a_referent_finds_the_people_of_their_body_only(app: Flask, office: Database) -> None:
    referent = sign_in(app.test_client(), make(office, (Role.REFERENT, "torino"), name="Rita Torino"))
    assert shown(referent) == ["élodie Blanc", "Rita Torino"]
    assert shown(referent, "ente=bologna") == []
    assert shown(referent, "cerca=sara") == []
    assert "senza-ruolo" not in referent.get(PEOPLE).text
