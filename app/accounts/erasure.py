# SPDX-License-Identifier: AGPL-3.0-or-later
"""Erasing a person: name, address and every way in go; what they did stays under their number, without a name."""

from collections.abc import Callable, Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from app.access import Actor, Role
from app.accounts import queries, roles
from app.accounts.models import Person
from app.accounts.service import account_subject
from app.errors import Conflict
from app.journal.service import record
from app.outbox.service import forget_recipient

#: What a house above removes of the person of a number.
Removal = Callable[[Session, int], None]


def erase(session: Session, actor: Actor, person: Person, now: datetime, removals: Iterable[Removal] = ()) -> None:
    """Erase a person. Raises ``Conflict`` for the last administrator, ``Forbidden`` for one above who asks."""
    if person.erased_at is not None:
        return
    if person.id != actor.id:
        roles.refuse_above(actor, person)
    if person.actor.is_a(Role.ADMINISTRATOR) and not queries.administrators_left(session, person.id):
        raise Conflict("last_administrator")
    for removal in removals:
        removal(session, person.id)
    _remove_traces(session, person)
    _remove_ways_in(session, person)
    person.email, person.name = f"erased-{person.id}@invalid", ""
    person.erased_at = person.disabled_at = now
    record(session, now, actor.id, "account-erased", "person", str(person.id))


def _remove_ways_in(session: Session, person: Person) -> None:
    person.password_hash, person.totp_secret, person.totp_last = "", "", 0
    person.assignments.clear()
    person.passkeys.clear()
    for held in (
        *queries.all_sign_ins(session, person.id),
        *queries.all_links(session, person.id),
        *queries.all_recovery_codes(session, person.id),
        *queries.external_identities(session, person.id),
        *queries.attempts_on(session, account_subject(person.email)),
    ):
        session.delete(held)


def _remove_traces(session: Session, person: Person) -> None:
    """Letters to the mailbox, and to those it was to become, and invitations that name it."""
    forget_recipient(session, person.email)
    for link in queries.all_links(session, person.id):
        if link.target and queries.by_email(session, link.target) is None:
            forget_recipient(session, link.target)
    for invitation in queries.invitations_to(session, person.email):
        session.delete(invitation)
