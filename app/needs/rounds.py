# SPDX-License-Identifier: AGPL-3.0-or-later
"""Matching rounds: preview, publish, compute again from what was stored."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.document.dates import day_of
from app.errors import Conflict, Invalid, NotFound
from app.journal.service import record
from app.needs import assigning, candidates, proposal_queries, proposals, queries, round_queries, service
from app.needs.assigning import USUAL_FLOOR, Computed
from app.needs.models import MatchingRound, Need, Proposal
from app.needs.rules import ROUND, Answer, State
from app.needs.service import Deed

MOST_NAME = 120
SECONDS_COUNTED = 10**8


def preview(session: Session, name: str, found: Computed | None, deed: Deed, floor: int = USUAL_FLOOR) -> MatchingRound:
    """Keep all open requests as they were ``found`` assigned on trial, with everything they were assigned from.

    Where they are many nothing was found yet: the round is only begun, and the worker computes it. Raises ``Invalid``.
    """
    if not 1 <= len(name.strip()) <= MOST_NAME:
        raise Invalid({"name": "too_long" if name.strip() else "required"})
    made = MatchingRound(name=name.strip(), input={})
    _begin(session, made, found, floor, deed)
    return made


def renew(session: Session, looked_at: MatchingRound, found: Computed | None, deed: Deed) -> MatchingRound:
    """A preview anew, in its place and under its floor, from the requests, offers and weights of now.

    Raises ``Conflict`` for what is no preview, or not the one ``looked_at`` any more.
    """
    made = _still(session, looked_at)
    _begin(session, made, found, floor_of(made), deed)
    return made


def _begin(session: Session, made: MatchingRound, found: Computed | None, floor: int, deed: Deed) -> None:
    made.state, made.result = "computing", {}
    made.weights_version = candidates.weights_in_force(session).version
    # A number thrown away may be given out again: a preview that is new counts from its moment, not from one.
    revision = _revision(made) + 1 if made.input else int(deed.now.timestamp()) % SECONDS_COUNTED
    made.input = {"floor": floor, "revision": revision}
    made.created_by, made.created_at = deed.person_id, deed.now
    session.add(made)
    if found is not None:
        fill(made, found)
    _tell(session, made, deed, "round-previewed", {"weights": made.weights_version, "floor": floor})


def set_floor(session: Session, looked_at: MatchingRound, found: Computed, deed: Deed) -> MatchingRound:
    """A preview as it was ``found`` under another floor, in its place; how it was stays beside it in figures.

    Raises ``Conflict`` for what is no preview, or not the one ``looked_at`` any more.
    """
    made = _still(session, looked_at)
    floor = int(found.input["round"]["floor"])
    before = {"floor": made.input["round"]["floor"], "total": made.result["total"], **_line(made.result)}
    fill(made, found)
    made.input = {**made.input, "floor": floor, "before": before, "revision": _revision(made) + 1}
    _tell(session, made, deed, "round-previewed", {"weights": made.weights_version, "floor": floor})
    return made


def floor_of(found: MatchingRound) -> int:
    """The floor of a round that is computed."""
    return int(found.input["round"]["floor"])


def _line(result: Mapping[str, Any]) -> dict[str, Any]:
    """Of a result, the figures that two floors are compared by."""
    fair = result["fairness"]
    return {name: fair[name] for name in ("served", "worst", "low")} | {"proposals": len(result["assigned"])}


def _revision(found: MatchingRound) -> int:
    """How often a preview was computed; those of before it was counted, once."""
    return int(found.input.get("revision", 1))


def on_trial(found: MatchingRound | None) -> MatchingRound:
    """A preview. Raises ``NotFound``, ``Conflict`` for a round that is out, or not computed."""
    if found is None:
        raise NotFound("round")
    if found.state != "preview":
        raise Conflict("round_gone" if found.state == "published" else "round_not_ready")
    return found


def _still(session: Session, looked_at: MatchingRound) -> MatchingRound:
    """A preview, held, as it was looked at. Raises ``NotFound``, ``Conflict``."""
    found = on_trial(round_queries.locked_round(session, looked_at.id))
    if _revision(found) != _revision(looked_at):
        raise Conflict("round_changed")
    return found


def fill(made: MatchingRound, found: Computed) -> None:
    """Make a preview of a round that was begun."""
    made.state, made.weights_version, made.demonstration = "preview", found.weights_version, found.demonstration
    made.input, made.result = {**made.input, **found.input}, dict(found.result)


def note_progress(session: Session, number: int, done: int, of: int, revision: int = 0) -> None:
    """Write down how many requests are scored. Raises ``NotFound`` where the round was thrown away meanwhile."""
    _computing(session, number, revision).result = {"done": done, "of": of}


def finish(session: Session, number: int, found: Computed | None, now: datetime, revision: int = 0) -> None:
    """Make a preview of a round that the worker computed; None where it could not. Raises ``NotFound``.

    ``revision`` is the one that was computed, 0 for whatever waits.
    """
    made, worker = _computing(session, number, revision), Deed(None, now)
    if found is None:
        made.state, made.result = "failed", {}
        _tell(session, made, worker, "round-failed", {})
    else:
        fill(made, found)
        _tell(session, made, worker, "round-computed", {"weights": made.weights_version})


def _computing(session: Session, number: int, revision: int) -> MatchingRound:
    made = round_queries.locked_round(session, number)
    if made is None or made.state != "computing" or revision not in {0, _revision(made)}:
        raise NotFound(number)
    return made


def publish(session: Session, number: int, days: int, deed: Deed, revision: int = 0) -> MatchingRound:
    """Make the proposals of a round. ``revision`` is the one that was looked at, 0 for whatever it is now.

    Raises ``Conflict`` where it is out already, was computed anew, proposes nothing, or a request, a solution or the
    days of a giver have changed since.
    """
    found = on_trial(round_queries.locked_round(session, number))
    if revision and revision != _revision(found):
        raise Conflict("round_changed")
    if not found.result["assigned"]:
        raise Conflict("round_empty")
    held = _held(session, found)
    if assigning.full(session, found, deed.now):
        raise Conflict("round_stale")
    served: dict[str, int] = {}
    for need_key, solution, _city, _score in found.result["assigned"]:
        rank = served[need_key] = served.get(need_key, 0) + 1
        item = {**found.result["items"][f"{need_key}/{solution}"], "rank": rank}
        _propose(session, found, held[need_key], item, days, deed)
    found.state, found.published_at = "published", deed.now
    for need_key in served:
        service.tell(session, held[need_key], deed, "round-published", {"round": found.id})
    _tell_unserved(session, found, deed)
    _tell(session, found, deed, "round-published", {"proposals": sum(served.values()), "needs": len(served)})
    return found


def _tell_unserved(session: Session, found: MatchingRound, deed: Deed) -> None:
    """Who still waits for a proposal, and got none, hears why; of what a request says since then nobody knows."""
    waiting, looked_at = queries.editions_in_round(session, day_of(deed.now)), found.input["editions"]
    unserved = {need: reason for need, reason, *_cities in found.result["unserved"]}
    why = {int(need): reason for need, reason in unserved.items() if waiting.get(int(need)) == looked_at[need]}
    for need in queries.needs_by_id(session, why):
        service.tell(session, need, deed, "round-published", {"round": found.id, "unserved": why[need.id]})


def _held(session: Session, found: MatchingRound) -> dict[str, Need]:
    """The requests of a round, held. Raises ``Conflict`` where one is no longer as it was.

    All of them before the journal is written, in the order of their numbers: nobody waits for one who waits for them.
    """
    held: dict[str, Need] = {}
    for key in sorted({item[0] for item in found.result["assigned"]}, key=int):
        need = queries.locked(session, int(key))
        edition = found.input["editions"][key]
        if need is None or need.state != State.OPEN or need.edition != edition or need.lapsed_at is not None:
            raise Conflict("round_stale")
        held[key] = need
    return held


def _propose(
    session: Session, found: MatchingRound, need: Need, item: Mapping[str, Any], days: int, deed: Deed
) -> None:
    """One proposal of a round. Raises ``Conflict`` where its request or its solution is no longer as it was."""
    if item["rank"] == 1 and _moved_on(session, need, found):
        raise Conflict("round_stale")
    taken = item["solution"] in proposal_queries.received(session).get(need.city_id, ())
    if taken or item["city"] in {tie.city.slug for tie in need.receivers}:
        raise Conflict("round_stale")
    try:
        made = proposals.propose(session, need, item, ROUND, days, deed)
    except Invalid as gone:
        raise Conflict("round_stale") from gone
    made.round_id = found.id


def _moved_on(session: Session, need: Need, found: MatchingRound) -> bool:
    """Whether somebody was asked or answered after the preview was computed, or is asked now."""
    return any(_is_new(item, found.created_at) for item in proposal_queries.proposals(session, need))


def _is_new(proposal: Proposal, since: datetime) -> bool:
    if proposal.state in {Answer.WAITING, Answer.OFFERED} or proposal.asked_at > since:
        return True
    return proposal.answered_at is not None and proposal.answered_at > since


def discard(session: Session, number: int, deed: Deed) -> None:
    """Forget a preview, computed or not. Raises ``Conflict`` for a published round."""
    found = round_queries.locked_round(session, number)
    if found is None:
        raise NotFound(number)
    if found.state == "published":
        raise Conflict("round_gone")
    _tell(session, found, deed, "round-discarded", {})
    session.delete(found)


def _tell(session: Session, found: MatchingRound, deed: Deed, action: str, data: Mapping[str, Any]) -> None:
    session.flush()
    record(session, deed.now, deed.person_id, action, "round", str(found.id), data=data)
