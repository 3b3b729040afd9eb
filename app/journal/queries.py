# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every SELECT on the journal."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, func, or_, select, text
from sqlalchemy.orm import Session

from app.journal.models import JournalEntry

#: Any constant: the name under which writers of the journal wait for each other on PostgreSQL.
LOCK = 740_017
CHUNK = 1_000


def last(session: Session) -> JournalEntry | None:
    return session.scalars(select(JournalEntry).order_by(JournalEntry.id.desc()).limit(1)).one_or_none()


def wait_for_turn(session: Session) -> None:
    """Hold the end of the chain until the transaction ends. SQLite has one writer at a time already."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:name)"), {"name": LOCK})


def all_in_order(session: Session) -> Iterator[JournalEntry]:
    """Every row, the oldest first, a piece at a time; who stops in the middle leaves no open cursor behind."""
    rows = session.scalars(select(JournalEntry).order_by(JournalEntry.id).execution_options(yield_per=CHUNK))
    try:
        yield from rows
    finally:
        rows.close()


def of_thing(session: Session, kind: str, key: str, limit: int = 200) -> Sequence[JournalEntry]:
    """What happened to one thing, the newest first."""
    wanted = select(JournalEntry).where(JournalEntry.kind == kind, JournalEntry.key == key)
    return session.scalars(wanted.order_by(JournalEntry.id.desc()).limit(limit)).all()


def done_to(session: Session, kind: str, key: str, actions: Collection[str]) -> Sequence[Row[str, dict[str, Any]]]:
    """Which of some actions were done to one thing, however long ago, and what was noted; the newest first."""
    of_it = (JournalEntry.kind == kind, JournalEntry.key == key, JournalEntry.action.in_(actions))
    wanted = select(JournalEntry.action, JournalEntry.data).where(*of_it)
    return session.execute(wanted.order_by(JournalEntry.id.desc())).all()


def done_since(session: Session, actor_id: int | None, action: str, since: datetime) -> Sequence[JournalEntry]:
    """Each time somebody did something after an instant, the newest first."""
    done = JournalEntry.actor_id == actor_id, JournalEntry.action == action, JournalEntry.at > since
    return session.scalars(select(JournalEntry).where(*done).order_by(JournalEntry.id.desc())).all()


def last_at(session: Session, kind: str, key: str, but: Collection[str] = ()) -> datetime | None:
    """When something was last done to a thing, save some actions."""
    of_it = (JournalEntry.kind == kind, JournalEntry.key == key, JournalEntry.action.not_in(but))
    latest = select(JournalEntry.at).where(*of_it).order_by(JournalEntry.at.desc()).limit(1)
    return session.scalars(latest).one_or_none()


def data_of(
    session: Session, kind: str, action: str, key: str | None = None
) -> Sequence[tuple[str, Mapping[str, Any]]]:
    """What an action was done to, each time, and what was noted of it; of one thing where its key is given."""
    wanted = select(JournalEntry.key, JournalEntry.data).where(JournalEntry.kind == kind, JournalEntry.action == action)
    rows = session.execute(wanted if key is None else wanted.where(JournalEntry.key == key))
    return [(named, data) for named, data in rows]


def keys_of(session: Session, kind: str, action: str) -> set[str]:
    """The things of a kind to which something was done."""
    wanted = select(JournalEntry.key).where(JournalEntry.kind == kind, JournalEntry.action == action)
    return set(session.scalars(wanted))


def of_person(session: Session, person_id: int) -> Sequence[JournalEntry]:
    """What a person did, and what was done to their account, the oldest first."""
    about = and_(JournalEntry.kind == "person", JournalEntry.key == str(person_id))
    wanted = select(JournalEntry).where(or_(JournalEntry.actor_id == person_id, about))
    return session.scalars(wanted.order_by(JournalEntry.id)).all()


def after(session: Session, number: int, limit: int = 500) -> Sequence[JournalEntry]:
    """Rows after a number, in order: how those above follow what happens."""
    wanted = select(JournalEntry).where(JournalEntry.id > number).order_by(JournalEntry.id)
    return session.scalars(wanted.limit(limit)).all()


def _chosen(wanted: Select[Any], bodies: frozenset[str] | None, kind: str) -> Select[Any]:
    if bodies is not None:
        wanted = wanted.where(JournalEntry.body.in_(bodies))
    return wanted.where(JournalEntry.kind == kind) if kind else wanted


def page(
    session: Session, number: int, size: int, bodies: frozenset[str] | None = None, kind: str = ""
) -> Sequence[JournalEntry]:
    """A page of the journal, the newest first; of some bodies, or of one kind of thing, only where they are given."""
    wanted = select(JournalEntry).order_by(JournalEntry.id.desc()).offset((number - 1) * size).limit(size)
    return session.scalars(_chosen(wanted, bodies, kind)).all()


def total(session: Session, bodies: frozenset[str] | None = None, kind: str = "") -> int:
    return session.scalar(_chosen(select(func.count()).select_from(JournalEntry), bodies, kind)) or 0


def kinds(session: Session, bodies: frozenset[str] | None = None) -> Sequence[str]:
    """Kinds of things the journal tells of."""
    wanted = select(JournalEntry.kind).distinct().order_by(JournalEntry.kind)
    return session.scalars(_chosen(wanted, bodies, "")).all()
