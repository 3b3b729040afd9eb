# SPDX-License-Identifier: AGPL-3.0-or-later
"""Several people at the same moment, each in a thread of their own."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.db import Database
from app.errors import Conflict

Act = Callable[[], object]


def at_once(*acts: Act) -> list[str]:
    """What became of each act, begun together: `done`, or the key of why it came too late."""
    start = Barrier(len(acts))

    def run(act: Act) -> str:
        start.wait()
        try:
            act()
        except Conflict as late:
            return str(late)
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(run, acts))


def working(database: Database, act: Callable[[Session], object]) -> Act:
    """The act in a transaction of its own."""

    def run() -> None:
        with database.work() as session:
            act(session)

    return run


def one_waits(database: Database, seconds: float = 10) -> bool:
    """Whether somebody comes to wait for a lock of PostgreSQL that another holds."""
    end, asked = time.monotonic() + seconds, text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    while time.monotonic() < end:
        with database.reading() as session:
            if session.scalar(asked):
                return True
    return False
