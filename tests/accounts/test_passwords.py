# SPDX-License-Identifier: AGPL-3.0-or-later
"""Forgotten and changed passwords, and changed addresses: links used once, log-ins ended, the right mailbox told."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.accounts import passwords, queries
from app.accounts.models import Person
from app.db import Database
from tests import makers
from tests.accounts.conftest import EMAIL, STRANGE, Clock, come_in, is_in, letters, link_of, make, send

FORGOTTEN = "/password-dimenticata"
NEWER = "altre cinque parole tutte diverse"
OTHER = "anna.nuova@ente.example"


def ask(client: FlaskClient, email: str = EMAIL) -> str:
    return send(client, FORGOTTEN, email=email).text


def test_a_link_sets_a_new_password_once_and_ends_every_log_in(
    anna: Person, client: FlaskClient, browsers: Callable[[], FlaskClient], database: Database
) -> None:
    come_in(client)
    other = browsers()
    ask(other)
    link = link_of(database, "reset")
    assert send(other, link, password=NEWER).headers["Location"] == "/accedi"
    assert not is_in(client)
    assert other.get(link).status_code == 404
    assert come_in(other).status_code == 422
    assert come_in(other, password=NEWER).status_code == 303
    assert [letter.recipient for letter in letters(database, "password-changed")] == [EMAIL]


def test_a_new_password_ends_every_link_that_was_sent_before(
    anna: Person, client: FlaskClient, browsers: Callable[[], FlaskClient], database: Database
) -> None:
    come_in(client)
    send(client, "/profilo/indirizzo", "/profilo/dati", email=OTHER)
    stolen = link_of(database, "email-change")
    owner = browsers()
    ask(owner)
    send(owner, link_of(database, "reset"), password=NEWER)
    assert send(browsers(), stolen, "/accedi").status_code == 404
    with database.reading() as session:
        assert queries.by_email(session, EMAIL) is not None
    ask(browsers())
    early = link_of(database, "reset")
    page = "/profilo/sicurezza"
    come_in(owner, password=NEWER)
    assert send(owner, f"{page}/password", page, current=NEWER, password=makers.PASSWORD).status_code == 303
    assert browsers().get(early).status_code == 404


def test_known_and_unknown_addresses_get_the_same_answer(anna: Person, client: FlaskClient, database: Database) -> None:
    assert ask(client) == ask(client, "nessuno@ente.example")
    assert len(letters(database)) == 1


def test_a_link_expires_after_an_hour(anna: Person, client: FlaskClient, database: Database, clock: Clock) -> None:
    ask(client)
    link = link_of(database, "reset")
    clock.pass_by(minutes=61)
    assert client.get(link).status_code == 404
    assert client.post(link, data={"csrf_token": makers.csrf(client), "password": NEWER}).status_code == 404


def test_asking_again_makes_the_earlier_link_void(anna: Person, client: FlaskClient, database: Database) -> None:
    ask(client)
    first = link_of(database, "reset")
    ask(client)
    assert client.get(first).status_code == 404


def test_the_host_of_the_request_never_gets_into_a_letter(
    anna: Person, client: FlaskClient, database: Database
) -> None:
    token = makers.csrf(client)
    headers = {"X-Forwarded-Host": "evil.example", "Referer": "https://evil.example/"}
    client.post(FORGOTTEN, data={"csrf_token": token, "email": EMAIL}, headers=headers)
    assert client.post(FORGOTTEN, data={"email": EMAIL}, headers={"Host": "evil.example"}).status_code == 400
    assert len(letters(database, "reset")) == 1
    assert link_of(database, "reset").startswith("/nuova-password/")


def test_too_many_requests_for_one_address_wait(anna: Person, client: FlaskClient, database: Database) -> None:
    answers = [send(client, FORGOTTEN, email=EMAIL).status_code for _ in range(8)]
    assert answers[-1] == 429
    assert len(letters(database, "reset")) == 6
    assert come_in(client).status_code == 303


def test_the_secret_of_a_link_is_not_kept(anna: Person, client: FlaskClient, database: Database) -> None:
    ask(client)
    token = link_of(database, "reset").rpartition("/")[2]
    with database.reading() as session:
        assert [len(link.token_digest) for link in queries.all_links(session, anna.id)] == [64]
        assert token not in str([vars(link) for link in queries.all_links(session, anna.id)])


def test_a_new_password_needs_the_one_held_and_ends_the_other_log_ins(
    anna: Person, client: FlaskClient, browsers: Callable[[], FlaskClient]
) -> None:
    other = browsers()
    come_in(other)
    come_in(client)
    page = "/profilo/sicurezza"
    assert send(client, f"{page}/password", page, current="sbagliata", password=NEWER).status_code == 422
    assert send(client, f"{page}/password", page, current=makers.PASSWORD, password="corta").status_code == 422
    assert is_in(other)
    assert send(client, f"{page}/password", page, current=makers.PASSWORD, password=NEWER).status_code == 303
    assert is_in(client)
    assert not is_in(other)


def test_guessing_the_password_held_waits_too(anna: Person, client: FlaskClient) -> None:
    come_in(client)
    page = "/profilo/sicurezza"
    answers = [
        send(client, f"{page}/password", page, current=f"sbagliata {number}", password=NEWER).status_code
        for number in range(8)
    ]
    assert answers[-1] == 429


def test_passwords_are_kept_as_argon2id(anna: Person) -> None:
    assert anna.password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert not passwords.matches("", "")
    assert not passwords.matches("rubbish", "rubbish")


def test_a_new_address_counts_once_its_mailbox_has_confirmed_it(
    anna: Person, client: FlaskClient, database: Database
) -> None:
    come_in(client)
    assert send(client, "/profilo/indirizzo", "/profilo/dati", email=OTHER).status_code == 303
    assert "anna.verdi" in client.get("/profilo").text
    letter = letters(database, "email-change")[0]
    assert letter.recipient == OTHER
    link = link_of(database, "email-change")
    assert "anna.verdi" in client.get("/profilo").text
    assert send(client, link, link).status_code == 303
    assert [told.recipient for told in letters(database, "email-changed")] == [EMAIL]
    assert client.get(link).status_code == 404
    send(client, "/esci", "/profilo")
    assert come_in(client).status_code == 422
    assert come_in(client, email=OTHER).status_code == 303


def test_a_taken_address_gets_a_letter_and_the_page_tells_nothing(
    anna: Person, client: FlaskClient, database: Database
) -> None:
    make(database, email=OTHER)
    come_in(client)
    free = send(client, "/profilo/indirizzo", "/profilo/dati", email="libera@ente.example")
    taken = send(client, "/profilo/indirizzo", "/profilo/dati", email=OTHER)
    assert (free.status_code, free.headers["Location"]) == (taken.status_code, taken.headers["Location"])
    assert [letter.recipient for letter in letters(database, "account-exists")] == [OTHER]


def test_the_address_one_has_is_no_new_one(anna: Person, client: FlaskClient, database: Database) -> None:
    come_in(client)
    answer = send(client, "/profilo/indirizzo", "/profilo/dati", email=EMAIL.upper())
    assert answer.status_code == 422
    assert "È già l’indirizzo di questa utenza" in answer.text
    assert not letters(database, "account-exists")


def test_an_address_taken_meanwhile_is_not_taken_over(anna: Person, client: FlaskClient, database: Database) -> None:
    come_in(client)
    send(client, "/profilo/indirizzo", "/profilo/dati", email=OTHER)
    make(database, email=OTHER)
    assert send(client, link_of(database, "email-change"), "/profilo").status_code == 409


def test_a_changed_address_voids_links_sent_to_the_old_one(
    anna: Person, client: FlaskClient, database: Database
) -> None:
    come_in(client)
    ask(client)
    early = link_of(database, "reset")
    send(client, "/profilo/indirizzo", "/profilo/dati", email=OTHER)
    link = link_of(database, "email-change")
    send(client, link, link)
    assert client.get(early).status_code == 404


@pytest.mark.parametrize("path", ["/invito", "/nuova-password", "/profilo/indirizzo"])
def test_strange_links_open_nothing(client: FlaskClient, path: str) -> None:
    for sent in STRANGE:
        answer = client.get(f"{path}/{sent}".replace("\n", "").replace("\r", ""))
        assert answer.status_code in {301, 303, 308, 400, 404, 405}, sent
