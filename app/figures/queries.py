# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every SELECT of the public figures; drafts and what is not public are never counted."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Row, case, func, or_, select
from sqlalchemy.orm import Session, joinedload, lazyload

from app.cities.models import City
from app.needs.models import Capacity, Need, NeedReceiver, Proposal
from app.needs.proposal_queries import HANDED_OVER
from app.needs.rules import NOBODY_THERE, OFFER, ON_BOARD, ON_SIGHT, Answer
from app.solutions.models import Solution, SolutionBody, SolutionRevision
from app.solutions.queries import COUNTED
from app.twinnings.models import ClosingForm, Twinning, TwinningParty
from app.twinnings.rules import REUSED

#: A receiver says that it uses what it learnt.
_ADOPTED = (ClosingForm.side == "receiver") & ClosingForm.said["result"].as_string().in_(list(REUSED))


def taught(session: Session) -> Sequence[Solution]:
    """Published solutions that somebody re-used, that are variants, or of which there is a variant; with ties."""
    ties = select(SolutionBody.solution_id).where(SolutionBody.role == "reuser")
    sources = select(Solution.based_on).where(Solution.published, Solution.based_on != "")
    wanted = select(Solution).options(joinedload(Solution.bodies), joinedload(Solution.themes))
    known = or_(Solution.id.in_(ties), Solution.based_on != "", Solution.slug.in_(sources))
    return session.scalars(wanted.where(Solution.published, known).order_by(Solution.slug)).unique().all()


def twinnings(session: Session) -> Sequence[Twinning]:
    """Running and closed twinnings with their solutions, in the library still or not, and bodies."""
    solution = joinedload(Twinning.solution)
    wanted = (
        select(Twinning)
        .options(solution.joinedload(Solution.themes), joinedload(Twinning.parties), lazyload(Twinning.people))
        .where(Twinning.state.in_(("running", "closed")))
    )
    return session.scalars(wanted.order_by(Twinning.id)).unique().all()


def adopters(session: Session) -> set[tuple[int, int]]:
    """Receivers that say they use what they learnt, in twinnings that are closed: twinning, body."""
    wanted = (
        select(ClosingForm.twinning_id, ClosingForm.city_id)
        .join(Twinning, Twinning.id == ClosingForm.twinning_id)
        .where(Twinning.state == "closed", _ADOPTED)
    )
    return {(number, city) for number, city in session.execute(wanted)}


def body_names(session: Session) -> dict[str, str]:
    """The short name of every body of the register, by slug."""
    capital = City.register["capital"].as_string()
    wanted = select(City.slug, City.name, capital).order_by(City.position, City.slug)
    return {slug: short or name for slug, name, short in session.execute(wanted)}


def bodies_of_solutions(session: Session) -> Sequence[Row[int, str, str | None, str | None]]:
    """Solutions that count, with their bodies: number, badge, role and slug, one row for each tie."""
    wanted = (
        select(Solution.id, Solution.badge, SolutionBody.role, City.slug)
        .outerjoin(SolutionBody, SolutionBody.solution_id == Solution.id)
        .outerjoin(City, City.id == SolutionBody.city_id)
        .where(COUNTED)
    )
    return session.execute(wanted.order_by(Solution.id)).all()


def requests(session: Session) -> Sequence[Row[Need, str | None]]:
    """The requests everybody finds on the board, whatever became of them, one row for each body that joined."""
    wanted = (
        select(Need, City.slug)
        .options(lazyload(Need.receivers))
        .outerjoin(NeedReceiver, NeedReceiver.need_id == Need.id)
        .outerjoin(City, City.id == NeedReceiver.city_id)
        .where(Need.state.in_(ON_BOARD), Need.visibility.in_(ON_SIGHT))
    )
    return session.execute(wanted.order_by(Need.id)).all()


def transfers(session: Session) -> Sequence[Row[Twinning, str, str | None]]:
    """Every twinning, one row for each body: twinning, the body's slug, the result it told as receiver."""
    told = (ClosingForm.twinning_id == Twinning.id) & (ClosingForm.city_id == TwinningParty.city_id)
    lean = (lazyload(Twinning.people), lazyload(Twinning.parties), lazyload(Twinning.lead))
    wanted = (
        select(Twinning, City.slug, ClosingForm.said["result"].as_string())
        .options(*lean)
        .join(TwinningParty, TwinningParty.twinning_id == Twinning.id)
        .join(City, City.id == TwinningParty.city_id)
        .outerjoin(ClosingForm, told & (ClosingForm.side == "receiver"))
    )
    return session.execute(wanted.order_by(Twinning.id)).all()


def needs_of_body(session: Session, city: City, quarter: str = "") -> tuple[list[Need], int | None]:
    """Requests of a body, or that it joined, which show their city to everybody, the newest first.

    With them the days it says it can give in a quarter, None where it says nothing: one statement for both.
    """
    joined = select(NeedReceiver.need_id).where(NeedReceiver.city_id == city.id)
    theirs = or_(Need.city_id == City.id, Need.id.in_(joined))
    shown = (Need.visibility == "public") & Need.state.in_(("open", "matched", "closed"))
    wanted = (
        select(Need, Capacity.days)
        .select_from(City)
        .outerjoin(Capacity, (Capacity.city_id == City.id) & (Capacity.quarter == quarter))
        .outerjoin(Need, theirs & shown)
        .options(lazyload(Need.receivers), lazyload(Need.city))
        .where(City.id == city.id)
    )
    rows = session.execute(wanted.order_by(Need.published_at.desc(), Need.id.desc())).all()
    return [need for need, _ in rows if need is not None], next((days for _, days in rows), None)


def twinnings_of_body(session: Session, city: City) -> tuple[list[Twinning], set[tuple[int, int]]]:
    """Twinnings in which a body takes part, with their bodies and solutions, the newest first; of the closed ones those
    who adopted what they learnt, as ``adopters`` says: one statement for both.
    """
    ties = select(TwinningParty.twinning_id).where(TwinningParty.city_id == city.id)
    parties = joinedload(Twinning.parties)
    shown = (Solution.slug, Solution.title, Solution.published, Solution.based_on)
    variants = parties.joinedload(TwinningParty.variant).load_only(*shown)
    lean = (lazyload(Twinning.people), parties, variants, joinedload(Twinning.solution))
    told = (ClosingForm.twinning_id == Twinning.id) & (Twinning.state == "closed") & _ADOPTED
    wanted = select(Twinning, ClosingForm.city_id).outerjoin(ClosingForm, told).options(*lean)
    rows = session.execute(wanted.where(Twinning.id.in_(ties)).order_by(Twinning.id.desc())).unique().all()
    adopters = {(twinning.id, receiver) for twinning, receiver in rows if receiver is not None}
    return list(dict.fromkeys(twinning for twinning, _ in rows)), adopters


def solutions_of_body(
    session: Session, city: City, until: datetime, variants: Iterable[int]
) -> tuple[list[tuple[str, Solution]], set[int]]:
    """Solutions that a body made, which readers had before an instant, by title, with its part in each: `owner`, or
    `partner` of the owner; and which of some ``variants`` they had, whoever made them.

    Of what is public now: what was archived since then too, for it was in the library.
    """
    archived_since = (Solution.archived_at >= until) & (Solution.badge != "") & (Solution.visibility == "public")
    made = SolutionBody.role.in_(("owner", "partner"))
    there = select(SolutionRevision.solution_id).where(SolutionRevision.live_at < until)
    numbers = set(variants)
    theirs = or_(SolutionBody.city_id == city.id, Solution.id.in_(numbers))
    wanted = (
        select(SolutionBody.role, SolutionBody.city_id, Solution)
        .join(Solution, Solution.id == SolutionBody.solution_id)
        .where(or_(Solution.published, archived_since), theirs, made, Solution.id.in_(there))
    )
    rows = session.execute(wanted.order_by(Solution.title, Solution.id)).all()
    return [(role, item) for role, body, item in rows if body == city.id], {item.id for *_, item in rows} & numbers


def answers_of_body(session: Session, city: City, since: datetime, until: datetime) -> list[tuple[str, int]]:
    """How a body answered the questions put to it between two instants: `accepted`, `declined` ..., how often.

    A yes to a round that was handed over as an offer was said, whatever became of the offer. A question that was taken
    back wants no answer, and one that nobody was there to read is no silence of the body.
    """
    answer = case((HANDED_OVER, str(Answer.ACCEPTED)), else_=Proposal.state).label("answer")
    wanted = (
        select(answer, func.count())
        .where(Proposal.giver_id == city.id, (Proposal.origin != OFFER) | HANDED_OVER)
        .where((Proposal.state != Answer.WITHDRAWN) | HANDED_OVER, Proposal.reason != NOBODY_THERE)
        .where(Proposal.asked_at >= since, Proposal.asked_at < until)
        .group_by(answer)
        .order_by(answer)
    )
    return [(state, int(count)) for state, count in session.execute(wanted)]
