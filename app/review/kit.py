# SPDX-License-Identifier: AGPL-3.0-or-later
"""The files of the kit that a decision is about: those that were in it when the version was sent, no others."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.review import queries
from app.review.models import Review
from app.solutions.models import Solution
from app.writing.kit import SAID
from app.writing.models import Attachment

Files = tuple[Attachment, ...]


@dataclass(frozen=True)
class Kit:
    """The files at hand, and how they differ from those in force.

    ``late`` came into the kit after the sending, ``gone`` left it since. ``coming`` is what readers have once this is
    in force. A file that is described anew is another row with the same name and content.
    """

    files: Files
    coming: Files
    added: Files
    removed: Files
    late: Files
    gone: Files

    @property
    def changed(self) -> bool:
        return bool(self.added or self.removed)

    def anew(self, file: Attachment) -> bool:
        """Whether a file is only described anew: since the sending, or since the version in force."""
        others = self.added + self.removed if file in self.added + self.removed else self.files
        return any(_what(other) == _what(file) and other.id != file.id for other in others)


def at_hand(session: Session, solution: Solution, review: Review | None) -> Kit:
    """The kit a version was sent with; before it is sent, the kit as it is."""
    every = queries.files(session, solution)
    sent = frozenset(review.files if review else _now(every))
    files = tuple(file for file in every if file.id in sent)
    coming, still = _staying(every, sent), _still(every)
    new, old = tuple(file for file in coming if not file.published), tuple(file for file in every if file.published)
    gone = tuple(file for file in old if file.id not in sent)
    return Kit(
        files,
        coming,
        added=_without(new, old) if solution.badge else (),
        removed=_without(gone, new),
        late=tuple(file for file in every if file.removed_at is None and file.id not in sent),
        gone=tuple(file for file in files if file.removed_at is not None and _what(file) not in still),
    )


def now_in(session: Session, solution: Solution) -> list[int]:
    """Numbers of the files that are in the kit now."""
    return _now(queries.files(session, solution))


def coming(session: Session, solution: Solution, sent: Sequence[int]) -> list[int]:
    """Numbers of the files that readers have once what was sent is in force."""
    return [file.id for file in _staying(queries.files(session, solution), sent)]


def publish(session: Session, solution: Solution, sent: Sequence[int], now: datetime) -> None:
    """The kit as it was sent is the one in force; what came later waits for the next sending."""
    every = queries.files(session, solution)
    coming = _staying(every, sent)
    for file in every:
        file.published = file in coming
        if file.published and file.live_at is None:
            file.live_at = now


def _staying(every: Sequence[Attachment], sent: Collection[int]) -> Files:
    """Of what was sent: a file taken out since then that no reader had is not published any more; one that readers have
    stays till the next sending, and so does one that was only described anew."""
    still = _still(every)
    return tuple(file for file in every if file.id in sent and (file.published or _what(file) in still))


def _still(files: Sequence[Attachment]) -> frozenset[tuple[str, str]]:
    """What is in the kit now, however it is described."""
    return frozenset(_what(file) for file in files if file.removed_at is None)


def _without(files: Files, others: Files) -> Files:
    """Of some files those of which no other says the same."""
    known = {_said(file) for file in others}
    return tuple(file for file in files if _said(file) not in known)


def _said(file: Attachment) -> tuple[str, ...]:
    return tuple(getattr(file, name) for name in SAID)


def _what(file: Attachment) -> tuple[str, str]:
    """What tells a file from the others of its kit, and stays when it is described anew."""
    return file.name, file.digest


def _now(files: Sequence[Attachment]) -> list[int]:
    return [file.id for file in files if file.removed_at is None]
