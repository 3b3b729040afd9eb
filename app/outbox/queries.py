# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every SELECT on letters."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from app.outbox.models import Letter
from app.outbox.rules import CLAIM_LASTS


def with_key(session: Session, once: str) -> Letter | None:
    return session.scalars(select(Letter).where(Letter.once == once)).one_or_none()


def keys_among(session: Session, keys: Collection[str]) -> set[str]:
    """Of some keys those of letters that are there."""
    wanted = select(Letter.once).where(Letter.once.in_(keys))
    return {once for once in session.scalars(wanted) if once} if keys else set()


def with_keys(session: Session, keys: Collection[str]) -> dict[str, Letter]:
    """Of some keys the letters that are there."""
    found = session.scalars(select(Letter).where(Letter.once.in_(keys))) if keys else ()
    return {letter.once: letter for letter in found if letter.once}


def by_number(session: Session, number: int) -> Letter | None:
    return session.get(Letter, number)


def _open() -> Select[Letter]:
    return select(Letter).where(Letter.sent_at.is_(None), Letter.failed_at.is_(None))


def _due(now: datetime) -> Select[Letter]:
    """Letters whose time has come and that nobody is sending; a claim from the future is of a clock set back."""
    free = or_(
        Letter.claimed_at.is_(None), Letter.claimed_at < now - CLAIM_LASTS, Letter.claimed_at > now + CLAIM_LASTS
    )
    return _open().where(Letter.due_at <= now, free).order_by(Letter.due_at, Letter.id).limit(1)


def any_due(session: Session, now: datetime) -> bool:
    return session.scalars(_due(now)).first() is not None


def next_due(session: Session, now: datetime) -> Letter | None:
    """The oldest letter to send, locked until the transaction ends; those that others hold are passed over."""
    return session.scalars(_due(now).with_for_update(skip_locked=True)).first()


def locked(session: Session, number: int) -> Letter | None:
    wanted = select(Letter).where(Letter.id == number).with_for_update()
    return session.scalars(wanted.execution_options(populate_existing=True)).one_or_none()


def _not_taken(now: datetime) -> Select[Letter]:
    """Letters that were tried in vain: those given up and those whose next attempt is to come, unless what they lead to
    is closed by now."""
    again = or_(Letter.failed_at.is_not(None), and_(Letter.attempts > 0, Letter.due_at > now))
    open_still = or_(Letter.expires_at.is_(None), Letter.expires_at > now)
    return select(Letter).where(Letter.sent_at.is_(None), Letter.recipient != "", again, open_still)


def number_not_taken(session: Session, now: datetime) -> int:
    return session.scalar(select(func.count()).select_from(_not_taken(now).subquery())) or 0


def every_not_taken(session: Session, now: datetime) -> Sequence[Letter]:
    """Letters that were tried in vain and may be tried again, locked until the transaction ends."""
    return session.scalars(_not_taken(now).order_by(Letter.id).with_for_update()).all()


def waiting(session: Session, limit: int) -> Sequence[Letter]:
    """Letters not sent yet, the one due first before."""
    return session.scalars(_open().order_by(Letter.due_at, Letter.id).limit(limit)).all()


def failed(session: Session, limit: int) -> Sequence[Letter]:
    wanted = select(Letter).where(Letter.failed_at.is_not(None)).order_by(Letter.failed_at.desc(), Letter.id.desc())
    return session.scalars(wanted.limit(limit)).all()


def sent_since(session: Session, since: datetime, limit: int) -> Sequence[Letter]:
    wanted = select(Letter).where(Letter.sent_at >= since).order_by(Letter.sent_at.desc(), Letter.id.desc())
    return session.scalars(wanted.limit(limit)).all()


def counts(session: Session, since: datetime) -> dict[str, int]:
    """How many letters wait, wait after an attempt that failed, failed for good, and were sent since an instant."""
    of_open = _open().subquery()
    questions = {
        "waiting": select(func.count()).select_from(of_open),
        "failed": select(func.count()).select_from(Letter).where(Letter.failed_at.is_not(None)),
        "retried": select(func.count()).select_from(of_open).where(of_open.c.attempts > 0),
        "sent": select(func.count()).select_from(Letter).where(Letter.sent_at >= since),
    }
    return {name: session.scalar(question) or 0 for name, question in questions.items()}


def by_state(session: Session) -> dict[str, int]:
    """How many letters wait for their first attempt, wait after one in vain, and were given up."""
    is_open = Letter.failed_at.is_(None)
    states = {
        "waiting": is_open & (Letter.attempts == 0),
        "retried": is_open & (Letter.attempts > 0),
        "failed": Letter.failed_at.is_not(None),
    }
    counted = [func.count(case((state, Letter.id))) for state in states.values()]
    row = session.execute(select(*counted).where(Letter.sent_at.is_(None))).one()
    return dict(zip(states, row, strict=True))


def closed_before(session: Session, sent: datetime, failed: datetime, limit: int) -> Sequence[Letter]:
    """Letters that still name their recipient though they were sent, or given up, long ago."""
    old = or_(Letter.sent_at < sent, Letter.failed_at < failed)
    return session.scalars(select(Letter).where(old, Letter.recipient != "").limit(limit)).all()


def to_recipient(session: Session, recipient: str) -> Sequence[Letter]:
    return session.scalars(select(Letter).where(Letter.recipient == recipient)).all()
