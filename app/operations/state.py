# SPDX-License-Identifier: AGPL-3.0-or-later
"""How the installation stands: what the index still lacks, whether the journal is whole, how much disk is left."""

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from app.operations import queries
from app.operations.models import ChoreRun
from app.search import queries as search

#: Changes that wait longer are not waiting for their turn: the worker is away.
LATE = timedelta(minutes=5)
#: Below this part of the disk somebody should make room.
LEAST_FREE = 0.1
CHAIN = "chain"
GIGABYTE = 10**9


@dataclass(frozen=True)
class Room:
    """Bytes of a disk: what is free for the site, and all of it."""

    free: int
    size: int


@dataclass(frozen=True)
class State:
    """What whoever runs the site looks at first; gigabytes are of 10^9 bytes, None where the disk cannot be asked."""

    backlog: int
    oldest: datetime | None
    late: bool
    retried: int
    chain: ChoreRun | None
    free: float | None
    size: float | None

    @property
    def full(self) -> bool:
        return self.free is not None and bool(self.size) and self.free < LEAST_FREE * (self.size or 0)


def state(session: Session, folder: Path, retried: int, now: datetime) -> State:
    """``retried``: letters that wait for another attempt."""
    oldest = search.oldest_change(session)
    room = disk(folder)
    return State(
        backlog=search.backlog(session),
        oldest=oldest,
        late=oldest is not None and now - oldest > LATE,
        retried=retried,
        chain=queries.chore_run(session, CHAIN),
        free=room.free / GIGABYTE if room else None,
        size=room.size / GIGABYTE if room else None,
    )


def disk(folder: Path) -> Room | None:
    """How much of the disk of a folder is left; None where it cannot be asked."""
    try:
        found = shutil.disk_usage(folder)
    except OSError:
        return None
    return Room(found.free, found.total)
