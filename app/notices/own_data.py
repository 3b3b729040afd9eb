# SPDX-License-Identifier: AGPL-3.0-or-later
"""What this house holds about a person: handed in for their download, removed when they are erased."""

from typing import Any

from sqlalchemy.orm import Session

from app.notices import queries

MOST = 10_000


def follows(session: Session, person_id: int) -> list[dict[str, Any]]:
    return [
        {"kind": item.kind, "key": item.key, "label": item.label, "since": item.created_at.isoformat()}
        for item in queries.follows(session, person_id)
    ]


def notices(session: Session, person_id: int) -> list[dict[str, Any]]:
    return [
        {
            "reason": item.reason,
            "action": item.action,
            "kind": item.kind,
            "key": item.key,
            "at": item.created_at.isoformat(),
            "read_at": item.read_at.isoformat() if item.read_at else None,
        }
        for item in queries.notices(session, person_id, MOST)
    ]


def forget(session: Session, person_id: int) -> None:
    """Nobody is told anything any more, and nothing tells what interested them."""
    for item in (*queries.follows(session, person_id), *queries.notices(session, person_id, MOST)):
        session.delete(item)
