# SPDX-License-Identifier: AGPL-3.0-or-later
"""Keeps the index in step with the database: follows the change log, rebuilds what is damaged, compares the two."""

import fcntl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import delete
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.db import Database
from app.search import index
from app.search.document import SearchDocument
from app.search.models import SearchChange
from app.search.queries import pending
from app.web.logs import log

BATCH = 500
POLL_SECONDS = 0.15
COMPARE_SECONDS = 600.0
RETRY_SECONDS = 5.0
EVERY = 1_000_000

Progress = Callable[[int], None]


@dataclass(frozen=True)
class Searchable:
    """What a feature hands over: one document by slug (None = not findable), and all of them."""

    kind: str
    document: Callable[[Session, str], SearchDocument | None]
    documents: Callable[[Session], Iterator[SearchDocument]]


@dataclass(frozen=True)
class Drift:
    """Identities the index lacks, holds too many of, or holds in an old state; what waits in the log is no drift."""

    missing: tuple[str, ...]
    phantom: tuple[str, ...]
    stale: tuple[str, ...]
    waiting: tuple[str, ...] = ()

    @property
    def none(self) -> bool:
        return not (self.missing or self.phantom or self.stale)


class Indexer:
    """The only writer of the index folder: one per machine, under an operating-system lock."""

    def __init__(self, database: Database, folder: Path, searchables: tuple[Searchable, ...]) -> None:
        self.database = database
        self.folder = folder
        self.searchables = {searchable.kind: searchable for searchable in searchables}
        self._left: object = None

    def run(self, stop: threading.Event, wanted: Callable[[], bool] = lambda: True) -> None:
        """Follow the log until ``stop``, or until ``wanted`` answers no. Trouble is tried again, never fatal."""
        compared = 0.0
        while not stop.is_set() and wanted():
            try:
                if self._touched() or time.monotonic() - compared > COMPARE_SECONDS:
                    self.ensure()
                    compared = time.monotonic()
                busy = self.drain() == BATCH
            except (OSError, SQLAlchemyError, index.IndexDamaged) as error:
                # Damage found while writing is mended by the next turn; a full disk or a lost database is waited for.
                log.error("indexer", error=type(error).__name__, detail=str(error)[:200])
                self._left = None
                stop.wait(RETRY_SECONDS)
                continue
            if not busy:
                stop.wait(POLL_SECONDS)

    def _touched(self) -> bool:
        """Whether the files are not as this indexer left them: deleted, cut, written over, rebuilt by a command."""
        return self._left is None or self._left != index.state(self.folder)

    def drain(self) -> int:
        """Bring the oldest changes of the log into the index. Answers how many rows it took."""
        with self.database.reading() as session:
            if not pending(session, 1):
                return 0
        with self.lock():
            return self._drain_locked()

    def _drain_locked(self) -> int:
        # Lock first, database second: the other order can index an old state after a newer one, for ever.
        with self.database.reading() as session:
            rows = pending(session, BATCH)
            changed = {(row.kind, row.slug) for row in rows if row.kind in self.searchables}
            found = {key: self.searchables[key[0]].document(session, key[1]) for key in sorted(changed)}
        additions = [document for document in found.values() if document is not None]
        removals = [f"{kind}:{slug}" for (kind, slug), document in found.items() if document is None]
        if additions or removals:
            before = self._touched()
            index.write(self.folder, additions, removals)
            if not before:
                self._left = index.state(self.folder)
        self._forget([row.id for row in rows])
        return len(rows)

    def _forget(self, taken: list[int]) -> None:
        """Take rows out of the log by their own ids: one written meanwhile, even with a lower id, stays."""
        if not taken:
            return
        with self.database.work() as session:
            for start in range(0, len(taken), BATCH):
                session.execute(delete(SearchChange).where(SearchChange.id.in_(taken[start : start + BATCH])))

    def ensure(self) -> bool:
        """Rebuild when the index is missing, damaged or out of step. Answers whether it had to."""
        if self.in_step():
            return False
        self.rebuild()
        return True

    def in_step(self) -> bool:
        """Take what waits into the index; whether it then says what the database says."""
        try:
            while self.drain():
                pass
            left = index.state(self.folder)
            if not self.check().none:
                return False
        except index.IndexDamaged:
            return False
        self._left = left
        return True

    def rebuild(self, progress: Progress | None = None) -> int:
        """Build the whole index anew beside the old one, then switch. Answers the number of documents."""
        with self.lock():
            with self.database.reading() as session:
                # The log first, the documents second: a change noted here is in every document read after it.
                taken = [row.id for row in pending(session, EVERY)]
                count = index.rebuild(self.folder, self.every_document(session), progress)
            self._left = index.state(self.folder)
            self._forget(taken)
        return count

    def check(self) -> Drift:
        """Compare the index with the database, document by document. Raises ``IndexDamaged``."""
        with self.lock():
            with self.database.reading() as session:
                expected = {document.identity: document.digest for document in self.every_document(session)}
                # The documents first, the log second: what changed in between is waiting, not lost.
                waiting = {f"{row.kind}:{row.slug}" for row in pending(session, EVERY)}
            present = index.digests(self.folder)
        return Drift(
            tuple(sorted(expected.keys() - present.keys() - waiting)),
            tuple(sorted(present.keys() - expected.keys() - waiting)),
            tuple(sorted(k for k in (expected.keys() & present.keys()) - waiting if expected[k] != present[k])),
            tuple(sorted(waiting)),
        )

    def count(self) -> int:
        """Number of documents a rebuild would write."""
        with self.database.reading() as session:
            return sum(1 for _ in self.every_document(session))

    def every_document(self, session: Session) -> Iterator[SearchDocument]:
        """Every findable document, as the database has it now."""
        for searchable in self.searchables.values():
            yield from searchable.documents(session)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Exclusive among the processes of this machine; the system frees it when a holder dies."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with open(self.folder / ".lock", "w", encoding="ascii") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
