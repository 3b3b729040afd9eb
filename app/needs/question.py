# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the letter that wants an answer says, as plain data: all of a question or an offer, until when, who is next."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.access import Actor, Role
from app.document.dates import day_of
from app.needs import board, proposals, rules
from app.needs.models import Need, Proposal
from app.solutions import queries as library

#: What the sentences of the reasons look at.
GROUNDS = ("badge", "evidence", "asked", "answered", "reused")
#: The factor that compares the figures of the two cities: it would tell whose an anonymous request is.
TELLING = "context"


def reasons(grounds: Mapping[str, Any], hidden: bool) -> dict[str, Any]:
    """What a proposal stands on, without what would tell the name of its city where that is hidden."""
    factors = [item for item in grounds.get("factors", ()) if not hidden or item["name"] != TELLING]
    return {**{name: grounds.get(name) for name in GROUNDS}, "factors": factors}


def asked_of(session: Session, proposal: Proposal, now: datetime) -> dict[str, Any]:
    """A question as its giver's office may know it, an offer as the requester's; ``days`` are those left to answer."""
    need, offered = proposal.need, proposal.origin == rules.OFFER
    office = Actor(1, frozenset({(Role.REFERENT, (need.city if offered else proposal.giver).slug)}))
    asker = board.asker_of(session, need, office, now)
    following = proposals.following(session, proposal, now)
    stands_on = reasons(proposal.grounds, asker.hidden)
    return {
        "asker": {"name": asker.name, "size": asker.size, "hidden": asker.hidden},
        **_said(need),
        "consent": rules.needs_consent(proposal.origin, need.visibility),
        "joined": _joined(need, asker.hidden),
        "offer": {"giver": proposal.giver.name, "summary": proposal.solution.summary} if offered else None,
        "learns": _learns(proposal),
        "message": proposal.message,
        "solution": proposal.solution.title,
        "grounds": stands_on,
        "themes": _themes(session, stands_on),
        "due_on": day_of(proposal.due_at).isoformat() if proposal.due_at else "",
        "days": rules.days_passed(now, proposal.due_at) if proposal.due_at else 0,
        "next": following["city_name"] if following else "",
    }


def _joined(need: Need, hidden: bool) -> list[dict[str, str]]:
    """Who has joined the request: without names while whose it is may not be known."""
    return [{} if hidden else {"name": tie.city.name, "note": tie.note} for tie in need.receivers]


def _learns(proposal: Proposal) -> list[dict[str, str]]:
    """What the giver learns in exchange, and from whom, where the question is part of one between cities."""
    lessons = proposal.grounds.get(rules.EXCHANGE, {}).get("lessons", ())
    theirs = [lesson for lesson in lessons if lesson["asker"] == proposal.giver.slug]
    return [{"title": lesson["title"], "giver": lesson["giver_name"]} for lesson in theirs]


def _said(need: Need) -> dict[str, Any]:
    return {
        "title": need.title,
        "problem": need.problem,
        "by_when": need.by_when.isoformat() if need.by_when else "",
        "formats": list(need.formats),
        "constraints": dict(need.constraints),
        "demonstration": need.demonstration,
    }


def _themes(session: Session, grounds: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Names of the themes that the reasons speak of, in both languages."""
    named = {slug for item in grounds["factors"] for slug in item["grounds"].get("shared", ())}
    found = library.themes(session) if named else []
    return {theme.slug: {"name": theme.name, "name_en": theme.name_en} for theme in found if theme.slug in named}
