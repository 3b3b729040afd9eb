# SPDX-License-Identifier: AGPL-3.0-or-later
"""Identities at the provider: whose they are, linked by their owner, unlinked, or made an account by an invitation."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts import queries, rules
from app.accounts.invitations import held_invitation, take_invited_role
from app.accounts.models import ExternalIdentity, Person
from app.accounts.provider import Identity
from app.accounts.roles import new_person
from app.errors import Conflict, Forbidden, NotFound
from app.journal.service import record


def owner(session: Session, identity: Identity) -> Person | None:
    """The active person an identity belongs to. An e-mail address alone never makes it anybody's."""
    found = queries.external_identity(session, identity.issuer, identity.subject)
    person = queries.person(session, found.person_id) if found else None
    return person if person is not None and person.active else None


def link(session: Session, person_id: int, identity: Identity, now: datetime) -> None:
    """Make an identity one of the person's. Raises ``Conflict`` where it is another's."""
    found = queries.external_identity(session, identity.issuer, identity.subject)
    if found is not None and found.person_id != person_id:
        raise Conflict("identity_of_another")
    if found is None:
        session.add(
            ExternalIdentity(person_id=person_id, issuer=identity.issuer, subject=identity.subject, linked_at=now)
        )
        record(session, now, person_id, "identity-linked", "person", str(person_id))


def unlink(session: Session, person_id: int, number: int, now: datetime) -> None:
    """Raises ``NotFound`` for an identity of another."""
    for found in queries.external_identities(session, person_id):
        if found.id == number:
            session.delete(found)
            record(session, now, person_id, "identity-unlinked", "person", str(person_id))
            return
    raise NotFound(number)


def accept_invitation(session: Session, identity: Identity, token: str, now: datetime) -> Person:
    """A new account for the identity whose mailbox was invited.

    Raises ``LinkGone``, ``Forbidden`` (another mailbox, or none the provider vouches for), ``Conflict`` (an account
    with this address, or with this identity, is there).
    """
    invitation = held_invitation(session, token, now)
    if not identity.email or rules.tidy_email(identity.email) != invitation.email:
        raise Forbidden("another_address")
    if queries.by_email(session, invitation.email) is not None:
        raise Conflict("account_exists")
    name = identity.name or invitation.email.partition("@")[0]
    person = new_person(session, now, invitation.email, name, invitation.language)
    link(session, person.id, identity, now)
    take_invited_role(session, person, invitation, now)
    return person
