# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every SELECT on the change log and on the searches that found nothing."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.search.models import SearchChange, UnmetSearch


def pending(session: Session, limit: int) -> Sequence[SearchChange]:
    """The oldest changes the index does not have yet."""
    return session.scalars(select(SearchChange).order_by(SearchChange.id).limit(limit)).all()


def backlog(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(SearchChange)) or 0


def oldest_change(session: Session) -> datetime | None:
    """When the oldest change was made that the index does not have yet; None where it has all."""
    return session.scalar(select(func.min(SearchChange.noted_at)))


def unmet(session: Session, day: date, text: str) -> UnmetSearch | None:
    return session.get(UnmetSearch, (day, text))


def texts_of(session: Session, day: date) -> int:
    """How many different texts were searched in vain on a day."""
    return session.scalar(select(func.count()).where(UnmetSearch.day == day)) or 0


def most_unmet(session: Session, since: date, limit: int, days: int = 1) -> Sequence[tuple[str, int]]:
    """What was searched in vain since a day, on so many days at least, the most frequent first; not those of which only
    the number is known."""
    total = func.sum(UnmetSearch.count)
    told = (UnmetSearch.day >= since, UnmetSearch.text != "")
    wanted = select(UnmetSearch.text, total).where(*told).group_by(UnmetSearch.text).having(func.count() >= days)
    ordered = wanted.order_by(total.desc(), UnmetSearch.text).limit(limit)
    return [(text, int(count)) for text, count in session.execute(ordered).all()]


def total_unmet(session: Session, since: date) -> int:
    """How many searches found nothing since a day."""
    return session.scalar(select(func.sum(UnmetSearch.count)).where(UnmetSearch.day >= since)) or 0
