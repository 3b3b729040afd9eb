# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the page of a request tells one person: whose it is, how it stands, who is asked, who would be next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app import access
from app.access import Action, Actor, Thing
from app.accounts import queries as people
from app.cities.models import City
from app.cities.rules import is_closed
from app.document.dates import day_of
from app.needs import proposal_queries, proposals, queries, question, rules
from app.needs.board import Asker, Row, able_in, asker_of, others_in, row, told_givers
from app.needs.history import Change, changes
from app.needs.models import Need, NeedReceiver, Proposal
from app.needs.rules import Answer, State
from app.needs.service import as_wanted

A_MONTH = timedelta(days=30)


@dataclass(frozen=True)
class Sheet:
    """The page of a request; ``joining``: the bodies of the person that can still join it.

    ``gone``: the body that asks is no longer there, and its name is no secret: nobody joins or offers any more.
    ``waiting``: the bodies whose answer its city waits for; ``offered``: the offers that wait for its own answer.
    ``barred``: why an offer can no longer be accepted, by its number.
    """

    row: Row
    changes: Sequence[Change]
    people: Mapping[int, str]
    receivers: Sequence[NeedReceiver]
    proposals: Sequence[Proposal]
    offers: Sequence[Proposal]
    barred: Mapping[int, str]
    waiting: int
    offered: int
    next: Mapping[str, Any] | None
    may_edit: bool
    may_withdraw: bool
    joining: frozenset[str]
    may_leave: bool
    may_offer: bool
    may_close: bool
    today: date
    past: bool
    gone: bool

    @property
    def asker(self) -> Asker:
        return self.row.asker

    @property
    def may_join(self) -> bool:
        return bool(self.joining)


def _made(session: Session, need: Need, actor: Actor) -> Sequence[Proposal]:
    """The proposals of a request; for who can read none of them only those that are waited for, to be counted."""
    readable = access.might(actor, Action.READ_PROPOSAL)
    return proposal_queries.proposals(session, need) if readable else proposal_queries.pending(session, need.id)


def _awaited(made: Sequence[Proposal]) -> tuple[int, int]:
    """How many givers have to answer, whatever they are asked for; how many offers the city that asks has to answer."""
    pending = [item for item in made if item.state in rules.PENDING]
    givers = {item.giver_id for item in pending if item.origin != rules.OFFER}
    return len(givers), sum(item.origin == rules.OFFER for item in pending)


def _following(session: Session, need: Need, made: Sequence[Proposal], now: datetime) -> Mapping[str, Any] | None:
    """Who is asked if nobody answers: only the no of a giver, or its silence, asks the next."""
    asked = any(item.state == Answer.WAITING for item in made)
    return proposals.next_candidate(session, need, now) if asked else None


def sheet(session: Session, need: Need, actor: Actor, now: datetime, gone: frozenset[str]) -> Sheet:
    """What one person sees and may do; for bodies that are ``gone`` only what brings something to an end."""
    told = row(need, actor, told_givers(session, [need], actor).get(need.id, ()), now)
    made = _made(session, need, actor)
    inside = need.state == State.OPEN and (actor.national or need.city.slug in actor.bodies)
    mine = access.may(actor, Action.EDIT_NEED, need.thing)
    joined = {tie.city.slug for tie in need.receivers}
    seen = [item for item in made if access.may(actor, Action.READ_PROPOSAL, item.thing)]
    changed, who = _history(session, need, actor, mine, [*seen, *(joined & actor.bodies)])
    able = able_in(need, actor, day_of(now)) - gone
    givers, offered = _awaited(made)
    offers = [item for item in seen if mine and item.state == Answer.OFFERED]
    return Sheet(
        row=told,
        changes=changed,
        people=who,
        receivers=[] if told.asker.hidden else need.receivers,
        proposals=seen,
        offers=offers,
        barred={item.id: why for item in offers if (why := proposals.refused(session, item, now))},
        waiting=givers,
        offered=offered,
        next=_following(session, need, made, now) if inside else None,
        may_edit=access.may_begin(actor, Action.EDIT_NEED, need.thing, gone) and rules.may_edit(need.state),
        may_withdraw=mine and rules.may_edit(need.state),
        joining=able - joined,
        may_leave=bool(others_in(need, actor) & joined),
        may_offer=bool(able),
        may_close=mine and rules.may_close(need.state),
        today=day_of(now),
        past=rules.is_past(need.by_when, now),
        gone=_is_gone(need, told.asker, day_of(now)),
    )


def _is_gone(need: Need, asker: Asker, day: date) -> bool:
    """Whether the body that asks is no longer there, where it may be told: of an anonymous request it would name it."""
    return not asker.hidden and is_closed(need.city.register, day)


def _history(
    session: Session, need: Need, actor: Actor, mine: bool, parts: Sequence[object]
) -> tuple[list[Change], Mapping[int, str]]:
    """What changed, for those with a part in it; for its own people who did it too; for the others nothing."""
    own = mine or actor.national
    if not own and not parts:
        return [], {}
    found = changes(queries.versions(session, need), as_wanted(need).said(), own, need.published_at)
    return found, people.names(session, [change.by for change in found]) if own else {}


@dataclass(frozen=True)
class Offering:
    """The page of a proposal as one person sees it; ``refused``: why no yes is possible any more, empty where one is.

    ``absent``: the body whose answer is waited for has nobody who could give it. ``apart``: who joined and takes no
    part in the twinning, as another brings it this solution already.
    """

    proposal: Proposal
    asker: Asker
    following: Mapping[str, Any] | None
    mine: bool
    asking: bool
    may_answer: bool
    refused: str
    may_state: bool
    free_days: Mapping[str, int | None]
    transfers_left: int | None
    today: date
    reasons: Mapping[str, Any]
    absent: bool
    apart: Sequence[str]

    @property
    def in_a_month(self) -> date:
        """The day that an answer put off is asked again, unless another is typed."""
        return self.today + A_MONTH

    @property
    def consent(self) -> bool:
        """Whether a yes only offers: the city that asks has still to say whether it wants to be known."""
        return rules.needs_consent(self.proposal.origin, self.proposal.need.visibility)


def offering(session: Session, proposal: Proposal, actor: Actor, now: datetime, gone: frozenset[str]) -> Offering:
    """What one person sees of a proposal, and whether the answer is theirs; ``gone``: their bodies no longer there."""
    need = proposal.need
    giver_may = access.may(actor, Action.ANSWER_PROPOSAL, proposal.thing)
    asker_may = access.may(actor, Action.EDIT_NEED, need.thing)
    today = day_of(now)
    seen = asker_of(session, need, actor, now)
    days = proposals.days_of(session, proposal.giver_id, now, rules.QUARTERS_STATED)
    return Offering(
        proposal,
        seen,
        proposals.following(session, proposal, now),
        giver_may,
        asker_may,
        rules.may_answer(proposal.state) and (asker_may if proposal.origin == rules.OFFER else giver_may),
        proposals.refused(session, proposal, now) if rules.may_answer(proposal.state) else "",
        access.may_begin(actor, Action.STATE_CAPACITY, Thing(bodies=frozenset({proposal.giver.slug})), gone),
        _left(days, today),
        None if proposal.origin == rules.EXCHANGE else days.transfers_left(rules.quarter_of(today)),
        today,
        question.reasons(proposal.grounds, seen.hidden),
        proposal.state == Answer.WAITING and not people.staffed(session, [proposal.giver.slug]),
        [] if seen.hidden or not rules.may_answer(proposal.state) else _apart(session, proposal),
    )


def _apart(session: Session, proposal: Proposal) -> list[str]:
    """Who joined the request and receives its solution already."""
    joined = proposal.need.receivers
    received = proposal_queries.received(session, ended=False) if joined else {}
    return [tie.city.name for tie in joined if proposal.solution.slug in received.get(tie.city_id, ())]


def free_days(session: Session, city: City, now: datetime) -> dict[str, int | None]:
    """Days a body has still free, by quarter; None where it stated nothing."""
    return _left(proposals.days_of(session, city.id, now, rules.QUARTERS_STATED), day_of(now))


def _left(days: rules.Days, today: date) -> dict[str, int | None]:
    return {quarter: days.left(quarter) for quarter in rules.quarters_from(today)}
