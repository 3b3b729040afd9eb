# SPDX-License-Identifier: AGPL-3.0-or-later
"""Giving up a draft: whose words go with it, and that they are told."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.errors import Conflict
from app.journal.service import record
from app.solutions import queries as library
from app.solutions.models import Solution, SolutionRevision
from app.writing import queries
from app.writing.service import opened, says, unsaved, write
from app.writing.state import State, from_json, state_of


@dataclass(frozen=True)
class Lost:
    """What one person wrote and no version holds: when last, in which sections (headings) and fields (names)."""

    person_id: int
    saved_at: datetime
    sections: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()


def never_kept(solution: Solution) -> bool:
    """Whether nobody ever made a version of this draft: giving it up takes it away altogether."""
    return not solution.badge and solution.latest_number == 1


def left(session: Session, solution: Solution) -> SolutionRevision:
    """What the form goes back to: the newest version. Where the form says no more than that, and it never came into
    force, the text that readers have: a change that came back is given up so."""
    newest = library.revision(session, solution, solution.latest_number)
    if not solution.badge or solution.latest_number == solution.revision_number:
        return newest
    in_force = library.current_revision(session, solution)
    given_up = says(session, solution, in_force)
    return in_force if given_up or says(session, solution, newest) else newest


def words_of_others(session: Session, solution: Solution, author_id: int) -> list[Lost]:
    """What others than the one who gives the draft up would lose, who wrote last first.

    Of what was typed long ago only the latest editions are known; who began a draft or added to its kit loses it too.
    """
    whole = never_kept(solution)
    if not whole and (not unsaved(session, solution) or says(session, solution, left(session, solution))):
        return []
    found: dict[int, Lost] = {}
    if whole:
        began = library.revision(session, solution, 1)
        theirs = [(began.author_id, began.saved_at)]
        theirs += [(file.added_by, file.added_at) for file in queries.attachments(session, solution)]
        found = {person: Lost(person, at) for person, at in theirs if person}
    for person, at, sections, fields in _typed(session, solution, whole):
        before = found.get(person, Lost(person, at))
        found[person] = Lost(
            person,
            max(at, before.saved_at),
            tuple(dict.fromkeys((*before.sections, *sections))),
            tuple(dict.fromkeys((*before.fields, *fields))),
        )
    return sorted(
        (lost for lost in found.values() if lost.person_id != author_id), key=lambda lost: lost.saved_at, reverse=True
    )


def _typed(
    session: Session, solution: Solution, whole: bool
) -> Iterator[tuple[int, datetime, tuple[str, ...], tuple[str, ...]]]:
    """Each save since the newest version, the oldest first: who, when, which sections and fields it changed."""
    newest = library.revision(session, solution, solution.latest_number)
    before = state_of(newest.document())
    for edition in queries.editions(session, solution):
        state = from_json(edition.state)
        since = edition.saved_at >= newest.saved_at if whole else edition.saved_at > newest.saved_at
        sections, fields = _changed(before, state)
        if since and edition.saved_by and (sections or fields):
            yield edition.saved_by, edition.saved_at, sections, fields
        before = state


def _changed(before: State, after: State) -> tuple[tuple[str, ...], tuple[str, ...]]:
    told = {**dict(before.extra), **before.sections}, {**dict(after.extra), **after.sections}
    sections = [heading for heading in {**told[0], **told[1]} if told[0].get(heading) != told[1].get(heading)]
    names = {**before.fields, **after.fields}
    fields = [name for name in names if before.fields.get(name) != after.fields.get(name)]
    fields += [name for name in ("footnotes", "markdown") if getattr(before, name) != getattr(after, name)]
    return tuple(sections), tuple(fields)


def discard(session: Session, solution: Solution, author_id: int, now: datetime, seen: int) -> bool:
    """Give up what was typed since the newest version, or that one (``left``). A draft nobody made a version of goes
    altogether: True.

    ``seen`` is the edition that was confirmed; raises ``Conflict`` where somebody typed since.
    """
    queries.hold(session, solution)
    current = opened(session, solution)
    if seen != current.edition:
        raise Conflict("draft_changed")
    body = solution.owner.slug if solution.owner else ""
    others = sorted(lost.person_id for lost in words_of_others(session, solution, author_id))
    told = {"title": (current.state.title or solution.title)[:300], "others": others}
    record(session, now, author_id, "draft-discarded", "solution", solution.slug, body=body, data=told)
    if never_kept(solution):
        session.delete(solution)
        session.flush()
        return True
    write(session, solution, current, state_of(left(session, solution).document()), author_id, now)
    return False
