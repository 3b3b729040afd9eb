# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every SELECT of the public figures; drafts and what is not public are never counted."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Row, case, func, literal_column, or_, select
from sqlalchemy.orm import Session, joinedload, lazyload, selectinload

from app.cities.models import City
from app.needs.models import Need, NeedReceiver, Proposal
from app.solutions.models import Solution, SolutionBody, SolutionTheme, Theme
from app.twinnings.models import Twinning, TwinningParty


def reused(session: Session) -> Sequence[Solution]:
    """Published solutions that somebody re-used, with bodies and themes."""
    ties = select(SolutionBody.solution_id).where(SolutionBody.role == "reuser")
    wanted = select(Solution).options(joinedload(Solution.bodies), selectinload(Solution.themes))
    found = session.scalars(wanted.where(Solution.published, Solution.id.in_(ties)).order_by(Solution.slug))
    return found.unique().all()


def twinnings(session: Session) -> Sequence[Twinning]:
    """Running and closed twinnings of published solutions, with their solutions."""
    wanted = (
        select(Twinning)
        .join(Twinning.solution)
        .options(
            joinedload(Twinning.solution).joinedload(Solution.themes),
            joinedload(Twinning.parties),
            lazyload(Twinning.people),
        )
        .where(Twinning.state.in_(("running", "closed")), Solution.published)
    )
    return session.scalars(wanted.order_by(Twinning.id)).unique().all()


def solutions_by(session: Session, column: str) -> list[tuple[str, int]]:
    """Published solutions by `badge` or `status`, the most first."""
    field = {"badge": Solution.badge, "status": Solution.status}[column]
    wanted = select(field, func.count()).where(Solution.published).group_by(field).order_by(func.count().desc(), field)
    return [(str(value), int(count)) for value, count in session.execute(wanted)]


def themes_with_solutions(session: Session) -> list[tuple[Theme, int]]:
    """Every theme with its published solutions, the most first."""
    many = func.count(Solution.id)
    wanted = (
        select(Theme, many)
        .outerjoin(SolutionTheme, SolutionTheme.theme_id == Theme.id)
        .outerjoin(Solution, (Solution.id == SolutionTheme.solution_id) & Solution.published)
        .group_by(Theme.id)
        .order_by(many.desc(), Theme.slug)
    )
    return [(theme, int(count)) for theme, count in session.execute(wanted)]


def solutions_by_body(session: Session) -> list[tuple[City, str, int]]:
    """How many published solutions each body owns, made with others or re-used: body, role, how many."""
    wanted = (
        select(City, SolutionBody.role, func.count(SolutionBody.id))
        .join(SolutionBody, SolutionBody.city_id == City.id)
        .join(Solution, Solution.id == SolutionBody.solution_id)
        .where(Solution.published)
        .group_by(City.id, SolutionBody.role)
        .order_by(City.slug)
    )
    return [(city, role, int(count)) for city, role, count in session.execute(wanted)]


def needs(
    session: Session,
) -> Sequence[Row[str, str, datetime | None, datetime | None, datetime | None, list[str], bool]]:
    """Published requests, whatever became of them: state, outcome, when published, shortlisted, answered; themes;
    whether they are made up.
    """
    wanted = select(
        Need.state,
        Need.outcome,
        Need.published_at,
        Need.shortlisted_at,
        Need.answered_at,
        Need.themes,
        Need.demonstration,
    ).where(Need.published_at.is_not(None), Need.state.not_in(("draft", "withdrawn")))
    return session.execute(wanted).all()


def twinning_counts(session: Session) -> list[tuple[str, str, str, bool, int]]:
    """Twinnings by state, phase and public reason of a stop, and whether they are made up."""
    reason = case((Twinning.stop_public, Twinning.stop_reason), else_=literal_column("''")).label("reason")
    of = (Twinning.state, Twinning.phase, reason, Twinning.demonstration)
    wanted = select(*of, func.count()).group_by(*of).order_by(*of)
    return [
        (state, phase, why, bool(made_up), int(count)) for state, phase, why, made_up, count in session.execute(wanted)
    ]


def needs_of_body(session: Session, city: City) -> Sequence[Need]:
    """Requests of a body, or that it joined, which show their city to everybody; the newest first."""
    joined = select(NeedReceiver.need_id).where(NeedReceiver.city_id == city.id)
    wanted = (
        select(Need)
        .options(lazyload(Need.receivers))
        .where(or_(Need.city_id == city.id, Need.id.in_(joined)))
        .where(Need.visibility == "public", Need.state.in_(("open", "matched", "closed")))
    )
    return session.scalars(wanted.order_by(Need.published_at.desc(), Need.id.desc())).all()


def twinnings_of_body(session: Session, city: City) -> Sequence[Twinning]:
    """Twinnings in which a body takes part, with their bodies and solutions, the newest first."""
    ties = select(TwinningParty.twinning_id).where(TwinningParty.city_id == city.id)
    lean = (lazyload(Twinning.people), joinedload(Twinning.parties), joinedload(Twinning.solution))
    wanted = select(Twinning).options(*lean).where(Twinning.id.in_(ties)).order_by(Twinning.id.desc())
    return session.scalars(wanted).unique().all()


def solutions_of_body(session: Session, city: City) -> Sequence[Solution]:
    """Published solutions that a body owns, by title."""
    owned = select(SolutionBody.solution_id).where(SolutionBody.city_id == city.id, SolutionBody.role == "owner")
    return session.scalars(
        select(Solution).where(Solution.published, Solution.id.in_(owned)).order_by(Solution.title)
    ).all()


def answers_of_body(session: Session, city: City, since: datetime, until: datetime) -> list[tuple[str, int]]:
    """How a body answered the questions put to it between two instants: `accepted`, `declined` ..., how often."""
    wanted = (
        select(Proposal.state, func.count())
        .where(Proposal.giver_id == city.id, Proposal.origin != "offer")
        .where(Proposal.asked_at >= since, Proposal.asked_at < until)
        .group_by(Proposal.state)
        .order_by(Proposal.state)
    )
    return [(state, int(count)) for state, count in session.execute(wanted)]
