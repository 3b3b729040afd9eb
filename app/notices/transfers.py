# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a notice says of a transfer: which milestone, meeting or file, who, when, which part of the page; whom it leaves
out."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.access import Action, Thing
from app.accounts import queries as people
from app.document.dates import ROME, day_of
from app.journal import queries as journal
from app.journal.models import JournalEntry
from app.needs import proposal_queries
from app.needs import queries as needs
from app.needs.models import Need
from app.needs.rules import State
from app.notices import matches
from app.notices.reach import able, office
from app.twinnings import queries
from app.twinnings.models import Meeting, Twinning
from app.twinnings.rules import REMOVED
from app.twinnings.rules import State as Phase

#: The part of the page of a twinning that a row is about.
ANCHORS: Mapping[str, str] = {
    **dict.fromkeys(("milestone-due", "milestone-late", "milestone-planned"), "tappe"),
    **dict.fromkeys(("milestone-done", "milestone-undone", "milestone-added", "milestone-removed"), "tappe"),
    **dict.fromkeys(("lead-chosen", "person-joined", "person-left"), "persone"),
    **dict.fromkeys(("meeting-set", "meeting-cancelled", "minutes-kept"), "incontri"),
    **dict.fromkeys(("file-shared", "file-unshared"), "file"),
    "kit-piece-added": "kit",
    "note-written": "note",
    "closing-said": "chiusura",
}

#: A body had joined the request, and its twinning begins without it.
LEFT_OUT = "body-left-out"


def path(twinning: Twinning, entry: JournalEntry) -> str:
    """The page of a twinning, at the part that the row is about; for whom it leaves out the board, to ask or join."""
    if entry.action == LEFT_OUT:
        return "/richieste"
    anchor = ANCHORS.get(entry.action, "")
    return f"/gemellaggi/{twinning.id}-{twinning.slug}{'#' if anchor else ''}{anchor}"


def facts(session: Session, twinning: Twinning, entry: JournalEntry) -> dict[str, Any]:
    """What the journal names by number, in words; empty where that is gone."""
    if entry.action.startswith("milestone-"):
        return _milestone(twinning, entry)
    if entry.action in {"person-joined", "person-left"}:
        return _person(session, entry)
    if entry.action in OF_WHOLE:
        return OF_WHOLE[entry.action](session, twinning, entry)
    if ANCHORS.get(entry.action) == "incontri":
        return (_meetings if "meetings" in entry.data else _meeting)(session, twinning, entry)
    if ANCHORS.get(entry.action) == "file":
        file = queries.file(session, twinning.id, int(entry.data["file"]))
        return {"named": file.title} if file is not None else {}
    return {}


def left_out(session: Session, twinning: Twinning, slug: str, at: datetime) -> frozenset[int]:
    """The people of a body that a twinning leaves out: who joined for it, and its office."""
    need = _need(session, twinning)
    tie = next((tie for tie in need.receivers if tie.city.slug == slug), None) if need is not None else None
    if tie is None:
        return frozenset()
    theirs = office(session, tie.city) | {tie.joined_by or 0}
    return able(session, theirs, Action.POST_NEED, Thing(bodies=frozenset({slug})), at)


def all_left_out(session: Session, twinning: Twinning, at: datetime) -> frozenset[int]:
    """The same of every body that it leaves out."""
    rows = [row for row in journal.of_thing(session, "twinning", str(twinning.id)) if row.action == LEFT_OUT]
    return frozenset().union(*(left_out(session, twinning, str(row.data["body"]), at) for row in rows))


def silent(session: Session, twinning: Twinning) -> frozenset[int]:
    """The people of the bodies that have still to tell how it went; nobody once it has ended."""
    spoken = {form.city_id for form in queries.closing(session, twinning.id)}
    people = (tie.person_id for tie in twinning.people if tie.city_id not in spoken)
    return frozenset(people) if twinning.state == Phase.RUNNING else frozenset()


def _person(session: Session, entry: JournalEntry) -> dict[str, Any]:
    person = people.person(session, int(entry.data["person"]))
    return {"name": person.name} if person is not None and person.name else {}


def _begun(session: Session, _twinning: Twinning, entry: JournalEntry) -> dict[str, Any]:
    proposal = proposal_queries.proposal(session, int(entry.data["proposal"]))
    return {"need": proposal.need.title, **matches.spared(session, proposal)} if proposal is not None else {}


def _closed(_session: Session, _twinning: Twinning, entry: JournalEntry) -> dict[str, Any]:
    return {"unadopted": entry.data.get("result") == "stopped"}


def _stopped(session: Session, twinning: Twinning, _entry: JournalEntry) -> dict[str, Any]:
    """The request that waits again: whoever hears of the transfer is told of it here only."""
    need = _need(session, twinning)
    return {"need": need.title} if need is not None and need.state == State.OPEN else {}


def _asked(session: Session, twinning: Twinning, _entry: JournalEntry) -> dict[str, Any]:
    need = _need(session, twinning)
    return {"need": need.title} if need is not None else {}


def _need(session: Session, twinning: Twinning) -> Need | None:
    return needs.need(session, twinning.need_id) if twinning.need_id else None


#: What is said of rows about the whole of a twinning.
OF_WHOLE: Mapping[str, Callable[[Session, Twinning, JournalEntry], dict[str, Any]]] = {
    "twinning-begun": _begun,
    "twinning-closed": _closed,
    "twinning-stopped": _stopped,
    LEFT_OUT: _asked,
}


def _milestone(twinning: Twinning, entry: JournalEntry) -> dict[str, Any]:
    found = next((item for item in twinning.milestones if item.id == entry.data.get("milestone")), None)
    if found is None:
        return {"day": entry.data["due_on"]} if entry.action == REMOVED else {}
    return {"step": {"key": found.key, "title": found.title}, "day": entry.data.get("due_on") or str(found.due_on)}


def _meeting(session: Session, twinning: Twinning, entry: JournalEntry) -> dict[str, Any]:
    found = queries.meeting(session, twinning.id, int(entry.data["meeting"]))
    return _appointment(found) if found is not None else {}


def _meetings(session: Session, twinning: Twinning, entry: JournalEntry) -> dict[str, Any]:
    found = queries.meetings(session, twinning.id)
    return {"meetings": [_appointment(meeting) for meeting in found if meeting.id in entry.data["meetings"]]}


def _appointment(found: Meeting) -> dict[str, Any]:
    begins = found.starts_at.astimezone(ROME)
    return {"named": found.title, "day": day_of(begins).isoformat(), "time": begins.strftime("%H:%M")}
