# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who hears that a variant is in the library: those of the transfer that it came of, and who follows its source."""

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


@dataclass(frozen=True)
class Arrival:
    """Whom the first text of a variant is news for, besides those of any solution; empty for every other row.

    ``people`` of both sides of its transfers, who follows what is ``followed``; ``facts`` name its source.
    """

    people: frozenset[int] = frozenset()
    followed: tuple[tuple[str, str], ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)


def arrival(session: Session, solution: Solution, entry: JournalEntry) -> Arrival:
    """What a row says where it brings a variant into the library for the first time."""
    if entry.action != APPROVED or not solution.based_on or not entry.data.get("live"):
        return Arrival()
    approved = journal.done_to(session, "solution", solution.slug, {APPROVED})
    if min(int(data["number"]) for _action, data in approved if data.get("live")) != entry.data["number"]:
        return Arrival()
    people = twinnings.people_bringing(session, solution.id)
    return Arrival(people, (("solution", solution.based_on),), _facts(session, solution.based_on))


def _facts(session: Session, slug: str) -> dict[str, Any]:
    source = solutions.by_slug(session, slug, acts=False)
    # What few may read is not named to the others.
    return {"source": source.title} if source is not None and source.published else {}
