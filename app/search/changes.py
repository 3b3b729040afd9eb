# SPDX-License-Identifier: AGPL-3.0-or-later
"""Notices every change of a searchable thing and writes it to the change log in the same transaction."""

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import event, insert, inspect, update
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction

from app.search.models import RegisterState, SearchChange

#: A change that no document shows but the home page does: the pages kept for readers are made anew.
HOME = ("page", "home")
#: Things whose names stand on the pages of solutions.
REGISTERED = frozenset({"city", "theme", "act"})


class BulkChangeRefused(RuntimeError):
    """A bulk UPDATE or DELETE on a searchable table would leave the index behind."""


def listen() -> None:
    """Listen on every session, once per process."""
    if not event.contains(Session, "after_flush", _note_changes):
        event.listen(Session, "after_flush", _note_changes)
        event.listen(Session, "do_orm_execute", _refuse_bulk)


def _note_changes(session: Session, _context: UOWTransaction) -> None:
    # After the flush, not before the commit: what was flushed earlier is no longer new or dirty there.
    changed = [
        (kind, thing)
        for thing in (*session.new, *session.dirty, *session.deleted)
        if (kind := getattr(thing, "__searchable__", None)) and _really(session, thing)
    ]
    note(session, {(kind, thing.slug) for kind, thing in changed})
    # What is new stands on no page yet but those that change with it: acts come with nearly every solution.
    if any(kind in REGISTERED and thing not in session.new for kind, thing in changed):
        _count_register(session)


def _count_register(session: Session) -> None:
    """In the transaction of the change: whoever sees the new name sees that it is new."""
    connection = session.connection()
    counted = connection.execute(update(RegisterState).values(changes=RegisterState.changes + 1))
    if not counted.rowcount:
        connection.execute(insert(RegisterState).values(id=1, changes=1))


def note(session: Session, changed: Iterable[tuple[str, str]]) -> None:
    """Write (kind, slug) pairs to the change log: also for a thing that changed because another one did."""
    now = datetime.now(UTC)
    rows = [{"kind": kind, "slug": slug, "noted_at": now} for kind, slug in sorted(set(changed))]
    if rows:
        session.execute(insert(SearchChange), rows)


def _really(session: Session, thing: object) -> bool:
    return thing in session.new or thing in session.deleted or session.is_modified(thing)


def _refuse_bulk(state: ORMExecuteState) -> None:
    if not (state.is_update or state.is_delete) or state.is_orm_statement is False:
        return
    mapper = state.bind_mapper
    if mapper is not None and hasattr(inspect(mapper).class_, "__searchable__"):
        raise BulkChangeRefused(f"change {mapper.class_.__name__} objects one by one, so that the index follows")
