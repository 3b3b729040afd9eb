# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who holds what, and when: nobody takes a row after the journal, for which another may wait who holds that row."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction

from app.config import ROOT
from app.journal import queries as journal

APP, TESTS = str(ROOT / "app"), str(ROOT / "tests")
#: What is made up for trying the site is many acts in one unit of work, alone on its database.
MADE_UP = "demonstration.py"

Row = tuple[str, str]


def _act() -> FrameType | None:
    """The function of the application that a test called, or the request it sent; None while things are made up."""
    frame: FrameType | None = sys._getframe(1)
    found = None
    while frame is not None:
        name = frame.f_code.co_filename
        if name.startswith(TESTS) and name != __file__:
            break
        if name.startswith(APP):
            if Path(name).name.endswith(MADE_UP):
                return None
            found = frame
        frame = frame.f_back
    return found


class Locks:
    """What each session holds; ``late``: rows taken after the journal in the same act, with who took them."""

    def __init__(self) -> None:
        self.late: list[str] = []

    def told(self, session: Session) -> None:
        """The end of the journal is held from here on."""
        session.info.setdefault("journal", []).append(_act())

    def taken(self, state: ORMExecuteState) -> None:
        """A row is held from here on."""
        wanted: Any = state.statement
        if getattr(wanted, "_for_update_arg", None) is None:
            return
        table = wanted.column_descriptions[0]["entity"].__tablename__
        row = (table, str(sorted(map(str, wanted.compile().params.values()))))
        held: set[Row] = state.session.info.setdefault("held", set())
        act = _act()
        if row not in held and act is not None and any(told is act for told in state.session.info.get("journal", ())):
            self.late.append(f"{act.f_code.co_filename}: {act.f_code.co_name} takes a row of {table} after the journal")
        held.add(row)

    def made(self, session: Session, _transaction: UOWTransaction) -> None:
        """A row that the transaction itself made: nobody else knows of it yet."""
        for thing in session.new:
            keys = type(thing).__mapper__.primary_key_from_instance(thing)
            session.info.setdefault("held", set()).add((thing.__tablename__, str(sorted(map(str, keys)))))

    def over(self, session: Session, *_ended: object) -> None:
        session.info.pop("held", None)
        session.info.pop("journal", None)


@contextmanager
def watched() -> Iterator[Locks]:
    """Every session of this process, from here to the end of the block."""
    locks, wait = Locks(), journal.wait_for_turn

    def wait_for_turn(session: Session) -> None:
        locks.told(session)
        wait(session)

    listened: list[tuple[str, Callable[..., Any]]] = [
        ("do_orm_execute", locks.taken),
        ("after_flush", locks.made),
        ("after_commit", locks.over),
        ("after_rollback", locks.over),
    ]
    journal.wait_for_turn = wait_for_turn
    for name, hear in listened:
        event.listen(Session, name, hear)
    yield locks
    for name, hear in listened:
        event.remove(Session, name, hear)
    journal.wait_for_turn = wait
