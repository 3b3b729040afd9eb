# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every SELECT on proposals: what waits for whom, what was asked and given; of a round's own: round_queries.py."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, CompoundSelect, Select, case, func, join, or_, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from app.cities.models import City
from app.cities.queries import is_gone
from app.document.dates import day_of
from app.needs.models import Capacity, Need, NeedReceiver, Proposal
from app.needs.rules import EXCHANGE, OFFER, PENDING, ROUND, STOPPED, Answer, State, in_a_round, transfers_left
from app.solutions.models import Solution, SolutionBody

#: A giver's yes to a round, which is an offer to a city that is not known yet. It keeps its place in a list; an offer
#: of one's own has none, even as part of an exchange.
HANDED_OVER: ColumnElement[bool] = (Proposal.origin == OFFER) & (Proposal.rank > 0)


def _proposals() -> Select[Proposal]:
    return select(Proposal).options(
        joinedload(Proposal.need),
        joinedload(Proposal.solution).selectinload(Solution.bodies),
        joinedload(Proposal.solution).selectinload(Solution.themes),
    )


def proposal(session: Session, number: int) -> Proposal | None:
    """One proposal as it is now, with its request and its solution."""
    wanted = _proposals().where(Proposal.id == number).execution_options(populate_existing=True)
    return session.scalars(wanted).one_or_none()


def proposals(session: Session, need: Need) -> Sequence[Proposal]:
    """Every proposal for a request, in the order in which they were made."""
    wanted = _proposals().where(Proposal.need_id == need.id).order_by(Proposal.id)
    return session.scalars(wanted.execution_options(populate_existing=True)).all()


def pending(session: Session, need_id: int) -> Sequence[Proposal]:
    """Proposals for a request that wait for an answer."""
    wanted = select(Proposal).options(joinedload(Proposal.solution)).where(Proposal.need_id == need_id)
    return session.scalars(wanted.where(Proposal.state.in_(PENDING)).order_by(Proposal.id)).all()


def waited_on(session: Session, needs: Iterable[int]) -> set[int]:
    """Of some requests those for which somebody has to answer now; an answer put off to a day keeps nobody waiting."""
    wanted = select(Proposal.need_id).where(Proposal.need_id.in_(list(needs)))
    return set(session.scalars(wanted.where(Proposal.state.in_((Answer.WAITING, Answer.OFFERED))).distinct()))


def chosen_givers(session: Session, needs: Iterable[int], bodies: Iterable[str]) -> dict[int, set[str]]:
    """By request, which of some bodies its city itself asked, and has told who it is; nothing is asked for no body."""
    known = list(bodies)
    if not known:
        return {}
    wanted = (
        select(Proposal.need_id, City.slug)
        .join(City, City.id == Proposal.giver_id)
        .where(Proposal.need_id.in_(list(needs)), Proposal.origin == "picked", City.slug.in_(known))
    )
    found: dict[int, set[str]] = {}
    for number, slug in session.execute(wanted):
        found.setdefault(number, set()).add(slug)
    return found


def waiting_for(session: Session, bodies: Iterable[str]) -> Sequence[Proposal]:
    """Proposals that wait for one of these bodies: questions to givers, offers to requesters."""
    return _pending_of(session, bodies, Proposal.giver_id, Need.city_id)


def questions(session: Session) -> Sequence[Proposal]:
    """Every question that waits for its giver, the first due first."""
    wanted = _proposals().where(Proposal.state == Answer.WAITING, Proposal.origin != OFFER)
    return session.scalars(wanted.order_by(Proposal.due_at, Proposal.id)).all()


def waited_for(session: Session, bodies: Iterable[str]) -> Sequence[Proposal]:
    """Proposals whose answer some bodies wait for: questions they put to givers, offers they made."""
    return _pending_of(session, bodies, Need.city_id, Proposal.giver_id)


def _pending_of(
    session: Session,
    bodies: Iterable[str],
    of_question: InstrumentedAttribute[int],
    of_offer: InstrumentedAttribute[int],
) -> Sequence[Proposal]:
    """Pending proposals of some bodies, found in one column for a question and in the other for an offer."""
    slugs = select(City.id).where(City.slug.in_(list(bodies)))
    offer = Proposal.origin == OFFER
    theirs = or_(~offer & of_question.in_(slugs), offer & of_offer.in_(slugs))
    wanted = _proposals().join(Need, Need.id == Proposal.need_id).where(Proposal.state.in_(PENDING), theirs)
    return session.scalars(wanted.order_by(Proposal.due_at, Proposal.id)).all()


def _is_due(now: datetime) -> ColumnElement[bool]:
    reminding = Proposal.reminded_at.is_(None) & (Proposal.state != Answer.LATER)
    return Proposal.due_at.is_not(None) & or_(Proposal.due_at <= now, reminding)


def to_look_at(session: Session, now: datetime) -> Sequence[int]:
    """Numbers of proposals that may have to be reminded of, asked again, passed on, or ended: for want of a body, of
    the solution, or of whoever still needs it."""
    gone = select(City.id).where(is_gone(day_of(now)))
    taken_out = select(Solution.id).where(~Solution.published)
    bereft = or_(Proposal.giver_id.in_(gone), Need.city_id.in_(gone), Proposal.solution_id.in_(taken_out))
    brought = _brought(ended=False).subquery()
    there = select(brought.c.city_id, brought.c.solution_id)
    answered = (Proposal.origin != OFFER) & tuple_(Need.city_id, Proposal.solution_id).in_(there)
    wanted = select(Proposal.id).join(Need, Need.id == Proposal.need_id).where(Proposal.state.in_(PENDING))
    return session.scalars(wanted.where(or_(_is_due(now), bereft, answered)).order_by(Proposal.id)).all()


def begun(session: Session, giver_id: int, since: datetime, until: datetime) -> Sequence[datetime]:
    """When a giver said yes in a span of time: what takes from the days it stated, as no exchange does."""
    wanted = (
        select(Proposal.answered_at)
        .where(Proposal.giver_id == giver_id, Proposal.state == Answer.ACCEPTED, Proposal.origin != EXCHANGE)
        .where(Proposal.answered_at >= since, Proposal.answered_at < until)
    )
    return [at for at in session.scalars(wanted) if at is not None]


@dataclass(frozen=True)
class Load:
    """Days a giver stated for a quarter, if any; its transfers that began in it; questions of rounds it has still to
    answer."""

    stated: int | None
    begun: int
    waiting: int

    @property
    def room(self) -> int:
        """Transfers that a round can still ask of it."""
        return max(in_a_round(transfers_left(self.stated, self.begun)) - self.waiting, 0)


def loads(session: Session, givers: Iterable[str], quarter: str, since: datetime, until: datetime) -> dict[str, Load]:
    """By giver, of those with something to give, its load of a quarter, which lasts from ``since`` to ``until``."""
    began = (Proposal.state == Answer.ACCEPTED) & (Proposal.origin != EXCHANGE)
    began &= (Proposal.answered_at >= since) & (Proposal.answered_at < until)
    waits = (Proposal.origin == ROUND) & (Proposal.state == Answer.WAITING)
    stated = (Capacity.city_id == City.id) & (Capacity.quarter == quarter)
    giving = select(SolutionBody.city_id).where(SolutionBody.role == "owner")
    wanted = (
        select(City.slug, Capacity.days, func.count(case((began, 1))), func.count(case((waits, 1))))
        .outerjoin(Capacity, stated)
        .outerjoin(Proposal, Proposal.giver_id == City.id)
        .where(City.slug.in_(list(givers)), City.id.in_(giving))
        .group_by(City.slug, Capacity.days)
    )
    return {slug: Load(days, begun, waiting) for slug, days, begun, waiting in session.execute(wanted)}


@dataclass(frozen=True)
class Made:
    """A proposal that stands or is over: for what, who gives (number and name), how it ended, why and when.

    ``handed_over``: see ``HANDED_OVER``.
    """

    id: int
    need_id: int
    giver_id: int
    giver: str
    solution: str
    origin: str
    state: str
    reason: str
    answered_at: datetime | None
    handed_over: bool = False


def made(session: Session) -> Sequence[Made]:
    """Every proposal that was not withdrawn, the oldest first: what the scorer knows of the past, and what waits.

    A yes that was handed over was said, whatever became of the offer it is.
    """
    wanted = (
        select(Proposal.id, Proposal.need_id, Proposal.giver_id, City.slug, Solution.slug)
        .add_columns(Proposal.origin, Proposal.state, Proposal.reason, Proposal.answered_at, HANDED_OVER)
        .join(City, City.id == Proposal.giver_id)
        .join(Solution, Solution.id == Proposal.solution_id)
        .where((Proposal.state != Answer.WITHDRAWN) | HANDED_OVER)
        .order_by(Proposal.id)
    )
    return [Made(*row) for row in session.execute(wanted)]


def _stands() -> ColumnElement[bool]:
    """A yes whose transfer runs, or ran to its end."""
    return (Proposal.state == Answer.ACCEPTED) & (Proposal.reason != STOPPED)


def standing(session: Session, need_id: int) -> Sequence[Proposal]:
    """The yes of a request that stands, if there is one."""
    return session.scalars(select(Proposal).where(Proposal.need_id == need_id, _stands())).all()


def _brought(*, ended: bool) -> CompoundSelect[int, int]:
    """Bodies, and the numbers of the solutions that a transfer is bringing them, or (``ended``) has brought them."""
    stands = _stands() if ended else _stands() & (Need.state == State.MATCHED)
    given = join(Need, Proposal, Proposal.need_id == Need.id)
    asked = select(Need.city_id, Proposal.solution_id).select_from(given).where(stands)
    joined = select(NeedReceiver.city_id, Proposal.solution_id).select_from(given.join(NeedReceiver)).where(stands)
    return asked.union(joined)


def received(session: Session, *, ended: bool = True) -> dict[int, set[str]]:
    """By body, the solutions that a transfer is bringing it; with ``ended`` those too that one has brought it."""
    brought = _brought(ended=ended).subquery()
    wanted = select(brought.c.city_id, Solution.slug).join(Solution, Solution.id == brought.c.solution_id)
    found: dict[int, set[str]] = {}
    for body, solution in session.execute(wanted):
        found.setdefault(body, set()).add(solution)
    return found


def asked_givers(session: Session, need_id: int) -> set[str]:
    """Bodies to which a request was proposed, whatever they said."""
    wanted = select(City.slug).join(Proposal, Proposal.giver_id == City.id).where(Proposal.need_id == need_id)
    return set(session.scalars(wanted))


def ever_asked(session: Session) -> Sequence[tuple[int, str, str]]:
    """Open requests with the solutions and the givers that were ever proposed for them, whatever became of it."""
    wanted = (
        select(Proposal.need_id, Solution.slug, City.slug)
        .join(Need, Need.id == Proposal.need_id)
        .join(City, City.id == Proposal.giver_id)
        .join(Solution, Solution.id == Proposal.solution_id)
        .where(Need.state == State.OPEN)
    )
    return [(number, solution, city) for number, solution, city in session.execute(wanted)]


def of_round(session: Session, number: int) -> Sequence[Proposal]:
    """The proposals that a round made, the first first."""
    return session.scalars(_proposals().where(Proposal.round_id == number).order_by(Proposal.id)).all()


def of_exchanges(session: Session, number: int) -> dict[int, list[Proposal]]:
    """The proposals of each exchange of a round that was not taken back, by its place, however they were answered."""
    found: dict[int, list[Proposal]] = {}
    for item in of_round(session, number):
        part = item.grounds.get(EXCHANGE)
        if part:
            found.setdefault(int(part["place"]), []).append(item)
    return found
