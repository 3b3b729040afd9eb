# SPDX-License-Identifier: AGPL-3.0-or-later
"""Changing one's e-mail address: the new mailbox proves itself by a link, the old one is told."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts import queries, rules
from app.accounts.models import Person
from app.accounts.service import account_subject, held_link, send_link
from app.errors import Conflict
from app.journal.service import record
from app.outbox.service import forget_recipient, post

PURPOSE = "change-email"


def ask_change(session: Session, person: Person, email: str, now: datetime) -> None:
    """Send a link to the new mailbox. A mailbox that has an account already is told so, and nobody else is."""
    for old in queries.open_links(session, person.id, PURPOSE):
        old.used_at = now
    if queries.by_email(session, email) is not None:
        post(session, now, "account-exists", email, person.language, {})
        return
    token = send_link(session, person, now, PURPOSE, email)
    data = {"link": f"/profilo/indirizzo/{token}", "minutes": int(rules.RESET_LASTS.total_seconds() // 60)}
    post(session, now, "email-change", email, person.language, data, expires_at=now + rules.RESET_LASTS)


def change(session: Session, token: str, now: datetime) -> Person:
    """The new mailbox is the person's. Raises ``LinkGone`` for a used link, ``Conflict`` where somebody has it."""
    found, person = held_link(session, token, PURPOSE, now)
    if queries.by_email(session, found.target) is not None:
        raise Conflict("account_exists")
    old, person.email, found.used_at = person.email, found.target, now
    for pending in queries.open_links(session, person.id, "reset"):
        # A link sent to the old mailbox opens nothing any more.
        pending.used_at = now
    for attempt in queries.attempts_on(session, account_subject(old)):
        session.delete(attempt)
    for invitation in queries.invitations_to(session, old):
        # What the person came in by goes with them; what waits there waits for whoever has the mailbox.
        if invitation.accepted_at is not None:
            invitation.email = person.email
    forget_recipient(session, old)
    record(session, now, person.id, "email-changed", "person", str(person.id))
    post(session, now, "email-changed", old, person.language, {})
    return person
