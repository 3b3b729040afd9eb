# SPDX-License-Identifier: AGPL-3.0-or-later
"""One function per button of a twinning that runs: its beginning, lead, milestones, people; reminders."""

import secrets
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.access import Action, Actor, may
from app.accounts import queries as people
from app.cities.models import City
from app.cities.rules import is_closed
from app.document.dates import day_of
from app.errors import Conflict, Invalid, NotFound
from app.journal.service import record
from app.needs.answers import ANSWERS, preconditions
from app.needs.models import Need, Proposal
from app.needs.rules import OFFER
from app.needs.service import Deed
from app.search.changes import HOME, note
from app.solutions.models import Solution
from app.twinnings import queries, rules
from app.twinnings.models import KitCheck, Milestone, ReadinessAnswer, Twinning, TwinningParty, TwinningPerson


def begin(session: Session, proposal: Proposal, person_id: int, now: datetime) -> int:
    """Begin the twinning of an accepted proposal, once. Answers its number."""
    known = queries.of_proposal(session, proposal.id)
    if known is not None:
        return known.id
    need, solution = proposal.need, proposal.solution
    twinning = Twinning(
        # Not the title of the request, which its network alone may read: a twinning is public.
        slug=solution.slug,
        title=solution.title[: rules.MOST_TITLE],
        need_id=need.id,
        proposal_id=proposal.id,
        solution_id=solution.id,
        solution=solution,
        lead_id=need.city_id,
        began_at=now,
        verification=secrets.token_urlsafe(12),
        demonstration=need.demonstration,
        phase=rules.PHASES[0],
    )
    twinning.parties = [
        TwinningParty(city_id=proposal.giver_id, city=proposal.giver, role="giver"),
        *(TwinningParty(city_id=city.id, city=city, role="receiver") for city in _receivers(session, proposal, now)),
    ]
    taking_part = {tie.city_id for tie in twinning.parties}
    twinning.people = [tie for tie in _first_people(session, proposal, person_id) if tie.city_id in taking_part]
    twinning.milestones = [
        Milestone(key=item.key, phase=item.phase, position=item.position, due_on=item.due_on)
        for item in rules.plan(day_of(now), need.by_when, need.formats)
    ]
    session.add(twinning)
    session.flush()
    _prefill(session, twinning, solution)
    _told_before(session, twinning, need, Deed(person_id, now))
    tell(session, twinning, Deed(person_id, now), "twinning-begun", {"proposal": proposal.id})
    for city in _left_out(need, taking_part, now):
        tell(session, twinning, Deed(person_id, now), "body-left-out", {"body": city.slug})
    return twinning.id


def _receivers(session: Session, proposal: Proposal, now: datetime) -> list[City]:
    """Who asks and who joined, without closed bodies, the giver, and joiners that take the solution over already."""
    need, busy = proposal.need, queries.receiving(session, proposal.solution_id)
    bodies = {city.id: city for city in (need.city, *(tie.city for tie in need.receivers if tie.city_id not in busy))}
    return [
        city for city in bodies.values() if city.id != proposal.giver_id and not is_closed(city.register, day_of(now))
    ]


def _left_out(need: Need, taking_part: Collection[int], now: datetime) -> list[City]:
    """Who joined and takes no part, as it takes the solution over already; a closed body has nobody to tell."""
    joined = [tie.city for tie in need.receivers if tie.city_id not in taking_part]
    return [city for city in joined if not is_closed(city.register, day_of(now))]


def _first_people(session: Session, proposal: Proposal, person_id: int) -> list[TwinningPerson]:
    """Who asked and who joined, for the receivers; who accepted, or offered, for the giver.

    Who published the round that asked belongs to neither, unless they work for the body that asks.
    """
    first: dict[int | None, int] = {tie.joined_by: tie.city_id for tie in proposal.need.receivers}
    first[proposal.need.author_id] = proposal.need.city_id
    asked = people.person(session, proposal.asked_by) if proposal.asked_by else None
    if asked is not None and proposal.need.city.slug in asked.actor.bodies:
        first[asked.id] = proposal.need.city_id
    offered = proposal.origin == OFFER
    if offered and asked is not None and proposal.giver.slug in asked.actor.bodies:
        first.setdefault(asked.id, proposal.giver_id)
    first[person_id] = proposal.need.city_id if offered else proposal.giver_id
    return [TwinningPerson(person_id=number, city_id=city) for number, city in first.items() if number]


def _prefill(session: Session, twinning: Twinning, solution: Solution) -> None:
    """The pieces of the kit to tick off, each once."""
    titles = dict.fromkeys(str(piece.get("title", ""))[:300] for piece in solution.front.get("kit") or [])
    session.add_all(KitCheck(twinning_id=twinning.id, title=title) for title in titles if title)


def _told_before(session: Session, twinning: Twinning, need: Need, deed: Deed) -> None:
    """What the request said of the solution's preconditions is what the lead answers, until it says otherwise."""
    given = need.answers or {}
    session.add_all(
        ReadinessAnswer(
            twinning_id=twinning.id,
            city_id=need.city_id,
            precondition=text,
            answer=given[text],
            answered_by=need.author_id,
            answered_at=deed.now,
        )
        for text in dict.fromkeys(preconditions(twinning.solution.front))
        if given.get(text) in ANSWERS
    )


def tell(session: Session, twinning: Twinning, deed: Deed, action: str, data: Mapping[str, Any] | None = None) -> None:
    giver = twinning.giver
    body = giver.slug if giver else ""
    record(session, deed.now, deed.person_id, action, "twinning", str(twinning.id), body=body, data=data or {})
    if action in rules.AT_HOME:
        note(session, [HOME])


def running(session: Session, number: int) -> Twinning:
    """A twinning that runs, held. Raises ``NotFound``, ``Conflict`` for one that has ended."""
    twinning = queries.locked(session, number)
    if twinning is None:
        raise NotFound(number)
    if twinning.state != rules.State.RUNNING:
        raise Conflict("ended")
    return twinning


def refuse_unseen(held: object, seen: str) -> None:
    """Nobody overwrites what they have not read. Raises ``Conflict`` where the form was opened on something else."""
    if rules.seen(held) != seen:
        raise Conflict("changed_meanwhile")


def _milestone(twinning: Twinning, number: int) -> Milestone:
    found = next((item for item in twinning.milestones if item.id == number), None)
    if found is None:
        raise NotFound(number)
    return found


def party(twinning: Twinning, slug: str) -> City:
    found = next((tie.city for tie in twinning.parties if tie.city.slug == slug), None)
    if found is None:
        raise Invalid({"body": "unknown_body"})
    return found


def choose_lead(session: Session, number: int, body: str, deed: Deed) -> None:
    """Say which of the bodies leads the transfer. Raises ``Invalid`` for one that takes no part."""
    twinning = running(session, number)
    city = party(twinning, body)
    if city.id == twinning.lead_id:
        return
    twinning.lead_id = city.id
    tell(session, twinning, deed, "lead-chosen", {"body": body})


def tick(session: Session, number: int, milestone: int, done: bool, deed: Deed) -> None:
    """Mark a milestone done, or not done after all; the phase follows."""
    twinning = running(session, number)
    found = _milestone(twinning, milestone)
    if (found.done_at is not None) == done:
        return
    found.done_at, found.done_by = (deed.now, deed.person_id) if done else (None, None)
    twinning.phase = rules.phase_of((item.phase, item.done_at is not None) for item in twinning.milestones)
    tell(session, twinning, deed, "milestone-done" if done else "milestone-undone", {"milestone": found.id})


def plan_milestone(
    session: Session, number: int, milestone: int, due_on: date, owner_id: int | None, deed: Deed
) -> None:
    """Move a milestone to a day and say who sees to it; reminders begin again. Raises ``Invalid``."""
    twinning = running(session, number)
    found = _milestone(twinning, milestone)
    wrong = {}
    if owner_id is not None and owner_id not in {tie.person_id for tie in twinning.people}:
        wrong["owner"] = "unknown_person"
    # One that stands keeps its day, whatever the rule was when it was set.
    if due_on != found.due_on and (why := rules.wrong_day(due_on, day_of(twinning.began_at), day_of(deed.now))):
        wrong["due_on"] = why
    if wrong:
        raise Invalid(wrong)
    if (found.due_on, found.owner_id) == (due_on, owner_id):
        return
    chosen = {"owner": owner_id} if owner_id is not None and owner_id != found.owner_id else {}
    found.due_on, found.owner_id = due_on, owner_id
    found.reminded_at = found.escalated_at = None
    told = {"milestone": found.id, "due_on": due_on.isoformat(), **chosen}
    tell(session, twinning, deed, "milestone-planned", told)


def add_milestone(session: Session, number: int, title: str, phase: str, due_on: date, deed: Deed) -> None:
    """A milestone more, once however often it is sent. Raises ``Invalid``."""
    twinning = running(session, number)
    title = " ".join(title.split())
    wrong = {} if 0 < len(title) <= rules.MOST_SHORT else {"title": "required" if not title else "too_long"}
    wrong |= {} if phase in rules.PHASES else {"phase": "not_a_choice"}
    if why := rules.wrong_day(due_on, day_of(twinning.began_at), day_of(deed.now)):
        wrong["due_on"] = why
    if wrong:
        raise Invalid(wrong)
    if any((item.title, item.phase, item.due_on) == (title, phase, due_on) for item in twinning.milestones):
        return
    if len(twinning.milestones) >= rules.MOST_MILESTONES:
        raise Conflict("too_many")
    position = 1 + max((item.position for item in twinning.milestones), default=0)
    added = Milestone(title=title, phase=phase, position=position, due_on=due_on)
    twinning.milestones.append(added)
    session.flush()
    twinning.phase = rules.phase_of((item.phase, item.done_at is not None) for item in twinning.milestones)
    tell(session, twinning, deed, "milestone-added", {"milestone": added.id, "due_on": due_on.isoformat()})


def remove_milestone(session: Session, number: int, milestone: int, deed: Deed) -> None:
    """Take away one that was added by mistake; nothing happens where it is gone already.

    Raises ``Conflict`` for one that every transfer has, or that was reached.
    """
    twinning = running(session, number)
    found = next((item for item in twinning.milestones if item.id == milestone), None)
    if found is None:
        return
    if found.key or found.done_at is not None:
        raise Conflict("not_added")
    twinning.milestones.remove(found)
    twinning.phase = rules.phase_of((item.phase, item.done_at is not None) for item in twinning.milestones)
    tell(session, twinning, deed, rules.REMOVED, {"milestone": milestone, "due_on": found.due_on.isoformat()})


def add_person(session: Session, number: int, person_id: int, body: str, task: str, actor: Actor, deed: Deed) -> None:
    """A colleague of one's own body joins. Raises ``Invalid`` for who does not work for it, or works for another."""
    twinning = running(session, number)
    city = party(twinning, body)
    person = people.person(session, person_id)
    if person is None or not person.active or city.slug not in person.actor.bodies:
        raise Invalid({"person": "unknown_person"})
    if not may(actor, Action.STAFF_TWINNING, twinning.side_of(city.id)):
        raise Invalid({"person": "of_another_body"})
    if any(tie.person_id == person_id for tie in twinning.people):
        return
    twinning.people.append(TwinningPerson(person_id=person_id, city_id=city.id, task=task.strip()[:120]))
    tell(session, twinning, deed, "person-joined", {"person": person_id})


def remove_person(session: Session, number: int, person_id: int, actor: Actor, deed: Deed) -> None:
    """Take somebody of one's own body off the list, or oneself. Raises ``Invalid`` for who is there for another."""
    twinning = running(session, number)
    found = next((tie for tie in twinning.people if tie.person_id == person_id), None)
    if found is None:
        raise NotFound(person_id)
    if actor.id != person_id and not may(actor, Action.STAFF_TWINNING, twinning.side_of(found.city_id)):
        raise Invalid({"person": "of_another_body"})
    twinning.people.remove(found)
    for milestone in twinning.milestones:
        if milestone.owner_id == person_id:
            milestone.owner_id = None
    tell(session, twinning, deed, "person-left", {"person": person_id})


def remind(session: Session, number: int, deed: Deed) -> int:
    """Remind of milestones due, and tell the coordination of late ones: each once. Answers how many."""
    twinning = queries.locked(session, number)
    if twinning is None or twinning.state != rules.State.RUNNING:
        return 0
    told = 0
    for item in twinning.milestones:
        what = rules.reminder(
            item.due_on,
            item.done_at is not None,
            item.reminded_at is not None,
            item.escalated_at is not None,
            day_of(deed.now),
        )
        if what == "remind":
            item.reminded_at = deed.now
        elif what == "escalate":
            item.escalated_at = deed.now
        if what:
            told += 1
            action = "milestone-late" if what == "escalate" else "milestone-due"
            tell(session, twinning, deed, action, {"milestone": item.id, "owner": item.owner_id})
    return told
