# SPDX-License-Identifier: AGPL-3.0-or-later
"""Requests and twinnings on the desk: what waits for the person, whose answer they wait for, what their bodies run."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.access import Actor
from app.document.dates import day_of
from app.needs import queries, rules
from app.needs.models import Need, Proposal
from app.notices.desk import Task
from app.twinnings import queries as twinnings
from app.twinnings.models import Twinning


def tasks(session: Session, actor: Actor, now: datetime) -> Sequence[Task]:
    """Answers due by the person's bodies, then their open requests without a city that was asked."""
    if not actor.bodies:
        return []
    today, found = day_of(now), []
    for proposal in queries.waiting_for(session, actor.bodies):
        kind = "offerta" if proposal.origin == rules.OFFER else "proposta"
        due = day_of(proposal.due_at) if proposal.due_at else None
        path = f"/proposte/{proposal.id}"
        late = due is not None and due < today
        found.append(Task(kind, proposal.need.title, path, proposal.asked_at, due, late))
    for need in queries.of_bodies(session, actor.bodies, (rules.State.OPEN,)):
        waiting = [item for item in queries.pending(session, need.id) if item.state != rules.Answer.LATER]
        if need.city.slug in actor.bodies and not waiting:
            path = f"/richieste/{need.id}-{need.slug}/abbinamenti"
            late = rules.is_past(need.by_when, now)
            found.append(Task("richiesta", need.title, path, need.published_at, need.by_when, late))
    return [*found, *(_next_step(twinning, actor, today) for twinning in twinnings.of_bodies(session, actor.bodies))]


def _next_step(twinning: Twinning, actor: Actor, today: date) -> Task:
    """The milestone that comes next and is the person's or nobody's; where none is left, telling how it went."""
    path = f"/gemellaggi/{twinning.id}-{twinning.slug}"
    left = [item for item in twinning.milestones if item.done_at is None and item.owner_id in {None, actor.id}]
    if not left:
        return Task("chiusura", twinning.title, path, twinning.began_at)
    due_on = min(item.due_on for item in left)
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
    return [_asked(proposal, actor) for proposal in queries.waited_for(session, actor.bodies)] if actor.bodies else []


def _asked(proposal: Proposal, actor: Actor) -> Asked:
    need = proposal.need
    if proposal.origin == rules.OFFER:
        hidden = rules.hides_city(need.visibility, need.city.slug, actor.bodies, actor.national, ())
        whose = "" if hidden else need.city.short_name
    else:
        whose = proposal.giver.short_name
    due = day_of(proposal.due_at) if proposal.due_at else None
    return Asked(need.title, f"/proposte/{proposal.id}", whose, due, proposal.state == rules.Answer.LATER)


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
