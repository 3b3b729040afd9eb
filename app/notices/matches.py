# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a notice says of the bodies asked for a request: which ones, until when, how many need not answer any more."""

from typing import Any

from sqlalchemy.orm import Session

from app.document.dates import day_of
from app.journal.models import JournalEntry
from app.needs import proposal_queries
from app.needs.models import Need, Proposal
from app.needs.rules import NEXT, OFFER, PENDING, Answer, State

#: Answers of a giver that the requester reads with who it is, and with what it wrote as long as they stand.
ANSWERS = {"proposal-declined": Answer.DECLINED, "proposal-postponed": Answer.LATER, "proposal-expired": Answer.EXPIRED}


def of_need(session: Session, need: Need, entry: JournalEntry) -> dict[str, Any]:
    """Whom a round asked for a request, and the day by which they answer."""
    if entry.action != "round-published":
        return {}
    made = [item for item in proposal_queries.proposals(session, need) if item.round_id == entry.data.get("round")]
    due = [day_of(item.due_at).isoformat() for item in made if item.due_at is not None]
    return {"cities": [item.giver.short_name for item in made], "day": max(due)} if due else {}


def of_proposal(session: Session, proposal: Proposal, entry: JournalEntry) -> dict[str, Any]:
    """Who answered a question, with which words and until when it is put off, and who is asked now; how many others
    need not answer."""
    if entry.action in ANSWERS:
        return _answer(proposal, stands=proposal.state == ANSWERS[entry.action]) | _onward(session, proposal)
    return spared(session, proposal) if entry.action == "proposal-accepted" else {}


def _onward(session: Session, proposal: Proposal) -> dict[str, Any]:
    """Whom the site asked after an answer, or a silence, of a giver; that the request has nobody to wait for."""
    if proposal.origin == OFFER:
        return {}
    others = proposal_queries.proposals(session, proposal.need)
    later = (item for item in others if item.id > proposal.id and item.origin == NEXT)
    asked = next((item for item in later if item.asked_at == proposal.answered_at), None)
    if asked is not None:
        return {"onward": asked.giver.name}
    return {} if any(item.state in PENDING for item in others) or proposal.need.state != State.OPEN else {"alone": True}


def spared(session: Session, proposal: Proposal) -> dict[str, Any]:
    """How many need not answer any more, now that it was accepted."""
    others = proposal_queries.proposals(session, proposal.need)
    found = [item for item in others if _is_spared(item, proposal)]
    return {"spared": len(found)} if found else {}


def _is_spared(item: Proposal, accepted: Proposal) -> bool:
    """Whether a question was taken back because another was accepted; who offers was asked nothing."""
    return item.origin != OFFER and item.state == Answer.WITHDRAWN and item.answered_at == accepted.answered_at


def _answer(proposal: Proposal, stands: bool) -> dict[str, Any]:
    # Who answers an offer may be a city that its giver does not know yet.
    who = {} if proposal.origin == OFFER else {"who": proposal.giver.name}
    if not stands or proposal.state == Answer.EXPIRED:
        # What is written there was said before, or of another answer.
        return who
    day = {"day": proposal.later_on.isoformat()} if proposal.later_on else {}
    return {**who, **day, **({"text": proposal.reason_text} if proposal.reason_text else {})}
