# SPDX-License-Identifier: AGPL-3.0-or-later
"""The text a person has before them on the review page: a version, or what was typed since, as it would be sent."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from app.document.model import Document
from app.document.pictures import folder_of
from app.document.render import TooComplex, render
from app.review.rules import same_text
from app.solutions.models import Solution, SolutionRevision
from app.solutions.rules import with_site_fields
from app.writing.service import Opened


@dataclass(frozen=True)
class Text:
    """A document with its sections as pages show them.

    ``typed_at`` is when it was saved, where no version holds it yet; ``unshown`` says that it would take too long to
    show.
    """

    document: Document
    sections: Sequence[Mapping[str, Any]]
    footnotes: str
    typed_at: datetime | None = None
    unshown: bool = False


def of_version(revision: SolutionRevision) -> Text:
    return Text(revision.document(), revision.sections, revision.footnotes)


def as_sent(solution: Solution, revision: SolutionRevision, writing: Document, opened: Opened) -> Text:
    """What sending would send: the newest version, or what was typed since."""
    newest = revision.document()
    if same_text(writing, newest):
        return of_version(revision)
    document = with_site_fields(writing, solution.front if solution.badge else {})
    try:
        shown = render(document, folder_of(solution.slug))
    except TooComplex:
        return Text(document, (), "", opened.saved_at, unshown=True)
    return Text(document, [asdict(section) for section in shown.sections], shown.footnotes, opened.saved_at)
