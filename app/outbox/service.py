# SPDX-License-Identifier: AGPL-3.0-or-later
"""Putting a letter in the outbox, in the transaction of what it tells; taking it out, and noting what became of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.errors import Conflict, NotFound
from app.outbox import queries
from app.outbox.models import Letter
from app.outbox.rules import FAILED_KEPT, MAX_ERROR, MOST_ATTEMPTS, SENT_KEPT, masked, next_wait, without_secrets

BATCH = 500


def post(
    session: Session,
    now: datetime,
    kind: str,
    recipient: str,
    language: str,
    data: Mapping[str, Any],
    *,
    once: str = "",
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
) -> Letter | None:
    """A letter to be sent when due, unless it has expired; None where one with the same ``once`` is there already."""
    if once and queries.with_key(session, once) is not None:
        return None
    letter = Letter(
        kind=kind,
        recipient=recipient,
        language=language,
        data=dict(data),
        once=once or None,
        created_at=now,
        due_at=due_at or now,
        expires_at=expires_at,
        attempts=0,
        last_error="",
    )
    session.flush()
    try:
        with session.begin_nested():
            session.add(letter)
    except IntegrityError:
        # Another transaction wrote the same key between our look and our writing.
        if once and queries.with_key(session, once) is not None:
            return None
        raise
    return letter


def claim(session: Session, now: datetime) -> Letter | None:
    """Take the next letter for sending; nobody else takes it for a while. None where there is none."""
    while (letter := queries.next_due(session, now)) is not None:
        if letter.attempts < MOST_ATTEMPTS:
            letter.claimed_at, letter.attempts = now, letter.attempts + 1
            session.flush()
            return letter
        letter.failed_at, letter.claimed_at = now, None
        letter.last_error = letter.last_error or "interrupted each time"
        session.flush()
    return None


def mark_sent(session: Session, number: int, now: datetime) -> None:
    """The server has it: nothing secret is kept, nobody sends it again."""
    letter = queries.locked(session, number)
    if letter is not None:
        letter.sent_at, letter.failed_at, letter.claimed_at, letter.last_error = now, None, None, ""
        letter.data = without_secrets(letter.data)


def mark_failed(
    session: Session, number: int, claimed_at: datetime, now: datetime, error: str, *, for_good: bool
) -> None:
    """It was not sent: try again later, or never. Nothing is noted where another worker has taken it meanwhile."""
    letter = queries.locked(session, number)
    if letter is None or letter.sent_at is not None or letter.claimed_at != claimed_at:
        return
    wait = None if for_good else next_wait(letter.attempts)
    letter.claimed_at, letter.last_error = None, masked(error)[:MAX_ERROR]
    if wait is None:
        letter.failed_at = now
    else:
        letter.due_at = now + wait


def retry(session: Session, number: int, now: datetime) -> Letter:
    """Try a failed letter again from the start. Raises ``NotFound``, ``Conflict`` for one that did not fail."""
    letter = queries.locked(session, number)
    if letter is None:
        raise NotFound(number)
    if letter.failed_at is None or not letter.recipient:
        raise Conflict("not_failed")
    _again(letter, now)
    return letter


def retry_all(session: Session, now: datetime) -> int:
    """Try every letter that was not taken again from the start, now. Answers how many."""
    letters = queries.every_not_taken(session, now)
    for letter in letters:
        _again(letter, now)
    return len(letters)


def _again(letter: Letter, now: datetime) -> None:
    letter.failed_at, letter.claimed_at, letter.attempts, letter.due_at = None, None, 0, now


def forget_old(session: Session, now: datetime) -> int:
    """Forget to whom letters of long ago went, and what they said. Answers how many."""
    old = queries.closed_before(session, now - SENT_KEPT, now - FAILED_KEPT, BATCH)
    for letter in old:
        _forget(session, letter)
    return len(old)


def forget_recipient(session: Session, recipient: str) -> None:
    """Forget every letter to a mailbox, those still waiting too."""
    for letter in queries.to_recipient(session, recipient):
        if letter.sent_at is None and letter.failed_at is None:
            session.delete(letter)
        else:
            _forget(session, letter)


def _forget(session: Session, letter: Letter) -> None:
    if letter.once is None:
        session.delete(letter)
    else:
        # The key stays: what was told once is not told again.
        letter.recipient, letter.data, letter.last_error = "", {}, ""
