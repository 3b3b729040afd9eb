# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writing: beginning a solution, saving what was typed, settling two people's changes, making a version of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.accounts import queries as people
from app.cities import queries as cities
from app.document.compare import AS_WRITTEN, Called
from app.document.dates import day_of
from app.document.model import Document
from app.document.parse import parse
from app.document.pictures import folder_of
from app.document.render import render
from app.document.serialise import digest, serialise
from app.document.validate import wrong_notes
from app.errors import Conflict, Invalid
from app.journal import queries as journal
from app.journal.rules import SAME_SENDING
from app.journal.service import record
from app.solutions import queries as library
from app.solutions import service as solutions
from app.solutions.models import Solution, SolutionRevision
from app.solutions.rules import with_site_fields
from app.writing import queries, rules
from app.writing.merge import Merged, merge
from app.writing.models import Edition, WorkingCopy
from app.writing.state import State, document_of, from_json, settled, state_of

#: Editions kept for telling two people's changes apart: half an hour of one person's typing, days of ordinary work.
KEPT_EDITIONS = 60
#: No document of this length is read again; who pastes a book is told so at once.
MAX_TYPED = 400_000
TITLE_LIMIT = 100


@dataclass(frozen=True)
class Seen:
    """What a form showed when it was opened: the edition, and the version it stood on."""

    edition: int
    base: int


@dataclass(frozen=True)
class Opened:
    """A solution open for writing: what was typed last, by whom and when."""

    state: State
    edition: int
    base: int
    saved_at: datetime
    saved_by: int | None

    @property
    def seen(self) -> Seen:
        return Seen(self.edition, self.base)


@dataclass(frozen=True)
class Saved:
    """The outcome of a save: what is stored now and, where somebody else saved meanwhile, how the two were merged.

    Nothing was written where ``merged`` has conflicts.
    """

    opened: Opened
    merged: Merged

    @property
    def refused(self) -> bool:
        return bool(self.merged.conflicts)


def begun_already(session: Session, author_id: int, mark: str, now: datetime) -> str:
    """The slug of the draft that the same person began with the same form a moment ago, empty where there is none."""
    # One at a time for each person: a button is pressed twice.
    people.locked(session, author_id)
    for entry in journal.done_since(session, author_id, "draft-created", now - SAME_SENDING):
        if entry.data.get("mark") == mark and queries.taken(session, entry.key):
            return entry.key
    return ""


def begin(
    session: Session,
    title: str,
    body: str,
    document: Document | None,
    now: datetime,
    author_id: int,
    slug: str = "",
    mark: str = "",
) -> Solution:
    """A new solution that only its office sees, from a title or a document somebody brought. Raises ``Invalid``.

    ``slug`` is an address that nobody has; without one it is made of the title. ``mark`` tells its form from others.
    """
    title = " ".join(title.split())
    if not title:
        raise Invalid({"title": "missing"})
    front = {"title": title[:TITLE_LIMIT].rstrip(), "city": body, "licence": "CC-BY-4.0", "visibility": "public"}
    slug = slug or rules.slug_for(title, lambda wanted: queries.taken(session, wanted))
    solution = solutions.begin(session, slug, Document(front), now, author_id)
    data = {"mark": mark} if mark else {}
    record(session, now, author_id, "draft-created", "solution", slug, body=body, data=data)
    rewrite(session, solution, document or Document(front), author_id, now, front)
    return solution


def rewrite(
    session: Session,
    solution: Solution,
    document: Document,
    author_id: int,
    now: datetime,
    front: Mapping[str, Any] | None = None,
) -> None:
    """Fill the form of a new draft with a document; title and body stay as they were chosen. Raises ``Invalid``."""
    if len(serialise(document)) > MAX_TYPED:
        raise Invalid({"document": "document_too_long"})
    current = opened(session, solution)
    chosen = {name: current.state.fields[name] for name in ("title", "city")}
    state = state_of(Document({**(front or {}), **document.front, **chosen}, document.sections, document.footnotes))
    write(session, solution, current, state, author_id, now)


def opened(session: Session, solution: Solution) -> Opened:
    """What the form shows now. A version made since by somebody's decision is brought into what was typed."""
    copy = queries.working_copy(session, solution)
    newest = solution.latest_number
    if copy is None:
        revision = library.revision(session, solution, newest)
        return Opened(state_of(revision.document()), 0, newest, revision.saved_at, revision.author_id)
    state = from_json(copy.state)
    if copy.base_number != newest:
        latest = library.revision(session, solution, newest)
        base = _common(session, solution, library.revision(session, solution, copy.base_number), latest)
        state = merge(state_of(base.document()), state, state_of(latest.document())).state
    return Opened(state, copy.edition, newest, copy.saved_at, copy.saved_by)


def _common(session: Session, solution: Solution, base: SolutionRevision, latest: SolutionRevision) -> SolutionRevision:
    """What the copy and the newest version both come from.

    A version that a decision, or a confirmation of facts, makes says again what an older one said: one that was made
    since then, or only waited, is no parent of it, and what that one says must not be taken for text taken back.
    """
    said, older = _without_judgement(latest), base
    while older.live_at is None and older.number > 1 and _without_judgement(older) != said:
        older = library.revision(session, solution, older.number - 1)
    again = _without_judgement(older) == said
    return older if again or (latest.live_at is not None and older.live_at is not None) else base


def _without_judgement(revision: SolutionRevision) -> Document:
    """What a version says, whatever the site keeps in it and whoever judges it fixes."""
    document = with_site_fields(revision.document(), {})
    return replace(document, front={name: value for name, value in document.front.items() if name != "evidence_level"})


def save(
    session: Session,
    solution: Solution,
    mine: State,
    seen: Seen,
    author_id: int,
    now: datetime,
    called: Called = AS_WRITTEN,
) -> Saved:
    """Store what was typed; what others saved meanwhile is merged, or the save is refused. Raises ``Invalid``.

    ``called`` says how a part of a field is called where a refused one is read.
    """
    if len(serialise(document_of(mine))) + len(mine.markdown) > MAX_TYPED:
        raise Invalid({"document": "document_too_long"})
    queries.hold(session, solution)
    current = opened(session, solution)
    if seen.edition == current.edition:
        return Saved(write(session, solution, current, mine, author_id, now, seen.base), Merged(mine, (), ()))
    found = queries.edition(session, solution, seen.edition)
    merged = merge(from_json(found.state) if found else None, mine, current.state, called)
    if merged.conflicts:
        return Saved(current, merged)
    return Saved(write(session, solution, current, merged.state, author_id, now), merged)


def write(
    session: Session,
    solution: Solution,
    current: Opened,
    state: State,
    author_id: int,
    now: datetime,
    base: int | None = None,
) -> Opened:
    copy = queries.working_copy(session, solution)
    base = current.base if base is None else base
    if state == current.state and (copy is None or copy.base_number == base):
        return current
    if copy is None:
        copy = WorkingCopy(solution_id=solution.id, edition=0)
        session.add(copy)
        session.add(_edition(solution, 0, current.state, current.saved_at, current.saved_by))
    copy.edition += 1
    copy.base_number, copy.state, copy.saved_at, copy.saved_by = base, state.as_json(), now, author_id
    session.add(_edition(solution, copy.edition, state, now, author_id))
    for old in queries.editions_up_to(session, solution, copy.edition - KEPT_EDITIONS):
        session.delete(old)
    session.flush()
    return Opened(state, copy.edition, base, now, author_id)


def _edition(solution: Solution, number: int, state: State, now: datetime, author_id: int | None) -> Edition:
    return Edition(solution_id=solution.id, number=number, state=state.as_json(), saved_at=now, saved_by=author_id)


def save_markdown(
    session: Session,
    solution: Solution,
    text: str,
    seen: Seen,
    author_id: int,
    now: datetime,
    called: Called = AS_WRITTEN,
) -> Saved:
    """Store a whole document typed or brought as Markdown; one that cannot be read is kept as it is beside the form."""
    parsed = parse(text)
    if parsed.document is not None and not parsed.problems:
        return save(session, solution, state_of(parsed.document), seen, author_id, now, called)
    found = queries.edition(session, solution, seen.edition)
    before = from_json(found.state) if found else opened(session, solution).state
    return save(session, solution, replace(before, markdown=text), seen, author_id, now, called)


def give_up_markdown(session: Session, solution: Solution, author_id: int, now: datetime) -> None:
    """Go back to the form without the Markdown text that could not be read."""
    queries.hold(session, solution)
    current = opened(session, solution)
    write(session, solution, current, replace(current.state, markdown=""), author_id, now)


def restore(session: Session, solution: Solution, number: int, author_id: int, now: datetime) -> None:
    """Put an older version into the form; the versions stay as they are. Raises ``NoResultFound``.

    Raises ``Conflict`` where somebody else typed what no version holds yet: it would be gone without a word.
    """
    state = state_of(library.revision(session, solution, number).document())
    queries.hold(session, solution)
    current = opened(session, solution)
    if current.edition and current.saved_by not in (None, author_id) and unsaved(session, solution):
        raise Conflict("restore_unsaved")
    write(session, solution, current, state, author_id, now)


def current_document(session: Session, solution: Solution) -> Document:
    """The document as it is being written, whatever it still lacks."""
    return settled(document_of(opened(session, solution).state))


def unsaved(session: Session, solution: Solution) -> bool:
    """Whether something was typed that no version holds yet."""
    return not says(session, solution, library.revision(session, solution, solution.latest_number))


def says(session: Session, solution: Solution, revision: SolutionRevision) -> bool:
    """Whether the form says what a version says."""
    return digest(_with_site_fields(session, solution)) == revision.digest


def try_rendering(session: Session, solution: Solution) -> None:
    """Render what was typed before a transaction makes a version of it, which then need not. Raises ``TooComplex``."""
    render(settled(document_of(opened(session, solution).state)), folder_of(solution.slug))


def freeze(
    session: Session, solution: Solution, author_id: int | None, now: datetime, reason: str = ""
) -> SolutionRevision:
    """Make a version of what was typed, or answer the newest one where nothing was.

    Raises ``Invalid`` for wrong shapes, for lines among the notes that are none and for a Markdown text that cannot be
    read yet, ``TooComplex`` for one that would take too long to show.
    """
    solution = library.locked(session, solution.id)
    current = opened(session, solution)
    if current.state.markdown:
        raise Invalid({"document": "markdown_pending"})
    typed = document_of(current.state)
    wrong = wrong_notes(typed)
    if wrong:
        raise Invalid({problem.field: problem.key for problem in wrong})
    document = settled(typed)
    _refuse_other_body(session, solution, document, author_id, now)
    latest = library.revision(session, solution, solution.latest_number)
    if digest(_kept_by_site(solution, document)) == latest.digest:
        return latest
    revision = solutions.propose(session, solution, document, now, author_id, reason)
    copy = queries.working_copy(session, solution)
    if copy is not None:
        # An edition of its own: a page that was opened before says what it saw, and what is typed there since then is
        # told apart from what the version holds.
        copy.edition += 1
        copy.base_number, copy.state = revision.number, current.state.as_json()
        session.add(_edition(solution, copy.edition, current.state, current.saved_at, current.saved_by))
    session.flush()
    return revision


def _refuse_other_body(
    session: Session, solution: Solution, document: Document, author_id: int | None, now: datetime
) -> None:
    """Nobody hands a solution over to an office they do not work for, or that is no longer there."""
    body = document.known("city")
    if author_id is None or body is None or (solution.owner and body == solution.owner.slug):
        return
    person = people.person(session, author_id)
    if person is None or body not in person.actor.bodies or cities.closed_among(session, [body], day_of(now)):
        raise Invalid({"city": "not_own_body"})


def _with_site_fields(session: Session, solution: Solution) -> Document:
    return _kept_by_site(solution, current_document(session, solution))


def _kept_by_site(solution: Solution, document: Document) -> Document:
    return with_site_fields(document, solution.front if solution.badge else {})
