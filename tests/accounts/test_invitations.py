# SPDX-License-Identifier: AGPL-3.0-or-later
"""Invitations and roles: used once, withdrawn, never beyond what the inviter may give."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.access import NOBODY, Role
from app.accounts import erasure, invitations, queries, roles, rules
from app.accounts.models import Person
from app.config import Settings
from app.db import Database
from app.errors import Conflict, Forbidden, NotFound
from app.journal.service import broken
from app.outbox import service as outbox
from app.outbox.letters import message
from app.outbox.models import Letter
from app.solutions import queries as solution_queries
from tests import makers
from tests.accounts.conftest import STRANGE, Clock, come_in, heading, is_in, letters, link_of, make, send

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


def invited(client: FlaskClient) -> int:
    """Invite, and answer the number of the invitation that waits."""
    invite(client)
    (number,) = re.findall(r"/inviti/(\d+)/ritira", client.get(PEOPLE).text)
    return int(number)


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


@pytest.mark.parametrize(
    ("answer", "for_good", "told", "not_told"),
    [
        ("550 5.1.1 mailbox unknown", True, "Il messaggio non è stato consegnato.", "spedito il"),
        ("450 4.2.0 greylisted", False, "Il messaggio non è ancora partito: il sito riprova da solo.", "spedito il"),
        ("", False, "spedito il", "Motivo:"),
    ],
)
def test_who_invited_reads_what_became_of_the_letter(
    referent: Person,
    client: FlaskClient,
    database: Database,
    clock: Clock,
    answer: str,
    for_good: bool,
    told: str,
    not_told: str,
) -> None:
    makers.sign_in(client, referent)
    invite(client)
    assert "Il messaggio sta per partire." in makers.section(client.get(PEOPLE).text, "inviti")
    with database.work() as session:
        now = datetime.now(UTC)
        claimed = outbox.claim(session, now)
        assert claimed is not None
        if answer:
            outbox.mark_failed(session, claimed.id, now, now, answer, for_good=for_good)
        else:
            outbox.mark_sent(session, claimed.id, now)
    clock.pass_by(minutes=11)
    waiting = makers.section(client.get(PEOPLE).text, "inviti")
    assert told in waiting
    assert answer in waiting
    assert not_told not in waiting


def test_an_invitation_made_by_an_earlier_release_stands_in_the_list_as_before(
    referent: Person, client: FlaskClient, database: Database
) -> None:
    makers.sign_in(client, referent)
    invite(client)
    with database.work() as session:
        for letter in session.query(Letter):
            letter.once = None
    assert "spedito il" in makers.section(client.get(PEOPLE).text, "inviti")


def test_who_invited_reads_that_nobody_sends_the_letter(
    referent: Person, client: FlaskClient, registered: Database, clock: Clock
) -> None:
    """No worker is there, or no mail server is configured."""
    makers.sign_in(client, referent)
    invite(client)
    clock.pass_by(minutes=11)
    waiting = makers.section(client.get(PEOPLE).text, "inviti")
    assert "Il messaggio non è ancora partito: avvisare chi gestisce il sito." in waiting
    assert "spedito il" not in waiting


def test_an_invitation_is_used_once(
    referent: Person, client: FlaskClient, browsers: Callable[[], FlaskClient], database: Database
) -> None:
    makers.sign_in(client, referent)
    invite(client)
    link = link_of(database, "invitation")
    accept(browsers(), link)
    assert browsers().get(link).status_code == 404


def test_an_invitation_sent_twice_is_one_letter_and_its_link_opens(
    referent: Person, client: FlaskClient, browsers: Callable[[], FlaskClient], database: Database, clock: Clock
) -> None:
    makers.sign_in(client, referent)
    for _twice in range(2):
        assert invite(client) == 303
    assert accept(browsers(), link_of(database, "invitation")) == 303
    with database.reading() as session:
        assert session.query(Letter).filter_by(kind="invitation").count() == 1


def test_two_colleagues_who_invite_the_same_person_send_one_letter_and_its_link_opens(
    referent: Person, browsers: Callable[[], FlaskClient], database: Database, clock: Clock
) -> None:
    colleague = make(database, (Role.REFERENT, "bologna"), email="altra@ente.example", name="Altra Referente")
    for inviting in (referent, colleague):
        client = browsers()
        makers.sign_in(client, inviting)
        assert invite(client) == 303
    assert accept(browsers(), link_of(database, "invitation")) == 303
    with database.reading() as session:
        assert session.query(Letter).filter_by(kind="invitation").count() == 1


def test_who_is_invited_again_later_gets_a_letter_again(
    referent: Person, client: FlaskClient, database: Database, clock: Clock
) -> None:
    makers.sign_in(client, referent)
    invite(client)
    clock.pass_by(minutes=3)
    invite(client)
    with database.reading() as session:
        assert session.query(Letter).filter_by(kind="invitation").count() == 2


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
    number = invited(client)
    assert send(client, f"/amministrazione/inviti/{number}/ritira", "/profilo").status_code == 303
    assert browsers().get(link_of(database, "invitation")).status_code == 404


def test_an_invitation_that_was_accepted_meanwhile_is_not_withdrawn_and_who_tries_reads_why(
    referent: Person, client: FlaskClient, browsers: Callable[[], FlaskClient], database: Database
) -> None:
    makers.sign_in(client, referent)
    number = invited(client)
    assert accept(browsers(), link_of(database, "invitation")) == 303
    answer = send(client, f"/amministrazione/inviti/{number}/ritira", "/profilo")
    assert answer.status_code == 409
    assert "si può togliere il ruolo" in answer.text
    with database.reading() as session:
        invitation = queries.invitation_by_number(session, number)
        assert invitation is not None
        assert invitation.withdrawn_at is None


def test_inviting_again_makes_the_earlier_link_void(
    referent: Person, client: FlaskClient, browsers: Callable[[], FlaskClient], database: Database, clock: Clock
) -> None:
    makers.sign_in(client, referent)
    invite(client)
    first = link_of(database, "invitation")
    clock.pass_by(minutes=3)
    invite(client)
    assert browsers().get(first).status_code == 404
    assert browsers().get(link_of(database, "invitation")).status_code == 200


def test_an_invitation_that_opens_nothing_says_whom_to_ask_and_tells_no_more_than_one_never_sent(
    referent: Person, client: FlaskClient, browsers: Callable[[], FlaskClient], database: Database, clock: Clock
) -> None:
    makers.sign_in(client, referent)
    invite(client)
    replaced = link_of(database, "invitation")
    clock.pass_by(minutes=3)
    invite(client)
    said = set()
    for link in (replaced, "/invito/mai-spedito"):
        answer = browsers().get(link)
        assert answer.status_code == 404
        typed = re.findall(r'<input[^>]*name="q"[^>]*>', answer.text)
        assert typed
        assert not [field for field in typed if link.rpartition("/")[2][:3] in field], "the search field holds it"
        said.add((heading(answer), answer.text.count("al referente del tuo ente o al coordinamento nazionale")))
    assert said == {("Questo invito non vale più", 1)}


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
    page = client.get(link).text
    assert "L’utenza esiste già" in page
    assert "esperto tematico (Sportello unico)" in page
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
    page = client.get(f"/invito/{token}")
    assert page.status_code == 403
    assert "per un’altra persona" in page.text
    assert "coordinamento nazionale" in page.text
    assert "Accetta il ruolo" not in page.text
    assert other.email not in page.text
    assert send(client, f"/invito/{token}", "/profilo").status_code == 403
    with registered.reading() as session:
        person = queries.person(session, anna.id)
        assert person is not None
        assert [item.role for item in person.assignments] == ["official"]


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


def test_the_last_administrator_is_told_why_the_role_stays_and_what_to_do(
    registered: Database, client: FlaskClient
) -> None:
    only = make(registered, (Role.ADMINISTRATOR, ""))
    makers.sign_in(client, only)
    answer = send(client, f"{PEOPLE}/{only.id}/ruoli/{only.assignments[0].id}/togli", "/profilo")
    assert answer.status_code == 409
    assert heading(answer) == "Serve almeno un amministratore"
    assert "Invita prima un’altra persona come amministratore" in answer.text
    assert "Nel frattempo" not in answer.text


def test_the_page_of_people_offers_only_what_the_one_who_reads_it_may_do(
    registered: Database, client: FlaskClient, browsers: Callable[[], FlaskClient]
) -> None:
    chief = make(registered, (Role.ADMINISTRATOR, ""))
    expert = make(registered, (Role.EXPERT, "suap"), (Role.OFFICIAL, "bologna"))
    coordinator = make(registered, (Role.COORDINATOR, ""))
    others = make(registered, (Role.REFERENT, "bologna"))
    deeds = {
        "chief": (f"{chief.id}/ruoli/{chief.assignments[0].id}/togli", f"{chief.id}/disattiva"),
        "expert": (f"{expert.id}/ruoli/{expert.assignments[0].id}/togli", f"{expert.id}/disattiva"),
        "official": (f"{expert.id}/ruoli/{expert.assignments[1].id}/togli",),
    }
    offered = {
        coordinator.id: {"expert": True, "official": True, "chief": False},
        others.id: {"official": True, "expert": False},
        chief.id: {"expert": True, "official": True},
    }
    for person in (coordinator, others, chief):
        page = makers.sign_in(browsers(), person).get(PEOPLE).text
        for whose, expected in offered[person.id].items():
            assert [f"{PEOPLE}/{deed}" in page for deed in deeds[whose]] == [expected] * len(deeds[whose])


def test_each_of_many_buttons_alike_says_what_it_is_about(registered: Database, client: FlaskClient) -> None:
    makers.sign_in(client, make(registered, (Role.ADMINISTRATOR, "")))
    make(registered, (Role.OFFICIAL, "bologna"), name="Ada Prova")
    make(registered, (Role.OFFICIAL, "bologna"), name="Ugo Prova")
    invite(client)
    buttons = re.findall(r"<button[^>]*>(.*?)</button>", client.get(PEOPLE).text.partition("<main")[2], re.S)
    said = [" ".join(re.sub(r"<[^>]+>", "", button).split()) for button in buttons]
    assert len(said) == len(set(said))
    assert "Disattiva: Ada Prova" in said
    assert any(re.fullmatch("Togli il ruolo: funzionario: .*Bologna, Ugo Prova", text) for text in said)


def test_a_refusal_advises_whom_to_ask_by_the_roles_one_has(
    registered: Database, browsers: Callable[[], FlaskClient]
) -> None:
    for role, advised in (
        ((Role.COORDINATOR, ""), "a un amministratore del sito"),
        ((Role.REFERENT, "bologna"), "al referente del proprio ente"),
        ((Role.EXPERT, "suap"), "al coordinamento nazionale"),
    ):
        answer = makers.sign_in(browsers(), make(registered, role)).get("/amministrazione/servizi")
        assert answer.status_code == 403
        assert f"chiedere {advised}." in answer.text


def test_the_letter_names_the_theme_and_tells_whoever_has_an_account_to_use_it(
    app: Flask, anna: Person, client: FlaskClient, registered: Database
) -> None:
    makers.sign_in(client, make(registered, (Role.COORDINATOR, "")))
    written = {}
    for email in (NEW, anna.email):
        assert invite(client, "expert", "", "appalti", email) == 303
        with app.app_context():
            made = message(letters(registered, "invitation")[-1], Settings(base_url="https://twin.example"))
        written[email] = [part.get_content() for part in made.iter_parts() if isinstance(part, EmailMessage)]
    for text in written[NEW]:
        assert "senza questo passo non viene creata" in text
        assert "utenza che hai già" not in text
    for text in written[anna.email]:
        assert "utenza che hai già" in text
        assert "password" not in text
        assert "viene creata" not in text
    assert all("(appalti)" not in text for texts in written.values() for text in texts)


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


def test_whoever_must_say_again_who_they_are_is_asked_before_the_invitation_is_written(
    referent: Person, client: FlaskClient, clock: Clock
) -> None:
    makers.sign_in(client, referent)
    assert 'name="email"' in client.get(PEOPLE).text
    clock.pass_by(minutes=31)
    page = client.get(PEOPLE).text
    assert 'name="email"' not in page
    assert "/conferma-identita?next=/amministrazione/persone%23invita" in page


def test_nobody_is_invited_to_what_they_have_or_with_an_account_that_is_closed(
    referent: Person, registered: Database, client: FlaskClient, database: Database
) -> None:
    make(registered, (Role.OFFICIAL, "bologna"), email="ada@ente.example")
    near = make(registered, (Role.OFFICIAL, "bologna"), email="ugo@ente.example")
    far = make(registered, (Role.OFFICIAL, "torino"), email="far@ente.example")
    with registered.work() as session:
        for person in (near, far):
            roles.disable(session, NOBODY, queries.person(session, person.id) or person, makers.NOW)
    makers.sign_in(client, referent)

    def told(email: str, role: str = "official") -> str:
        fields = {"email": email, "role": role, "body": "bologna", "language": "it"}
        return send(client, f"{PEOPLE}/invita", "/profilo", **fields).text

    assert "ha già questo ruolo" in told("ada@ente.example")
    assert "è disattivata e non può accettare inviti" in told("ugo@ente.example")
    assert not letters(database, "invitation")
    told("ada@ente.example", "referent")
    # Whether somebody of another body has an account is not told.
    told("far@ente.example")
    assert len(letters(database, "invitation")) == 2


@pytest.mark.parametrize(("roles_held", "led_to"), [(1, "/scrivania"), (2, PEOPLE)])
def test_who_takes_the_role_from_themselves_ends_on_a_page_they_may_still_see(
    registered: Database, client: FlaskClient, roles_held: int, led_to: str
) -> None:
    held = ((Role.REFERENT, "bologna"), (Role.REFERENT, "torino"))[:roles_held]
    person = make(registered, *held)
    makers.sign_in(client, person)
    answer = send(client, f"{PEOPLE}/{person.id}/ruoli/{person.assignments[0].id}/togli", "/profilo")
    assert answer.headers["Location"] == led_to
    assert "Il ruolo è stato tolto" in client.get(led_to).text


def test_who_loses_a_role_or_is_kept_out_is_told_once_and_not_of_what_they_did_themselves(
    registered: Database, client: FlaskClient, browsers: Callable[[], FlaskClient], database: Database
) -> None:
    chief = makers.sign_in(browsers(), make(registered, (Role.COORDINATOR, "")))
    person = make(registered, (Role.REFERENT, "bologna"), (Role.EXPERT, "suap"), (Role.OFFICIAL, "torino"))
    mine, expert, official = (f"{PEOPLE}/{person.id}/ruoli/{item.id}/togli" for item in person.assignments)
    makers.sign_in(client, person)
    send(client, mine, "/profilo")
    assert not letters(database, "role-taken")
    send(chief, expert, "/profilo")
    send(chief, official, "/profilo")
    told = [(letter.recipient, letter.data["role"], letter.data["scope_name"]) for letter in letters(database)]
    assert told == [
        (person.email, "expert", dict(queries_of_themes(registered))["suap"]),
        (person.email, "official", "Città metropolitana di Torino"),
    ]
    for _ in range(2):
        send(chief, f"{PEOPLE}/{person.id}/disattiva", "/profilo")
    assert [letter.recipient for letter in letters(database, "account-disabled")] == [person.email]


def queries_of_themes(database: Database) -> list[tuple[str, str]]:
    with database.reading() as session:
        return solution_queries.theme_names(session, "it")


def test_an_invitation_of_an_administrator_is_withdrawn_by_administrators_only(
    registered: Database, client: FlaskClient, browsers: Callable[[], FlaskClient]
) -> None:
    chief = makers.sign_in(browsers(), make(registered, (Role.ADMINISTRATOR, "")))
    invite(chief, "administrator", "")
    makers.sign_in(client, make(registered, (Role.COORDINATOR, "")))
    assert "/ritira" not in client.get(PEOPLE).text
    (number,) = re.findall(r"/inviti/(\d+)/ritira", chief.get(PEOPLE).text)
    assert send(client, f"/amministrazione/inviti/{number}/ritira", "/profilo").status_code == 403
    assert send(chief, f"/amministrazione/inviti/{number}/ritira", "/profilo").status_code == 303


def test_who_opens_an_invitation_to_another_address_of_theirs_reads_how_to_keep_one_account(
    referent: Person, registered: Database, client: FlaskClient, browsers: Callable[[], FlaskClient], database: Database
) -> None:
    makers.sign_in(client, referent)
    invite(client)
    link, mover = link_of(database, "invitation"), browsers()
    assert "è aperta l’utenza" not in mover.get(link).text
    moved = make(registered, (Role.OFFICIAL, "torino"), email="carlo@torino.example")
    makers.sign_in(mover, moved)
    assert "è aperta l’utenza carlo@torino.example" in mover.get(link).text
    send(mover, "/profilo/indirizzo", "/profilo/dati", email=NEW)
    change = link_of(database, "email-change")
    send(mover, change, change)
    assert send(mover, link, link).status_code == 303
    with database.reading() as session:
        person = queries.by_email(session, NEW)
        assert person
        assert (person.id, len(person.assignments)) == (moved.id, 2)


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


def test_an_invitation_leaves_although_the_one_before_went_with_its_erased_person(
    registered: Database, referent: Person, database: Database
) -> None:
    with registered.work() as session:
        _made, token = invitations.invite(session, referent.actor, makers.NOW, NEW, Role.OFFICIAL, "bologna", "it")
    with registered.work() as session:
        outbox.mark_sent(session, letters(database, "invitation")[0].id, makers.NOW)
        person = invitations.accept_invitation(session, token, makers.NOW, "Carlo Bianchi", makers.PASSWORD)
    with registered.work() as session:
        erasure.erase(session, NOBODY, queries.locked(session, person.id) or person, makers.NOW)
    with registered.work() as session:
        made, _token = invitations.invite(
            session, referent.actor, makers.NOW, "nuova@ente.example", Role.OFFICIAL, "bologna", "it"
        )
    with registered.reading() as session:
        assert invitations.letters_of(session, [made])[made.id].recipient == "nuova@ente.example"
    assert [letter.recipient for letter in letters(database, "invitation")] == ["", "nuova@ente.example"]
