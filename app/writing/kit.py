# SPDX-License-Identifier: AGPL-3.0-or-later
"""The files of a kit: taking them in, describing them, also anew, taking them out and putting them back."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

from sqlalchemy.orm import Session

from app.access import Thing
from app.document.schema import KIT_KINDS, VISIBILITIES
from app.errors import Conflict, Invalid, NotFound
from app.files.check import Checked
from app.files.kinds import IMAGES
from app.files.names import safe_name
from app.files.refusal import check_count
from app.journal.service import record
from app.search.changes import note
from app.solutions.models import Solution
from app.writing import queries
from app.writing.models import Attachment

#: How long a file that was taken out can be put back.
UNDO = timedelta(days=30)
MAX_TITLE = 300
MAX_LICENCE = 40
#: What a picture carried to a variant keeps of itself.
CARRIED = ("digest", "name", "code", "mime", "size", "title", "document_kind", "licence", "visibility")
#: What a file described anew keeps of itself: all but what is said about it.
SAME = ("digest", "name", "code", "mime", "size", "visibility", "text", "text_state")
#: What readers know a file by, and what is said of it: two that agree in these are one file described alike.
SAID = ("digest", "name", "title", "document_kind", "licence", "visibility")


@dataclass(frozen=True)
class Described:
    """What a person says about a file."""

    title: str
    document_kind: str
    licence: str
    visibility: str

    def problems(self) -> dict[str, str]:
        wrong = {}
        if self.document_kind not in KIT_KINDS:
            wrong["document_kind"] = "missing"
        if self.visibility not in VISIBILITIES:
            wrong["visibility"] = "missing"
        if not self.licence:
            wrong["licence"] = "missing"
        return wrong

    def of(self, name: str) -> dict[str, str]:
        """What is kept of it with the file of a name, which is its title where nobody typed one."""
        title = self.title[:MAX_TITLE] or name.rpartition(".")[0]
        return {"title": title, "document_kind": self.document_kind, "licence": self.licence[:MAX_LICENCE]}


def add(
    session: Session, solution: Solution, checked: Checked, name: str, said: Described, author_id: int, now: datetime
) -> Attachment:
    """A file more in the kit, once however often it is sent; readers see it with the next version in force.

    Raises ``Invalid``, ``FileRefused``.
    """
    wrong = said.problems()
    if wrong:
        raise Invalid(wrong)
    queries.hold(session, solution)
    held, given = queries.attachments(session, solution), safe_name(name, checked.kind)
    if same := next((file for file in held if _is_same(file, checked, given, said)), None):
        return same
    check_count(len(held))
    offered = _free(given, queries.file_names(session, solution))
    attachment = Attachment(
        solution_id=solution.id,
        digest=checked.digest,
        name=offered,
        code=checked.kind.code,
        mime=checked.kind.mime,
        size=checked.size,
        **said.of(offered),
        visibility=said.visibility,
        added_by=author_id,
        added_at=now,
        # An image has no text; that of the others is read by the worker.
        text_state="done" if checked.kind.code in IMAGES else "waiting",
    )
    session.add(attachment)
    _record(session, solution, attachment, "file-added", author_id, now)
    return attachment


def _is_same(file: Attachment, checked: Checked, given: str, said: Described) -> bool:
    """Whether a file of the kit is the one that is sent, of which the same is said; one without a title is called by
    its name, and has a number in it where the name was taken."""
    what = {"digest": checked.digest, "visibility": said.visibility, **said.of(file.name)}
    stem, dot, extension = given.rpartition(".")
    named = re.fullmatch(f"{re.escape(stem)}(-[0-9]+)?{re.escape(dot + extension)}", file.name)
    return all(getattr(file, name) == value for name, value in what.items()) and bool(said.title or named)


def _free(name: str, taken: Collection[str]) -> str:
    """A name no file of the kit ever had: texts of every version name their pictures by it."""
    stem, dot, extension = name.rpartition(".")
    numbered = (f"{stem}-{number}{dot}{extension}" for number in count(2))
    return name if name not in taken else next(other for other in numbered if other not in taken)


def carry_pictures(session: Session, source: Solution, target: Solution, author_id: int, now: datetime) -> None:
    """Give a solution that a transfer begins with another's text the published pictures of that text's kit."""
    for found in queries.published_attachments(session, source):
        if found.code in IMAGES:
            kept = {name: getattr(found, name) for name in CARRIED}
            copy = Attachment(solution_id=target.id, added_by=author_id, added_at=now, text_state="done", **kept)
            session.add(copy)
            _record(session, target, copy, "file-added", author_id, now)


def describe(
    session: Session, solution: Solution, number: int, said: Described, author_id: int, now: datetime
) -> Attachment:
    """Say something else about a file without sending it again; readers see it with the next version in force.

    What was said of it stays with the versions that were sent with it: the file as it is now takes its place in the
    kit. Nothing is done where it says so already. Raises ``Invalid``, ``NotFound``, and ``Conflict`` where the file
    left the kit, or somebody described it otherwise, since the page was opened.
    """
    if wrong := said.problems():
        raise Invalid(wrong)
    before = _held(session, solution, number)
    if before.removed_at is not None:
        raise Conflict
    kept = said.of(before.name)
    if kept == {name: getattr(before, name) for name in kept}:
        return before
    if before.id != number:
        raise Conflict
    before.removed_at = now
    same = {name: getattr(before, name) for name in SAME}
    anew = Attachment(solution_id=solution.id, added_by=author_id, added_at=now, **same, **kept)
    session.add(anew)
    _record(session, solution, anew, "file-described", author_id, now)
    return anew


def remove(session: Session, solution: Solution, number: int, author_id: int, now: datetime) -> Attachment:
    """Take a file out of the kit; it can be put back for a while. Raises ``NotFound``."""
    attachment = _held(session, solution, number)
    if attachment.removed_at is None:
        attachment.removed_at = now
        _record(session, solution, attachment, "file-removed", author_id, now)
    return attachment


def put_back(session: Session, solution: Solution, number: int, author_id: int, now: datetime) -> Attachment:
    """Put a file back that was taken out. Raises ``NotFound``, and ``FileRefused`` where the kit is full."""
    attachment = _held(session, solution, number)
    if attachment.removed_at is not None:
        check_count(len(queries.attachments(session, solution)))
        attachment.removed_at = None
        _record(session, solution, attachment, "file-added", author_id, now)
    return attachment


def _held(session: Session, solution: Solution, number: int) -> Attachment:
    """A file as it is once nobody else decides about its kit at the same time, as it was described last. Raises
    ``NotFound``."""
    queries.hold(session, solution)
    attachment = queries.described_last(session, of_solution(session, solution, number))
    session.refresh(attachment)
    return attachment


def keep_text(session: Session, number: int, text: str | None) -> bool:
    """Keep what a file says, None where that cannot be read. Answers False where it was known already."""
    attachment = queries.attachment(session, number)
    if attachment is None:
        return False
    queries.hold(session, attachment.solution)
    session.refresh(attachment)
    if attachment.text_state != "waiting":
        return False
    attachment.text, attachment.text_state = text or "", "failed" if text is None else "done"
    note(session, [("solution", attachment.solution.slug)])
    return True


def of_solution(session: Session, solution: Solution, number: int) -> Attachment:
    """A file of this very solution. Raises ``NotFound``."""
    attachment = queries.attachment(session, number)
    if attachment is None or attachment.solution_id != solution.id:
        raise NotFound(number)
    return attachment


def _record(
    session: Session, solution: Solution, attachment: Attachment, action: str, author_id: int, now: datetime
) -> None:
    session.flush()
    body = solution.owner.slug if solution.owner else ""
    data = {"file": attachment.id, "digest": attachment.digest, "size": attachment.size}
    record(session, now, author_id, action, "solution", solution.slug, body=body, data=data)
    note(session, [("solution", solution.slug)])


def thing(solution: Solution, attachment: Attachment) -> Thing:
    """What the policy looks at: the solution, as narrow as the narrower of the two."""
    return solution.part(attachment.visibility, published=attachment.published)
