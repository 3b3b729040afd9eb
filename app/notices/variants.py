# SPDX-License-Identifier: AGPL-3.0-or-later
"""Of a solution that goes from city to city, who hears besides its own: that a variant is in the library, that the
source of a running transfer has left it."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from app.journal import queries as journal
from app.journal.models import JournalEntry
from app.solutions import queries as solutions
from app.solutions.models import Solution
from app.twinnings import queries as twinnings

#: The city answers for a text.
APPROVED = "solution-approved"
#: What is taken over leaves the library, or is there again.
MOVED = frozenset({"solution-archived", "solution-restored"})


@dataclass(frozen=True)
class Elsewhere:
    """Whom a row about a solution is news for, besides those of any solution.

    ``people`` of both sides of its transfers, who follows what is ``followed``; ``facts`` name the source of a variant.
    """

    people: frozenset[int] = frozenset()
    followed: tuple[tuple[str, str], ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)


def elsewhere(session: Session, solution: Solution, entry: JournalEntry) -> Elsewhere:
    """Those who are taking a solution over when it moves; those of a variant, the first time it is in the library."""
    if entry.action in MOVED:
        return Elsewhere(twinnings.people_working(session, solution.id))
    if entry.action != APPROVED or not solution.based_on or not entry.data.get("live"):
        return Elsewhere()
    approved = journal.done_to(session, "solution", solution.slug, {APPROVED})
    if min(int(data["number"]) for _action, data in approved if data.get("live")) != entry.data["number"]:
        return Elsewhere()
    people = twinnings.people_bringing(session, solution.id)
    return Elsewhere(people, (("solution", solution.based_on),), _facts(session, solution.based_on))


def _facts(session: Session, slug: str) -> dict[str, Any]:
    source = solutions.by_slug(session, slug, acts=False)
    # What few may read is not named to the others.
    return {"source": source.title} if source is not None and source.published else {}
