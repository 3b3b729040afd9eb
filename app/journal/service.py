# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writing in the journal, and proving that nothing in it was changed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.journal import queries
from app.journal.models import JournalEntry
from app.journal.rules import START, Entry, digest, first_broken


def record(
    session: Session,
    now: datetime,
    actor_id: int | None,
    action: str,
    kind: str,
    key: str,
    *,
    body: str = "",
    data: Mapping[str, Any] | None = None,
) -> JournalEntry:
    """Add one row, in the transaction of what it tells. ``actor_id`` None: the site itself."""
    session.flush()
    queries.wait_for_turn(session)
    before = queries.last(session)
    previous = before.digest if before else START
    entry = Entry(now, actor_id or None, action, kind, key, body, dict(data or {}))
    row = JournalEntry(
        at=now,
        actor_id=actor_id or None,
        action=action,
        kind=kind,
        key=key,
        body=body,
        data=dict(entry.data),
        previous=previous,
        digest=digest(entry, previous),
    )
    session.add(row)
    session.flush()
    return row


def broken(session: Session) -> int | None:
    """Number of the first row that was changed or removed since it was written, None where all is whole."""
    return first_broken((row.id, entry_of(row), row.previous, row.digest) for row in queries.all_in_order(session))


def entry_of(row: JournalEntry) -> Entry:
    return Entry(row.at, row.actor_id, row.action, row.kind, row.key, row.body, row.data)
