# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every SELECT on reviews and comments."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import QueryableAttribute, Session, aliased, contains_eager, joinedload, selectinload
from sqlalchemy.sql.base import ExecutableOption

from app.cities.models import City
from app.review.models import Comment, PageReport, Review
from app.review.rules import State, Step
from app.solutions.models import LegalAct, Solution, SolutionAct, SolutionBody, SolutionRevision, SolutionTheme, Theme
from app.writing.kit import SAID
from app.writing.models import Attachment

MOST = 500
#: With a review its version, as far as ``Review.judged`` asks for it.
WRITER = joinedload(Review.version).load_only(SolutionRevision.author_id)


@dataclass(frozen=True)
class Scope:
    """Whose solutions are looked at: those of some bodies or of some themes; all of them where both are None."""

    bodies: frozenset[str] | None = None
    themes: frozenset[str] | None = None


@dataclass(frozen=True)
class Filter:
    """One body and one theme, each empty for any."""

    body: str = ""
    theme: str = ""


def review(session: Session, number: int) -> Review | None:
    """One review as it is now."""
    wanted = select(Review).where(Review.id == number).execution_options(populate_existing=True)
    return session.scalars(wanted).one_or_none()


def open_review(session: Session, solution: Solution) -> Review | None:
    wanted = select(Review).where(Review.solution_id == solution.id, Review.state == State.OPEN)
    return session.scalars(wanted.execution_options(populate_existing=True)).one_or_none()


def returned(session: Session, solution: Solution) -> Review | None:
    """The review that sent a solution back, while no later one decided otherwise; one taken back decides nothing."""
    decided = select(Review).where(Review.solution_id == solution.id, Review.state.in_((State.PASSED, State.RETURNED)))
    last = session.scalars(decided.order_by(Review.id.desc()).limit(1)).one_or_none()
    return last if last is not None and last.state == State.RETURNED else None


def in_force_at(session: Session, solution: Solution, when: datetime) -> SolutionRevision | None:
    """The revision that was in force at a moment; None where none was, or nobody noted since when."""
    wanted = select(SolutionRevision).where(SolutionRevision.solution_id == solution.id)
    lived = wanted.where(SolutionRevision.live_at <= when).order_by(SolutionRevision.number.desc())
    return session.scalars(lived.limit(1)).one_or_none()


def comment(session: Session, number: int) -> Comment | None:
    wanted = select(Comment).where(Comment.id == number).execution_options(populate_existing=True)
    return session.scalars(wanted).one_or_none()


def said_since(
    session: Session, solution: Solution, author: int | None, said: tuple[str, str, str, str], since: datetime
) -> Comment | None:
    """What somebody said of a solution after an instant, word for word: kind, section, text, mailbox for an answer."""
    columns = (Comment.kind, Comment.section, Comment.text, Comment.reader_email)
    same = [column == value for column, value in zip(columns, said, strict=True)]
    wanted = select(Comment).where(Comment.solution_id == solution.id, Comment.author_id == author, *same)
    return session.scalars(wanted.where(Comment.created_at > since).limit(1)).one_or_none()


def reported_since(
    session: Session, path: str, author: int | None, text: str, mailbox: str, since: datetime
) -> PageReport | None:
    """What somebody reported of a page after an instant, word for word."""
    said = PageReport.author_id == author, PageReport.text == text, PageReport.reader_email == mailbox
    wanted = select(PageReport).where(PageReport.path == path, *said, PageReport.created_at > since)
    return session.scalars(wanted.limit(1)).one_or_none()


def comments(session: Session, solution: Solution) -> Sequence[Comment]:
    """Remarks and reports on a solution, those not dealt with first, then the oldest first."""
    wanted = select(Comment).where(Comment.solution_id == solution.id)
    return session.scalars(wanted.order_by(Comment.resolved_at.is_not(None), Comment.id)).all()


def open_remarks(session: Session, solution: Solution) -> Sequence[str]:
    """The section of each remark or report that nobody has dealt with, empty for the whole."""
    wanted = select(Comment.section).where(Comment.solution_id == solution.id, Comment.kind != "archive")
    return session.scalars(wanted.where(Comment.resolved_at.is_(None)).order_by(Comment.id)).all()


def archive_reason(session: Session, solution: Solution) -> str:
    """Why a solution was archived the last time, empty where it never was."""
    wanted = select(Comment.text).where(Comment.solution_id == solution.id, Comment.kind == "archive")
    return session.scalars(wanted.order_by(Comment.id.desc()).limit(1)).one_or_none() or ""


def files(session: Session, solution: Solution) -> Sequence[Attachment]:
    """Every file its kit ever held."""
    wanted = select(Attachment).where(Attachment.solution_id == solution.id)
    return session.scalars(wanted.order_by(Attachment.id)).all()


def files_changed(session: Session, solution: Solution) -> bool:
    """Whether a file was added to the kit, taken out of it or described otherwise, since the version in force."""
    differs, other = Attachment.published == Attachment.removed_at.is_not(None), aliased(Attachment)
    # One that is described again as readers have it is another row, and nothing new.
    same = (getattr(other, name) == getattr(Attachment, name) for name in ("solution_id", *SAID))
    again = select(other.id).where(*same, other.published != Attachment.published)
    again = again.where(other.removed_at.is_(None) != Attachment.removed_at.is_(None))
    wanted = select(Attachment.id).where(Attachment.solution_id == solution.id, differs, ~again.exists())
    return session.scalar(wanted.limit(1)) is not None


def waiting(session: Session, step: Step, scope: Scope, chosen: Filter) -> Sequence[Review]:
    """Open reviews of a step with their solutions, the longest waiting first."""
    wanted = select(Review).join(Review.solution).options(_solution(Review.solution), WRITER)
    wanted = wanted.where(Review.state == State.OPEN, Review.step == step, *_within(scope), *_chosen(chosen))
    return session.scalars(wanted.order_by(Review.asked_at, Review.id).limit(MOST)).all()


def reports(session: Session, scope: Scope, chosen: Filter) -> Sequence[Comment]:
    """Errors readers reported that nobody has dealt with, the oldest first."""
    wanted = select(Comment).join(Comment.solution).options(_solution(Comment.solution))
    wanted = wanted.where(Comment.kind == "report", Comment.resolved_at.is_(None), *_within(scope), *_chosen(chosen))
    return session.scalars(wanted.order_by(Comment.created_at, Comment.id).limit(MOST)).all()


def page_report(session: Session, number: int, *, hold: bool = False) -> PageReport | None:
    """One report on a page as it is now; held until the transaction ends where asked."""
    wanted = select(PageReport).where(PageReport.id == number).execution_options(populate_existing=True)
    return session.scalars(wanted.with_for_update() if hold else wanted).one_or_none()


def page_reports(session: Session, scope: Scope, chosen: Filter) -> Sequence[PageReport]:
    """Errors reported on pages that are no solution's and that nobody has dealt with, the oldest first."""
    wanted = select(PageReport).where(PageReport.resolved_at.is_(None), *_pages_within(scope))
    if chosen.body:
        wanted = wanted.where(PageReport.body == chosen.body)
    if chosen.theme:
        wanted = wanted.where(PageReport.theme == chosen.theme)
    return session.scalars(wanted.order_by(PageReport.created_at, PageReport.id).limit(MOST)).all()


def to_confirm(session: Session, today: date, scope: Scope, chosen: Filter) -> Sequence[Solution]:
    """Solutions in force whose facts may be due, the longest due first; a month counts from its first day here."""
    due = Solution.front["review_due"].as_string()
    wanted = select(Solution).options(selectinload(Solution.bodies), selectinload(Solution.themes))
    wanted = wanted.where(*_due(today), *_within(scope), *_chosen(chosen)).order_by(due, Solution.id)
    return session.scalars(wanted.limit(MOST)).all()


def to_lower(session: Session, today: date) -> Sequence[int]:
    """Numbers of solutions whose facts may be due, and whose level can still fall."""
    wanted = select(Solution.id).where(*_due(today), Solution.evidence_level > 1)
    return session.scalars(wanted.order_by(Solution.id)).all()


def due(session: Session, today: date) -> Sequence[int]:
    """Numbers of solutions whose facts were to be confirmed by now."""
    return session.scalars(select(Solution.id).where(*_due(today)).order_by(Solution.id)).all()


def with_old_addresses(session: Session, before: datetime) -> Sequence[Comment | PageReport]:
    """Reports from before an instant that still hold the address a reader left."""
    comments = select(Comment).where(Comment.reader_email != "", Comment.created_at < before)
    pages = select(PageReport).where(PageReport.reader_email != "", PageReport.created_at < before)
    return [*session.scalars(comments), *session.scalars(pages)]


def counts(session: Session, step: Step, scope: Scope) -> int:
    """How many reviews of a step are open."""
    wanted = select(func.count()).select_from(Review).join(Review.solution)
    return session.scalar(wanted.where(Review.state == State.OPEN, Review.step == step, *_within(scope))) or 0


def count_reports(session: Session, scope: Scope) -> int:
    wanted = select(func.count()).select_from(Comment).join(Comment.solution)
    return session.scalar(wanted.where(Comment.kind == "report", Comment.resolved_at.is_(None), *_within(scope))) or 0


def count_page_reports(session: Session, scope: Scope) -> int:
    wanted = select(func.count()).select_from(PageReport)
    return session.scalar(wanted.where(PageReport.resolved_at.is_(None), *_pages_within(scope))) or 0


def _pages_within(scope: Scope) -> list[ColumnElement[bool]]:
    if scope.bodies is None and scope.themes is None:
        return []
    return [or_(PageReport.body.in_(scope.bodies or ()), PageReport.theme.in_(scope.themes or ()))]


def _solution(relation: QueryableAttribute[Solution]) -> ExecutableOption:
    return contains_eager(relation).options(selectinload(Solution.bodies), selectinload(Solution.themes))


def _due(today: date) -> tuple[ColumnElement[bool], ...]:
    due = Solution.front["review_due"].as_string()
    return Solution.badge != "", Solution.archived_at.is_(None), due < today.isoformat()


def _within(scope: Scope) -> list[ColumnElement[bool]]:
    if scope.bodies is None and scope.themes is None:
        return []
    return [or_(_of_bodies(scope.bodies or frozenset()), _of_themes(scope.themes or frozenset()))]


def _chosen(chosen: Filter) -> list[ColumnElement[bool]]:
    conditions = [_of_bodies(frozenset({chosen.body}))] if chosen.body else []
    return conditions + ([_of_themes(frozenset({chosen.theme}))] if chosen.theme else [])


def _of_bodies(slugs: frozenset[str]) -> ColumnElement[bool]:
    ties: Select[int] = select(SolutionBody.solution_id).join(City, City.id == SolutionBody.city_id)
    return Solution.id.in_(ties.where(City.slug.in_(slugs), SolutionBody.role.in_(("owner", "partner"))))


def _of_themes(slugs: frozenset[str]) -> ColumnElement[bool]:
    ties: Select[int] = select(SolutionTheme.solution_id).join(Theme, Theme.id == SolutionTheme.theme_id)
    return Solution.id.in_(ties.where(Theme.slug.in_(slugs)))


def commonest_theme(session: Session, act: LegalAct) -> str:
    """The theme that most of the published solutions citing an act have; empty where none has one."""
    wanted = (
        select(Theme.slug)
        .join(SolutionTheme, SolutionTheme.theme_id == Theme.id)
        .join(SolutionAct, SolutionAct.solution_id == SolutionTheme.solution_id)
        .join(Solution, Solution.id == SolutionTheme.solution_id)
        .where(SolutionAct.act_id == act.id, Solution.published)
        .group_by(Theme.slug)
        .order_by(func.count().desc(), Theme.slug)
        .limit(1)
    )
    return session.scalar(wanted) or ""


@dataclass(frozen=True)
class FirstLive:
    """When a solution came into force for the first time, and whether somebody wrote it on the site."""

    at: datetime
    written_here: bool


def first_live(session: Session, since: datetime) -> dict[str, FirstLive]:
    """Published solutions that came into force for the first time after an instant."""
    first = func.min(SolutionRevision.live_at)
    wanted = (
        select(Solution.slug, first, Solution.author_id)
        .join(SolutionRevision, SolutionRevision.solution_id == Solution.id)
        .where(Solution.published)
        .group_by(Solution.slug, Solution.author_id)
        .having(first > since)
    )
    rows = session.execute(wanted)
    return {slug: FirstLive(live, author is not None) for slug, live, author in rows if live is not None}
