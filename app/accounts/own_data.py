# SPDX-License-Identifier: AGPL-3.0-or-later
"""Everything held about a person, as data they can take away; houses above hand in their part."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.accounts import queries
from app.accounts.models import Person
from app.journal import queries as journal
from app.outbox import queries as outbox
from app.outbox.rules import without_secrets

#: What a house holds about the person of a number.
Part = Callable[[Session, int], Any]


def collected(session: Session, person: Person, now: datetime, parts: Mapping[str, Part]) -> dict[str, Any]:
    """Everything held about a person. Secrets are not data about them: that there is one is told, not what it is."""
    return {
        "made_at": now.isoformat(),
        "account": _account(person),
        "roles": [{"role": item.role, "scope": item.scope} for item in person.assignments],
        "passkeys": [
            {"name": item.name, "created_at": _at(item.created_at), "used_at": _at(item.used_at)}
            for item in person.passkeys
        ],
        "recovery_codes_left": len(queries.recovery_codes(session, person.id)),
        "sign_ins": _sign_ins(session, person.id),
        "identities": [
            {"issuer": item.issuer, "subject": item.subject, "linked_at": _at(item.linked_at)}
            for item in queries.external_identities(session, person.id)
        ],
        "invitations_received": [
            {"role": item.role, "scope": item.scope, "sent_at": _at(item.created_at)}
            for item in queries.invitations_to(session, person.email)
        ],
        "letters": [
            {
                "kind": item.kind,
                "created_at": _at(item.created_at),
                "sent_at": _at(item.sent_at),
                "said": without_secrets(item.data),
            }
            for item in outbox.to_recipient(session, person.email)
        ],
        "links": [
            {"purpose": item.purpose, "target": item.target, "sent_at": _at(item.created_at)}
            for item in queries.all_links(session, person.id)
        ],
        "journal": _journal(session, person.id),
        **{name: part(session, person.id) for name, part in parts.items()},
    }


def _account(person: Person) -> dict[str, Any]:
    return {
        "number": person.id,
        "email": person.email,
        "name": person.name,
        "language": person.language,
        "created_at": _at(person.created_at),
        "confirmed_at": _at(person.confirmed_at),
        "disabled_at": _at(person.disabled_at),
        "has_password": bool(person.password_hash),
        "has_app": bool(person.totp_secret),
    }


def _sign_ins(session: Session, person_id: int) -> list[dict[str, Any]]:
    return [
        {
            "how": item.how,
            "browser": item.browser,
            "began_at": _at(item.began_at),
            "seen_at": _at(item.seen_at),
            "ended_at": _at(item.ended_at),
        }
        for item in queries.all_sign_ins(session, person_id)
    ]


def _journal(session: Session, person_id: int) -> list[dict[str, Any]]:
    """What the person did, and what others did to their account."""
    return [
        {"at": _at(row.at), "action": row.action, "kind": row.kind, "key": row.key, "data": row.data}
        for row in journal.of_person(session, person_id)
    ]


def _at(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
