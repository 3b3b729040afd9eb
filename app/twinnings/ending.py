# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a twinning ends: stopped with a reason, or closed by two short forms; what comes back to the library."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from app.cities.models import City
from app.document.dates import day_of
from app.document.model import Document, Section
from app.document.schema import FIELD_BY_NAME, SECTION_TITLES, VARIANT_SECTION
from app.errors import Conflict, Invalid, NotFound
from app.needs import queries as requests
from app.needs import service as needs
from app.needs.service import Deed
from app.review.service import tell as tell_solution
from app.solutions import queries as library
from app.solutions.models import Solution
from app.solutions.service import save
from app.twinnings import queries, rules
from app.twinnings.models import ClosingForm, Twinning, TwinningParty
from app.twinnings.rules import Closing, State
from app.twinnings.service import refuse_unseen, running, tell
from app.twinnings.sharing import call_off
from app.writing import queries as drafts
from app.writing import service as writing
from app.writing.giving_up import never_kept
from app.writing.kit import carry_pictures
from app.writing.typed import as_typed, as_value, blank

#: The level of evidence of what worked again in another city.
AGAIN = 5


def stop(session: Session, number: int, reason: str, text: str, public: bool, deed: Deed) -> None:
    """Stop a twinning; the request is open again, and nobody meets any more.

    Raises ``Invalid``; ``Conflict`` where a receiver has told that it adopted the solution: one who gives up takes that
    from nobody.
    """
    twinning = running(session, number)
    if wrong := rules.wrong_stop(reason, text):
        raise Invalid(wrong)
    if any(form.side == "receiver" and rules.adopted(form.said) for form in queries.closing(session, number)):
        raise Conflict("adopted_already")
    twinning.state, twinning.ended_at = State.STOPPED, deed.now
    twinning.stop_reason, twinning.stop_text, twinning.stop_public = reason, text.strip(), public
    if twinning.need_id:
        needs.reopen(session, twinning.need_id, twinning.id, deed)
    _call_off_to_come(session, twinning, deed)
    tell(session, twinning, deed, "twinning-stopped", {"reason": reason})


def _call_off_to_come(session: Session, twinning: Twinning, deed: Deed) -> None:
    """Nobody meets any more for what is over: meetings still to come are called off, and told all at once."""
    meetings = queries.meetings(session, twinning.id)
    to_come = [item for item in meetings if item.starts_at > deed.now and item.cancelled_at is None]
    for meeting in to_come:
        call_off(meeting, deed)
    numbers = [meeting.id for meeting in to_come]
    if numbers:
        told = {"meetings": numbers} if len(numbers) > 1 else {"meeting": numbers[0]}
        tell(session, twinning, deed, "meeting-cancelled", told)


def say(
    session: Session, number: int, body: str, closing: Closing, deed: Deed, confirmed: bool = False, seen: str = ""
) -> bool:
    """One body's closing form, in place of the one that was ``seen``; once every body has spoken the twinning closes.

    Where the two sides contradict each other the last one confirms: nothing is corrected once it is closed.
    Raises ``Invalid``, ``Conflict``.
    """
    twinning = _closing(session, number)
    tie = next((item for item in twinning.parties if item.city.slug == body), None)
    if tie is None:
        raise Invalid({"body": "unknown_body"})
    if wrong := rules.wrong_closing(closing):
        raise Invalid(wrong)
    found = next((form for form in queries.closing(session, number) if form.city_id == tie.city_id), None)
    if found is None:
        found = ClosingForm(twinning_id=number, city_id=tie.city_id, side=tie.role)
        session.add(found)
    # The same form sent again, by somebody who got no answer, is told once.
    changed = found.said != closing.as_data()
    if changed:
        refuse_unseen(found.said, seen)
        found.said, found.filled_by, found.filled_at = closing.as_data(), deed.person_id, deed.now
        session.flush()
        _fill_variant(session, tie, closing.as_data(), deed)
    forms = queries.closing(session, number)
    closes = rules.all_spoken((tie.city_id for tie in twinning.parties), (form.city_id for form in forms))
    if changed:
        said = {"side": tie.role, "result": closing.result, "body": body, "closes": closes}
        tell(session, twinning, deed, "closing-said", said)
    if not closes:
        return False
    if not confirmed and rules.at_odds((form.side, form.said) for form in forms):
        raise Invalid({"result": "contradicts"})
    _close(session, twinning, forms, deed)
    return True


def _closing(session: Session, number: int) -> Twinning:
    """A twinning that runs, held with its request and its solution, which closing it changes.

    Held before the journal is written, in the order in which others hold them: nobody waits for one who waits for them.
    """
    twinning = running(session, number)
    if twinning.need_id:
        requests.locked(session, twinning.need_id)
    library.locked(session, twinning.solution_id)
    return twinning


def close_alone(session: Session, number: int, deed: Deed) -> None:
    """Close although a body said nothing for a month. Raises ``Conflict`` before that."""
    twinning = _closing(session, number)
    forms = queries.closing(session, number)
    last = max((form.filled_at for form in forms), default=None)
    if not rules.may_close((form.side for form in forms), last, deed.now):
        raise Conflict("too_early")
    _close(session, twinning, forms, deed)


def _close(session: Session, twinning: Twinning, forms: Sequence[ClosingForm], deed: Deed) -> None:
    twinning.state, twinning.ended_at = State.CLOSED, deed.now
    # To tell how it went is this step: the journal says it with the closing.
    for step in twinning.milestones:
        if step.key == rules.SHARING and step.done_at is None:
            step.done_at, step.done_by = deed.now, deed.person_id
    received = [form for form in forms if form.side == "receiver"]
    result = rules.outcome(form.said for form in received)
    if result in rules.REUSED:
        # Where nobody adopted it the phases stay as its steps left them: they are not shown as gone through.
        twinning.phase = rules.PHASES[-1]
    if twinning.need_id:
        solved = _solved(session, twinning.need_id, received)
        needs.close_by_transfer(session, twinning.need_id, twinning.id, solved, deed)
    if not twinning.demonstration:
        _raise_evidence(session, twinning, [form for form in received if form.said.get("result") in rules.REUSED], deed)
    _call_off_to_come(session, twinning, deed)
    tell(session, twinning, deed, "twinning-closed", {"result": result})


def _solved(session: Session, number: int, received: Sequence[ClosingForm]) -> bool:
    """Whether a request has what it asked for: as its city says, or those that joined it where that says nothing."""
    need = requests.locked(session, number)
    own = [form for form in received if need is not None and form.city_id == need.city_id]
    return any(rules.adopted(form.said) for form in own or received)


def _raise_evidence(session: Session, twinning: Twinning, reused: Sequence[ClosingForm], deed: Deed) -> None:
    """The source says who re-used it and what it took there, and its evidence is the highest.

    A revision by the site, in force at once; none where nobody re-used it.
    """
    solution = twinning.solution
    if not reused or not solution.badge:
        return
    try:
        document = library.current_revision(session, solution).document()
    except NotFound:
        # A text of long ago that cannot be read any more keeps nobody from closing.
        return
    before = solution.evidence_level
    held = [*document.listed("reused_by"), *(_reuse(twinning, form, deed) for form in reused)]
    front: Mapping[str, Any] = {**document.front, "reused_by": held, "evidence_level": AGAIN}
    version = save(session, solution, Document(front, document.sections, document.footnotes), deed.now).number
    by = [_receiver(twinning, form).name for form in reused]
    told = {"version": version, "before": before, "after": AGAIN, "twinning": twinning.id, "by": by}
    tell_solution(session, solution, deed.person_id, deed.now, "solution-reused", told)


def _reuse(twinning: Twinning, form: ClosingForm, deed: Deed) -> dict[str, Any]:
    """A receiver's form as an entry of ``reused_by``."""
    slug = _receiver(twinning, form).slug
    began, ended = day_of(twinning.began_at).isoformat(), day_of(deed.now).isoformat()
    entry: dict[str, Any] = {"city": slug, "period": {"start": began, "end": ended}}
    if twinning.lead_id == form.city_id:
        entry["lead"] = True
    entry["result"] = rules.REUSED[form.said["result"]]
    return entry | {name: form.said[name] for name in ("months", "cost") if name in form.said}


def _receiver(twinning: Twinning, form: ClosingForm) -> City:
    return next(tie.city for tie in twinning.parties if tie.city_id == form.city_id)


def _reported(said: Mapping[str, Any]) -> dict[str, Any]:
    """What a receiver told at the end, as the fields of a document hold it."""
    found: dict[str, Any] = {}
    resources = {name: said[told] for name, told in (("one_off_cost", "cost"), ("months", "months")) if told in said}
    if resources:
        found["resources"] = resources
    if said.get("indicator"):
        row = {"name": said["indicator"], **{name: said[name] for name in ("before", "after") if name in said}}
        found["indicators"] = as_value(FIELD_BY_NAME["indicators"], [row])
    return found


def _fill_variant(session: Session, tie: TwinningParty, said: Mapping[str, Any], deed: Deed) -> None:
    """The same in a variant that is being written, where its authors put nothing; a version somebody made stays."""
    if tie.variant is None or deed.person_id is None or not never_kept(tie.variant):
        return
    drafts.hold(session, tie.variant)
    current = writing.opened(session, tie.variant)
    typed = {name: as_typed(FIELD_BY_NAME[name], value) for name, value in _reported(said).items()}
    lacking = {name: new for name, new in typed.items() if new and blank(current.state.fields.get(name, ""))}
    state = replace(current.state, fields={**current.state.fields, **lacking})
    writing.write(session, tie.variant, current, state, deed.person_id, deed.now)


def begin_variant(session: Session, number: int, body: str, deed: Deed) -> Solution:
    """A draft of the receiver with the source's text but for its results, to change it and tell what changed; once.

    Raises ``Invalid``, ``Conflict``.
    """
    twinning = queries.locked(session, number)
    if twinning is None:
        raise NotFound(number)
    if twinning.state == State.STOPPED:
        raise Conflict("ended")
    tie = next((tie for tie in twinning.parties if tie.role == "receiver" and tie.city.slug == body), None)
    if tie is None or deed.person_id is None:
        raise Invalid({"body": "unknown_body"})
    if tie.variant is not None:
        return tie.variant
    source = rules.without_results(library.current_revision(session, twinning.solution).document())
    sections = [section for section in source.sections if section.heading in SECTION_TITLES]
    sections = [section for section in sections if section.heading != VARIANT_SECTION]
    carried = {name: source.front[name] for name in rules.CARRIED if name in source.front}
    told = next((form.said for form in queries.closing(session, number) if form.city_id == tie.city_id), {})
    # As few as read the source read what is copied from it, until its authors say otherwise.
    carried |= {"visibility": twinning.solution.visibility} if twinning.solution.visibility else {}
    front = {**carried, **_reported(told), "based_on": twinning.solution.slug}
    document = Document(front, (*sections, Section(VARIANT_SECTION, "")), source.footnotes)
    solution = writing.begin(
        session, _called(session, twinning.solution, tie.city), body, document, deed.now, deed.person_id
    )
    carry_pictures(session, twinning.solution, solution, deed.person_id, deed.now)
    tie.variant = solution
    tell(session, twinning, deed, "variant-begun", {"variant": solution.slug, "body": body})
    return solution


def _called(session: Session, source: Solution, receiver: City) -> str:
    known = library.by_slug(session, source.slug, acts=False)
    owner = known.owner if known is not None else None
    return rules.called_after(source.title, owner.short_name if owner is not None else "", receiver.short_name)
