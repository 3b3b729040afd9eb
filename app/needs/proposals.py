# SPDX-License-Identifier: AGPL-3.0-or-later
"""One function per button of a proposal: ask, offer, accept, postpone, decline, withdraw; and what silence does."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.accounts import queries as people
from app.cities.models import City
from app.cities.rules import is_closed
from app.document.dates import day_of
from app.errors import Conflict, Invalid, NotFound
from app.journal.rules import SAME_SENDING
from app.needs import checking, discretion, proposal_queries, queries, rules
from app.needs.models import Need, Proposal
from app.needs.rules import Answer, State
from app.needs.service import Deed, drop_pending, reveal, tell, tell_proposal
from app.solutions.models import Solution

#: Begins the twinning of an accepted proposal and answers its number; handed in by the factory.
Begin = Callable[[Session, Proposal, int, datetime], int]


def ask(session: Session, number: int, item: Mapping[str, Any], message: str, days: int, deed: Deed) -> Proposal:
    """Ask the giver of one line of the shortlist. Raises ``Invalid``, ``Conflict`` where it was asked already."""
    need = _open_need(session, number)
    if len(message) > rules.MOST_TEXT:
        raise Invalid({"message": "too_long"})
    solution = _solution(session, str(item["solution"]))
    if same := _sent_already(session, need, solution, "picked", message, deed):
        return same
    proposal = _make(session, need, solution, "picked", item, days, deed)
    proposal.message = message.strip()
    tell_proposal(session, proposal, deed, "proposal-made", {"origin": "picked", "rank": proposal.rank})
    return proposal


def offer(session: Session, number: int, slug: str, message: str, days: int, deed: Deed) -> Proposal:
    """Offer one of one's solutions; the requester answers. Raises ``Invalid``, ``Conflict``."""
    need = _open_need(session, number)
    if not 1 <= len(message.strip()) <= rules.MOST_TEXT:
        raise Invalid({"message": "too_long" if message.strip() else "required"})
    solution = _solution(session, slug)
    if solution.owner is None or solution.owner.id == need.city_id:
        raise Invalid({"solution": "not_a_choice"})
    if same := _sent_already(session, need, solution, rules.OFFER, message, deed):
        return same
    # Its requester could not say yes.
    if transfers_left(session, solution.owner.id, deed.now) == 0:
        raise Conflict("no_days")
    proposal = _make(session, need, solution, rules.OFFER, {}, days, deed)
    proposal.state, proposal.message = Answer.OFFERED, message.strip()
    need.answered_at = need.answered_at or deed.now
    tell_proposal(session, proposal, deed, "proposal-offered", {})
    return proposal


def propose(session: Session, need: Need, item: Mapping[str, Any], origin: str, days: int, deed: Deed) -> Proposal:
    """Ask a giver on behalf of the request: the next of its shortlist, or the one a round or an exchange found.

    Raises ``Invalid`` where the solution is gone, or is another city's than the one that was found.
    """
    solution = _solution(session, str(item["solution"]))
    if solution.owner is None or solution.owner.slug != item["city"]:
        raise Invalid({"solution": "not_a_choice"})
    proposal = _make(session, need, solution, origin, item, days, deed)
    action = "exchange-proposed" if origin == rules.EXCHANGE else "proposal-made"
    tell_proposal(session, proposal, deed, action, {"origin": origin, "rank": proposal.rank})
    return proposal


def accept(session: Session, number: int, deed: Deed, begin: Begin, days: int) -> int | None:
    """Say yes: the twinning begins and the request is matched. Answers the number of the twinning.

    None where an anonymous request did not choose who says yes: it becomes an offer, and its city says within ``days``
    whether it wants to be known. Of two at once, on one request or on the last free days of one giver, exactly one
    wins: the other gets ``Conflict``.
    """
    need, proposal = _waiting(session, number)
    if need.state != State.OPEN:
        raise Conflict("matched_already")
    problem = refused(session, proposal, deed.now)
    # Later does not help where a body or the solution is gone.
    if problem not in rules.GONE and _has_no_room(session, proposal, deed.now):
        raise Conflict("no_capacity")
    if problem:
        raise Conflict(problem)
    if rules.needs_consent(proposal.origin, need.visibility):
        _hand_over(session, need, proposal, days, deed)
        return None
    _answer(need, proposal, Answer.ACCEPTED, deed)
    need.state, need.updated_at = State.MATCHED, deed.now
    drop_pending(session, need, deed, but=proposal.id)
    reveal(session, need, deed)
    session.flush()
    twinning = begin(session, proposal, deed.person_id or 0, deed.now)
    tell(session, need, deed, "need-matched", {"twinning": twinning})
    tell_proposal(session, proposal, deed, "proposal-accepted", {"twinning": twinning})
    return twinning


def _hand_over(session: Session, need: Need, proposal: Proposal, days: int, deed: Deed) -> None:
    """The yes of a giver that a round asked, as its offer to a city that is not known yet."""
    proposal.origin, proposal.state, proposal.asked_by = rules.OFFER, Answer.OFFERED, deed.person_id
    proposal.asked_at, proposal.due_at, proposal.reminded_at = deed.now, rules.due_after(deed.now, days), None
    need.answered_at = need.answered_at or deed.now
    tell_proposal(session, proposal, deed, "proposal-offered", {})


def postpone(session: Session, number: int, later_on: date | None, text: str, days: int, deed: Deed) -> Proposal:
    """Say: later, on a day. Where a giver's day is far off the next of the list is asked; an offer asks nobody else.

    Raises ``Invalid``, ``Conflict``.
    """
    need, proposal = _waiting(session, number)
    wrong = {"later_on": rules.wrong_day(later_on, day_of(deed.now)), "later_text": _wrong_text(need, proposal, text)}
    if later_on is None or any(wrong.values()):
        raise Invalid({field: problem for field, problem in wrong.items() if problem})
    _answer(need, proposal, Answer.LATER, deed)
    proposal.later_on, proposal.due_at = later_on, rules.begins_on_day(later_on)
    proposal.reason_text = text.strip()
    tell_proposal(session, proposal, deed, "proposal-postponed", {"later_on": later_on.isoformat()})
    if proposal.origin != rules.OFFER and proposal.due_at > rules.due_after(deed.now, days):
        pass_on(session, need, days, Deed(None, deed.now))
    return proposal


def decline(session: Session, number: int, reason: str, text: str, days: int, deed: Deed) -> Proposal:
    """Say no, and why; the next of the shortlist is asked. Raises ``Invalid``, ``Conflict``."""
    need, proposal = _waiting(session, number)
    wrong = {} if reason in rules.reasons(proposal.origin) else {"reason": "required"}
    if reason == "other" and not text.strip():
        wrong["text"] = "required"
    if problem := _wrong_text(need, proposal, text):
        wrong["text"] = problem
    if wrong:
        raise Invalid(wrong)
    _answer(need, proposal, Answer.DECLINED, deed)
    proposal.reason, proposal.reason_text = reason, text.strip()
    tell_proposal(session, proposal, deed, "proposal-declined", {"reason": reason})
    if proposal.origin != rules.OFFER:
        pass_on(session, need, days, Deed(None, deed.now))
    return proposal


def _wrong_text(need: Need, proposal: Proposal, text: str) -> str:
    """What is wrong with the words of an answer.

    Who offers to an anonymous request does not know who answers, and who joined one does not know whom a giver answers.
    """
    if len(text) > rules.MOST_TEXT:
        return "too_long"
    if need.visibility != "anonymous":
        return ""
    offered, words = proposal.origin == rules.OFFER, {"text": text}
    if (offered or need.receivers) and discretion.naming(words, checking.telling(need.city)):
        return "names_city"
    return "contact" if offered and discretion.with_contacts(words) else ""


def withdraw(session: Session, number: int, deed: Deed) -> Proposal:
    """Take a question, or an offer, back before it is answered. Raises ``Conflict``."""
    _need, proposal = _waiting(session, number)
    proposal.state, proposal.answered_by, proposal.answered_at = Answer.WITHDRAWN, deed.person_id, deed.now
    tell_proposal(session, proposal, deed, "proposal-withdrawn", {})
    return proposal


def look_at(session: Session, number: int, days: int, now: datetime) -> bool:
    """What time does to a proposal: reminded half way, asked again on its day, passed on at the end.

    Where one of its two bodies or its solution is no longer there, or another transfer brings what was asked for, it
    ends, whatever its day. Answers whether anything happened; once a thing has happened, looking again does nothing.
    """
    need, proposal = _held(session, number)
    site = Deed(None, now)
    if proposal.state not in rules.PENDING:
        return False
    why = _why_over(session, proposal, now)
    # An offer of what arrives already stays: who gets it knows what it receives, and its answer is no giver's no.
    if why and (why, proposal.origin) != (rules.RECEIVED, rules.OFFER):
        _end(session, need, proposal, why, days, site)
        return True
    if proposal.due_at is None:
        return False
    if proposal.state == Answer.LATER:
        return _ask_again(session, proposal, days, site)
    if proposal.due_at <= now:
        _expire(session, need, proposal, days, site)
        return True
    if proposal.reminded_at is None and rules.half_way(proposal.asked_at, proposal.due_at) <= now:
        proposal.reminded_at = now
        tell_proposal(session, proposal, site, "proposal-reminded", {})
        return True
    return False


def _ask_again(session: Session, proposal: Proposal, days: int, site: Deed) -> bool:
    if proposal.due_at is None or proposal.due_at > site.now:
        return False
    proposal.state = Answer.OFFERED if proposal.origin == rules.OFFER else Answer.WAITING
    proposal.due_at = rules.due_after(site.now, days)
    proposal.reminded_at = site.now
    tell_proposal(session, proposal, site, "proposal-reminded", {})
    return True


def _expire(session: Session, need: Need, proposal: Proposal, days: int, site: Deed) -> None:
    proposal.state, proposal.answered_at = Answer.EXPIRED, site.now
    if proposal.origin != rules.OFFER and not people.staffed(session, [proposal.giver.slug]):
        proposal.reason = rules.NOBODY_THERE
    following = None if proposal.origin == rules.OFFER else pass_on(session, need, days, site)
    told = {"next": following.giver.slug if following else ""}
    tell_proposal(session, proposal, site, "proposal-expired", told)


def _why_over(session: Session, proposal: Proposal, now: datetime) -> str:
    """What a proposal has lost: one of its bodies, its solution, the need for it; empty while a yes is possible."""
    if not _there(proposal.need.city, now):
        return rules.ASKER_CLOSED
    if not _there(proposal.giver, now):
        return rules.GIVER_CLOSED
    if not proposal.solution.published:
        return rules.SOLUTION_GONE
    return rules.RECEIVED if _receives(session, proposal) else ""


def refused(session: Session, proposal: Proposal, now: datetime) -> str:
    """Why a yes is not possible any more, whatever the days of its giver; empty where it is."""
    why = _why_over(session, proposal, now)
    # Why would tell a giver whose an anonymous request is that did not choose it: it knows to whom it gives this.
    if why == rules.RECEIVED and _is_secret(proposal) and proposal.origin != rules.OFFER:
        return "not_needed"
    return rules.REFUSED[why] if why else ""


def _receives(session: Session, proposal: Proposal) -> bool:
    """Whether a transfer brings the city that asks the same solution already, by another of its requests."""
    return proposal.solution.slug in proposal_queries.received(session, ended=False).get(proposal.need.city_id, ())


def _is_secret(proposal: Proposal) -> bool:
    """Whether the giver must not learn whose the request is."""
    return proposal.need.visibility == "anonymous" and proposal.origin != "picked"


def _end(session: Session, need: Need, proposal: Proposal, why: str, days: int, site: Deed) -> None:
    """Nobody is left to answer, or for whom to: a question to a giver passes to the next, as after silence."""
    proposal.state, proposal.answered_at = Answer.WITHDRAWN, site.now
    # Of an anonymous request it would tell whose it is: few bodies are closed, or receive this very solution.
    proposal.reason = "" if _is_secret(proposal) and why in {rules.ASKER_CLOSED, rules.RECEIVED} else why
    following = None if proposal.origin == rules.OFFER else pass_on(session, need, days, site)
    told = {"reason": proposal.reason, "next": following.giver.slug if following else ""}
    tell_proposal(session, proposal, site, "proposal-ended", told)


def pass_on(session: Session, need: Need, days: int, site: Deed) -> Proposal | None:
    """Ask the next candidate of the shortlist; None where nobody is left, or somebody is asked already."""
    if need.state != State.OPEN or any(
        item.state == Answer.WAITING for item in proposal_queries.pending(session, need.id)
    ):
        return None
    following = next_candidate(session, need, site.now) if _there(need.city, site.now) else None
    return propose(session, need, following, rules.NEXT, days, site) if following else None


def following(session: Session, proposal: Proposal, now: datetime) -> Mapping[str, Any] | None:
    """Who is asked if this question stays without an answer; nobody while another one of its request waits."""
    waiting = {item.id for item in proposal_queries.pending(session, proposal.need_id) if item.state == Answer.WAITING}
    asks = proposal.origin != rules.OFFER and not waiting - {proposal.id}
    return next_candidate(session, proposal.need, now) if asks else None


def next_candidate(session: Session, need: Need, now: datetime) -> Mapping[str, Any] | None:
    """The next line of the shortlist last shown whose giver was not asked yet and can still be; one whose match is low
    only where the request asks for it by name: the site asks nobody for what may have nothing to do with them.

    Meanwhile a giver may have joined the request, given away its days, or its solution to another city, or another
    request got what it gives. Of a request that its city lets lapse nobody is asked unseen.
    """
    shown = queries.last_shown(session, need.id)
    if shown is None or need.lapsed_at is not None:
        return None
    asked = proposal_queries.asked_givers(session, need.id)
    joined = {tie.city.slug for tie in need.receivers}
    fitting = [item for item in shown.items if item.get("band") != "low" or item.get("wished")]
    left = [item for item in fitting if item["city"] not in asked | joined]
    received = proposal_queries.received(session).get(need.city_id, ()) if left else ()
    left = [item for item in left if item["solution"] not in received]
    published = queries.solutions_by_slug(session, [item["solution"] for item in left])
    return next((item for item in left if _can_give(session, item, published.get(item["solution"]), now)), None)


def _can_give(session: Session, item: Mapping[str, Any], solution: Solution | None, now: datetime) -> bool:
    owner = solution.owner if solution is not None else None
    if owner is None or owner.slug != item["city"]:
        return False
    return _there(owner, now) and transfers_left(session, owner.id, now) != 0


def _there(body: City, now: datetime) -> bool:
    return not is_closed(body.register, day_of(now))


def _has_no_room(session: Session, proposal: Proposal, now: datetime) -> bool:
    """Whether its giver can begin no transfer more this quarter; the lesson of an exchange needs none that is left."""
    return proposal.origin != rules.EXCHANGE and transfers_left(session, proposal.giver_id, now) == 0


def transfers_left(session: Session, giver_id: int, now: datetime) -> int | None:
    """Transfers a giver can still begin this quarter; None where it stated no days."""
    return days_of(session, giver_id, now, 1).transfers_left(rules.quarter_of(day_of(now)))


def days_of(session: Session, giver_id: int, now: datetime, many: int) -> rules.Days:
    """The days of a giver in this quarter and those after it, so many in all."""
    *quarters, after = rules.quarters_from(day_of(now), many + 1)
    stated = queries.capacities(session, quarters).get(giver_id, {})
    begun = proposal_queries.begun(session, giver_id, rules.begins_at(quarters[0]), rules.begins_at(after))
    return rules.Days(stated, Counter(rules.quarter_of(day_of(at)) for at in begun))


def _make(
    session: Session, need: Need, solution: Solution, origin: str, item: Mapping[str, Any], days: int, deed: Deed
) -> Proposal:
    if solution.owner is None or not _there(solution.owner, deed.now):
        raise Conflict("no_giver")
    if not _there(need.city, deed.now):
        raise Conflict("body_gone")
    proposal = Proposal(
        need=need,
        solution=solution,
        giver=solution.owner,
        origin=origin,
        state=Answer.WAITING,
        rank=int(item.get("rank") or 0),
        grounds=dict(item),
        message="",
        asked_by=deed.person_id,
        asked_at=deed.now,
        due_at=rules.due_after(deed.now, days),
        reason="",
        reason_text="",
    )
    session.add(proposal)
    return proposal


def _answer(need: Need, proposal: Proposal, answer: Answer, deed: Deed) -> None:
    # An offer was itself the first answer of another city: what its requester says of it is none.
    proposal.state, proposal.answered_by, proposal.answered_at = answer, deed.person_id, deed.now
    need.answered_at = need.answered_at or deed.now


def _open_need(session: Session, number: int) -> Need:
    need = queries.locked(session, number)
    if need is None:
        raise NotFound(number)
    if need.state != State.OPEN:
        raise Conflict("not_open")
    return need


def _solution(session: Session, slug: str) -> Solution:
    found = queries.solutions_by_slug(session, [slug]).get(slug)
    if found is None:
        raise Invalid({"solution": "not_a_choice"})
    return found


def _sent_already(
    session: Session, need: Need, solution: Solution, origin: str, message: str, deed: Deed
) -> Proposal | None:
    """The very question, or offer, that the same person sent a moment ago. Raises ``Conflict`` for any other that waits
    and is about the same solution."""
    for made in proposal_queries.proposals(session, need):
        if made.state in rules.PENDING and made.solution_id == solution.id:
            said = (made.origin, made.asked_by, made.message)
            if said == (origin, deed.person_id, message.strip()) and made.asked_at > deed.now - SAME_SENDING:
                return made
            raise Conflict("asked_already")
    return None


def _held(session: Session, number: int) -> tuple[Need, Proposal]:
    """The giver, then the request, held; and the proposal as it is now."""
    proposal = proposal_queries.proposal(session, number)
    if proposal is None:
        raise NotFound(number)
    queries.hold_body(session, proposal.giver_id)
    need = queries.locked(session, proposal.need_id)
    proposal = proposal_queries.proposal(session, number)
    if need is None or proposal is None:
        raise NotFound(number)
    return need, proposal


def hold_all(session: Session, several: Sequence[Proposal]) -> list[Proposal]:
    """Some proposals as they are now, with their givers, then their requests, held, each in the order of its numbers.

    Before the journal is written, so that nobody waits for one who waits for them.
    """
    for giver in sorted({item.giver_id for item in several}):
        queries.hold_body(session, giver)
    for need in sorted({item.need_id for item in several}):
        queries.locked(session, need)
    held = (proposal_queries.proposal(session, item.id) for item in several)
    return [item for item in held if item is not None]


def _waiting(session: Session, number: int) -> tuple[Need, Proposal]:
    need, proposal = _held(session, number)
    if not rules.may_answer(proposal.state):
        raise Conflict("answered_already")
    return need, proposal
