# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a notice says of a transfer: which milestone, meeting or file, who, when; which part of the page it opens."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from app.accounts import queries as people
from app.document.dates import ROME, day_of
from app.journal.models import JournalEntry
from app.needs import proposal_queries
from app.needs import queries as needs
from app.needs.rules import State
from app.notices import matches
from app.twinnings import queries
from app.twinnings.models import Twinning

#: The part of the page of a twinning that a row is about.
ANCHORS: Mapping[str, str] = {
    **dict.fromkeys(("milestone-due", "milestone-late", "milestone-planned"), "tappe"),
    **dict.fromkeys(("milestone-done", "milestone-undone", "milestone-added"), "tappe"),
    **dict.fromkeys(("lead-chosen", "person-joined", "person-left"), "persone"),
    **dict.fromkeys(("meeting-set", "meeting-cancelled", "minutes-kept"), "incontri"),
    **dict.fromkeys(("file-shared", "file-unshared"), "file"),
    "kit-piece-added": "kit",
    "note-written": "note",
    "closing-said": "chiusura",
}


def path(twinning: Twinning, entry: JournalEntry) -> str:
    """The page of a twinning, at the part that the row is about."""
    anchor = ANCHORS.get(entry.action, "")
    return f"/gemellaggi/{twinning.id}-{twinning.slug}{'#' if anchor else ''}{anchor}"


def facts(session: Session, twinning: Twinning, entry: JournalEntry) -> dict[str, Any]:
    """What the journal names by number, in words; empty where that is gone."""
    if entry.action.startswith("milestone-"):
        return _milestone(twinning, entry)
    if entry.action in {"person-joined", "person-left"}:
        return _person(session, entry)
    if entry.action == "twinning-begun":
        return _begun(session, entry)
    if entry.action == "twinning-closed":
        return {"unadopted": entry.data.get("result") == "stopped"}
    if entry.action == "twinning-stopped":
        return _stopped(session, twinning)
    if ANCHORS.get(entry.action) == "incontri":
        return _meeting(session, twinning, entry)
    if ANCHORS.get(entry.action) == "file":
        file = queries.file(session, twinning.id, int(entry.data["file"]))
        return {"named": file.title} if file is not None else {}
    return {}


def _person(session: Session, entry: JournalEntry) -> dict[str, Any]:
    person = people.person(session, int(entry.data["person"]))
    return {"name": person.name} if person is not None and person.name else {}


def _begun(session: Session, entry: JournalEntry) -> dict[str, Any]:
    proposal = proposal_queries.proposal(session, int(entry.data["proposal"]))
    return {"need": proposal.need.title, **matches.spared(session, proposal)} if proposal is not None else {}


def _stopped(session: Session, twinning: Twinning) -> dict[str, Any]:
    """The request that waits again: whoever hears of the transfer is told of it here only."""
    need = needs.need(session, twinning.need_id) if twinning.need_id else None
    return {"need": need.title} if need is not None and need.state == State.OPEN else {}


def _milestone(twinning: Twinning, entry: JournalEntry) -> dict[str, Any]:
    found = next((item for item in twinning.milestones if item.id == entry.data.get("milestone")), None)
    if found is None:
        return {}
    return {"step": {"key": found.key, "title": found.title}, "day": entry.data.get("due_on") or str(found.due_on)}


def _meeting(session: Session, twinning: Twinning, entry: JournalEntry) -> dict[str, Any]:
    found = queries.meeting(session, twinning.id, int(entry.data["meeting"]))
    if found is None:
        return {}
    begins = found.starts_at.astimezone(ROME)
    return {"named": found.title, "day": day_of(begins).isoformat(), "time": begins.strftime("%H:%M")}
