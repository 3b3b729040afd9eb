# SPDX-License-Identifier: AGPL-3.0-or-later
"""What both sides put on the table, one function per button: meetings, notes, files, kit, hours, readiness."""

import secrets
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.document.dates import day_of
from app.errors import Conflict, Invalid, NotFound
from app.files.check import Checked
from app.files.names import check_name, safe_name
from app.files.refusal import check_count
from app.journal import queries as journal
from app.journal.models import JournalEntry
from app.journal.rules import SAME_SENDING
from app.needs.answers import ANSWERS, preconditions
from app.needs.service import Deed
from app.twinnings import queries, rules
from app.twinnings.models import (
    KitCheck,
    Meeting,
    ReadinessAnswer,
    Twinning,
    TwinningFile,
    TwinningNote,
    WorkedHours,
)
from app.twinnings.service import party, refuse_unseen, running, tell


def set_meeting(
    session: Session,
    number: int,
    meeting: int,
    title: str,
    starts_at: datetime,
    minutes: int,
    place: str,
    deed: Deed,
    seen: str = "",
) -> Meeting:
    """A new meeting (``meeting`` 0), once however often it is sent, or a change of one as it was ``seen``: calendars
    follow by its sequence.

    Raises ``Invalid``; ``Conflict`` for one that was called off too, as its people were told.
    """
    twinning = running(session, number)
    title, place = " ".join(title.split()), place.strip()
    said = (title, starts_at, minutes, place)
    found = _meeting(session, twinning, meeting) if meeting else _new_meeting(session, twinning, said)
    if found.cancelled_at is not None:
        raise Conflict("called_off")
    wrong = _wrong_meeting(title, minutes, place)
    # One that stands keeps its day, whatever the rule was when it was set.
    if not meeting or found.starts_at != starts_at:
        wrong["starts_at"] = rules.wrong_day(day_of(starts_at), day_of(twinning.began_at), day_of(deed.now))
    if problems := {name: problem for name, problem in wrong.items() if problem}:
        raise Invalid(problems)
    if (found.title, found.starts_at, found.minutes, found.place) == said:
        return found
    if meeting:
        refuse_unseen(found.said, seen)
        found.sequence += 1
    found.title, found.starts_at, found.minutes, found.place = said
    session.add(found)
    session.flush()
    tell(session, twinning, deed, "meeting-set", {"meeting": found.id})
    return found


def _wrong_meeting(title: str, minutes: int, place: str) -> dict[str, str]:
    wrong = {} if 0 < len(title) <= rules.MOST_TITLE else {"title": "required" if not title else "too_long"}
    wrong |= {} if 5 <= minutes <= 60 * 24 else {"minutes": "not_a_length"}
    return wrong | ({} if len(place) <= 300 else {"place": "too_long"})


def _meeting(session: Session, twinning: Twinning, number: int) -> Meeting:
    found = queries.meeting(session, twinning.id, number)
    if found is None:
        raise NotFound(number)
    return found


def _new_meeting(session: Session, twinning: Twinning, said: tuple[str, datetime, int, str]) -> Meeting:
    """One that says just this, where it stands already, or another. Raises ``Conflict`` where there are too many."""
    if same := queries.meeting_alike(session, twinning.id, *said):
        return same
    if len(queries.meetings(session, twinning.id)) >= rules.MOST_MEETINGS:
        raise Conflict("too_many")
    return Meeting(twinning_id=twinning.id, uid=secrets.token_hex(16), sequence=0)


def cancel_meeting(session: Session, number: int, meeting: int, deed: Deed) -> None:
    """Raises ``Conflict`` for one that was held."""
    twinning = running(session, number)
    found = _meeting(session, twinning, meeting)
    if found.cancelled_at is not None:
        return
    if found.starts_at <= deed.now:
        raise Conflict("held_already")
    call_off(found, deed)
    tell(session, twinning, deed, "meeting-cancelled", {"meeting": found.id})


def call_off(meeting: Meeting, deed: Deed) -> None:
    """Calendars follow by its sequence."""
    meeting.cancelled_at = deed.now
    meeting.sequence += 1


def write_note(session: Session, number: int, text: str, deed: Deed) -> None:
    """A note, once however often it is sent. Raises ``Invalid``."""
    twinning = running(session, number)
    text = text.strip()
    if not 0 < len(text) <= rules.MOST_TEXT:
        raise Invalid({"note": "required" if not text else "too_long"})
    notes = queries.notes(session, twinning.id)
    lately = _sent_lately(session, number, "note-written", deed)
    if any(note.id in lately and note.text == text for note in notes):
        return
    if len(notes) >= rules.MOST_NOTES:
        raise Conflict("too_many")
    made = TwinningNote(twinning_id=twinning.id, text=text, author_id=deed.person_id, written_at=deed.now)
    session.add(made)
    session.flush()
    tell(session, twinning, deed, "note-written", _sent(made.id, deed))


def check_kit(session: Session, number: int, changed: Mapping[int, Mapping[str, bool]], deed: Deed) -> None:
    """The boxes that somebody ticked, or took the tick off: the others stay as they are, whoever ticked them since."""
    twinning = running(session, number)
    kit = {piece.id: piece for piece in queries.kit(session, twinning.id)}
    for number_of_piece, boxes in changed.items():
        found = kit.get(number_of_piece)
        if found is None:
            raise NotFound(number_of_piece)
        before = (found.received_at, found.adapted_at)
        # What is adapted was received.
        adapted = boxes.get("adapted", found.adapted_at is not None)
        received = boxes.get("received", found.received_at is not None) or adapted
        found.received_at = (found.received_at or deed.now) if received else None
        found.adapted_at = (found.adapted_at or deed.now) if adapted else None
        if before != (found.received_at, found.adapted_at):
            tell(session, twinning, deed, "kit-checked", {"piece": found.id})


def count_hours(session: Session, number: int, body: str, on: date, quarters: int, what: str, deed: Deed) -> None:
    """Hours in quarters of an hour, of a day since the transfer began; once however often they are sent.

    Raises ``Invalid``.
    """
    twinning = running(session, number)
    city = party(twinning, body)
    what = " ".join(what.split())[: rules.MOST_SHORT]
    same = {"person_id": deed.person_id, "city_id": city.id, "on": on, "quarters": quarters, "what": what}
    if _counted_already(session, number, same, deed):
        return
    counted = queries.quarters_on(session, deed.person_id, on)
    wrong = rules.wrong_hours(quarters, counted) | rules.wrong_work_day(on, day_of(twinning.began_at), day_of(deed.now))
    if wrong:
        raise Invalid(wrong)
    made = WorkedHours(twinning_id=twinning.id, **same)
    session.add(made)
    session.flush()
    tell(session, twinning, deed, "hours-counted", {"quarters": quarters, **_sent(made.id, deed)})


def _counted_already(session: Session, number: int, same: Mapping[str, Any], deed: Deed) -> bool:
    """Whether just these hours were sent a moment ago: whoever worked as long again opens the form anew."""
    lately = _sent_lately(session, number, "hours-counted", deed)
    held = [item for item in queries.hours(session, number) if item.id in lately] if lately else ()
    return any(all(getattr(item, name) == value for name, value in same.items()) for item in held)


def _sent(entry: int, deed: Deed) -> dict[str, Any]:
    """What the journal holds of one sending: which row it made, which page it came from."""
    return {"entry": entry, **({"rendering": deed.rendering} if deed.rendering else {})}


def _sent_lately(session: Session, number: int, action: str, deed: Deed) -> set[int]:
    """The rows that the same person made a moment ago from the very page of this deed."""
    done = (entry.data for entry in _done(session, number, action, deed))
    return {data["entry"] for data in done if "entry" in data and data.get("rendering", "") == deed.rendering}


def _done(session: Session, number: int, action: str, deed: Deed) -> list[JournalEntry]:
    """Each time the same person did such a thing to the transfer a moment ago."""
    done = journal.done_since(session, deed.person_id, action, deed.now - SAME_SENDING)
    return [entry for entry in done if entry.key == str(number)]


def take_back_hours(session: Session, number: int, body: str, entry: int, deed: Deed) -> None:
    """Hours of a body that were counted by mistake; nothing happens where they are gone already."""
    twinning = running(session, number)
    found = queries.worked(session, twinning.id, party(twinning, body).id, entry)
    if found is not None:
        session.delete(found)
        tell(session, twinning, deed, "hours-taken-back", {"quarters": found.quarters, "on": found.on.isoformat()})


def answer_readiness(
    session: Session,
    number: int,
    body: str,
    precondition: str,
    answer: str,
    who: str,
    by_when: date | None,
    deed: Deed,
    seen: str = "",
) -> None:
    """What a receiver says of one precondition of the solution, in place of what was ``seen``.

    Raises ``Invalid``, ``Conflict``.
    """
    twinning = running(session, number)
    city = party(twinning, body)
    if city not in twinning.receivers:
        raise Invalid({"body": "not_a_choice"})
    if precondition not in preconditions(twinning.solution.front) or answer not in ANSWERS:
        raise Invalid({"answer": "not_a_choice"})
    held = {(item.city_id, item.precondition): item for item in queries.readiness(session, twinning.id)}
    found, who = held.get((city.id, precondition)), " ".join(who.split())[:160]
    if (found is None or found.by_when != by_when) and rules.is_past_plan(answer, by_when, day_of(deed.now)):
        raise Invalid({"by_when": "in_past"})
    if found is None:
        found = ReadinessAnswer(twinning_id=twinning.id, city_id=city.id, precondition=precondition)
        session.add(found)
    elif (found.answer, found.who, found.by_when) == (answer, who, by_when):
        return
    else:
        refuse_unseen(found.said, seen)
    found.answer, found.who, found.by_when = answer, who, by_when
    found.answered_by, found.answered_at = deed.person_id, deed.now
    tell(session, twinning, deed, "readiness-answered", {"answer": answer})


def take_back_answer(session: Session, number: int, body: str, precondition: str, deed: Deed, seen: str = "") -> None:
    """An answer on a precondition is none any more, in place of what was ``seen``.

    Raises ``Invalid`` where there is none to take back: an answer has to be chosen. Raises ``Conflict``.
    """
    twinning = running(session, number)
    city = party(twinning, body)
    held = {(item.city_id, item.precondition): item for item in queries.readiness(session, twinning.id)}
    found = held.get((city.id, precondition))
    if found is None:
        raise Invalid({"answer": "required"})
    refuse_unseen(found.said, seen)
    session.delete(found)
    tell(session, twinning, deed, "readiness-answered", {"answer": ""})


def add_piece(session: Session, number: int, title: str, deed: Deed) -> None:
    """One thing more to hand over that the solution's kit does not name, once however often it is sent.

    Raises ``Invalid``, ``Conflict``.
    """
    twinning = running(session, number)
    title = " ".join(title.split())
    kit = queries.kit(session, twinning.id)
    known = {piece.title for piece in kit}
    if title in known and kit[-1].title == title and _done(session, number, "kit-piece-added", deed):
        return
    if not 0 < len(title) <= rules.MOST_SHORT or title in known:
        raise Invalid({"title": "required" if not title else "known_already" if title in known else "too_long"})
    if len(known) >= rules.MOST_PIECES:
        raise Conflict("too_many")
    session.add(KitCheck(twinning_id=twinning.id, title=title))
    tell(session, twinning, deed, "kit-piece-added")


def keep_minutes(session: Session, number: int, meeting: int, text: str, deed: Deed, seen: str = "") -> None:
    """What a meeting decided, in place of what was ``seen``; meetings of ended twinnings keep theirs.

    A form that holds what it was opened on was sent for something else on it, and takes nothing back that was written
    since. Raises ``Invalid``, ``Conflict``.
    """
    twinning = running(session, number)
    found = _meeting(session, twinning, meeting)
    if len(text) > rules.MOST_TEXT:
        raise Invalid({"minutes_text": "too_long"})
    if found.minutes_text == text.strip() or rules.seen(text.strip()) == seen:
        return
    refuse_unseen(found.minutes_text, seen)
    found.minutes_text = text.strip()
    tell(session, twinning, deed, "minutes-kept", {"meeting": found.id})


def add_file(
    session: Session, number: int, city_id: int, checked: Checked, name: str, title: str, deed: Deed
) -> TwinningFile:
    """A file that the people of both sides read, once however often it is sent.

    Raises ``Conflict``, ``FileRefused``.
    """
    twinning = running(session, number)
    check_name(name, checked.kind)
    offered = safe_name(name, checked.kind)
    title = " ".join(title.split())[: rules.MOST_SHORT] or offered.rpartition(".")[0]
    shared = queries.files(session, twinning.id)
    what = (checked.digest, offered, title)
    if same := next((file for file in shared if (file.digest, file.name, file.title) == what), None):
        return same
    check_count(len(shared))
    found = TwinningFile(
        twinning_id=twinning.id,
        city_id=city_id,
        digest=checked.digest,
        name=offered,
        code=checked.kind.code,
        mime=checked.kind.mime,
        size=checked.size,
        title=title,
        added_by=deed.person_id,
        added_at=deed.now,
    )
    session.add(found)
    session.flush()
    tell(session, twinning, deed, "file-shared", {"file": found.id, "digest": found.digest, "size": found.size})
    return found


def remove_file(session: Session, number: int, file: int, deed: Deed) -> None:
    """Take a shared file away; it can be put back while the twinning runs."""
    twinning = running(session, number)
    found = _file(session, twinning, file)
    if found.removed_at is None:
        found.removed_at = deed.now
        tell(session, twinning, deed, "file-unshared", {"file": file})


def put_back(session: Session, number: int, file: int, deed: Deed) -> None:
    """Raises ``FileRefused`` where there are as many as may be."""
    twinning = running(session, number)
    found = _file(session, twinning, file)
    if found.removed_at is not None:
        check_count(len(queries.files(session, twinning.id)))
        found.removed_at = None
        tell(session, twinning, deed, "file-shared", {"file": file})


def _file(session: Session, twinning: Twinning, number: int) -> TwinningFile:
    found = queries.file(session, twinning.id, number)
    if found is None:
        raise NotFound(number)
    return found
