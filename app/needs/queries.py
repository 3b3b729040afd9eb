# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every SELECT on requests, proposals and capacity; others: round_queries.py, library_queries.py."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, CompoundSelect, Select, String, cast, func, join, or_, select, true, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload, lazyload, selectinload

from app.cities.models import City
from app.cities.queries import is_gone
from app.document.dates import day_of
from app.needs import feedback as feedback_
from app.needs.models import (
    Capacity,
    Need,
    NeedReceiver,
    NeedVersion,
    Proposal,
    ShownSet,
)
from app.needs.rules import EXCHANGE, OFFER, ON_BOARD, ON_SIGHT, PENDING, STOPPED, Answer, State
from app.solutions.models import Solution


def need(session: Session, number: int) -> Need | None:
    """One request as it is now."""
    wanted = select(Need).options(joinedload(Need.receivers)).where(Need.id == number)
    return session.scalars(wanted.execution_options(populate_existing=True)).unique().one_or_none()


def locked(session: Session, number: int) -> Need | None:
    """The request, held until the transaction ends: two decisions come one after the other."""
    wanted = select(Need).where(Need.id == number).with_for_update(of=Need)
    return session.scalars(wanted.execution_options(populate_existing=True)).one_or_none()


def begun_since(session: Session, city_id: int, author_id: int | None, when: datetime) -> Sequence[Need]:
    """The requests a person began for a body since then, not over; the newest first."""
    wanted = select(Need).where(Need.city_id == city_id, Need.author_id == author_id, Need.created_at >= when)
    return session.scalars(wanted.where(Need.state.in_(["draft", "open"])).order_by(Need.id.desc())).all()


def hold_body(session: Session, city_id: int) -> None:
    """Hold a body until the transaction ends: its days are given away, and its requests begun, one at a time.

    Rows that only name it may be written meanwhile: two bodies that accept each other's question do so at once.
    """
    session.execute(select(City.id).where(City.id == city_id).with_for_update(of=City, key_share=True))


def versions(session: Session, need: Need) -> Sequence[NeedVersion]:
    """What a request said before its changes, the newest first."""
    wanted = select(NeedVersion).where(NeedVersion.need_id == need.id)
    return session.scalars(wanted.order_by(NeedVersion.edition.desc())).all()


@dataclass(frozen=True)
class Sought:
    """What is looked for on the board: of which requests, narrowed to some themes, a format, a city; empty for any.

    ``bodies`` and ``national`` tell who looks: a filter by city finds those requests only whose city they may know.
    """

    states: tuple[str, ...] = ON_BOARD
    visibilities: tuple[str, ...] = ON_SIGHT
    themes: frozenset[str] = frozenset()
    format: str = ""
    city: str = ""
    bodies: frozenset[str] = frozenset()
    national: bool = False


def _is_sought(sought: Sought) -> ColumnElement[bool]:
    found = Need.state.in_(sought.states) & Need.visibility.in_(sought.visibilities)
    if sought.themes:
        found &= or_(*(_lists(Need.themes, theme) for theme in sorted(sought.themes)))
    if sought.format:
        found &= _lists(Need.formats, sought.format)
    if sought.city:
        found &= Need.city_id.in_(select(City.id).where(City.slug == sought.city)) & _tells_city(sought)
    return found


def _lists(column: InstrumentedAttribute[list[str]], value: str) -> ColumnElement[bool]:
    """Whether a list of words that JSON leaves as they are holds one."""
    return cast(column, String).contains(f'"{value}"', autoescape=True)


def _tells_city(sought: Sought) -> ColumnElement[bool]:
    """Whether who looks may know whose a request is; as ``rules.hides_city`` says of one."""
    if sought.national:
        return true()
    theirs = select(City.id).where(City.slug.in_(sought.bodies))
    told = select(Proposal.need_id).where(Proposal.origin == "picked", Proposal.giver_id.in_(theirs))
    return or_(Need.visibility != "anonymous", Need.city_id.in_(theirs), Need.id.in_(told))


def board(session: Session, sought: Sought, before: int = 0, most: int | None = None) -> Sequence[Need]:
    """Requests on the board, the open ones first, then the newest first: all of them, or some after those before."""
    wanted = select(Need).options(joinedload(Need.receivers)).where(_is_sought(sought))
    ordered = wanted.order_by(Need.state != State.OPEN, Need.published_at.desc(), Need.id.desc())
    return session.scalars(ordered.offset(before).limit(most) if most else ordered).unique().all()


def many_on_board(session: Session, sought: Sought) -> int:
    return session.scalar(select(func.count()).select_from(Need).where(_is_sought(sought))) or 0


def cities_on_board(session: Session, sought: Sought) -> Sequence[City]:
    """The cities that may be told of the requests that are looked for."""
    theirs = select(Need.city_id).where(_is_sought(sought), _tells_city(sought))
    return session.scalars(select(City).where(City.id.in_(theirs))).all()


def changed_last(session: Session, sought: Sought, most: int) -> Sequence[Need]:
    """The requests of the board that changed last, the newest first."""
    wanted = select(Need).options(joinedload(Need.receivers)).where(_is_sought(sought))
    return session.scalars(wanted.order_by(Need.updated_at.desc(), Need.id.desc()).limit(most)).unique().all()


def latest_open(session: Session, most: int) -> Sequence[Need]:
    """Open requests that everybody may read, the newest first, without those who joined."""
    wanted = select(Need).options(lazyload(Need.receivers))
    wanted = wanted.where(Need.state == State.OPEN, Need.visibility.in_(ON_SIGHT))
    return session.scalars(wanted.order_by(Need.published_at.desc(), Need.id.desc()).limit(most)).all()


def open_needs(session: Session) -> Sequence[Need]:
    return session.scalars(select(Need).where(Need.state == State.OPEN).order_by(Need.id)).all()


def past_their_day(session: Session, today: date) -> Sequence[int]:
    """Numbers of open requests whose day has passed and of which the board does not say so yet."""
    wanted = select(Need.id).where(Need.state == State.OPEN, Need.by_when < today, Need.lapsed_at.is_(None))
    return session.scalars(wanted.order_by(Need.id)).all()


def of_bodies(session: Session, bodies: Iterable[str], states: Iterable[str]) -> Sequence[Need]:
    """Requests that some bodies posted or joined, the newest first."""
    wanted = list(bodies)
    joined = select(NeedReceiver.need_id).join(City, City.id == NeedReceiver.city_id).where(City.slug.in_(wanted))
    found = (
        select(Need)
        .join(City, City.id == Need.city_id)
        .where(or_(City.slug.in_(wanted), Need.id.in_(joined)), Need.state.in_(list(states)))
    )
    return session.scalars(found.order_by(Need.updated_at.desc(), Need.id.desc())).all()


def demonstration_needs(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Need).where(Need.demonstration)) or 0


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


def unanswered(session: Session, most: int) -> Sequence[Need]:
    """Open requests that no city has answered in any way, the oldest first."""
    wanted = select(Need).options(lazyload(Need.receivers)).where(Need.state == State.OPEN, Need.answered_at.is_(None))
    return session.scalars(wanted.order_by(Need.published_at, Need.id).limit(most)).all()


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
    """Numbers of proposals that may have to be reminded of, asked again, passed on, or ended: for want of a body, or
    of whoever still needs it."""
    gone = select(City.id).where(is_gone(day_of(now)))
    bereft = or_(Proposal.giver_id.in_(gone), Need.city_id.in_(gone))
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
class Made:
    """A proposal that stands or is over: for what, who gives (number and name), how it ended, why and when."""

    id: int
    need_id: int
    giver_id: int
    giver: str
    solution: str
    origin: str
    state: str
    reason: str
    answered_at: datetime | None


def made(session: Session) -> Sequence[Made]:
    """Every proposal that was not withdrawn, the oldest first: what the scorer knows of the past, and what waits."""
    wanted = (
        select(Proposal.id, Proposal.need_id, Proposal.giver_id, City.slug, Solution.slug)
        .add_columns(Proposal.origin, Proposal.state, Proposal.reason, Proposal.answered_at)
        .join(City, City.id == Proposal.giver_id)
        .join(Solution, Solution.id == Proposal.solution_id)
        .where(Proposal.state != Answer.WITHDRAWN)
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


def _in_round(day: date) -> ColumnElement[bool]:
    """Open requests, of bodies that are there on a day, for which nobody has to answer now; an answer put off to a day
    does not keep one out."""
    asked = select(Proposal.need_id).where(Proposal.state.in_((Answer.WAITING, Answer.OFFERED)))
    gone = select(City.id).where(is_gone(day))
    return (Need.state == State.OPEN) & Need.id.not_in(asked) & Need.city_id.not_in(gone)


def needs_in_round(session: Session, day: date) -> Sequence[Need]:
    return session.scalars(select(Need).where(_in_round(day)).order_by(Need.id)).all()


def editions_in_round(session: Session, day: date) -> dict[int, int]:
    """The same requests by number, with their edition."""
    rows = session.execute(select(Need.id, Need.edition).where(_in_round(day)))
    return {row.id: row.edition for row in rows}


def many_in_round(session: Session, day: date) -> int:
    return session.scalar(select(func.count()).select_from(Need).where(_in_round(day))) or 0


def needs_by_id(session: Session, numbers: Iterable[int]) -> Sequence[Need]:
    return session.scalars(select(Need).where(Need.id.in_(list(numbers))).order_by(Need.id)).all()


def last_shown(session: Session, need_id: int) -> ShownSet | None:
    wanted = select(ShownSet).where(ShownSet.need_id == need_id).order_by(ShownSet.id.desc()).limit(1)
    return session.scalars(wanted).one_or_none()


def feedback(session: Session) -> tuple[list[feedback_.Shown], list[feedback_.Asked], dict[int, feedback_.Ended]]:
    """Every shortlist that was kept, every proposal, and by request how it stands."""
    sets = select(ShownSet.need_id, ShownSet.shown_at, ShownSet.weights_version, ShownSet.items).order_by(ShownSet.id)
    made = (
        select(Proposal.need_id, Solution.slug, City.slug, Proposal.origin, Proposal.state, Proposal.reason)
        .add_columns(Proposal.rank, Proposal.asked_at, Proposal.answered_at, Proposal.grounds)
        .join(City, City.id == Proposal.giver_id)
        .join(Solution, Solution.id == Proposal.solution_id)
        .order_by(Proposal.id)
    )
    ends = select(Need.id, Need.state, Need.outcome, Need.demonstration)
    return (
        [feedback_.Shown(*row) for row in session.execute(sets)],
        [feedback_.Asked(*row) for row in session.execute(made)],
        {number: feedback_.Ended(state, outcome, made_up) for number, state, outcome, made_up in session.execute(ends)},
    )


def capacities(session: Session, quarters: Sequence[str]) -> dict[int, dict[str, int]]:
    """By body, days stated for these quarters."""
    found: dict[int, dict[str, int]] = {}
    for row in session.scalars(select(Capacity).where(Capacity.quarter.in_(quarters))):
        found.setdefault(row.city_id, {})[row.quarter] = row.days
    return found


def capacity(session: Session, city_id: int, quarter: str) -> Capacity | None:
    wanted = select(Capacity).where(Capacity.city_id == city_id, Capacity.quarter == quarter)
    return session.scalars(wanted).one_or_none()


def of_round(session: Session, number: int) -> Sequence[Proposal]:
    """The proposals that a round made, the first first."""
    return session.scalars(_proposals().where(Proposal.round_id == number).order_by(Proposal.id)).all()


def solutions_by_slug(session: Session, slugs: Iterable[str]) -> dict[str, Solution]:
    """Published solutions with these slugs."""
    wanted = select(Solution).options(selectinload(Solution.bodies), selectinload(Solution.themes))
    found = session.scalars(wanted.where(Solution.slug.in_(list(slugs)), Solution.published)).all()
    return {solution.slug: solution for solution in found}


def oldest_open(session: Session) -> datetime | None:
    """When the oldest open request was published."""
    return session.scalar(select(func.min(Need.published_at)).where(Need.state == State.OPEN))
