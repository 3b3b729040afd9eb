# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every SELECT on what people follow and are told."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, Table, func, or_, select
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload, selectinload, undefer

from app.accounts.models import Person
from app.cities.models import City
from app.notices.models import Cursor, Follow, Notice, Preference
from app.review.models import Comment, PageReport, Review
from app.review.queries import WRITER
from app.solutions.models import Solution, SolutionBody, SolutionRevision
from app.twinnings.models import Milestone, TwinningPerson
from app.writing.models import Attachment, WorkingCopy


def cursor(session: Session, name: str) -> Cursor | None:
    return session.get(Cursor, name)


def held_cursor(session: Session, name: str) -> Cursor | None:
    """The cursor, held until the transaction ends."""
    wanted = select(Cursor).where(Cursor.name == name).with_for_update()
    return session.scalars(wanted.execution_options(populate_existing=True)).one_or_none()


def follows(session: Session, person_id: int) -> Sequence[Follow]:
    """What a person follows, the newest first."""
    wanted = select(Follow).where(Follow.person_id == person_id)
    return session.scalars(wanted.order_by(Follow.id.desc())).all()


def follow(session: Session, person_id: int, kind: str, key: str) -> Follow | None:
    wanted = select(Follow).where(Follow.person_id == person_id, Follow.kind == kind, Follow.key == key)
    return session.scalars(wanted).one_or_none()


def followers(session: Session, things: Iterable[tuple[str, str]]) -> frozenset[int]:
    """People who follow any of the things, as (kind, key)."""
    ties = [(Follow.kind == kind) & (Follow.key == key) for kind, key in things]
    return frozenset(session.scalars(select(Follow.person_id).where(or_(*ties)))) if ties else frozenset()


def own_search(session: Session, person_id: int, number: int) -> Follow | None:
    """A saved search of a person, held until the transaction ends: it may be followed no more meanwhile."""
    wanted = select(Follow).where(Follow.id == number, Follow.person_id == person_id, Follow.kind == "search")
    return session.scalars(wanted.with_for_update()).one_or_none()


def saved_searches(session: Session, after: int, limit: int) -> Sequence[Follow]:
    """Some saved searches with what they found before."""
    wanted = select(Follow).options(undefer(Follow.seen)).where(Follow.kind == "search", Follow.id > after)
    return session.scalars(wanted.order_by(Follow.id).limit(limit)).all()


def saved_search(session: Session, number: int) -> Follow | None:
    return session.get(Follow, number, options=[undefer(Follow.seen)])


def in_force_since(session: Session, instant: datetime) -> dict[str, datetime]:
    """Published solutions whose version came into force after an instant, with when it did."""
    current = (SolutionRevision.solution_id == Solution.id) & (SolutionRevision.number == Solution.revision_number)
    wanted = select(Solution.slug, SolutionRevision.live_at).join(SolutionRevision, current)
    rows = session.execute(wanted.where(Solution.published, SolutionRevision.live_at > instant))
    return {slug: live for slug, live in rows if live}


def notice(session: Session, person_id: int, number: int) -> Notice | None:
    return session.scalars(select(Notice).where(Notice.person_id == person_id, Notice.id == number)).one_or_none()


def told(session: Session, people: Collection[int], sources: Collection[str]) -> set[tuple[int, str, str]]:
    """What some people were told of from some sources, as (person, source, reason)."""
    wanted = select(Notice.person_id, Notice.source, Notice.reason)
    rows = session.execute(wanted.where(Notice.person_id.in_(people), Notice.source.in_(sources)))
    return {(person, source, reason) for person, source, reason in rows}


def _unwanted(person_id: int) -> Select[str]:
    return select(Preference.reason).where(Preference.person_id == person_id, Preference.site.is_(False))


def _shown(person_id: int) -> tuple[ColumnElement[bool], ...]:
    """Notices of a person, without the kinds they do not want on the site."""
    return Notice.person_id == person_id, Notice.reason.not_in(_unwanted(person_id))


def notices(session: Session, person_id: int, limit: int, page: int = 1) -> Sequence[Notice]:
    """What a person was told and wants to read on the site, the newest first."""
    wanted = select(Notice).where(*_shown(person_id)).order_by(Notice.id.desc())
    return session.scalars(wanted.offset((page - 1) * limit).limit(limit)).all()


def notices_naming(session: Session, person_id: int) -> Sequence[Notice]:
    """What others were told of a person who joined a transfer, or left it."""
    about = Notice.data["person"].as_integer() == person_id
    return session.scalars(select(Notice).where(Notice.action.in_(("person-joined", "person-left")), about)).all()


def every_notice(session: Session, person_id: int) -> Sequence[Notice]:
    return session.scalars(select(Notice).where(Notice.person_id == person_id).order_by(Notice.id)).all()


def total(session: Session, person_id: int) -> int:
    return session.scalar(select(func.count()).select_from(Notice).where(*_shown(person_id))) or 0


def unread(session: Session, person_id: int) -> int:
    wanted = select(func.count()).select_from(Notice).where(*_shown(person_id), Notice.read_at.is_(None))
    return session.scalar(wanted) or 0


def all_unread(session: Session, person_id: int) -> Sequence[Notice]:
    return session.scalars(select(Notice).where(*_shown(person_id), Notice.read_at.is_(None))).all()


def unmailed(
    session: Session, person_id: int, reasons: Sequence[str], since: datetime, until: datetime
) -> Sequence[Notice]:
    """What was not mailed yet, for some reasons, the oldest first."""
    wanted = select(Notice).where(
        Notice.person_id == person_id,
        Notice.reason.in_(reasons),
        Notice.mailed_at.is_(None),
        Notice.created_at >= since,
        Notice.created_at <= until,
    )
    return session.scalars(wanted.order_by(Notice.id)).all()


def waiting_for_mail(session: Session, since: datetime) -> Sequence[tuple[int, str, datetime, datetime]]:
    """To which active people, and for which reason, something was not mailed that still stands: its first, its last."""
    ends = func.min(Notice.created_at), func.max(Notice.created_at)
    wanted = (
        select(Notice.person_id, Notice.reason, *ends)
        .join(Person, Person.id == Notice.person_id)
        .where(Person.disabled_at.is_(None), Person.erased_at.is_(None))
        .where(Notice.mailed_at.is_(None), Notice.created_at >= since)
        .where(Notice.data["settled"].as_boolean().is_not(True))
        .group_by(Notice.person_id, Notice.reason)
        .order_by(Notice.person_id)
    )
    return [(person, reason, first, last) for person, reason, first, last in session.execute(wanted)]


def preferences(session: Session, people: Collection[int]) -> dict[tuple[int, str], Preference]:
    """How some people chose to be told, by person and reason; what they did not choose is missing."""
    found = session.scalars(select(Preference).where(Preference.person_id.in_(people)))
    return {(item.person_id, item.reason): item for item in found}


def preference(session: Session, person_id: int, reason: str) -> Preference | None:
    return session.get(Preference, (person_id, reason))


def rows_naming(
    session: Session, table: Table, columns: Collection[str], value: int | str, told: Collection[str]
) -> list[dict[str, Any]]:
    """Columns of the rows of a table where any of some columns holds a value; parents are told by their slug too."""
    origin: FromClause = table
    shown: list[ColumnElement[Any]] = [table.c[name] for name in told]
    for key in table.foreign_keys:
        parent = key.column.table.alias(f"of_{key.parent.name}")
        if "slug" in parent.c:
            origin = origin.outerjoin(parent, key.parent == parent.c[key.column.name])
            shown.append(parent.c.slug.label(key.parent.name.removesuffix("_id")))
    wanted = select(*shown).select_from(origin).where(or_(*(table.c[name] == value for name in columns)))
    return [dict(row) for row in session.execute(wanted.order_by(*table.primary_key)).mappings()]


def open_claims(session: Session, person_id: int) -> Sequence[Review]:
    """Open reviews that a person took upon them."""
    return session.scalars(select(Review).where(Review.state == "open", Review.claimed_by == person_id)).all()


def ties_to_twinnings(session: Session, person_id: int) -> Sequence[TwinningPerson]:
    return session.scalars(select(TwinningPerson).where(TwinningPerson.person_id == person_id)).all()


def milestones_of(session: Session, person_id: int) -> Sequence[Milestone]:
    """Milestones that a person sees to."""
    return session.scalars(select(Milestone).where(Milestone.owner_id == person_id)).all()


def reports_from(session: Session, email: str) -> Sequence[Comment | PageReport]:
    """Errors reported by somebody who left this address."""
    comments = session.scalars(select(Comment).where(Comment.reader_email == email))
    return [*comments, *session.scalars(select(PageReport).where(PageReport.reader_email == email))]


def being_written(session: Session, person_id: int, bodies: frozenset[str], limit: int) -> Sequence[Solution]:
    """Solutions of the person or of their bodies that are never in force, or being changed; without an open review."""
    under_review = select(Review.solution_id).where(Review.state == "open")
    wanted = (
        select(Solution)
        .options(selectinload(Solution.bodies), selectinload(Solution.themes), selectinload(Solution.acts))
        .where(
            or_(Solution.id.in_(_owned_by(bodies)), Solution.author_id == person_id),
            or_(Solution.badge == "", Solution.id.in_(_changed())),
            Solution.archived_at.is_(None),
            Solution.id.not_in(under_review),
        )
        .order_by(Solution.updated_at.desc(), Solution.id)
    )
    return session.scalars(wanted.limit(limit)).all()


def _owned_by(bodies: frozenset[str]) -> Select[int]:
    """Numbers of the solutions that bodies own."""
    ties = select(SolutionBody.solution_id).join(City, City.id == SolutionBody.city_id)
    return ties.where(City.slug.in_(bodies), SolutionBody.role == "owner")


def _changed() -> Select[int]:
    """Solutions with a working copy that the version in force does not hold, or with another kit.

    The copy stays when its version comes into force: then nothing was typed since that version was made.
    """
    kept = (
        select(SolutionRevision.id)
        .where(SolutionRevision.solution_id == WorkingCopy.solution_id)
        .where(SolutionRevision.number == WorkingCopy.base_number, SolutionRevision.saved_at >= WorkingCopy.saved_at)
    )
    files = select(Attachment.id).where(
        Attachment.solution_id == Solution.id, Attachment.published == Attachment.removed_at.is_not(None)
    )
    differs = or_(Solution.latest_number != Solution.revision_number, ~kept.exists(), files.exists())
    return select(WorkingCopy.solution_id).join(Solution, Solution.id == WorkingCopy.solution_id).where(differs)


def returned_to(session: Session, person_id: int, bodies: frozenset[str], limit: int) -> Sequence[Review]:
    """Reviews that sent a text of the person or of their bodies back, where nothing was sent or decided since."""
    theirs = Review.solution_id.in_(_owned_by(bodies))
    later = aliased(Review)
    newer = select(later.id).where(
        later.solution_id == Review.solution_id, later.id > Review.id, later.state != "withdrawn"
    )
    wanted = (
        select(Review)
        .join(Review.solution)
        .options(contains_eager(Review.solution).options(selectinload(Solution.bodies), selectinload(Solution.themes)))
        .where(
            Review.state == "returned",
            or_(theirs, Review.asked_by == person_id, Solution.author_id == person_id),
            ~newer.exists(),
            Solution.archived_at.is_(None),
        )
        .order_by(Review.decided_at, Review.id)
    )
    return session.scalars(wanted.limit(limit)).all()


def waiting_on(
    session: Session, kind: str, key: str, actions: Collection[str], whoever: Collection[str]
) -> Sequence[Notice]:
    """Notices that say of a thing that it waits for somebody; of ``whoever``, those of others who were told as well."""
    told = or_(Notice.reason == "waiting", Notice.action.in_(whoever))
    wanted = select(Notice).where(Notice.kind == kind, Notice.key == key, Notice.action.in_(actions), told)
    return session.scalars(wanted).all()


def asked_by_office(session: Session, person_id: int, bodies: frozenset[str], limit: int) -> Sequence[Review]:
    """Open reviews that the person, or somebody for their bodies, asked for, the oldest first."""
    theirs = Review.solution_id.in_(_owned_by(bodies))
    wanted = _open_reviews().where(or_(theirs, Review.asked_by == person_id))
    return session.scalars(wanted.limit(limit)).all()


def open_reviews(session: Session) -> Sequence[Review]:
    """Every open review, the oldest first."""
    return session.scalars(_open_reviews()).all()


def _open_reviews() -> Select[Review]:
    loaded = joinedload(Review.solution)
    wanted = select(Review).options(loaded.selectinload(Solution.bodies), loaded.selectinload(Solution.themes), WRITER)
    return wanted.where(Review.state == "open").order_by(Review.asked_at)
