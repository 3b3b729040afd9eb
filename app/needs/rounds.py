# SPDX-License-Identifier: AGPL-3.0-or-later
"""Matching rounds: preview, publish, compute again from what was stored."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.document.dates import day_of
from app.errors import Conflict, Invalid, NotFound
from app.journal.service import record
from app.matching import flow, model
from app.matching.chains import chains
from app.matching.fairness import fairness
from app.matching.floor import HIGHEST, highest_floor
from app.matching.round import Arc, RoundInput, RoundResult, from_data, solve
from app.matching.score import match as score
from app.needs import candidates, proposals, queries, service, shortlists
from app.needs.candidates import Desk
from app.needs.models import MatchingRound, Need, Proposal
from app.needs.rules import Answer, State
from app.needs.service import Deed
from app.search.engine import Engine

#: A score below this is no proposal; candidates of a request that are looked at.
FLOOR, MOST_ARCS = 30, 50
#: More requests than this are assigned by the worker, and the page says how far it is.
AT_ONCE = 60
MOST_NAME = 120

#: Told how many requests are scored, of how many.
Progress = Callable[[int, int], None]


def preview(session: Session, engine: Engine, name: str, deed: Deed, floor: int = FLOOR) -> MatchingRound:
    """Assign all open requests on trial, keeping everything the assignment was computed from. Raises ``Invalid``.

    Where they are many the round is only begun: the worker computes it.
    """
    if not 1 <= len(name.strip()) <= MOST_NAME:
        raise Invalid({"name": "too_long" if name.strip() else "required"})
    made = _begun(session, name.strip(), floor, deed)
    if queries.many_in_round(session) <= AT_ONCE:
        fill(made, computed(session, engine, made, deed.now))
    _tell(session, made, deed, "round-previewed", {"weights": made.weights_version, "floor": floor})
    return made


def _begun(session: Session, name: str, floor: int, deed: Deed) -> MatchingRound:
    made = MatchingRound(
        name=name,
        state="computing",
        weights_version=candidates.weights_in_force(session).version,
        input={"floor": floor},
        result={},
        created_by=deed.person_id,
        created_at=deed.now,
    )
    session.add(made)
    return made


def set_floor(session: Session, engine: Engine, number: int, floor: int | None, deed: Deed) -> MatchingRound:
    """A preview anew under another floor, in place of this one, which stays beside it in figures.

    Raises ``Invalid`` for a floor below the lowest or above the highest, ``Conflict`` for a published round.
    """
    if floor is None or not FLOOR <= floor <= HIGHEST:
        raise Invalid({"floor": "not_a_floor"})
    before = queries.locked_round(session, number)
    if before is None:
        raise NotFound(number)
    if before.state != "preview":
        raise Conflict("round_gone")
    made = preview(session, engine, before.name, deed, floor)
    told = {"floor": before.input["round"]["floor"], "total": before.result["total"], **_line(before.result)}
    # What the worker still has to compute keeps it meanwhile.
    made.input = {**made.input, "before": told}
    _tell(session, before, deed, "round-discarded", {"for": made.id})
    session.delete(before)
    return made


def _line(result: Mapping[str, Any]) -> dict[str, Any]:
    """Of a result, the figures that two floors are compared by."""
    fair = result["fairness"]
    return {name: fair[name] for name in ("served", "worst", "low")} | {"proposals": len(result["assigned"])}


@dataclass(frozen=True)
class Computed:
    """What a round is computed from and what came out, as it is stored."""

    weights_version: str
    input: Mapping[str, Any]
    result: Mapping[str, Any]
    demonstration: bool


def computed(
    session: Session, engine: Engine, made: MatchingRound, now: datetime, progress: Progress | None = None
) -> Computed:
    """Score and assign all open requests as they are now; nothing is written."""
    desk = candidates.desk(session, engine, now)
    needs = queries.needs_in_round(session, day_of(now))
    given, looked_at = _gather(desk, needs, float(made.input["floor"]), progress)
    askers = {str(need.id): need.city.slug for need in needs}
    givers = sorted({offer.city.slug for offer in desk.market.offers})
    told = _told(given, solve(given), givers, _exchanges(given, needs))
    told["items"] = _items(desk, looked_at, told)
    return Computed(
        desk.market.weights.version,
        {
            "round": given.as_data(),
            "askers": askers,
            "editions": {str(need.id): need.edition for need in needs},
            "weights": desk.market.weights.as_data(),
            "givers": givers,
        },
        told,
        bool(needs) and all(need.demonstration for need in needs),
    )


def fill(made: MatchingRound, found: Computed) -> None:
    """Make a preview of a round that was begun."""
    made.state, made.weights_version, made.demonstration = "preview", found.weights_version, found.demonstration
    made.input, made.result = {**made.input, **found.input}, dict(found.result)


def note_progress(session: Session, number: int, done: int, of: int) -> None:
    """Write down how many requests are scored. Raises ``NotFound`` where the round was thrown away meanwhile."""
    _computing(session, number).result = {"done": done, "of": of}


def finish(session: Session, number: int, found: Computed | None, now: datetime) -> None:
    """Make a preview of a round that the worker computed; None where it could not. Raises ``NotFound``."""
    made, worker = _computing(session, number), Deed(None, now)
    if found is None:
        made.state, made.result = "failed", {}
        _tell(session, made, worker, "round-failed", {})
    else:
        fill(made, found)
        _tell(session, made, worker, "round-computed", {"weights": made.weights_version})


def _computing(session: Session, number: int) -> MatchingRound:
    made = queries.locked_round(session, number)
    if made is None or made.state != "computing":
        raise NotFound(number)
    return made


#: A request as the scorer reads it, and the affinities of its candidates.
LookedAt = dict[str, tuple[model.Need, Mapping[str, float]]]


def _gather(desk: Desk, needs: Sequence[Need], floor: float, progress: Progress | None) -> tuple[RoundInput, LookedAt]:
    """Scores of every open request for every offer no gate keeps out, and what they were computed from."""
    arcs: list[Arc] = []
    looked_at: LookedAt = {}
    later = _put_off(desk)
    for number, read in enumerate(candidates.as_needs(desk, needs)):
        if progress is not None:
            progress(number, len(needs))
        asked = replace(read, declined=read.declined | later.get(read.key, frozenset()))
        affinities = desk.affinities(asked)
        table = desk.market_for(asked).table
        # Those without days too: the round says why it leaves them out.
        best = table.best(asked, table.affinities(affinities), MOST_ARCS, full=True)
        arcs += [Arc(asked.key, offer.solution, offer.city.slug, round(value, 6)) for offer, value in best]
        kept = {offer.solution: affinities.get(offer.solution, 0.0) for offer, _ in best}
        looked_at[asked.key] = (asked, kept)
    offers = {(offer.solution, offer.city.slug): offer.capacity for offer in desk.market.offers}
    cities = {offer.city.slug: offer.city.capacity for offer in desk.market.offers}
    wanted = {str(need.id): need.wanted for need in needs}
    return RoundInput(tuple(arcs), wanted, offers, cities, floor=floor, solver=flow.fit(len(arcs))), looked_at


def _put_off(desk: Desk) -> dict[str, frozenset[tuple[str, str]]]:
    """By request, what the cities give that have named a day for it: they are not asked again before that day."""
    later = {(str(item.need_id), item.giver) for item in desk.pending if item.state == Answer.LATER}
    given = [(offer.solution, offer.city.slug) for offer in desk.market.offers]
    return {
        need: frozenset(pair for pair in given if (need, pair[1]) in later) for need in {number for number, _ in later}
    }


def _exchanges(given: RoundInput, needs: Sequence[Need]) -> Callable[[frozenset[str]], list[dict[str, Any]]]:
    """The exchanges that would serve some requests: of cities that can give something, and tell who they are."""
    askers = {str(need.id): need.city.slug for need in needs if need.visibility != "anonymous"}
    arcs = [
        arc
        for arc in given.arcs
        if arc.need in askers and given.cities.get(arc.city) and given.offers.get((arc.solution, arc.city))
    ]

    def found(waiting: frozenset[str]) -> list[dict[str, Any]]:
        return [
            {
                "arcs": [[arc.need, arc.solution, arc.city, round(arc.score, 3)] for arc in one.arcs],
                "serves": list(one.serves),
            }
            for one in chains(arcs, askers, waiting)
        ]

    return found


def _told(
    given: RoundInput,
    result: RoundResult,
    givers: Sequence[str],
    exchanges: Callable[[frozenset[str]], list[dict[str, Any]]],
) -> dict[str, Any]:
    """The result with what the page says around it."""
    return {
        **_plain(given, result, givers),
        "highest_floor": highest_floor(replace(given, floor=float(FLOOR))),
        "chains": exchanges(frozenset(item.need for item in result.unserved)),
    }


def _plain(given: RoundInput, result: RoundResult, givers: Sequence[str]) -> dict[str, Any]:
    """A result and its line of fairness as JSON keeps them."""
    told = {**result.as_data(), "fairness": asdict(fairness(given, result, givers))}
    plain: dict[str, Any] = json.loads(json.dumps(told))
    return plain


def _items(desk: Desk, looked_at: LookedAt, told: Mapping[str, Any]) -> dict[str, Any]:
    """What stands behind each proposal, and behind each lesson of an exchange."""
    offers = {(offer.solution, offer.city.slug): offer for offer in desk.market.offers}
    arcs = [*told["assigned"], *(arc for one in told["chains"] for arc in one["arcs"])]
    items: dict[str, Any] = {}
    for need, solution, city, _score in arcs:
        if f"{need}/{solution}" not in items:
            asked, affinities = looked_at[need]
            found = score(asked, offers[solution, city], desk.market_for(asked), affinities[solution])
            items[f"{need}/{solution}"] = shortlists.as_scored(found, asked)
    return items


def again(found: MatchingRound) -> tuple[bool, dict[str, Any]]:
    """Compute a round again from its stored input. Answers whether the result is the same, and the result."""
    given = from_data(found.input["round"])
    result = _plain(given, solve(given), found.input["givers"])
    return all(found.result.get(name) == value for name, value in result.items()), result


def publish(session: Session, number: int, days: int, deed: Deed) -> MatchingRound:
    """Make the proposals of a round. Raises ``Conflict`` where it is out already or a request has changed since."""
    found = queries.locked_round(session, number)
    if found is None:
        raise NotFound(number)
    if found.state != "preview":
        raise Conflict("round_gone")
    served: dict[str, int] = {}
    for need_key, solution, _city, _score in found.result["assigned"]:
        rank = served[need_key] = served.get(need_key, 0) + 1
        _propose(
            session, found, need_key, {**found.result["items"][f"{need_key}/{solution}"], "rank": rank}, days, deed
        )
    found.state, found.published_at = "published", deed.now
    for need_key in served:
        need = queries.need(session, int(need_key))
        if need is not None:
            service.tell(session, need, deed, "round-published", {"round": found.id})
    _tell(session, found, deed, "round-published", {"proposals": sum(served.values()), "needs": len(served)})
    return found


def _propose(
    session: Session, found: MatchingRound, need_key: str, item: Mapping[str, Any], days: int, deed: Deed
) -> None:
    """One proposal of a round. Raises ``Conflict`` where its request or its solution is no longer as it was."""
    need = queries.locked(session, int(need_key))
    if need is None or need.state != State.OPEN or need.edition != found.input["editions"][need_key]:
        raise Conflict("round_gone")
    if item["rank"] == 1 and _moved_on(session, need, found):
        raise Conflict("round_gone")
    if item["city"] in {tie.city.slug for tie in need.receivers}:
        raise Conflict("round_gone")
    try:
        made = proposals.propose(session, need, item, "round", days, deed)
    except Invalid as gone:
        raise Conflict("round_gone") from gone
    made.round_id = found.id


def _moved_on(session: Session, need: Need, found: MatchingRound) -> bool:
    """Whether somebody was asked or answered after the preview was computed, or is asked now."""
    return any(_is_new(item, found.created_at) for item in queries.proposals(session, need))


def _is_new(proposal: Proposal, since: datetime) -> bool:
    if proposal.state in {Answer.WAITING, Answer.OFFERED} or proposal.asked_at > since:
        return True
    return proposal.answered_at is not None and proposal.answered_at > since


def discard(session: Session, number: int, deed: Deed) -> None:
    """Forget a preview, computed or not. Raises ``Conflict`` for a published round."""
    found = queries.locked_round(session, number)
    if found is None:
        raise NotFound(number)
    if found.state == "published":
        raise Conflict("round_gone")
    _tell(session, found, deed, "round-discarded", {})
    session.delete(found)


def _tell(session: Session, found: MatchingRound, deed: Deed, action: str, data: Mapping[str, Any]) -> None:
    session.flush()
    record(session, deed.now, deed.person_id, action, "round", str(found.id), data=data)
