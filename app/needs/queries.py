# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every SELECT on requests and capacity; others: proposal_queries.py, round_queries.py, library_queries.py."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, String, cast, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload, lazyload, selectinload

from app.cities.models import City
from app.cities.queries import is_gone
from app.needs import feedback as feedback_
from app.needs.models import (
    Capacity,
    Need,
    NeedReceiver,
    NeedVersion,
    Proposal,
    ShownSet,
)
from app.needs.rules import ON_BOARD, ON_SIGHT, Answer, State
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


def number_open(session: Session) -> int:
    return session.scalar(select(func.count()).where(Need.state == State.OPEN)) or 0


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


def unanswered(session: Session, most: int) -> Sequence[Need]:
    """Open requests that no city has answered in any way, the oldest first."""
    wanted = select(Need).options(lazyload(Need.receivers)).where(Need.state == State.OPEN, Need.answered_at.is_(None))
    return session.scalars(wanted.order_by(Need.published_at, Need.id).limit(most)).all()


def _in_round(day: date) -> ColumnElement[bool]:
    """Open requests, of bodies that are there on a day, for which nobody has to answer now; an answer put off to a day
    does not keep one out, that its city let it lapse does."""
    asked = select(Proposal.need_id).where(Proposal.state.in_((Answer.WAITING, Answer.OFFERED)))
    gone = select(City.id).where(is_gone(day))
    waiting = (Need.state == State.OPEN) & Need.lapsed_at.is_(None)
    return waiting & Need.id.not_in(asked) & Need.city_id.not_in(gone)


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


def solutions_by_slug(session: Session, slugs: Iterable[str]) -> dict[str, Solution]:
    """Published solutions with these slugs."""
    wanted = select(Solution).options(selectinload(Solution.bodies), selectinload(Solution.themes))
    found = session.scalars(wanted.where(Solution.slug.in_(list(slugs)), Solution.published)).all()
    return {solution.slug: solution for solution in found}


def oldest_open(session: Session) -> datetime | None:
    """When the oldest open request was published."""
    return session.scalar(select(func.min(Need.published_at)).where(Need.state == State.OPEN))
