# SPDX-License-Identifier: AGPL-3.0-or-later
"""One function per button of a request: draft, publish, change, join, leave, close, withdraw; days a body can give."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.cities.models import City
from app.cities.rules import is_closed
from app.document.dates import day_of
from app.errors import Conflict, Invalid, NotFound
from app.journal.rules import SAME_SENDING
from app.journal.service import record
from app.needs import checking, proposal_queries, queries, rules
from app.needs.models import Capacity, Need, NeedReceiver, NeedVersion, Proposal, ShownSet
from app.needs.rules import Answer, State, Wanted
from app.search.changes import HOME, note


@dataclass(frozen=True)
class Deed:
    """Who acts, and when; nobody: the site itself. ``rendering`` tells a form from the same one opened anew."""

    person_id: int | None
    now: datetime
    rendering: str = ""


def begin(session: Session, city: City, wanted: Wanted, publishing: bool, deed: Deed) -> Need:
    """A request from the form of a new one, once however often the form is sent. Raises ``Invalid``."""
    made = _sent_already(session, city, wanted, publishing, deed)
    if made is None:
        return (publish_new if publishing else draft)(session, city, wanted, deed)
    if publishing and made.state == State.DRAFT:
        return publish(session, made.id, made.edition, wanted, deed)
    return made


def draft(session: Session, city: City, wanted: Wanted, deed: Deed) -> Need:
    """Keep a request for later. Raises ``Invalid``."""
    _refuse(checking.wrong_in_draft(session, wanted))
    need = _new(city, wanted, deed)
    session.add(need)
    tell(session, need, deed, "need-drafted", {"edition": need.edition})
    return need


def publish_new(session: Session, city: City, wanted: Wanted, deed: Deed) -> Need:
    """Put a request on the board. Raises ``Invalid``."""
    _refuse(checking.wrong(session, city, wanted, deed.now))
    need = _new(city, wanted, deed)
    session.add(need)
    _put_on_board(session, need, deed)
    return need


def publish(session: Session, number: int, edition: int, wanted: Wanted, deed: Deed) -> Need:
    """Put a draft on the board as it was typed now, once however often it is sent. Raises ``Invalid``, ``Conflict``."""
    need = _held(session, number)
    if need.state == State.OPEN and _says(need, wanted):
        return need
    _refuse_changed(need, edition)
    if need.state != State.DRAFT:
        raise Conflict("published_already")
    _refuse(checking.wrong(session, need.city, wanted, deed.now))
    _change(session, need, wanted, deed)
    _put_on_board(session, need, deed)
    return need


def edit(session: Session, number: int, edition: int, wanted: Wanted, deed: Deed) -> Need:
    """Change a request; what it said is kept, and what it says already changes nothing.

    Raises ``Invalid``, ``Conflict`` where it changed meanwhile.
    """
    need = _held(session, number)
    if rules.may_edit(need.state) and _says(need, wanted):
        return need
    _refuse_changed(need, edition)
    if not rules.may_edit(need.state):
        raise Conflict("not_open")
    if need.state == State.DRAFT:
        _refuse(checking.wrong_in_draft(session, wanted))
    else:
        _refuse(checking.wrong(session, need.city, wanted, deed.now, published=need))
    before = need.by_when
    if _change(session, need, wanted, deed):
        day = need.by_when.isoformat() if need.by_when else ""
        told = {"by_when": day} if need.by_when != before else {}
        tell(session, need, deed, "need-edited", {"edition": need.edition, **told})
    return need


def join(session: Session, number: int, city: City, note: str, deed: Deed) -> Need:
    """Take part in somebody else's request, once however often it is sent. Raises ``Conflict`` where it is closed, its
    body is no longer there, or the body that joins is in it otherwise."""
    need = _held(session, number)
    if any((tie.city_id, tie.note, tie.joined_by) == (city.id, note, deed.person_id) for tie in need.receivers):
        return need
    may = rules.may_join(need.state, need.city.slug, [tie.city.slug for tie in need.receivers], city.slug)
    if not may or is_closed(need.city.register, day_of(deed.now)):
        raise Conflict("cannot_join")
    _refuse(checking.wrong_text("note", note, rules.MOST_NOTE))
    need.receivers.append(NeedReceiver(city_id=city.id, joined_by=deed.person_id, joined_at=deed.now, note=note))
    told = {"receivers": len(need.receivers), "body": _told_body(need, city)}
    tell(session, need, deed, "need-joined", told, body=_told_body(need, city))
    return need


def leave(session: Session, number: int, city: City, deed: Deed) -> Need:
    """No longer take part in somebody else's request. Raises ``Conflict`` where the body does not."""
    need = _held(session, number)
    tie = next((tie for tie in need.receivers if tie.city_id == city.id), None)
    if tie is None or need.state != State.OPEN:
        raise Conflict("not_joined")
    need.receivers.remove(tie)
    tell(session, need, deed, "need-left", {"receivers": len(need.receivers)}, body=_told_body(need, city))
    return need


def close(session: Session, number: int, outcome: str, text: str, deed: Deed) -> Need:
    """Close a request and say how it ended. Raises ``Invalid``, ``Conflict``."""
    need = _held(session, number)
    if not rules.may_close(need.state):
        raise Conflict("not_open")
    wrong = {} if outcome in rules.OUTCOMES else {"outcome": "required"}
    names = checking.telling(need.city) if need.visibility == "anonymous" else []
    _refuse(wrong | checking.wrong_text("outcome_text", text, rules.MOST_TEXT, names))
    need.state, need.outcome, need.outcome_text = State.CLOSED, outcome, text.strip()
    need.closed_at = need.updated_at = deed.now
    drop_pending(session, need, deed)
    tell(session, need, deed, "need-closed", {"outcome": outcome})
    return need


def close_by_transfer(session: Session, number: int, twinning: int, adopted: bool, deed: Deed) -> None:
    """The transfer of a request is over: the request is closed and shows what came of it."""
    need = queries.locked(session, number)
    if need is None or need.state != State.MATCHED:
        return
    need.state, need.outcome = State.CLOSED, "solved" if adopted else rules.NOT_ADOPTED
    need.closed_at = need.updated_at = deed.now
    tell(session, need, deed, "need-closed", {"outcome": need.outcome, "twinning": twinning})


def reopen(session: Session, number: int, twinning: int, deed: Deed) -> None:
    """The transfer of a request stopped: the request is on the board again."""
    need = queries.locked(session, number)
    if need is None or need.state != State.MATCHED:
        return
    need.state, need.updated_at = State.OPEN, deed.now
    need.overdue_at = need.lapsed_at = None
    for proposal in proposal_queries.standing(session, need.id):
        proposal.reason = rules.STOPPED
    tell(session, need, deed, "need-reopened", {"twinning": twinning})


def withdraw(session: Session, number: int, deed: Deed) -> Need:
    """Take a request, or a draft, back: it leaves the board. Raises ``Conflict``."""
    need = _held(session, number)
    if need.state not in {State.DRAFT, State.OPEN}:
        raise Conflict("not_open")
    need.state = State.WITHDRAWN
    need.closed_at = need.updated_at = deed.now
    drop_pending(session, need, deed)
    tell(session, need, deed, "need-withdrawn", {})
    return need


def drop_pending(session: Session, need: Need, deed: Deed, but: int = 0) -> None:
    """Nobody has to answer any more, save for one proposal."""
    for proposal in proposal_queries.pending(session, need.id):
        if proposal.id != but:
            proposal.state, proposal.answered_at = Answer.WITHDRAWN, deed.now
            tell_proposal(session, proposal, deed, "proposal-withdrawn", {"dropped": True})


def reveal(session: Session, need: Need, deed: Deed) -> None:
    """The city has accepted: an anonymous request says from now on whose it is."""
    if need.visibility == "anonymous":
        _keep_version(session, need, deed)
        need.visibility, need.edition = "public", need.edition + 1


def remember_shown(
    session: Session, need: Need, items: Sequence[Mapping[str, Any]], version: str, now: datetime
) -> None:
    """Keep a shortlist as it is shown, once as long as it does not change."""
    last = queries.last_shown(session, need.id)
    kept = [dict(item) for item in items]
    if last is None or last.items != kept or last.weights_version != version:
        session.add(ShownSet(need_id=need.id, shown_at=now, weights_version=version, items=kept))
        held = queries.locked(session, need.id)
        if held is not None:
            held.shortlisted_at = held.shortlisted_at or now


def state_capacity(session: Session, city: City, days: Mapping[str, int], quarters: Iterable[str], deed: Deed) -> None:
    """Write down the days a body can give in each quarter; a quarter without days is no longer stated."""
    queries.hold_body(session, city.id)
    for quarter in quarters:
        found = queries.capacity(session, city.id, quarter)
        if quarter not in days:
            if found is not None:
                session.delete(found)
            continue
        found = found or Capacity(city_id=city.id, quarter=quarter)
        found.days, found.stated_by, found.stated_at = days[quarter], deed.person_id, deed.now
        session.add(found)
    record(
        session,
        deed.now,
        deed.person_id,
        "capacity-stated",
        "capacity",
        city.slug,
        body=city.slug,
        data={"days": dict(days)},
    )


def tell(
    session: Session, need: Need, deed: Deed, action: str, data: Mapping[str, Any], body: str | None = None
) -> None:
    """Write in the journal what was done to a request; whose an anonymous one is stays out of it."""
    session.flush()
    owner = _told_body(need, need.city) if body is None else body
    record(session, deed.now, deed.person_id, action, "need", str(need.id), body=owner, data=data)
    if action in rules.AT_HOME:
        note(session, [HOME])


def tell_proposal(session: Session, proposal: Proposal, deed: Deed, action: str, data: Mapping[str, Any]) -> None:
    """Write in the journal what became of a proposal, under the giver's name.

    Of an anonymous request that did not choose the giver, the giver's journal would show who acted: it stays out of it.
    """
    session.flush()
    told = {"need": proposal.need_id, **data}
    secret = proposal.need.visibility == "anonymous" and proposal.origin != "picked"
    body = "" if secret else proposal.giver.slug
    record(session, deed.now, deed.person_id, action, "proposal", str(proposal.id), body=body, data=told)
    if action in rules.AT_HOME:
        note(session, [HOME])


def _told_body(need: Need, city: City) -> str:
    return "" if need.visibility == "anonymous" else city.slug


def is_published(session: Session, city: City, wanted: Wanted, deed: Deed) -> bool:
    """Whether the same form published a request a moment ago: then nothing is left to be looked at before."""
    made = queries.begun_since(session, city.id, deed.person_id, deed.now - SAME_SENDING)
    return any(need.state == State.OPEN and _same(need, wanted, True) for need in made)


def _sent_already(session: Session, city: City, wanted: Wanted, publishing: bool, deed: Deed) -> Need | None:
    """What the same form made a moment ago: a button is pressed twice, a slow answer is asked for again.

    All that was typed must be the same, so that nothing is lost; a draft that is published takes over the rest.
    """
    queries.hold_body(session, city.id)
    made = queries.begun_since(session, city.id, deed.person_id, deed.now - SAME_SENDING)
    return next((need for need in made if _same(need, wanted, publishing)), None)


def _same(need: Need, typed: Wanted, publishing: bool) -> bool:
    held = as_wanted(need)
    if publishing and need.state == State.DRAFT:
        names = ("heading", "problem", "visibility", "wish")
        return all(getattr(held, name) == getattr(typed, name) for name in names)
    return held.said() == typed.said()


def _new(city: City, wanted: Wanted, deed: Deed) -> Need:
    need = Need(
        city_id=city.id,
        author_id=deed.person_id,
        created_at=deed.now,
        state=State.DRAFT,
        edition=1,
        wanted=3,
        demonstration=False,
        outcome="",
        outcome_text="",
        receivers=[],
    )
    _write(need, wanted, deed)
    return need


def _write(need: Need, wanted: Wanted, deed: Deed) -> None:
    need.title, need.slug = wanted.heading[: rules.MOST_TITLE], rules.slug_of(wanted.heading)
    if need.by_when != wanted.by_when:
        need.overdue_at = need.lapsed_at = None
    need.problem, need.by_when = wanted.problem, wanted.by_when
    need.themes, need.formats = list(wanted.themes), list(wanted.formats)
    need.constraints, need.visibility = dict(wanted.constraints or {}), wanted.visibility
    need.limits = dict(wanted.limits or {})
    need.wanted = need.limits.get("proposals", rules.MOST_PROPOSALS)
    need.updated_at = deed.now


def as_wanted(need: Need) -> Wanted:
    """What a request says now; a title that its first sentence gave is nobody's, and is made anew from a new text."""
    return Wanted(
        need.problem,
        need.by_when,
        "" if need.title == rules.first_words(need.problem) else need.title,
        tuple(need.themes),
        dict(need.constraints),
        tuple(need.formats),
        need.visibility,
        dict(need.limits or {}),
    )


def _change(session: Session, need: Need, wanted: Wanted, deed: Deed) -> bool:
    """Write what was typed, keeping what was said before. Answers whether anything changed."""
    if _says(need, wanted):
        return False
    _keep_version(session, need, deed)
    _write(need, wanted, deed)
    need.edition += 1
    return True


def _keep_version(session: Session, need: Need, deed: Deed) -> None:
    said = as_wanted(need).said()
    session.add(
        NeedVersion(need_id=need.id, edition=need.edition, said=said, saved_at=deed.now, saved_by=deed.person_id)
    )


def _put_on_board(session: Session, need: Need, deed: Deed) -> None:
    need.state, need.published_at = State.OPEN, deed.now
    tell(session, need, deed, "need-published", {"edition": need.edition, "themes": list(need.themes)})


def _held(session: Session, number: int) -> Need:
    need = queries.locked(session, number)
    if need is None:
        raise NotFound(number)
    return need


def _says(need: Need, wanted: Wanted) -> bool:
    """Whether a request says all that was typed: a button is pressed twice, or a page is sent again from the one
    behind it."""
    return as_wanted(need).said() == wanted.said()


def _refuse_changed(need: Need, edition: int) -> None:
    """Nobody writes over an edition they have not looked at."""
    if need.edition != edition:
        raise Conflict("changed_meanwhile")


def _refuse(wrong: Mapping[str, str]) -> None:
    if wrong:
        raise Invalid(dict(wrong))
