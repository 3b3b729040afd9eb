# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the pages of those who write a solution say of its review: what waits, what came back and why, remarks."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.accounts import queries as people
from app.review import queries, rules
from app.review.models import Review
from app.review.service import in_force_of
from app.solutions import queries as library
from app.solutions.models import Solution
from app.writing.service import says


@dataclass(frozen=True)
class Beside:
    """The open review, or the one that sent the text back; open remarks by section, those on the whole under "".

    ``replaceable``: a newer text can be sent at once and takes the place of what waits; else that is taken back first.
    """

    waiting: Review | None
    replaceable: bool
    returned: Review | None
    remarks: Mapping[str, int]
    people: Mapping[int, str]

    def has_sent(self, file_id: int) -> bool:
        """Whether a file of the kit is part of what waits."""
        return self.waiting is not None and file_id in self.waiting.files


def beside(session: Session, solution: Solution) -> Beside:
    """What there is to say now."""
    waiting = queries.open_review(session, solution)
    returned = None if waiting or solution.archived_at else sent_back(session, solution)
    return Beside(
        waiting,
        waiting is not None and _is_in_force(session, solution, waiting),
        returned,
        Counter(queries.open_remarks(session, solution)),
        people.names(session, [returned.decided_by]) if returned else {},
    )


def sent_back(session: Session, solution: Solution) -> Review | None:
    """The review that sent a text back, while that is still to be mended: not once the change was given up."""
    found = queries.returned(session, solution)
    return found if found is not None and not is_given_up(session, solution, found.revision_number) else None


def is_given_up(session: Session, solution: Solution, number: int) -> bool:
    """Whether a version was to change the text in force, and the form says again what that says."""
    in_force = in_force_of(session, solution)
    if in_force is None or not says(session, solution, library.current_revision(session, solution)):
        return False
    return not rules.same_text(library.revision(session, solution, number).document(), in_force)


def _is_in_force(session: Session, solution: Solution, waiting: Review) -> bool:
    """Whether what waits is the text readers have, for which a higher badge is asked."""
    in_force = in_force_of(session, solution)
    if in_force is None or waiting.revision_number == solution.revision_number:
        return in_force is not None
    return rules.same_text(library.revision(session, solution, waiting.revision_number).document(), in_force)
