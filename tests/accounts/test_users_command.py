# SPDX-License-Identifier: AGPL-3.0-or-later
"""`flask users`: accounts from the terminal; no secret is ever an argument."""

import re
from typing import Protocol

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient

from app.access import Role
from app.accounts import queries, rules
from app.accounts.models import Person
from app.commands.users import WORDS
from app.db import Database
from tests import makers
from tests.accounts.conftest import EMAIL, come_in, make, send

CHIEF = "capo@ente.example"


class Run(Protocol):
    """Runs `flask users` with arguments and with what is typed."""

    def __call__(self, *arguments: str, typed: str = "") -> Result: ...


@pytest.fixture
def run(app: Flask, registered: Database) -> Run:
    """Runs `flask users` with arguments and with what is typed."""

    def runner(*arguments: str, typed: str = "") -> Result:
        return app.test_cli_runner().invoke(args=["users", *arguments], input=typed)

    return runner


def test_the_first_administrator_is_made_on_the_terminal(run: Run, client: FlaskClient) -> None:
    made = run("create", CHIEF, "--name", "Il Capo", "--role", "administrator", typed=f"{makers.PASSWORD}\n" * 2)
    assert made.exit_code == 0, made.output
    assert makers.PASSWORD not in made.output
    assert come_in(client, email=CHIEF).status_code == 303
    assert client.get("/amministrazione/servizi").status_code == 200


def test_a_password_may_come_from_standard_input_and_must_be_good(run: Run) -> None:
    weak = run("create", CHIEF, "--name", "Il Capo", "--password-stdin", typed="corta\n")
    assert weak.exit_code == 1
    assert "almeno 12 caratteri" in weak.output
    assert run("create", CHIEF, "--name", "Il Capo", "--password-stdin", typed=f"{makers.PASSWORD}\n").exit_code == 0
    again = run("create", CHIEF, "--name", "Il Capo", "--password-stdin", typed=f"{makers.PASSWORD}\n")
    assert "c’è già" in again.output


def test_no_option_takes_a_password(run: Run) -> None:
    assert "--password TEXT" not in run("create", "--help").output


def test_an_invitation_shows_its_link(run: Run, client: FlaskClient) -> None:
    made = run("invite", CHIEF, "--role", "referent", "--scope", "bologna")
    link = re.search(r"/invito/[\w-]+", made.output)
    assert link
    assert client.get(link[0]).status_code == 200
    assert run("invite", CHIEF, "--role", "referent", "--scope", "atlantide").exit_code == 1
    assert run("invite", "senza-chiocciola", "--role", "referent", "--scope", "bologna").exit_code == 2


def test_people_are_listed_disabled_and_enabled(run: Run, anna: Person, client: FlaskClient) -> None:
    assert f"{EMAIL}\tAnna Verdi\tofficial:bologna\tattiva" in run("list").output
    assert run("disable", EMAIL).exit_code == 0
    assert come_in(client).status_code == 422
    assert "disattivata" in run("list").output
    assert run("enable", EMAIL).exit_code == 0
    assert come_in(client).status_code == 303
    assert run("disable", "nessuno@ente.example").exit_code == 1


def test_the_last_administrator_is_neither_disabled_nor_erased(run: Run, registered: Database) -> None:
    make(registered, (Role.ADMINISTRATOR, ""), email=CHIEF)
    for arguments in (("disable", CHIEF), ("erase", CHIEF, "--yes")):
        refused = run(*arguments)
        assert (refused.exit_code, "l’ultimo amministratore: prima" in refused.output) == (1, True)


def test_erasing_asks_first(run: Run, anna: Person, database: Database) -> None:
    assert run("erase", EMAIL, typed="n\n").exit_code == 1
    assert run("erase", EMAIL, typed="y\n").exit_code == 0
    with database.reading() as session:
        assert queries.by_email(session, EMAIL) is None


def test_a_link_for_somebody_who_lost_everything(
    run: Run, anna: Person, client: FlaskClient, database: Database
) -> None:
    with database.work() as session:
        person = queries.person(session, anna.id)
        assert person
        person.totp_secret = "JBSWY3DPEHPK3PXP"
    link = re.search(r"/nuova-password/[\w-]+", run("reset-link", EMAIL, "--without-second-factor").output)
    assert link
    newer = "altre cinque parole tutte diverse"
    assert send(client, link[0], password=newer).status_code == 303
    assert come_in(client, password=newer).headers["Location"] == "/scrivania"


@pytest.mark.parametrize("name", ["", " ", "A", "x" * 121])
def test_a_name_that_pages_cannot_show_is_refused(run: Run, registered: Database, name: str) -> None:
    refused = run("create", CHIEF, "--name", name, "--password-stdin", typed=f"{makers.PASSWORD}\n")
    assert (refused.exit_code, "da 2 a 120 caratteri" in refused.output) == (2, True)
    with registered.reading() as session:
        assert queries.by_email(session, CHIEF) is None


def test_a_role_for_everything_is_given_without_a_scope_and_says_so(run: Run) -> None:
    given = ("create", CHIEF, "--name", "Il Capo", "--role", "administrator", "--scope", "bari", "--password-stdin")
    refused = run(*given, typed=f"{makers.PASSWORD}\n")
    assert (refused.exit_code, "togliere --scope «bari»" in refused.output) == (1, True)


def test_every_refusal_of_a_password_or_a_scope_has_a_sentence() -> None:
    keys = {
        rules.password_problem("short"),
        rules.password_problem("x" * 200),
        rules.password_problem("passwordpassword"),
    }
    keys |= {rules.scope_problem(role, "nowhere", frozenset(), frozenset()) for role in Role}
    assert keys <= WORDS.keys()
