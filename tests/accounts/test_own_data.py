# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a person may ask for by law: all their data, and to be erased; what they did stays, without their name."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import inspect, text
from sqlalchemy.orm import Session

from app.access import NOBODY, Role
from app.accounts import erasure, invitations, queries
from app.accounts.models import ExternalIdentity, Person
from app.db import Database
from app.errors import Conflict
from app.journal.service import broken
from app.solutions.queries import revision as by_number
from tests import makers
from tests.accounts.conftest import EMAIL, Clock, come_in, is_in, letters, link_of, make, send

ERASE = "/profilo/cancella"


def erase(client: FlaskClient, word: str = "cancella", password: str = makers.PASSWORD) -> int:
    return send(client, ERASE, ERASE, word=word, password=password).status_code


def everything(database: Database) -> str:
    """Every row of every table, as one text."""
    with database.reading() as session:
        names = inspect(session.get_bind()).get_table_names()
        return "\n".join(str(list(session.execute(text(f'SELECT * FROM "{name}"')))) for name in names)


def test_a_person_downloads_everything_held_about_them(anna: Person, client: FlaskClient, database: Database) -> None:
    send(client, "/password-dimenticata", email=EMAIL)
    come_in(client, password="sbagliata del tutto")
    come_in(client)
    answer = client.get("/profilo/dati.json")
    told = answer.get_json()
    assert "attachment" in answer.headers["Content-Disposition"]
    assert (told["account"]["email"], told["account"]["name"]) == (EMAIL, "Anna Verdi")
    assert told["roles"] == [{"role": "official", "scope": "bologna"}]
    assert len(told["sign_ins"]) == 1
    assert [letter["kind"] for letter in told["letters"]] == ["reset"]
    assert {"signed-in", "sign-in-failed"} <= {row["action"] for row in told["journal"]}


def test_secrets_are_not_in_the_file(anna: Person, client: FlaskClient, database: Database) -> None:
    send(client, "/password-dimenticata", email=EMAIL)
    come_in(client)
    taken = client.get("/profilo/dati.json").text
    link = letters(database, "reset")[0].data["link"]
    with client.session_transaction() as cookie:
        token = cookie["_user_id"]
    for secret in (anna.password_hash, link, token, "argon2"):
        assert secret not in taken


def test_instants_of_the_file_are_written_as_machines_read_them(anna: Person, app: Flask, client: FlaskClient) -> None:
    at = datetime(2026, 11, 24, 23, 31, tzinfo=UTC)
    app.extensions["own_data"] = {**app.extensions["own_data"], "stated": lambda _session, _number: [at, at.date()]}
    come_in(client)
    assert client.get("/profilo/dati.json").get_json()["stated"] == ["2026-11-24T23:31:00+00:00", "2026-11-24"]


def test_houses_above_hand_in_their_part(anna: Person, app: Flask, client: FlaskClient) -> None:
    app.extensions["own_data"] = {**app.extensions["own_data"], "collections": lambda _session, number: [number]}
    come_in(client)
    told = client.get("/profilo/dati.json").get_json()
    assert told["collections"] == [anna.id]
    assert "follows" in told


def test_nobody_downloads_without_a_log_in(client: FlaskClient) -> None:
    assert client.get("/profilo/dati.json").status_code == 401


def test_an_erased_person_leaves_no_name_no_address_and_no_way_in(
    anna: Person, client: FlaskClient, browsers: Callable[[], FlaskClient], database: Database
) -> None:
    other = browsers()
    come_in(other)
    come_in(client)
    with database.work() as session:
        session.add(ExternalIdentity(person_id=anna.id, issuer="https://ente", subject="anna", linked_at=makers.NOW))
        invitations.invite(session, NOBODY, datetime.now(UTC), EMAIL, Role.EXPERT, "suap", "it")
    assert erase(client) == 303
    assert not is_in(client)
    assert not is_in(other)
    assert come_in(client).status_code == 422
    left = everything(database)
    assert EMAIL not in left
    assert "Anna Verdi" not in left
    with database.reading() as session:
        person = queries.person(session, anna.id)
        assert person is not None
        assert (person.email, person.name, person.password_hash) == (f"erased-{anna.id}@invalid", "", "")
        assert person.assignments == []
        assert broken(session) is None


def test_nothing_is_left_of_an_earlier_address_nor_of_one_that_was_to_be(
    registered: Database, client: FlaskClient, browsers: Callable[[], FlaskClient]
) -> None:
    makers.sign_in(client, make(registered, (Role.REFERENT, "bologna"), email="referente@ente.example"))
    fields = {"email": "vecchia@ente.example", "role": "official", "body": "bologna", "language": "it"}
    assert send(client, "/amministrazione/persone/invita", "/profilo", **fields).status_code == 303
    link, carlo = link_of(registered, "invitation"), browsers()
    assert send(carlo, link, link, name="Carlo Bianchi", password=makers.PASSWORD).status_code == 303
    for wanted, confirmed in (("nuova@ente.example", True), ("terza@ente.example", False)):
        assert send(carlo, "/profilo/indirizzo", "/profilo/dati", email=wanted).status_code == 303
        link = link_of(registered, "email-change")
        assert not confirmed or send(carlo, link, link).status_code == 303
    assert "vecchia@ente.example" in everything(registered), "told that the address was changed"
    assert erase(carlo) == 303
    left = everything(registered)
    assert [address for address in ("nuova@", "terza@") if address in left] == []
    with registered.reading() as session:
        assert queries.invitations_to(session, "vecchia@ente.example") == []


def test_what_an_erased_person_wrote_stays_under_the_name_of_their_office(
    anna: Person, client: FlaskClient, database: Database
) -> None:
    with database.work() as session:
        solution = makers.make_solution(session)
        revision = by_number(session, solution, 1)
        solution.author_id = revision.author_id = anna.id
    address = f"/soluzioni/{solution.slug}/versioni"
    come_in(client)
    assert "Anna Verdi" in client.get(address).text
    assert erase(client) == 303
    for page in (address, f"{address}/1"):
        shown = client.get(page).text
        assert "Servizio attività produttive" in shown
        assert "Città metropolitana di Bologna" in shown
        assert "Anna Verdi" not in shown


def test_erasing_needs_the_word_and_the_password(anna: Person, client: FlaskClient) -> None:
    come_in(client)
    assert erase(client, word="forse") == 422
    assert erase(client, password="sbagliata del tutto") == 422
    assert is_in(client)


def test_erasing_asks_again_who_one_is(anna: Person, client: FlaskClient, clock: Clock) -> None:
    come_in(client)
    clock.pass_by(minutes=31)
    assert client.get(ERASE).headers["Location"].startswith("/conferma-identita")
    assert send(client, ERASE, "/profilo", word="cancella", password=makers.PASSWORD).status_code == 401


def test_the_last_administrator_is_not_erased(registered: Database, client: FlaskClient) -> None:
    chief = make(registered, (Role.ADMINISTRATOR, ""), password=makers.PASSWORD, email="capo@ente.example")
    come_in(client, email="capo@ente.example")
    assert erase(client) == 409
    assert is_in(client)
    with pytest.raises(Conflict), registered.work() as session:
        person = queries.person(session, chief.id)
        assert person
        erasure.erase(session, NOBODY, person, datetime.now(UTC))


def test_an_administrator_erases_at_somebodys_request(anna: Person, registered: Database, client: FlaskClient) -> None:
    makers.sign_in(client, make(registered, (Role.ADMINISTRATOR, "")))
    path = f"/amministrazione/persone/{anna.id}/cancella"
    assert "Anna Verdi" in client.get(path).text
    assert send(client, path, path, word="cancella").status_code == 303
    assert "Anna Verdi" not in client.get("/amministrazione/persone").text
    assert client.get(path).status_code == 404


def test_the_coordination_erases_nobody(anna: Person, registered: Database, client: FlaskClient) -> None:
    makers.sign_in(client, make(registered, (Role.COORDINATOR, "")))
    assert client.get(f"/amministrazione/persone/{anna.id}/cancella").status_code == 403


def test_houses_above_remove_their_part(anna: Person, app: Flask, client: FlaskClient) -> None:
    removed: list[int] = []

    def remove(_session: Session, number: int) -> None:
        removed.append(number)

    app.extensions["erasures"] = (*app.extensions["erasures"], remove)
    come_in(client)
    erase(client)
    assert removed == [anna.id]


@pytest.mark.parametrize("language", ["", "/en"])
def test_the_pages_speak_both_languages(anna: Person, client: FlaskClient, language: str) -> None:
    come_in(client)
    for page in ("/profilo/dati", ERASE):
        assert f'<html lang="{language[1:] or "it"}">' in client.get(f"{language}{page}").text


def test_who_has_no_password_is_erased_by_the_word_alone(app: Flask, registered: Database) -> None:
    with registered.work() as session:
        person = makers.make_person(session, (Role.OFFICIAL, "bologna"))
    client = makers.sign_in(app.test_client(), person)
    assert erase(client, word="no", password="") == 422
    assert erase(client, password="") == 303
