# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whoever acts at the same moment, an administrator stays, and what is done once is told once."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from app.access import Actor, Role
from app.accounts import invitations, queries, roles, rules, service
from app.accounts.models import Link, Person
from app.db import Database
from app.errors import Conflict, NotFound
from app.outbox.models import Letter
from tests.accounts.conftest import make
from tests.makers import NOW
from tests.races import at_once, working


def test_of_two_administrators_who_disable_each_other_one_stays(registered: Database) -> None:
    one, other = make(registered, (Role.ADMINISTRATOR, "")), make(registered, (Role.ADMINISTRATOR, ""))

    def out(by: Person, whom: Person) -> Callable[[Session], object]:
        return lambda session: roles.disable(session, by.actor, queries.by_email(session, whom.email) or whom, NOW)

    assert at_once(working(registered, out(one, other)), working(registered, out(other, one))) == [
        "done",
        "last_administrator",
    ]
    with registered.reading() as session:
        assert queries.administrators_left(session, 0) == 1


def test_of_two_who_keep_somebody_out_or_take_their_role_at_once_one_tells_them(registered: Database) -> None:
    chief, person = make(registered, (Role.ADMINISTRATOR, "")).actor, make(registered, (Role.OFFICIAL, "bologna"))
    number = person.assignments[0].id

    def take(session: Session) -> None:
        try:
            roles.take_role(session, chief, queries.by_email(session, person.email) or person, number, NOW)
        except NotFound:
            # Somebody took it a moment before.
            return

    def out(session: Session) -> None:
        roles.disable(session, chief, queries.by_email(session, person.email) or person, NOW)

    for act in (take, out):
        assert at_once(*[working(registered, act)] * 4) == ["done"] * 4
    with registered.reading() as session:
        assert sorted(letter.kind for letter in session.query(Letter).all()) == ["account-disabled", "role-taken"]


def test_colleagues_who_invite_the_same_person_at_once_send_one_letter(registered: Database) -> None:
    colleagues = [make(registered, (Role.REFERENT, "bologna")).actor for _ in range(4)]

    def invite(by: Actor) -> Callable[[Session], object]:
        return lambda session: invitations.invite(
            session, by, NOW, "nuova@ente.example", Role.OFFICIAL, "bologna", "it"
        )

    assert at_once(*(working(registered, invite(each)) for each in colleagues)) == ["done"] * 4
    with registered.reading() as session:
        assert session.query(Letter).filter_by(kind="invitation").count() == 1


def test_of_links_for_a_new_password_asked_at_once_the_last_opens_and_no_more_letters_leave_than_one_by_one(
    registered: Database,
) -> None:
    email = make(registered, (Role.OFFICIAL, "bologna")).email

    def ask(session: Session) -> None:
        try:
            service.refuse_too_many(session, NOW, email, "192.0.2.1")
        except service.Throttled as late:
            raise Conflict("throttled") from late
        service.note_attempt(session, NOW, email, "192.0.2.1")
        service.ask_reset(session, email, NOW)

    most = rules.MOST_FOR_ACCOUNT
    assert at_once(*[working(registered, ask)] * (most + 2)) == ["done"] * most + ["throttled"] * 2
    with registered.reading() as session:
        assert session.query(Letter).filter_by(kind="reset").count() == most
        assert session.query(Link).filter_by(used_at=None).count() == 1
