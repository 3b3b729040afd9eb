# SPDX-License-Identifier: AGPL-3.0-or-later
"""What stands on a person's desk: what they write, what waits for them, what they wait for."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from operator import attrgetter

from sqlalchemy.orm import Session

from app import access
from app.access import Action, Actor
from app.accounts import queries as people
from app.document.schema import Level
from app.document.validate import problems
from app.notices import queries
from app.review import queries as reviews
from app.review import queues
from app.review import rules as review_rules
from app.review.beside import is_given_up
from app.review.models import Review
from app.review.rules import Step
from app.review.service import claimed
from app.solutions.models import Solution
from app.writing import service as writing

MOST = 12
_LATEST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Draft:
    """Something the office is writing: how much is missing to submit it, and when it was last saved."""

    slug: str
    title: str
    body: str
    missing: int
    saved_at: datetime
    published: bool
    returned: bool


@dataclass(frozen=True)
class Waited:
    """Something the office sent and waits for: at which step, who is next, since when."""

    slug: str
    title: str
    step: str
    body: str
    themes: tuple[str, ...]
    since: datetime
    claimed: bool


@dataclass(frozen=True)
class Task:
    """One thing a person is asked to do: a kind that the page words, a title, an address, a day."""

    kind: str
    title: str
    path: str
    since: datetime | None = None
    due_on: date | None = None
    late: bool = False
    detail: str = ""
    why: str = ""
    #: Of an error reported on a page that is no solution's: its path.
    page: str = ""


def in_order(tasks: Iterable[Task]) -> list[Task]:
    """By the day they are due, then those without a day, the longest waiting first."""
    return sorted(tasks, key=lambda task: (task.due_on is None, task.due_on or date.max, task.since or _LATEST))


#: What other houses put on the desk: tasks that wait for the person.
Section = Callable[[Session, Actor, datetime], Sequence[Task]]


def drafts(session: Session, actor: Actor, returned: Sequence[Review]) -> list[Draft]:
    """What the person's office writes and has not submitted, the last saved first; of some it was told why not yet."""
    back = {review.solution_id for review in returned}
    found = []
    for solution in queries.being_written(session, actor.id, actor.bodies, MOST):
        # Who began it for an office and has left that can read it, and no longer write on it.
        if not access.may(actor, Action.EDIT_SOLUTION, solution.thing) or _is_given_up(session, solution):
            continue
        opened = writing.opened(session, solution)
        document = writing.current_document(session, solution)
        owner = solution.owner
        found.append(
            Draft(
                solution.slug,
                str(document.front.get("title") or solution.title),
                owner.short_name if owner else "",
                len(problems(document, Level.SUBMITTED)),
                opened.saved_at,
                bool(solution.badge),
                solution.id in back,
            )
        )
    return sorted(found, key=lambda draft: draft.saved_at, reverse=True)[:MOST]


def _is_given_up(session: Session, solution: Solution) -> bool:
    """Whether its newest version never came into force, and nobody goes on with it."""
    newest = solution.latest_number
    same_kit = newest != solution.revision_number and not reviews.files_changed(session, solution)
    return same_kit and is_given_up(session, solution, newest)


def tasks(session: Session, actor: Actor, now: datetime) -> list[Task]:
    """Decisions, reports and confirmations that wait for the person, the longest waiting first."""
    found = []
    for queue in queues.QUEUES:
        for row in filter(attrgetter("able"), queues.rows(session, actor, queue, reviews.Filter(), now)):
            path = (
                f"/redazione/{queue}#segnalazione-{row.report_id}" if row.page else f"/soluzioni/{row.slug}/revisione"
            )
            found.append(Task(queue, row.title, path, row.since, row.due_on, row.late, row.assignee, page=row.page))
    return sorted(found, key=lambda task: task.since or now)[:MOST]


def returned_to(session: Session, actor: Actor) -> Sequence[Review]:
    """Texts of the person's office that were sent back and not sent again."""
    found = queries.returned_to(session, actor.id, actor.bodies, MOST)
    return [review for review in found if not is_given_up(session, review.solution, review.revision_number)]


def to_mend(session: Session, actor: Actor, returned: Sequence[Review]) -> list[Task]:
    """Texts that were sent back, with who did it and why; not for the one who sent them back."""
    theirs = [
        review
        for review in returned
        if review.decided_by != actor.id and access.may(actor, Action.EDIT_SOLUTION, review.solution.thing)
    ]
    names = people.names(session, [review.decided_by for review in theirs])
    return [
        Task(
            "restituita",
            review.solution.title,
            f"/soluzioni/{review.solution.slug}/revisione",
            review.decided_at,
            detail=names.get(review.decided_by or 0, ""),
            why=review.reason,
        )
        for review in theirs
    ]


def waited_for(session: Session, actor: Actor) -> list[Waited]:
    """Reviews that the person or their office asked for and nobody has decided; of the coordination, all of others."""
    if not actor.national:
        found = queries.asked_by_office(session, actor.id, actor.bodies, MOST)
    else:
        found = [review for review in queries.open_reviews(session) if not _may_decide(actor, review)][:MOST]
    held = claimed(session, found)
    return [_waited(review, review.id in held) for review in found]


def _may_decide(actor: Actor, review: Review) -> bool:
    return access.may(actor, review_rules.ACTION_OF[Step(review.step)], review.judged)


def _waited(review: Review, held: bool) -> Waited:
    solution: Solution = review.solution
    owner = solution.owner
    themes = tuple(tie.theme.slug for tie in solution.themes)
    return Waited(
        solution.slug,
        solution.title,
        review.step,
        owner.name if owner else "",
        themes,
        review.asked_at,
        held,
    )
