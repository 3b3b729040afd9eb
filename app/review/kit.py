# SPDX-License-Identifier: AGPL-3.0-or-later
"""The files of the kit that a decision is about: those that were in it when the version was sent, no others."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.review import queries
from app.review.models import Review
from app.solutions.models import Solution
from app.writing.models import Attachment

Files = tuple[Attachment, ...]


@dataclass(frozen=True)
class Kit:
    """The files at hand, and how they differ from those in force.

    ``late`` came into the kit after the sending, ``gone`` left it since.
    """

    files: Files
    added: Files
    removed: Files
    late: Files
    gone: Files

    @property
    def changed(self) -> bool:
        return bool(self.added or self.removed)

    @property
    def coming(self) -> Files:
        """What readers have once this is in force."""
        return tuple(file for file in self.files if _stays(file))


def at_hand(session: Session, solution: Solution, review: Review | None) -> Kit:
    """The kit a version was sent with; before it is sent, the kit as it is."""
    every = queries.files(session, solution)
    sent = frozenset(review.files if review else _now(every))
    files = tuple(file for file in every if file.id in sent)
    return Kit(
        files,
        added=tuple(file for file in files if _stays(file) and not file.published) if solution.badge else (),
        removed=tuple(file for file in every if file.published and file.id not in sent),
        late=tuple(file for file in every if file.removed_at is None and file.id not in sent),
        gone=tuple(file for file in files if file.removed_at is not None),
    )


def now_in(session: Session, solution: Solution) -> list[int]:
    """Numbers of the files that are in the kit now."""
    return _now(queries.files(session, solution))


def coming(session: Session, solution: Solution, sent: Sequence[int]) -> list[int]:
    """Numbers of the files that readers have once what was sent is in force."""
    return [file.id for file in queries.files(session, solution) if file.id in sent and _stays(file)]


def publish(session: Session, solution: Solution, sent: Sequence[int], now: datetime) -> None:
    """The kit as it was sent is the one in force; what came later waits for the next sending."""
    for file in queries.files(session, solution):
        file.published = file.id in sent and _stays(file)
        if file.published and file.live_at is None:
            file.live_at = now


def _stays(file: Attachment) -> bool:
    """Of what was sent: a file taken out since then that no reader had is not published any more; one that readers have
    stays till the next sending."""
    return file.published or file.removed_at is None


def _now(files: Sequence[Attachment]) -> list[int]:
    return [file.id for file in files if file.removed_at is None]
