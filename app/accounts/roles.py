# SPDX-License-Identifier: AGPL-3.0-or-later
"""Accounts and their roles: made, given, taken, kept out, let in again."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.access import Actor, Role
from app.accounts import queries, rules
from app.accounts.models import Assignment, Person
from app.accounts.service import end_all_links, end_all_sign_ins
from app.cities import queries as cities
from app.errors import Conflict, Forbidden, NotFound
from app.journal.service import record
from app.outbox.service import post


def body_of(role: Role, scope: str) -> str:
    """The body a role is for, empty for the others."""
    return scope if role in (Role.OFFICIAL, Role.REFERENT) else ""


def new_person(session: Session, now: datetime, email: str, name: str, language: str) -> Person:
    """An active account without roles and without password."""
    person = Person(
        email=email,
        name=name.strip()[:120],
        language=language,
        created_at=now,
        confirmed_at=now,
        assignments=[],
        passkeys=[],
    )
    session.add(person)
    session.flush()
    record(session, now, person.id, "account-created", "person", str(person.id))
    return person


def give_role(session: Session, actor_id: int | None, person: Person, role: Role, scope: str, now: datetime) -> None:
    """Give a role; nothing happens where the person has it."""
    if any((item.role, item.scope) == (role.value, scope) for item in person.assignments):
        return
    person.assignments.append(Assignment(role=role.value, scope=scope))
    what = {"role": role.value, "scope": scope}
    record(session, now, actor_id, "role-given", "person", str(person.id), body=body_of(role, scope), data=what)


def take_role(
    session: Session, actor: Actor, person: Person, assignment_id: int, now: datetime, theme: str = ""
) -> None:
    """Take a role away, and tell whoever had it where another did. Raises ``NotFound``, ``Forbidden``, ``Conflict`` for
    the last administrator.

    ``theme``: the name of the theme a role was for, as the letter says it.
    """
    found = _assignment(person, assignment_id)
    role = Role(found.role)
    if not rules.may_give(actor, role, found.scope):
        raise Forbidden("take_role")
    if role is Role.ADMINISTRATOR and not queries.administrators_left(session, person.id):
        raise Conflict("last_administrator")
    # Held only now, after those of the administrators: of two who take it at once one does, and tells.
    person = queries.locked(session, person.id) or person
    found = _assignment(person, assignment_id)
    person.assignments.remove(found)
    what = {"role": role.value, "scope": found.scope}
    record(session, now, actor.id, "role-taken", "person", str(person.id), body=body_of(role, found.scope), data=what)
    if actor.id != person.id and person.active:
        _tell_role_taken(session, person, role, found.scope, now, theme)


def _assignment(person: Person, number: int) -> Assignment:
    found = next((item for item in person.assignments if item.id == number), None)
    if found is None:
        raise NotFound(number)
    return found


def _tell_role_taken(session: Session, person: Person, role: Role, scope: str, now: datetime, theme: str) -> None:
    body = cities.by_slug(session, scope) if body_of(role, scope) else None
    said = {"role": role.value, "scope_name": theme or (body.name if body else "")}
    post(session, now, "role-taken", person.email, person.language, said)


def refuse_above(actor: Actor, person: Person) -> None:
    """Raise ``Forbidden`` where somebody would decide about an administrator without being one."""
    if actor.known and not rules.may_decide_about(actor, person.actor):
        raise Forbidden("administrator")


def disable(session: Session, actor: Actor, person: Person, now: datetime) -> None:
    """Keep a person out, and tell them: every log-in ends; nothing happens to who is out already.

    Raises ``Conflict`` for the last administrator, ``Forbidden``.
    """
    refuse_above(actor, person)
    if person.disabled_at is not None:
        return
    if person.actor.is_a(Role.ADMINISTRATOR) and not queries.administrators_left(session, person.id):
        raise Conflict("last_administrator")
    # As they are now: of two who do it at once one does, and tells.
    person = queries.locked(session, person.id) or person
    if person.disabled_at is not None:
        return
    person.disabled_at = now
    end_all_sign_ins(session, person.id, now)
    end_all_links(session, person.id, now)
    record(session, now, actor.id, "account-disabled", "person", str(person.id))
    post(session, now, "account-disabled", person.email, person.language, {})


def enable(session: Session, actor: Actor, person: Person, now: datetime) -> None:
    """Let a person in again; nothing happens to who is in. Raises ``Forbidden``."""
    refuse_above(actor, person)
    if person.disabled_at is None:
        return
    person.disabled_at = None
    record(session, now, actor.id, "account-enabled", "person", str(person.id))
