# SPDX-License-Identifier: AGPL-3.0-or-later
"""Drafts that a programme sends as whole documents: made, or written over where nobody wrote meanwhile."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.access import Actor, Role
from app.document.model import Document, Parsed, Problem, located
from app.document.parse import parse
from app.document.schema import Level
from app.document.validate import problems
from app.errors import Conflict, Refused
from app.solutions.models import Solution
from app.writing import queries, rules, service
from app.writing.service import Opened
from app.writing.state import document_of, state_of

#: Bytes of a document at its limit, each letter four of them.
MAX_BYTES = 800_000
#: What a field that lacks its value may hold.
EMPTY: tuple[object, ...] = (None, "", [], {})
#: What a draft begins with, and keeps where a document does not say it: its body, and who may read and reuse it.
KEPT = ("city", "licence", "visibility")
EXAMPLE = "sportello-unico-metropolitano"


class Wrong(Refused):
    """A document that cannot be taken; what is wrong, each with its line."""

    status = 422

    def __init__(self, *found: Problem) -> None:
        super().__init__(", ".join(item.key for item in found))
        self.found = found


class Stale(Refused):
    """The draft is not any more what the programme says it read."""

    status = 412


@dataclass(frozen=True)
class Sent:
    """What became of a document: the draft as it is stored now, and what it still lacks or has wrong."""

    opened: Opened
    found: tuple[Problem, ...]


def read(content: bytes) -> Parsed:
    """The document in the body of a request. Raises ``Wrong`` for one that nothing can be kept of without loss."""
    try:
        parsed = parse(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise Wrong(Problem("document", "not_utf8", line)) from error
    if parsed.document is None or parsed.problems:
        raise Wrong(*parsed.problems)
    return parsed


def version(opened: Opened) -> str:
    """How a state of a draft is named, for the programme to say what it read."""
    return f"{opened.edition}-{opened.base}"


def begin(session: Session, slug: str, parsed: Parsed, programme: Actor, now: datetime) -> Sent:
    """A new draft of the programme's body. Raises ``Wrong``."""
    document = _told(parsed)
    if len(slug) > rules.MAX_SLUG:
        raise Wrong(Problem("slug", "too_long", detail=str(rules.MAX_SLUG), example=EXAMPLE))
    if slug in rules.RESERVED:
        raise Wrong(Problem("slug", "reserved", detail=slug, example=EXAMPLE))
    (body,) = programme.of(Role.SERVICE)
    _refuse_other_body(parsed, body)
    solution = service.begin(session, str(document.front["title"]), body, document, now, programme.id, slug)
    return _written_over(session, solution, service.opened(session, solution), parsed, programme, now)


def update(
    session: Session, solution: Solution, parsed: Parsed, read: Set[str], programme: Actor, now: datetime
) -> Sent:
    """Write over a draft. ``read`` are the versions one of which the programme knows, empty where it says none.

    Raises ``Stale`` where the draft is another version now, ``Conflict`` where it says none and somebody else wrote
    last, ``Wrong``, ``Invalid``.
    """
    _told(parsed)
    _refuse_other_body(parsed, *programme.of(Role.SERVICE), solution.owner.slug if solution.owner else "")
    queries.hold(session, solution)
    current = service.opened(session, solution)
    if read and version(current) not in read:
        raise Stale(version(current))
    if not read and current.saved_by != programme.id:
        raise Conflict("changed_by_others")
    return _written_over(session, solution, current, parsed, programme, now)


def _written_over(
    session: Session, solution: Solution, current: Opened, parsed: Parsed, programme: Actor, now: datetime
) -> Sent:
    """The draft as the document has it; what it does not say of ``KEPT`` stays, so that sent twice it is the same."""
    document, held = _told(parsed), document_of(current.state).front
    front = {**{name: held[name] for name in KEPT if name in held}, **document.front}
    state = state_of(Document(front, document.sections, document.footnotes))
    return _sent(service.save(session, solution, state, current.seen, programme.id, now).opened, parsed)


def _told(parsed: Parsed) -> Document:
    """The document of what was read. Raises ``Wrong`` for one without a title, which nothing could be called by."""
    document = parsed.document or Document({})
    title = document.front.get("title")
    if not isinstance(title, str) or not title.strip():
        raise Wrong(*(item for item in _found(parsed) if item.field == "title"))
    return document


def _refuse_other_body(parsed: Parsed, *bodies: str) -> None:
    """Nobody writes for an office they were not made for."""
    named = parsed.document.known("city") if parsed.document else None
    if named is not None and named not in bodies:
        line = parsed.lines.get("city", 1)
        raise Wrong(Problem("city", "not_own_body", line, detail=str(named), example=bodies[0]))


def _sent(opened: Opened, parsed: Parsed) -> Sent:
    """What a new draft begins with, as its body, it does not lack, although the document does not say it."""
    held = document_of(opened.state).front
    found = (item for item in _found(parsed) if item.key != "missing" or held.get(item.field) in EMPTY)
    return Sent(opened, tuple(found))


def lacking(text: str) -> tuple[Problem, ...]:
    """What a draft has wrong, or lacks to be submitted, each with its line of the text it is read as."""
    return _found(parse(text))


def _found(parsed: Parsed) -> tuple[Problem, ...]:
    """The same of a document."""
    found = problems(parsed.document, Level.SUBMITTED) if parsed.document else ()
    return tuple(sorted(located((*parsed.problems, *found), parsed.lines), key=lambda item: item.line))
