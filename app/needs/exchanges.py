# SPDX-License-Identifier: AGPL-3.0-or-later
"""Exchanges of a round: two or three cities that teach one another, proposed to all of them with one button."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.errors import Conflict, NotFound
from app.needs import proposal_queries, proposals, queries, round_queries
from app.needs.models import MatchingRound, Need, Proposal
from app.needs.rules import EXCHANGE, ROUND, Answer, State
from app.needs.service import Deed, tell_proposal
from app.solutions.models import Solution


@dataclass(frozen=True)
class Lesson:
    """One arc of an exchange with what it stands on: the request that learns, the solution and its city."""

    need: Need
    solution: Solution
    made: Proposal | None


def propose(session: Session, number: int, place: int, days: int, deed: Deed) -> Sequence[Proposal]:
    """Ask every city of an exchange at once. What the round already asked for becomes a part of it.

    Raises ``NotFound``; ``Conflict`` where a request, a solution or an answer is no longer what the exchange needs.
    """
    found = _published(session, number)
    if place >= len(found.result["chains"]):
        raise Conflict("exchange_gone")
    if place in proposal_queries.of_exchanges(session, number):
        raise Conflict("asked_already")
    arcs = found.result["chains"][place]["arcs"]
    # Requests are held in the order of their numbers, so that two exchanges do not wait for each other.
    held = {key: _still(session, found, key) for key in sorted({arc[0] for arc in arcs}, key=int)}
    lessons = [_lesson(session, held[need], solution, city) for need, solution, city, _score in arcs]
    made = [lesson.made or _ask(session, found, lesson, days, deed) for lesson in lessons]
    told = [_words(lesson, proposal) for lesson, proposal in zip(lessons, made, strict=True)]
    for lesson, proposal in zip(lessons, made, strict=True):
        proposal.grounds = {**proposal.grounds, EXCHANGE: {"round": number, "place": place, "lessons": told}}
        proposal.round_id = number
        if lesson.made is not None:
            tell_proposal(session, proposal, deed, "exchange-proposed", {"origin": proposal.origin})
    return made


def withdraw(session: Session, number: int, place: int, deed: Deed) -> None:
    """Take an exchange back as long as nobody has answered; what the round had asked for by itself stays.

    Raises ``NotFound``; ``Conflict`` where it was not proposed, and after the first answer.
    """
    found = _published(session, number)
    parts = proposals.hold_all(session, proposal_queries.of_exchanges(session, found.id).get(place, []))
    if not parts:
        raise Conflict("exchange_gone")
    if any(item.state not in {Answer.WAITING, Answer.WITHDRAWN} for item in parts):
        raise Conflict("answered_already")
    for item in parts:
        if item.origin == EXCHANGE and item.state == Answer.WAITING:
            proposals.withdraw(session, item.id, deed)
        elif item.origin != EXCHANGE:
            tell_proposal(session, item, deed, "exchange-withdrawn", {})
            item.round_id = number if item.origin == ROUND else None
        item.grounds = {name: value for name, value in item.grounds.items() if name != EXCHANGE}


def _published(session: Session, number: int) -> MatchingRound:
    """The round, held: of two who press the button one comes second."""
    found = round_queries.locked_round(session, number)
    if found is None:
        raise NotFound(number)
    if found.state != "published":
        raise Conflict("exchange_early")
    return found


def _still(session: Session, found: MatchingRound, key: str) -> Need:
    """The request of a lesson as the round knew it, held."""
    need = queries.locked(session, int(key))
    if need is None or need.edition != found.input["editions"][key] or need.visibility == "anonymous":
        raise Conflict("exchange_gone")
    return need


def _lesson(session: Session, need: Need, slug: str, city: str) -> Lesson:
    solution = queries.solutions_by_slug(session, [slug]).get(slug)
    if solution is None or solution.owner is None or solution.owner.slug != city:
        raise Conflict("exchange_gone")
    if city in {tie.city.slug for tie in need.receivers}:
        raise Conflict("exchange_gone")
    before = [
        item
        for item in proposal_queries.proposals(session, need)
        if item.solution_id == solution.id and item.state != Answer.WITHDRAWN
    ]
    made = next((item for item in before if item.state in {Answer.WAITING, Answer.ACCEPTED}), None)
    taken = slug in proposal_queries.received(session).get(need.city_id, ())
    if made is None and (before or taken or need.state != State.OPEN):
        raise Conflict("exchange_gone")
    return Lesson(need, solution, made)


def _ask(session: Session, found: MatchingRound, lesson: Lesson, days: int, deed: Deed) -> Proposal:
    item: Mapping[str, Any] = found.result["items"][f"{lesson.need.id}/{lesson.solution.slug}"]
    return proposals.propose(session, lesson.need, item, EXCHANGE, days, deed)


def _words(lesson: Lesson, made: Proposal) -> dict[str, Any]:
    """A lesson as each page of the exchange tells it: who teaches what to whom."""
    return {
        "proposal": made.id,
        "giver": made.giver.slug,
        "giver_name": made.giver.name,
        "asker": lesson.need.city.slug,
        "asker_name": lesson.need.city.name,
        "solution": lesson.solution.slug,
        "title": lesson.solution.title,
    }
