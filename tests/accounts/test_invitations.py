# SPDX-License-Identifier: AGPL-3.0-or-later
"""Invitations and roles: used once, withdrawn, never beyond what the inviter may give."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from app.access import NOBODY, Role
from app.accounts import invitations, queries, roles, rules
from app.accounts.models import Person
from app.db import Database
from app.errors import Conflict, Forbidden, NotFound
from app.journal.service import broken
from tests import makers
from tests.accounts.conftest import STRANGE, Clock, come_in, is_in, letters, link_of, make, send

PEOPLE = "/amministrazione/persone"
NEW = "carlo.bianchi@ente.example"


@pytest.fixture
def referent(registered: Database) -> Person:
    return make(registered, (Role.REFERENT, "bologna"), email="referente@ente.example", name="Rita Referente")


def invite(
    client: FlaskClient, role: str = "official", body: str = "bologna", theme: str = "", email: str = NEW
) -> int:
    fields = {"email": email, "role": role, "body": body, "theme": theme, "language": "it"}
    return send(client, f"{PEOPLE}/invita", "/profilo", **fields).status_code


def accept(client: FlaskClient, link: str, **fields: str) -> int:
    return send(client, link, link, **{"name": "Carlo Bianchi", "password": makers.PASSWORD, **fields}).status_code


def test_a_referent_invites_a_colleague_who_comes_in_with_the_role(
    referent: Person, client: FlaskClient, browsers: Callable[[], FlaskClient], database: Database
) -> None:
    makers.sign_in(client, referent)
    assert invite(client) == 303
    link, colleague = link_of(database, "invitation"), browsers()
    assert accept(colleague, link) == 303
    assert is_in(colleague)
    with database.reading() as session:
        person = queries.by_email(session, NEW)
        assert person is not None
        assert [(item.role, item.scope) for item in person.assignments] == [("official", "bologna")]
        assert broken(session) is None


def test_an_invitation_is_used_once(
    referent: Person, client: FlaskClient, browsers: Callable[[], FlaskClient], database: Database
) -> None:
    makers.sign_in(client, referent)
    invite(client)
    link = link_of(database, "invitation")
    accept(browsers(), link)
    assert browsers().get(link).status_code == 404


def test_an_invitation_expires_after_two_weeks(
    referent: Person, client: FlaskClient, browsers: Callable[[], FlaskClient], database: Database, clock: Clock
) -> None:
    makers.sign_in(client, referent)
    invite(client)
    link = link_of(database, "invitation")
    clock.pass_by(days=13, hours=23)
    assert browsers().get(link).status_code == 200
    clock.pass_by(hours=2)
    assert browsers().get(link).status_code == 404


def test_a_withdrawn_invitation_opens_nothing(
    referent: Person, client: FlaskClient, browsers: Callable[[], FlaskClient], database: Database
) -> None:
    makers.sign_in(client, referent)
    invite(client)
    number = re.search(r"/inviti/(\d+)/ritira", client.get(PEOPLE).text)
    assert number
    assert send(client, f"/amministrazione/inviti/{number[1]}/ritira", "/profilo").status_code == 303
    assert browsers().get(link_of(database, "invitation")).status_code == 404


def test_inviting_again_makes_the_earlier_link_void(
    referent: Person, client: FlaskClient, browsers: Callable[[], FlaskClient], database: Database
) -> None:
    makers.sign_in(client, referent)
    invite(client)
    first = link_of(database, "invitation")
    invite(client)
    assert browsers().get(first).status_code == 404
    assert browsers().get(link_of(database, "invitation")).status_code == 200


def test_what_one_sends_along_does_not_change_the_role(
    referent: Person, client: FlaskClient, browsers: Callable[[], FlaskClient], database: Database
) -> None:
    makers.sign_in(client, referent)
    invite(client)
    accept(browsers(), link_of(database, "invitation"), role="administrator", scope="", email="altra@ente.example")
    with database.reading() as session:
        person = queries.by_email(session, NEW)
        assert person is not None
        assert [item.role for item in person.assignments] == ["official"]
        assert queries.by_email(session, "altra@ente.example") is None


@pytest.mark.parametrize(
    ("role", "body", "theme"),
    [
        ("official", "torino", ""),
        ("referent", "torino", ""),
        ("expert", "", "suap"),
        ("coordinator", "", ""),
        ("administrator", "", ""),
        ("coordinator", "bologna", ""),
        ("service", "bologna", ""),
    ],
)
def test_a_referent_gives_only_roles_of_their_own_body(
    referent: Person, client: FlaskClient, database: Database, role: str, body: str, theme: str
) -> None:
    makers.sign_in(client, referent)
    assert invite(client, role, body, theme) in {403, 422}
    assert letters(database, "invitation") == []


def test_the_coordination_gives_everything_but_administrator(registered: Database, client: FlaskClient) -> None:
    makers.sign_in(client, make(registered, (Role.COORDINATOR, "")))
    assert invite(client, "expert", "", "suap") == 303
    assert invite(client, "coordinator", "", "") == 303
    assert invite(client, "referent", "torino") == 303
    assert invite(client, "administrator", "", "") == 422


@pytest.mark.parametrize(
    ("role", "body", "theme"), [("official", "", ""), ("official", "atlantide", ""), ("expert", "", "alchimia")]
)
def test_a_role_needs_a_body_or_a_theme_that_exists(
    registered: Database, client: FlaskClient, role: str, body: str, theme: str
) -> None:
    makers.sign_in(client, make(registered, (Role.ADMINISTRATOR, "")))
    assert invite(client, role, body, theme) == 422


def test_officials_see_no_people_and_invite_nobody(anna: Person, client: FlaskClient) -> None:
    makers.sign_in(client, anna)
    assert client.get(PEOPLE).status_code == 403
    assert invite(client) == 403


def test_a_referent_sees_the_people_of_their_body_only(
    referent: Person, client: FlaskClient, registered: Database
) -> None:
    make(registered, (Role.OFFICIAL, "torino"), name="Tea Torinese", email="tea@ente.example")
    make(registered, (Role.OFFICIAL, "bologna"), name="Bea Bolognese", email="bea@ente.example")
    makers.sign_in(client, referent)
    page = client.get(PEOPLE).text
    assert "Bea Bolognese" in page
    assert "Tea Torinese" not in page


def test_somebody_known_takes_the_role_after_the_log_in(
    anna: Person, registered: Database, client: FlaskClient
) -> None:
    with registered.work() as session:
        token = invitations.invite(session, NOBODY, datetime.now(UTC), anna.email, Role.EXPERT, "suap", "it")[1]
    link = f"/invito/{token}"
    assert client.get(link).headers["Location"] == f"/accedi?next={link}"
    come_in(client, next=link)
    assert "L’utenza esiste già" in client.get(link).text
    assert send(client, link, link).status_code == 303
    with registered.reading() as session:
        person = queries.person(session, anna.id)
        assert person is not None
        assert ("expert", "suap") in [(item.role, item.scope) for item in person.assignments]


def test_an_invitation_to_somebody_else_gives_nothing(anna: Person, registered: Database, client: FlaskClient) -> None:
    other = make(registered, email="altra@ente.example")
    with registered.work() as session:
        token = invitations.invite(session, NOBODY, datetime.now(UTC), other.email, Role.COORDINATOR, "", "it")[1]
    come_in(client)
    assert send(client, f"/invito/{token}", "/profilo").status_code == 403


def test_a_weak_password_is_refused_with_its_reason(
    referent: Person, client: FlaskClient, browsers: Callable[[], FlaskClient], database: Database
) -> None:
    makers.sign_in(client, referent)
    invite(client)
    link, new = link_of(database, "invitation"), browsers()
    for password, reason in (
        ("corta", "almeno 12 caratteri"),
        ("password12345", "si indovina facilmente"),
        ("carlobianchi1", "si indovina facilmente"),
        ("aaaaaaaaaaaaaaa", "si indovina facilmente"),
        ("x" * 129, "al massimo 128"),
    ):
        answer = send(new, link, link, name="Carlo Bianchi", password=password)
        assert answer.status_code == 422, password
        assert reason in answer.text, password
    assert accept(new, link) == 303


def test_strange_names_are_shown_as_typed_or_refused(
    referent: Person, client: FlaskClient, browsers: Callable[[], FlaskClient], database: Database
) -> None:
    makers.sign_in(client, referent)
    token = makers.csrf(client, "/profilo")
    for name in STRANGE:
        answer = client.post("/profilo", data={"csrf_token": token, "name": name, "language": "it"})
        assert answer.status_code in {303, 422}, name
        assert "<script>alert" not in client.get("/profilo").text
    for sent in STRANGE:
        fields = {"csrf_token": token, "email": sent, "role": sent, "body": sent, "theme": sent, "language": sent}
        assert client.post(f"{PEOPLE}/invita", data=fields).status_code == 422, sent


def test_the_last_administrator_stays(registered: Database, client: FlaskClient) -> None:
    only = make(registered, (Role.ADMINISTRATOR, ""))
    now = datetime.now(UTC)
    with pytest.raises(Conflict), registered.work() as session:
        person = queries.person(session, only.id)
        assert person
        roles.disable(session, NOBODY, person, now)
    with pytest.raises(Conflict), registered.work() as session:
        person = queries.person(session, only.id)
        assert person
        roles.take_role(session, only.actor, person, person.assignments[0].id, now)


def test_nobody_but_an_administrator_decides_about_administrators(registered: Database, client: FlaskClient) -> None:
    coordinator = make(registered, (Role.COORDINATOR, ""))
    chief = make(registered, (Role.ADMINISTRATOR, ""))
    make(registered, (Role.ADMINISTRATOR, ""))
    makers.sign_in(client, coordinator)
    assert send(client, f"{PEOPLE}/{chief.id}/disattiva", "/profilo").status_code == 403
    assert send(client, f"{PEOPLE}/{chief.id}/ruoli/{chief.assignments[0].id}/togli", "/profilo").status_code == 403
    with pytest.raises(Forbidden), registered.work() as session:
        person = queries.person(session, chief.id)
        assert person
        roles.enable(session, coordinator.actor, person, datetime.now(UTC))


def test_a_referent_takes_roles_of_their_body_only(referent: Person, registered: Database, client: FlaskClient) -> None:
    near = make(registered, (Role.OFFICIAL, "bologna"))
    both = make(registered, (Role.OFFICIAL, "bologna"), (Role.EXPERT, "suap"))
    far = make(registered, (Role.OFFICIAL, "torino"))
    makers.sign_in(client, referent)
    for person, which, status in ((near, 0, 303), (both, 1, 403), (far, 0, 403)):
        path = f"{PEOPLE}/{person.id}/ruoli/{person.assignments[which].id}/togli"
        assert send(client, path, "/profilo").status_code == status


def test_inviting_asks_again_who_one_is_after_half_an_hour(referent: Person, client: FlaskClient, clock: Clock) -> None:
    makers.sign_in(client, referent)
    clock.pass_by(minutes=31)
    assert invite(client) == 401


def test_old_invitations_are_forgotten_after_a_year(registered: Database) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=400)
    with registered.work() as session:
        made, token = invitations.invite(session, NOBODY, long_ago, NEW, Role.OFFICIAL, "bologna", "it")
    with registered.reading() as session:
        assert [row.id for row in queries.invitations_expired(session, datetime.now(UTC) - rules.INVITATIONS_KEPT)] == [
            made.id
        ]
        with pytest.raises(NotFound):
            invitations.open_invitation(session, token, datetime.now(UTC))
