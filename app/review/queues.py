# SPDX-License-Identifier: AGPL-3.0-or-later
"""The queues of the editorial desk: what waits for whom, the longest waiting first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from sqlalchemy.orm import Session

from app import access
from app.access import Action, Actor, Role
from app.accounts import queries as people
from app.cities import queries as cities
from app.document.dates import day_of, last_day
from app.review import ageing, queries, rules
from app.review.models import Comment, PageReport, Review
from app.review.queries import Filter, Scope
from app.review.rules import Step
from app.review.service import claimed
from app.solutions.models import Solution
from app.solutions.rules import is_overdue

#: The queues by the words of their addresses; those of decisions with their step.
STEP_OF: Mapping[str, Step] = {
    "da-approvare": Step.APPROVAL,
    "da-validare": Step.VALIDATION,
    "da-rendere-pronte": Step.READINESS,
}
REPORTS, TO_CONFIRM = "segnalazioni", "verifiche-scadute"
QUEUES = (*STEP_OF, REPORTS, TO_CONFIRM)


@dataclass(frozen=True)
class Row:
    """One line of a queue."""

    slug: str
    title: str
    body: str
    themes: tuple[str, ...]
    since: datetime
    days: int
    due_on: date | None = None
    late: bool = False
    assignee: str = ""
    mine: bool = False
    review_id: int = 0
    number: int = 0
    claimable: bool = False
    #: Whether the one who looks can do what it waits for, and not only assign it.
    able: bool = True
    text: str = ""
    #: Of a report on a page that is no solution's: its path, its number, the mailbox for an answer.
    page: str = ""
    report_id: int = 0
    mailbox: str = ""

    def as_data(self) -> dict[str, object]:
        """The line as CSV and JSON say it."""
        return {
            "slug": self.slug,
            "title": self.title,
            "body": self.body,
            "themes": list(self.themes),
            "since": self.since.replace(microsecond=0),
            "working_days": self.days,
            "due_on": self.due_on.isoformat() if self.due_on else None,
            "assignee": self.assignee,
            "version": self.number or None,
            "text": self.text,
            "page": self.page or None,
        }


COLUMNS = tuple(Row("", "", "", (), datetime.min.replace(tzinfo=UTC), 0).as_data())


def scope_of(actor: Actor, queue: str) -> Scope:
    """What of a queue concerns a person: all for the coordination, else their bodies and themes."""
    if actor.national:
        return Scope()
    bodies, themes = actor.of(Role.REFERENT), actor.of(Role.EXPERT)
    step = STEP_OF.get(queue)
    if step is None:
        # Facts and reports are a matter of the whole office, decisions of its referents.
        return Scope(actor.bodies, themes)
    return Scope(bodies) if rules.ROLE_OF[step] is Role.REFERENT else Scope(themes=themes)


def _pages_of(actor: Actor) -> Scope:
    """Reports on pages concern those who may close them."""
    return Scope() if actor.national else Scope(actor.of(Role.REFERENT), actor.of(Role.EXPERT))


def counts(session: Session, actor: Actor, now: datetime) -> dict[str, int]:
    """How much waits in each queue that a person sees."""
    found = {queue: queries.counts(session, step, scope_of(actor, queue)) for queue, step in STEP_OF.items()}
    found[REPORTS] = queries.count_reports(session, scope_of(actor, REPORTS))
    found[REPORTS] += queries.count_page_reports(session, _pages_of(actor))
    found[TO_CONFIRM] = len(_overdue(session, actor, Filter(), day_of(now)))
    return found


def rows(session: Session, actor: Actor, queue: str, chosen: Filter, now: datetime) -> list[Row]:
    """The lines of a queue, the longest waiting first."""
    today = day_of(now)
    if queue == TO_CONFIRM:
        return [_of_solution(solution, actor, today) for solution in _overdue(session, actor, chosen, today)]
    if queue == REPORTS:
        return _reports(session, actor, chosen, today)
    waiting = queries.waiting(session, STEP_OF[queue], scope_of(actor, queue), chosen)
    held = claimed(session, waiting)
    names = people.names(session, [review.claimed_by for review in waiting])
    working = {review.id: names.get(review.claimed_by or 0, "") for review in waiting if review.id in held}
    return [_of_review(review, actor, working.get(review.id, ""), today) for review in waiting]


def _reports(session: Session, actor: Actor, chosen: Filter, today: date) -> list[Row]:
    """Errors on solutions and on other pages, the longest waiting first."""
    pages = queries.page_reports(session, _pages_of(actor), chosen)
    bodies = {slug: city.short_name for slug, city in cities.by_slugs(session, [page.body for page in pages]).items()}
    found = [_of_report(report, today) for report in queries.reports(session, scope_of(actor, REPORTS), chosen)]
    return sorted([*found, *(_of_page(page, bodies, today) for page in pages)], key=lambda row: row.since)


def _overdue(session: Session, actor: Actor, chosen: Filter, today: date) -> Sequence[Solution]:
    found = queries.to_confirm(session, today, scope_of(actor, TO_CONFIRM), chosen)
    return [solution for solution in found if is_overdue(solution.front.get("review_due"), today)]


def _of_review(review: Review, actor: Actor, assignee: str, today: date) -> Row:
    solution, asked_on = review.solution, day_of(review.asked_at)
    may = access.may(actor, rules.ACTION_OF[Step(review.step)], review.judged)
    return Row(
        *_of(solution),
        since=review.asked_at,
        days=ageing.working_days(asked_on, today),
        due_on=review.due_on,
        late=review.due_on is not None and review.due_on < today,
        assignee=assignee,
        mine=bool(assignee) and review.claimed_by == actor.id,
        review_id=review.id,
        number=review.revision_number,
        claimable=may and not assignee,
        able=may,
    )


def _of_report(report: Comment, today: date) -> Row:
    days = ageing.working_days(day_of(report.created_at), today)
    return Row(*_of(report.solution), since=report.created_at, days=days, text=report.text)


def _of_page(report: PageReport, bodies: Mapping[str, str], today: date) -> Row:
    return Row(
        "",
        report.title,
        bodies.get(report.body, ""),
        (report.theme,) if report.theme else (),
        since=report.created_at,
        days=ageing.working_days(day_of(report.created_at), today),
        text=report.text,
        page=report.path,
        report_id=report.id,
        mailbox=report.reader_email,
    )


def _of_solution(solution: Solution, actor: Actor, today: date) -> Row:
    due = last_day(solution.front.get("review_due")) or today
    since = datetime.combine(due, time(12), UTC)
    able = access.may(actor, Action.EDIT_SOLUTION, solution.thing)
    return Row(*_of(solution), since=since, days=ageing.working_days(due, today), due_on=due, late=True, able=able)


def _of(solution: Solution) -> tuple[str, str, str, tuple[str, ...]]:
    body = solution.owner.short_name if solution.owner else ""
    return solution.slug, solution.title, body, tuple(tie.theme.slug for tie in solution.themes)
