# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every SELECT on what the library offers and says, as requests are compared with it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cities.models import City
from app.solutions.models import Solution, SolutionBody, SolutionRevision
from app.solutions.queries import IN_FORCE

#: Solutions whose texts are asked for at a time.
CHUNK = 500


@dataclass(frozen=True)
class Offered:
    """A published solution as far as it is offered; ``kit`` and ``preconditions`` as its document has them."""

    solution: int
    slug: str
    title: str
    badge: str
    evidence: int | None
    kit: Any
    preconditions: Any


def offered(session: Session) -> list[Offered]:
    """Every published solution that is kept up, the newest first."""
    wanted = (
        select(Solution.id, Solution.slug, Solution.title, Solution.badge, Solution.evidence_level)
        .add_columns(Solution.front["kit"].as_json(), Solution.front["preconditions"].as_json())
        .where(Solution.published, Solution.archived_at.is_(None))
        .order_by(Solution.updated_at.desc(), Solution.slug)
    )
    return [Offered(*row) for row in session.execute(wanted)]


def tied(session: Session, role: str) -> list[tuple[int, int]]:
    """Solutions and the bodies tied to them in a role, by number, in the order of the documents."""
    wanted = select(SolutionBody.solution_id, SolutionBody.city_id).where(SolutionBody.role == role)
    rows = session.execute(wanted.order_by(SolutionBody.position, SolutionBody.id))
    return [(row.solution_id, row.city_id) for row in rows]


def owners(session: Session) -> Sequence[City]:
    """The bodies that own a solution."""
    owning = select(SolutionBody.city_id).where(SolutionBody.role == "owner")
    return session.scalars(select(City).where(City.id.in_(owning))).all()


@dataclass(frozen=True)
class InForce:
    """A published solution by the number of the revision in force."""

    solution: int
    slug: str
    title: str
    summary: str
    revision: int


def in_force(session: Session) -> list[InForce]:
    """Every published solution, without its text."""
    wanted = (
        select(Solution.id, Solution.slug, Solution.title, Solution.summary, SolutionRevision.id)
        .join(SolutionRevision, IN_FORCE)
        .where(Solution.published)
        .order_by(Solution.id)
    )
    return [InForce(*row) for row in session.execute(wanted)]


def plain_texts(session: Session, revisions: Iterable[int], letters: int) -> Iterator[tuple[int, str]]:
    """The beginning of the text of some revisions, by number."""
    numbers = sorted(revisions)
    for start in range(0, len(numbers), CHUNK):
        some = numbers[start : start + CHUNK]
        wanted = select(SolutionRevision.id, func.substr(SolutionRevision.plain, 1, letters))
        yield from ((number, plain) for number, plain in session.execute(wanted.where(SolutionRevision.id.in_(some))))


@dataclass(frozen=True)
class Told:
    """What a published solution says, and its sections."""

    slug: str
    plain: str
    sections: list[dict[str, Any]]


def told(session: Session, slugs: Iterable[str]) -> Iterator[Told]:
    """What some published solutions say now."""
    wanted = select(Solution.slug, SolutionRevision.plain, SolutionRevision.sections)
    wanted = wanted.join(SolutionRevision, IN_FORCE).where(Solution.published)
    ordered = sorted(set(slugs))
    for start in range(0, len(ordered), CHUNK):
        some = ordered[start : start + CHUNK]
        yield from (Told(*row) for row in session.execute(wanted.where(Solution.slug.in_(some))))
