# SPDX-License-Identifier: AGPL-3.0-or-later
"""Invitations: sent, opened, accepted by somebody new or by somebody known, withdrawn."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from app.access import Actor, Role
from app.accounts import passwords, queries, rules
from app.accounts.models import Invitation, Person
from app.accounts.roles import body_of, give_role, new_person
from app.cities import queries as cities
from app.document.dates import day_of
from app.errors import Conflict, Forbidden, Invalid, LinkGone
from app.journal.rules import SAME_SENDING
from app.journal.service import record
from app.outbox import queries as letters
from app.outbox.models import Letter
from app.outbox.service import post


def invite(
    session: Session, actor: Actor, now: datetime, email: str, role: Role, scope: str, language: str, theme: str = ""
) -> tuple[Invitation, str]:
    """Invite a mailbox to a role, once however often that is sent; answers the invitation and its token, which nobody
    knows any more of one that was sent a moment ago. Raises ``Forbidden``.

    ``theme``: the name of the theme a role is for, as the letter says it.
    """
    if actor.known and not rules.may_give(actor, role, scope):
        raise Forbidden("invite")
    earlier = _waiting(session, now, (email, role.value, scope))
    if same := next((old for old in earlier if _is_sent_again(old, actor, now, language)), None):
        return same, ""
    for old in earlier:
        old.withdrawn_at = now
    token = rules.new_token()
    invitation = Invitation(
        email=email,
        role=role.value,
        scope=scope,
        language=language,
        token_digest=rules.digest(token),
        invited_by=actor.id or None,
        created_at=now,
        expires_at=now + rules.INVITATION_LASTS,
    )
    session.add(invitation)
    session.flush()
    _post(session, actor, invitation, token, theme or _body_name(session, scope))
    what = {"role": role.value, "invitation": invitation.id}
    record(
        session, now, actor.id, "person-invited", "invitation", str(invitation.id), body=body_of(role, scope), data=what
    )
    return invitation, token


def _post(session: Session, actor: Actor, invitation: Invitation, token: str, scope_name: str) -> None:
    """Put the letter that invites in the outbox."""
    data = {
        "link": f"/invito/{token}",
        "role": invitation.role,
        "scope": invitation.scope,
        "scope_name": scope_name,
        "known": queries.by_email(session, invitation.email) is not None,
        "inviter_body": _inviter_body(session, actor),
        "expires_on": day_of(invitation.expires_at).isoformat(),
    }
    to, at, ends = (invitation.email, invitation.language), invitation.created_at, invitation.expires_at
    post(session, at, "invitation", *to, data, once=_letter_key(invitation), expires_at=ends)


def _letter_key(invitation: Invitation) -> str:
    """Under which key the letter of an invitation stands in the outbox, where it stays: SQLite gives the number of one
    that is forgotten to the next."""
    return f"invitation:{invitation.token_digest}"


def letters_of(session: Session, found: Iterable[Invitation]) -> dict[int, Letter]:
    """What became of the letters of some invitations, by the number of each; one of long ago has none."""
    keys = {_letter_key(invitation): invitation.id for invitation in found}
    return {keys[key]: letter for key, letter in letters.with_keys(session, keys).items()}


def _waiting(session: Session, now: datetime, what: tuple[str, str, str]) -> list[Invitation]:
    """Invitations of a mailbox to a role that nobody has accepted, while nobody else invites it: of two letters the
    first would open nothing."""
    queries.hold_name(session, what[0])
    return [old for old in queries.waiting_invitations(session, now) if (old.email, old.role, old.scope) == what]


def _is_sent_again(old: Invitation, actor: Actor, now: datetime, language: str) -> bool:
    """Whether this very invitation was sent a moment ago, by whomever: of two colleagues' letters the first would open
    nothing. The command shows a new link each time, and nobody else can know one that it showed."""
    same = old.invited_by is not None and old.language == language
    return actor.known and same and old.created_at > now - SAME_SENDING


def _body_name(session: Session, slug: str) -> str:
    """The name of a body; empty for what is none."""
    found = cities.by_slug(session, slug) if slug else None
    return found.name if found else ""


def _inviter_body(session: Session, actor: Actor) -> str:
    bodies = sorted(actor.bodies)
    return _body_name(session, bodies[0]) if bodies else ""


def open_invitation(session: Session, token: str, now: datetime) -> Invitation:
    """The invitation of a link. Raises ``LinkGone`` where it was used, withdrawn or expired, or its body is closed."""
    found = queries.invitation(session, rules.digest(token))
    if found is None or found.accepted_at or found.withdrawn_at or found.expires_at <= now:
        raise LinkGone("invitation")
    if cities.closed_among(session, [body_of(Role(found.role), found.scope)], day_of(now)):
        raise LinkGone("invitation")
    return found


def held_invitation(session: Session, token: str, now: datetime) -> Invitation:
    """The invitation of a link, held to be accepted once. Raises ``LinkGone``."""
    found = open_invitation(session, token, now)
    queries.hold(session, found)
    if found.accepted_at or found.withdrawn_at:
        raise LinkGone("invitation")
    return found


def accept_invitation(session: Session, token: str, now: datetime, name: str, password: str) -> Person:
    """A new account with the role of the invitation. Raises ``LinkGone``, ``Invalid``, ``Conflict`` (address known)."""
    invitation = held_invitation(session, token, now)
    if queries.by_email(session, invitation.email) is not None:
        raise Conflict("account_exists")
    problem = rules.password_problem(password, (name, invitation.email))
    if problem:
        raise Invalid({"password": problem})
    person = new_person(session, now, invitation.email, name, invitation.language)
    person.password_hash = passwords.kept(password)
    take_invited_role(session, person, invitation, now)
    return person


def join_with_invitation(session: Session, token: str, person: Person, now: datetime) -> None:
    """Give the role of an invitation to the person who has its address. Raises ``LinkGone``, ``Forbidden``."""
    invitation = held_invitation(session, token, now)
    if invitation.email != person.email:
        raise Forbidden("another_address")
    take_invited_role(session, person, invitation, now)


def take_invited_role(session: Session, person: Person, invitation: Invitation, now: datetime) -> None:
    """The invitation is used, its role given."""
    invitation.accepted_at = now
    give_role(session, invitation.invited_by, person, Role(invitation.role), invitation.scope, now)


def withdraw_invitation(session: Session, actor: Actor, invitation: Invitation, now: datetime) -> None:
    """Raises ``Conflict`` where it was accepted meanwhile: then its role is what there is to take.

    Raises ``Forbidden`` for who may not give its role.
    """
    if actor.known and not rules.may_give(actor, Role(invitation.role), invitation.scope):
        raise Forbidden("withdraw")
    queries.hold(session, invitation)
    if invitation.accepted_at is not None:
        raise Conflict("invitation_used")
    if invitation.withdrawn_at is not None:
        return
    invitation.withdrawn_at = now
    record(
        session,
        now,
        actor.id,
        "invitation-withdrawn",
        "invitation",
        str(invitation.id),
        body=body_of(Role(invitation.role), invitation.scope),
    )
