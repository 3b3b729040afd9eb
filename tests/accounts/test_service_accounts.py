# SPDX-License-Identifier: AGPL-3.0-or-later
"""Service accounts: a token shown once that reads data, nothing else, until it expires or is revoked."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from app.access import Action, Actor, Role, Thing, may, might
from app.accounts import queries, rules
from app.accounts import service_accounts as service
from app.db import Database
from app.errors import Invalid
from tests import makers
from tests.accounts.conftest import STRANGE, Clock, make, send

PAGE = "/amministrazione/servizi"
CHIEF = Actor(1, frozenset({(Role.ADMINISTRATOR, "")}))


def token_of(database: Database, *scopes: str, name: str = "portale") -> str:
    with database.work() as session:
        wanted = frozenset(scopes or ("read-library",))
        return service.create(session, CHIEF, datetime.now(UTC), name, wanted, 90)[1]


def ask(client: FlaskClient, token: str, path: str = "/soluzioni.json", method: str = "GET") -> int:
    return client.open(path, method=method, headers={"Authorization": f"Bearer {token}"}).status_code


@pytest.fixture
def chief(registered: Database, client: FlaskClient) -> FlaskClient:
    """The browser of an administrator."""
    return makers.sign_in(client, make(registered, (Role.ADMINISTRATOR, "")))


def test_an_administrator_makes_a_token_that_is_shown_once(chief: FlaskClient, database: Database) -> None:
    answer = send(chief, PAGE, PAGE, name="Portale di Bologna", scopes="read-library", days="30")
    shown = re.search(r"twm_[\w-]{43}", answer.text)
    assert shown
    assert "1 servizio" in answer.text
    assert "twm_" not in chief.get(PAGE).text
    with database.reading() as session:
        (made,) = queries.service_accounts(session)
    assert shown[0] not in str(vars(made))
    assert ask(chief.application.test_client(), shown[0]) == 200


def test_only_administrators_make_tokens(registered: Database, client: FlaskClient) -> None:
    makers.sign_in(client, make(registered, (Role.COORDINATOR, "")))
    assert client.get(PAGE).status_code == 403
    assert send(client, PAGE, "/profilo", name="x", scopes="read-library", days="30").status_code == 403


@pytest.mark.parametrize(
    "typed",
    [
        {"name": "", "scopes": "read-library", "days": "30"},
        {"name": "portale", "days": "30"},
        {"name": "portale", "scopes": "administrator", "days": "30"},
        {"name": "portale", "scopes": "read-library", "days": "100000"},
    ],
)
def test_what_is_not_on_the_list_is_refused(chief: FlaskClient, database: Database, typed: dict[str, str]) -> None:
    assert send(chief, PAGE, PAGE, **typed).status_code == 422
    with database.reading() as session:
        assert not queries.service_accounts(session)


def test_two_services_do_not_have_one_name(chief: FlaskClient, database: Database) -> None:
    token_of(database, name="portale")
    answer = send(chief, PAGE, PAGE, name="portale", scopes="read-library", days="30")
    assert answer.status_code == 422
    assert "già usato" in answer.text
    with pytest.raises(Invalid):
        token_of(database, name="portale")


def test_a_revoked_token_opens_nothing(chief: FlaskClient, database: Database) -> None:
    token, programme = token_of(database), chief.application.test_client()
    assert ask(programme, token) == 200
    number = re.search(r"/servizi/(\d+)/revoca", chief.get(PAGE).text)
    assert number
    send(chief, f"{PAGE}/{number[1]}/revoca", PAGE)
    assert ask(programme, token) == 401
    assert "revocato" in chief.get(PAGE).text


def test_an_expired_token_opens_nothing(registered: Database, client: FlaskClient, clock: Clock) -> None:
    token = token_of(registered)
    assert ask(client, token) == 200
    clock.pass_by(days=91)
    assert ask(client, token) == 401


def test_the_last_use_is_noted(registered: Database, client: FlaskClient) -> None:
    ask(client, token_of(registered))
    with registered.reading() as session:
        used = queries.service_accounts(session)[0].used_at
    assert used is not None
    assert datetime.now(UTC) - used < timedelta(minutes=5)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/soluzioni"),
        ("GET", "/profilo"),
        ("POST", "/soluzioni.json"),
        ("POST", "/accedi"),
        ("POST", "/esci"),
        ("DELETE", "/soluzioni.json"),
        ("POST", "/amministrazione/servizi"),
    ],
)
def test_programmes_read_data_and_do_nothing_else(
    registered: Database, client: FlaskClient, method: str, path: str
) -> None:
    assert ask(client, token_of(registered), path, method) in {403, 405}


def test_data_of_persons_is_not_for_programmes(registered: Database, client: FlaskClient) -> None:
    assert ask(client, token_of(registered), "/profilo/dati.json") == 403


def test_a_token_beside_a_cookie_is_refused(chief: FlaskClient, database: Database) -> None:
    assert ask(chief, token_of(database)) == 403


def test_strange_tokens_open_nothing(registered: Database, client: FlaskClient) -> None:
    for sent in ("", " ", "twm_", "x" * 5_000, *STRANGE):
        sendable = "".join(letter for letter in sent if " " <= letter < "\x7f")
        assert ask(client, sendable) == 401, sent


def test_what_is_for_members_needs_its_scope() -> None:
    thing = Thing(published=True, visibility="members")
    plain, member = (
        Actor(-1, frozenset({(Role.SERVICE, "")}), frozenset(scopes))
        for scopes in (["read-library"], ["read-library", "read-members"])
    )
    assert plain.known
    assert not may(plain, Action.READ_SOLUTION, thing)
    assert may(member, Action.READ_SOLUTION, thing)
    assert not may(member, Action.READ_SOLUTION, Thing(published=False))
    assert not might(member, Action.USE_PROFILE)


def test_scopes_are_a_closed_list() -> None:
    assert rules.SCOPES == ("read-library", "read-members", "write-drafts")
