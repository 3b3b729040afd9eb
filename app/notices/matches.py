# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a notice says of the bodies asked for a request: which ones, until when, how many need not answer any more."""

from typing import Any

from sqlalchemy.orm import Session

from app.document.dates import day_of
from app.journal.models import JournalEntry
from app.needs import queries
from app.needs.models import Need, Proposal
from app.needs.rules import Answer


def of_need(session: Session, need: Need, entry: JournalEntry) -> dict[str, Any]:
    """Whom a round asked for a request, and the day by which they answer."""
    if entry.action != "round-published":
        return {}
    made = [item for item in queries.proposals(session, need) if item.round_id == entry.data.get("round")]
    due = [day_of(item.due_at).isoformat() for item in made if item.due_at is not None]
    return {"cities": [item.giver.short_name for item in made], "day": max(due)} if due else {}


def of_proposal(session: Session, proposal: Proposal, entry: JournalEntry) -> dict[str, Any]:
    """How many others need not answer any more because one was accepted."""
    if entry.action != "proposal-accepted":
        return {}
    others = queries.proposals(session, proposal.need)
    spared = [item for item in others if item.state == Answer.WITHDRAWN and item.answered_at == proposal.answered_at]
    return {"spared": len(spared)} if spared else {}
