# SPDX-License-Identifier: AGPL-3.0-or-later
"""Requests and twinnings on the desk: what waits for the person, whose answer they wait for, what their bodies run."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.access import Action, Actor, Role, may
from app.accounts import queries as people
from app.document.dates import day_of
from app.needs import proposal_queries, queries, rules
from app.needs.models import Need, Proposal
from app.notices.desk import MOST, Task
from app.notices.reach import coordination
from app.twinnings import queries as twinnings
from app.twinnings.models import ClosingForm, Twinning
from app.twinnings.rules import may_close


def tasks(session: Session, actor: Actor, now: datetime) -> Sequence[Task]:
    """Questions that wait for an invitation by the coordination; answers due by the person's bodies, then their open
    requests without a city that was asked.
    """
    found = _to_invite(session, now) if _coordinates(session, actor) else []
    if not actor.bodies:
        return found
    today = day_of(now)
    for proposal in proposal_queries.waiting_for(session, actor.bodies):
        found.append(_answer("offerta" if proposal.origin == rules.OFFER else "proposta", proposal, today))
    open_needs = queries.of_bodies(session, actor.bodies, (rules.State.OPEN,))
    mine = [need for need in open_needs if need.city.slug in actor.bodies]
    answering = proposal_queries.waited_on(session, [need.id for need in mine])
    for need in (need for need in mine if need.id not in answering):
        path = f"/richieste/{need.id}-{need.slug}/abbinamenti"
        late = rules.is_past(need.by_when, now)
        found.append(Task("richiesta", need.title, path, need.published_at, need.by_when, late))
    running = twinnings.of_bodies(session, actor.bodies)
    forms = twinnings.closing_of(session, (twinning.id for twinning in running))
    spoken = {(form.twinning_id, form.city_id) for form in forms}
    steps = (_to_close(item, actor, forms, now) or _next_step(item, actor, spoken, today) for item in running)
    return [*found, *(step for step in steps if step)]


def _coordinates(session: Session, actor: Actor) -> bool:
    """Whether they see to what nobody else can: an administrator does where there is no coordinator."""
    return actor.is_a(Role.COORDINATOR) or (actor.national and actor.id in coordination(session))


def _to_invite(session: Session, now: datetime) -> list[Task]:
    """Questions to bodies in which nobody is there to answer."""
    asked = proposal_queries.questions(session)
    there = people.staffed(session, {proposal.giver.slug for proposal in asked})
    return [
        _answer("invito", proposal, day_of(now), proposal.giver.short_name)
        for proposal in asked
        if proposal.giver.slug not in there
    ][:MOST]


def _answer(kind: str, proposal: Proposal, today: date, detail: str = "") -> Task:
    """The answer to a proposal, as something to see to."""
    due = day_of(proposal.due_at) if proposal.due_at else None
    late = due is not None and due < today
    return Task(kind, proposal.need.title, f"/proposte/{proposal.id}", proposal.asked_at, due, late, detail)


def _to_close(twinning: Twinning, actor: Actor, forms: Sequence[ClosingForm], now: datetime) -> Task | None:
    """To close it without who has been silent for a month, for who may and has told how it went."""
    told = [form for form in forms if form.twinning_id == twinning.id]
    theirs = {tie.city_id for tie in twinning.parties if tie.city.slug in actor.bodies}
    last = max((form.filled_at for form in told), default=None)
    waits = not may_close((form.side for form in told), last, now)
    if waits or not theirs <= {form.city_id for form in told} or not may(actor, Action.END_TWINNING, twinning.thing):
        return None
    return Task("silenzio", twinning.title, f"/gemellaggi/{twinning.id}-{twinning.slug}#chiusura", last)


def _next_step(twinning: Twinning, actor: Actor, spoken: Set[tuple[int, int]], today: date) -> Task | None:
    """The milestone that comes next and is the person's or nobody's; where all are done, or another body has told how
    it went, telling that too.

    None where what is left is for others to do, or every body of the person has told already.
    """
    path = f"/gemellaggi/{twinning.id}-{twinning.slug}"
    left = [item for item in twinning.milestones if item.done_at is None]
    theirs = {(twinning.id, tie.city_id) for tie in twinning.parties if tie.city.slug in actor.bodies}
    others = {(twinning.id, tie.city_id) for tie in twinning.parties} - theirs
    if not left or (others & spoken and not theirs <= spoken):
        closing = f"{path}#chiusura"
        return None if theirs <= spoken else Task("chiusura", twinning.title, closing, twinning.began_at)
    days = [item.due_on for item in left if item.owner_id in {None, actor.id}]
    if not days:
        return None
    due_on = min(days)
    return Task("tappa", twinning.title, path, twinning.began_at, due_on, due_on < today)


@dataclass(frozen=True)
class Asked:
    """An answer that the person's bodies wait for: of whom (empty where it may not be known), until when."""

    title: str
    path: str
    whose: str
    due_on: date | None
    later: bool


def asked(session: Session, actor: Actor) -> list[Asked]:
    """Questions and offers of the person's bodies that nobody has answered."""
    return (
        [_asked(proposal, actor) for proposal in proposal_queries.waited_for(session, actor.bodies)]
        if actor.bodies
        else []
    )


def _asked(proposal: Proposal, actor: Actor) -> Asked:
    need = proposal.need
    if proposal.origin == rules.OFFER:
        hidden = rules.hides_city(need.visibility, need.city.slug, actor.bodies, actor.national, ())
        whose = "" if hidden else need.city.short_name
    else:
        whose = proposal.giver.short_name
    due = day_of(proposal.due_at) if proposal.due_at else None
    return Asked(need.title, f"/proposte/{proposal.id}", whose, due, proposal.state == rules.Answer.LATER)


#: Lines of each kind that the coordination sees on its desk.
MOST_WATCHED = 5


@dataclass(frozen=True)
class Watched:
    """What the coordination keeps an eye on, each with its days: requests nobody has answered, late twinnings."""

    needs: Sequence[tuple[Need, int]]
    twinnings: Sequence[tuple[Twinning, int]]


def watched(session: Session, actor: Actor, now: datetime) -> Watched | None:
    """The longest without an answer, and the longest overdue; None for who is not of the coordination."""
    if not _coordinates(session, actor):
        return None
    needs, today = queries.unanswered(session, MOST_WATCHED), day_of(now)
    return Watched(
        [(need, rules.days_passed(need.published_at or need.created_at, now)) for need in needs],
        [(one, (today - since).days) for one, since in twinnings.overdue(session, today, MOST_WATCHED)],
    )


@dataclass(frozen=True)
class Ours:
    """What the person's bodies run now."""

    needs: Sequence[Need]
    twinnings: Sequence[Twinning]


def ours(session: Session, actor: Actor) -> Ours:
    """Drafts and open requests, running twinnings."""
    if not actor.bodies:
        return Ours((), ())
    needs = queries.of_bodies(session, actor.bodies, (rules.State.DRAFT, rules.State.OPEN, rules.State.MATCHED))
    return Ours(needs, twinnings.of_bodies(session, actor.bodies))
