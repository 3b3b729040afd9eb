# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the people of a twinning find on its page, gathered in one place."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.access import Action, Actor, may
from app.accounts import queries as people
from app.accounts.models import Person
from app.cities.models import City
from app.files.refusal import MAX_FILE, MEGABYTE
from app.needs.answers import ANSWERS, preconditions
from app.needs.likeness import closing
from app.search.engine import Engine
from app.solutions.models import Solution
from app.solutions.rules import spreads
from app.twinnings import queries, rules
from app.twinnings.models import ClosingForm, KitCheck, Milestone, ReadinessAnswer, Twinning, WorkedHours


@dataclass(frozen=True)
class Progress:
    """What comes next, and how much of the rest is done. ``silent`` are the bodies that have not told how it went."""

    next: Milestone | None
    done: int
    milestones: int
    held: int
    preconditions: int
    received: int
    pieces: int
    hours: float
    silent: Sequence[City]


def bench(
    session: Session, engine: Engine, twinning: Twinning, forms: Sequence[ClosingForm], actor: Actor, now: datetime
) -> dict[str, Any]:
    """Everything that only the parties see."""
    kit, hours = queries.kit(session, twinning.id), queries.hours(session, twinning.id)
    notes, files = queries.notes(session, twinning.id), queries.files(session, twinning.id)
    answers = queries.readiness(session, twinning.id)
    named = [
        *(tie.person_id for tie in twinning.people),
        *(note.author_id for note in notes),
        *(item.owner_id for item in twinning.milestones),
        *(file.added_by for file in files),
        *(item.person_id for item in hours),
    ]
    return {
        "meetings": queries.meetings(session, twinning.id),
        "notes": notes,
        "files": files,
        "removed_files": queries.files(session, twinning.id, removed=True),
        "megabytes": MAX_FILE // MEGABYTE,
        "kit": kit,
        "hours": hours,
        "hours_by_city": hours_by_city(hours),
        "answers": {(item.city_id, item.precondition): item for item in answers},
        "preconditions": preconditions(twinning.solution.front),
        "codes": ANSWERS,
        "helps": closing(session, engine, _missing(answers), twinning.solution.slug),
        "resources": _resources(twinning.solution),
        "spreads": spreads(twinning.solution.front),
        "names": people.names(session, named),
        "colleagues": _colleagues(session, twinning, actor),
        "gone": _gone(session, twinning),
        "mine": [tie for tie in twinning.parties if tie.city.slug in actor.bodies],
        "progress": progress(twinning, answers, kit, hours, forms),
        "closable": rules.may_close(
            (form.side for form in forms), max((form.filled_at for form in forms), default=None), now
        ),
    }


def progress(
    twinning: Twinning,
    answers: Iterable[ReadinessAnswer],
    kit: Sequence[KitCheck],
    hours: Iterable[WorkedHours],
    forms: Iterable[ClosingForm],
) -> Progress:
    """How far the work is; every receiver has every precondition to meet."""
    left = [item for item in twinning.milestones if item.done_at is None]
    asked = preconditions(twinning.solution.front)
    told = {form.city_id for form in forms}
    return Progress(
        next=min(left, key=lambda item: (item.due_on, item.position), default=None),
        done=len(twinning.milestones) - len(left),
        milestones=len(twinning.milestones),
        held=sum(item.answer == "yes" and item.precondition in asked for item in answers),
        preconditions=len(asked) * len(twinning.receivers),
        received=sum(piece.received_at is not None for piece in kit),
        pieces=len(kit),
        hours=sum(item.quarters for item in hours) / 4,
        silent=[tie.city for tie in twinning.parties if tie.city_id not in told],
    )


def hours_by_city(hours: Iterable[WorkedHours]) -> dict[int, float]:
    found: dict[int, float] = {}
    for item in hours:
        found[item.city_id] = found.get(item.city_id, 0.0) + item.quarters / 4
    return found


def _missing(answers: Sequence[ReadinessAnswer]) -> list[str]:
    return [item.precondition for item in answers if item.answer == "no"]


def _resources(solution: Solution) -> dict[str, int]:
    """What it took its own city, where that is known."""
    stated = solution.front.get("resources")
    said = {"months": stated.get("months"), "cost": stated.get("one_off_cost")} if isinstance(stated, dict) else {}
    return {name: int(value) for name, value in said.items() if isinstance(value, (int, float))}


def _colleagues(session: Session, twinning: Twinning, actor: Actor) -> list[Person]:
    """People of the bodies whom one may put on the list, and who do not take part yet."""
    tied = {tie.person_id for tie in twinning.people}
    may_staff = [tie for tie in twinning.parties if may(actor, Action.STAFF_TWINNING, twinning.side_of(tie.city_id))]
    bodies = frozenset(tie.city.slug for tie in may_staff)
    return [person for person in people.people(session, bodies) if person.id not in tied and person.active]


def _gone(session: Session, twinning: Twinning) -> frozenset[int]:
    """Those on the list who no longer work for the body they are there for: somebody else has to take over."""
    working = people.active(session, [tie.person_id for tie in twinning.people])
    bodies = {tie.city_id: tie.city.slug for tie in twinning.parties}
    return frozenset(
        tie.person_id
        for tie in twinning.people
        if tie.person_id not in working or bodies.get(tie.city_id) not in working[tie.person_id].actor.bodies
    )
