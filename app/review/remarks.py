# SPDX-License-Identifier: AGPL-3.0-or-later
"""Remarks of those who work on a solution, and errors that readers report."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from app import access
from app.access import Action, Role
from app.accounts import queries as people
from app.accounts.models import Attempt, Person
from app.accounts.rules import WINDOW, digest, is_mailbox, network_of, tidy_email, wait_seconds
from app.accounts.service import Throttled
from app.cities.rules import is_closed
from app.errors import Conflict, Invalid, NotFound
from app.journal.rules import SAME_SENDING
from app.review import queries
from app.review.models import Comment
from app.review.service import MAX_COMMENTS, add_comment, needed, tell
from app.solutions import queries as library
from app.solutions.models import Solution

SHORTEST_REPORT = 20
LONGEST_REPORT = 2_000
#: Reports from one network address in a quarter of an hour after which it waits.
MOST_REPORTS = 5


def comment(session: Session, solution: Solution, person_id: int, now: datetime, section: str, text: str) -> Comment:
    """Leave a remark on a section, or on the whole, once however often it is sent. Raises ``Invalid``."""
    solution = library.locked(session, solution.id)
    same = queries.said_since(
        session, solution, person_id, ("review", section[:120], text.strip(), ""), now - SAME_SENDING
    )
    if same is not None:
        return same
    waiting = queries.open_review(session, solution)
    made = add_comment(session, solution, person_id, now, section, text, waiting.id if waiting else None)
    tell(session, solution, person_id, now, "comment-added", {"comment": made.id, "section": made.section})
    return made


def comment_all(
    session: Session, solution: Solution, person_id: int, now: datetime, typed: Sequence[tuple[str, str]]
) -> None:
    """Leave several remarks at once, as (section, text). Raises ``Invalid`` where there is none, or too many."""
    if not typed or len(typed) > MAX_COMMENTS:
        raise Invalid({"comments": "too_many" if typed else "required"})
    for section, text in typed:
        comment(session, solution, person_id, now, section, text)


def resolve(session: Session, solution: Solution, number: int, person_id: int, now: datetime) -> Comment:
    """A remark or a report was dealt with. Raises ``NotFound``, or ``Conflict`` where somebody did it already."""
    solution = library.locked(session, solution.id)
    found = queries.comment(session, number)
    if found is None or found.solution_id != solution.id:
        raise NotFound(number)
    if found.resolved_at is not None:
        raise Conflict("resolved_already")
    found.resolved_at, found.resolved_by = now, person_id
    tell(session, solution, person_id, now, "comment-resolved", {"comment": found.id, "kind": found.kind})
    return found


def report(
    session: Session,
    solution: Solution,
    now: datetime,
    text: str,
    email: str,
    address: str,
    person_id: int | None = None,
) -> Comment:
    """An error a reader found, told to the owner, once however often it is sent. Raises ``Invalid``, ``Conflict``,
    ``Throttled``."""
    said, mailbox = checked(session, now, text, email, address)
    if not solution.badge or solution.archived_at is not None:
        raise Conflict("not_in_force")
    solution = library.locked(session, solution.id)
    same = queries.said_since(session, solution, person_id, ("report", "", said, mailbox), now - SAME_SENDING)
    if same is not None:
        return same
    found = Comment(
        solution_id=solution.id,
        kind="report",
        text=said,
        author_id=person_id,
        reader_email=mailbox,
        created_at=now,
    )
    session.add(found)
    session.flush()
    tell(session, solution, person_id, now, "error-reported", {"comment": found.id})
    return found


def those_who_correct(session: Session, solution: Solution, day: date) -> Iterator[Person]:
    """Who can correct a solution now: referents, then officials, of its bodies that are there on a day."""
    thing = solution.thing
    gone = frozenset(tie.city.slug for tie in solution.bodies if is_closed(tie.city.register, day))
    for role in (Role.REFERENT, Role.OFFICIAL):
        for person in people.with_role(session, role, thing.bodies - gone):
            if access.may_begin(person.actor, Action.EDIT_SOLUTION, thing, gone):
                yield person


def checked(session: Session, now: datetime, text: str, email: str, address: str) -> tuple[str, str]:
    """Text and mailbox of a report as they are kept; it is counted. Raises ``Invalid``, ``Throttled``."""
    refuse_many(session, now, address)
    wrong = {}
    if len(text.strip()) < SHORTEST_REPORT:
        wrong["text"] = "too_short"
    if email and not is_mailbox(tidy_email(email)):
        wrong["email"] = "not_a_mailbox"
    if wrong:
        raise Invalid(wrong)
    said = needed(text, "text", LONGEST_REPORT)
    session.add(Attempt(subject=_subject(address), at=now))
    return said, tidy_email(email) if email else ""


def refuse_many(session: Session, now: datetime, address: str) -> None:
    """Raise ``Throttled`` when a network address reported too often a short while ago."""
    seconds = wait_seconds(people.failures(session, _subject(address), now - WINDOW), MOST_REPORTS, now)
    if seconds:
        raise Throttled(seconds)


def _subject(address: str) -> str:
    return digest(f"report:{network_of(address)}")
