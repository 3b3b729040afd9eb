# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every SELECT on twinnings."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, func, select, true
from sqlalchemy.orm import Session, joinedload, lazyload, selectinload

from app.cities.models import City
from app.solutions.models import Solution
from app.twinnings.models import (
    ClosingForm,
    KitCheck,
    Meeting,
    Milestone,
    ReadinessAnswer,
    Twinning,
    TwinningFile,
    TwinningNote,
    TwinningParty,
    TwinningPerson,
    WorkedHours,
)
from app.twinnings.rules import REUSED


def _twinnings() -> Select[Twinning]:
    """With everything its page shows, in two statements: bodies and people are few, so a join costs less."""
    return select(Twinning).options(
        joinedload(Twinning.solution),
        joinedload(Twinning.parties).joinedload(TwinningParty.variant),
        joinedload(Twinning.people),
        selectinload(Twinning.milestones),
    )


def _one(session: Session, wanted: Select[Twinning]) -> Twinning | None:
    return session.scalars(wanted).unique().one_or_none()


def twinning(session: Session, number: int) -> Twinning | None:
    """One twinning; its variants with what the policy looks at."""
    variant = joinedload(Twinning.parties).joinedload(TwinningParty.variant)
    ties = variant.options(selectinload(Solution.bodies), selectinload(Solution.themes))
    return _one(session, _twinnings().options(ties).where(Twinning.id == number))


def locked(session: Session, number: int) -> Twinning | None:
    """One twinning, held until the transaction ends."""
    session.execute(select(Twinning.id).where(Twinning.id == number).with_for_update())
    return _one(session, _twinnings().where(Twinning.id == number).execution_options(populate_existing=True))


def of_proposal(session: Session, proposal_id: int) -> Twinning | None:
    return _one(session, _twinnings().where(Twinning.proposal_id == proposal_id))


def of_need(session: Session, need_id: int) -> Sequence[Twinning]:
    """What became of a request, the newest first: only what a link to it needs."""
    lean = (lazyload(Twinning.people), lazyload(Twinning.parties), lazyload(Twinning.lead))
    wanted = select(Twinning).options(*lean).where(Twinning.need_id == need_id)
    return session.scalars(wanted.order_by(Twinning.id.desc())).all()


def verified(session: Session, code: str) -> Twinning | None:
    """A closed twinning by the code of its certificate."""
    return _one(session, _twinnings().where(Twinning.verification == code, Twinning.state == "closed"))


def listed(session: Session, state: str = "", before: int = 0, most: int | None = None) -> Sequence[Twinning]:
    """Twinnings, of a state where one is given, what ended or began last first, with their bodies and solution: all of
    them, or some after those before."""
    lean = (lazyload(Twinning.people), selectinload(Twinning.parties), joinedload(Twinning.solution))
    last = func.coalesce(Twinning.ended_at, Twinning.began_at)
    wanted = select(Twinning).options(*lean).where(_of_state(state)).order_by(last.desc(), Twinning.id.desc())
    return session.scalars(wanted.offset(before).limit(most) if most else wanted).all()


def many(session: Session, state: str) -> int:
    return session.scalar(select(func.count()).select_from(Twinning).where(_of_state(state))) or 0


def _of_state(state: str) -> ColumnElement[bool]:
    return Twinning.state == state if state else true()


def adopted(session: Session, need_id: int | None = None) -> set[int]:
    """Numbers of the closed twinnings that a receiver says it adopted: all of them, or those of a request."""
    told = ClosingForm.said["result"].as_string().in_(list(REUSED))
    wanted = select(Twinning.id).join(ClosingForm, ClosingForm.twinning_id == Twinning.id)
    wanted = wanted if need_id is None else wanted.where(Twinning.need_id == need_id)
    return set(session.scalars(wanted.where(Twinning.state == "closed", ClosingForm.side == "receiver", told)))


def receiving(session: Session, solution_id: int) -> set[int]:
    """Bodies that are taking a solution over now, in whichever twinning."""
    wanted = select(TwinningParty.city_id).join(Twinning, Twinning.id == TwinningParty.twinning_id)
    wanted = wanted.where(Twinning.solution_id == solution_id, Twinning.state == "running")
    return set(session.scalars(wanted.where(TwinningParty.role == "receiver")))


def transferring(session: Session, solution_id: int) -> frozenset[str]:
    """Bodies of every side of the transfers of a solution, those that stopped left out: what is for them alone."""
    wanted = select(City.slug).join(TwinningParty, TwinningParty.city_id == City.id).join(Twinning)
    return frozenset(session.scalars(wanted.where(Twinning.solution_id == solution_id, Twinning.state != "stopped")))


def people_bringing(session: Session, variant_id: int) -> frozenset[int]:
    """People of every side of the transfers that a solution is the variant of."""
    wanted = select(TwinningPerson.person_id).join(
        TwinningParty, TwinningParty.twinning_id == TwinningPerson.twinning_id
    )
    return frozenset(session.scalars(wanted.where(TwinningParty.variant_id == variant_id)))


def people_working(session: Session, solution_id: int) -> frozenset[int]:
    """People of every side of the running transfers of a solution."""
    wanted = select(TwinningPerson.person_id).join(Twinning, Twinning.id == TwinningPerson.twinning_id)
    running = (Twinning.solution_id == solution_id, Twinning.state == "running")
    return frozenset(session.scalars(wanted.where(*running)))


def latest_running(session: Session, most: int) -> Sequence[Twinning]:
    """Running twinnings as a line of a list shows them, the newest first: their bodies, nothing of the work."""
    lean = (lazyload(Twinning.people), joinedload(Twinning.parties))
    wanted = select(Twinning).options(*lean).where(Twinning.state == "running").order_by(Twinning.id.desc())
    return session.scalars(wanted.limit(most)).unique().all()


def number_running(session: Session) -> int:
    return session.scalar(select(func.count()).where(Twinning.state == "running")) or 0


def of_bodies(session: Session, bodies: Iterable[str]) -> Sequence[Twinning]:
    """Running twinnings in which any of the bodies takes part."""
    ties = select(TwinningParty.twinning_id).join(City, City.id == TwinningParty.city_id)
    theirs = Twinning.id.in_(ties.where(City.slug.in_(list(bodies))))
    return session.scalars(_twinnings().where(theirs, Twinning.state == "running").order_by(Twinning.id)).unique().all()


def meetings(session: Session, number: int) -> Sequence[Meeting]:
    return session.scalars(select(Meeting).where(Meeting.twinning_id == number).order_by(Meeting.starts_at)).all()


def meeting_alike(
    session: Session, number: int, title: str, starts_at: datetime, minutes: int, place: str
) -> Meeting | None:
    """A meeting of a twinning that says just this and was not called off."""
    said = Meeting.title == title, Meeting.starts_at == starts_at, Meeting.minutes == minutes, Meeting.place == place
    wanted = select(Meeting).where(Meeting.twinning_id == number, *said, Meeting.cancelled_at.is_(None))
    return session.scalars(wanted.order_by(Meeting.id).limit(1)).one_or_none()


def meeting(session: Session, twinning_id: int, number: int) -> Meeting | None:
    return session.scalars(
        select(Meeting).where(Meeting.twinning_id == twinning_id, Meeting.id == number)
    ).one_or_none()


def notes(session: Session, number: int) -> Sequence[TwinningNote]:
    wanted = select(TwinningNote).where(TwinningNote.twinning_id == number)
    return session.scalars(wanted.order_by(TwinningNote.id.desc())).all()


def files(session: Session, number: int, *, removed: bool = False) -> Sequence[TwinningFile]:
    """Files of a twinning, the newest first: those that are shared, or those that were taken away."""
    there = TwinningFile.removed_at.is_not(None) if removed else TwinningFile.removed_at.is_(None)
    wanted = select(TwinningFile).where(TwinningFile.twinning_id == number, there)
    return session.scalars(wanted.order_by(TwinningFile.id.desc())).all()


def file(session: Session, twinning_id: int, number: int) -> TwinningFile | None:
    wanted = select(TwinningFile).where(TwinningFile.twinning_id == twinning_id, TwinningFile.id == number)
    return session.scalars(wanted).one_or_none()


def known_digests(session: Session) -> set[str]:
    """Digests of every file some twinning refers to, of those taken away too: they can be put back."""
    return set(session.scalars(select(TwinningFile.digest).distinct()))


def kit(session: Session, number: int) -> Sequence[KitCheck]:
    return session.scalars(select(KitCheck).where(KitCheck.twinning_id == number).order_by(KitCheck.id)).all()


def hours(session: Session, number: int) -> Sequence[WorkedHours]:
    wanted = select(WorkedHours).where(WorkedHours.twinning_id == number)
    return session.scalars(wanted.order_by(WorkedHours.on.desc(), WorkedHours.id.desc())).all()


def quarters_on(session: Session, person_id: int | None, on: date) -> int:
    """What somebody counted of a day, in every transfer."""
    wanted = select(func.sum(WorkedHours.quarters)).where(WorkedHours.person_id == person_id, WorkedHours.on == on)
    return session.scalar(wanted) or 0


def worked(session: Session, twinning_id: int, city_id: int, number: int) -> WorkedHours | None:
    wanted = select(WorkedHours).where(WorkedHours.twinning_id == twinning_id, WorkedHours.city_id == city_id)
    return session.scalars(wanted.where(WorkedHours.id == number)).one_or_none()


def readiness(session: Session, number: int) -> Sequence[ReadinessAnswer]:
    wanted = select(ReadinessAnswer).where(ReadinessAnswer.twinning_id == number)
    return session.scalars(wanted.order_by(ReadinessAnswer.id)).all()


def closing(session: Session, number: int) -> Sequence[ClosingForm]:
    return session.scalars(select(ClosingForm).where(ClosingForm.twinning_id == number).order_by(ClosingForm.id)).all()


def closing_of(session: Session, numbers: Iterable[int]) -> Sequence[ClosingForm]:
    """What the bodies of some twinnings have said of how it went."""
    return session.scalars(select(ClosingForm).where(ClosingForm.twinning_id.in_(list(numbers)))).all()


def overdue(session: Session, today: date, most: int) -> Sequence[tuple[Twinning, date]]:
    """Running twinnings with a milestone whose day is over, and that day; the latest first."""
    late = (
        select(Milestone.twinning_id, func.min(Milestone.due_on).label("since"))
        .where(Milestone.done_at.is_(None), Milestone.due_on < today)
        .group_by(Milestone.twinning_id)
        .subquery()
    )
    lean = (lazyload(Twinning.people), lazyload(Twinning.parties), lazyload(Twinning.lead))
    wanted = select(Twinning, late.c.since).options(*lean).join(late, late.c.twinning_id == Twinning.id)
    wanted = wanted.where(Twinning.state == "running").order_by(late.c.since, Twinning.id)
    return [(twinning, since) for twinning, since in session.execute(wanted.limit(most))]


def due_milestones(session: Session, until: date) -> Sequence[int]:
    """Numbers of running twinnings with a milestone due until a day that is not done."""
    wanted = (
        select(Twinning.id)
        .join(Milestone, Milestone.twinning_id == Twinning.id)
        .where(Twinning.state == "running", Milestone.done_at.is_(None), Milestone.due_on <= until)
    )
    return session.scalars(wanted.distinct().order_by(Twinning.id)).all()
