# SPDX-License-Identifier: AGPL-3.0-or-later
"""Matching rounds and weights: preview, publish, compute again from what was stored, simulate, decide."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.errors import Conflict, Invalid, NotFound
from app.journal.queries import wait_for_turn
from app.journal.service import record
from app.matching import model
from app.matching.chains import chains
from app.matching.fairness import fairness
from app.matching.model import Match
from app.matching.round import Arc, RoundInput, RoundResult, from_data, solve
from app.matching.score import match as score
from app.matching.score import matches
from app.matching.weights import Weights
from app.needs import candidates, proposals, queries, rules, service, shortlists
from app.needs.candidates import Desk
from app.needs.models import MatchingRound, Need, Proposal, WeightsDecision
from app.needs.rules import Answer, State
from app.needs.service import Deed
from app.search.engine import Engine

#: A score below this is no proposal; candidates of a request that are looked at.
FLOOR, MOST_ARCS = 30.0, 50
#: Places of a shortlist that a simulation compares.
COMPARED = 5
MOST_NAME = 120


def preview(session: Session, engine: Engine, name: str, deed: Deed) -> MatchingRound:
    """Assign all open requests on trial, keeping everything the assignment was computed from. Raises ``Invalid``."""
    if not 1 <= len(name.strip()) <= MOST_NAME:
        raise Invalid({"name": "too_long" if name.strip() else "required"})
    desk = candidates.desk(session, engine, deed.now)
    needs = queries.needs_in_round(session)
    given, items = _gather(desk, needs)
    result = solve(given)
    askers = {str(need.id): need.city.slug for need in needs}
    made = MatchingRound(
        name=name.strip(),
        state="preview",
        weights_version=desk.market.weights.version,
        input={
            "round": given.as_data(),
            "askers": askers,
            "editions": {str(need.id): need.edition for need in needs},
            "weights": desk.market.weights.as_data(),
            "givers": sorted({offer.city.slug for offer in desk.market.offers}),
        },
        result=_told(given, result, items, askers, sorted({offer.city.slug for offer in desk.market.offers})),
        demonstration=bool(needs) and all(need.demonstration for need in needs),
        created_by=deed.person_id,
        created_at=deed.now,
    )
    session.add(made)
    _tell(session, made, deed, "round-previewed", {"weights": made.weights_version})
    return made


def _gather(desk: Desk, needs: Any) -> tuple[RoundInput, dict[tuple[str, str], Mapping[str, Any]]]:
    """Scores of every open request for every offer no gate keeps out, and what stands behind each score."""
    arcs: list[Arc] = []
    items: dict[tuple[str, str], Mapping[str, Any]] = {}
    for asked in candidates.as_needs(desk, needs):
        for match in _scored(desk, asked):
            arcs.append(Arc(asked.key, match.offer.solution, match.offer.city.slug, round(match.score, 6)))
            items[asked.key, match.offer.solution] = shortlists.as_scored(match, asked)
    offers = {(offer.solution, offer.city.slug): offer.capacity for offer in desk.market.offers}
    cities = {offer.city.slug: offer.city.capacity for offer in desk.market.offers}
    return RoundInput(tuple(arcs), {str(need.id): need.wanted for need in needs}, offers, cities, floor=FLOOR), items


def _scored(desk: Desk, asked: model.Need) -> list[Match]:
    """The best offers, those under the floor and those without days too: the round says why it leaves them out."""
    market, affinities = desk.market_for(asked), desk.affinities(asked)
    found, excluded = matches(asked, market, affinities)
    full = [item.offer for item in excluded if item.reason == "capacity"]
    without_days = [score(asked, offer, market, affinities.get(offer.solution, 0.0)) for offer in full]
    return sorted([*found, *without_days], key=lambda match: match.key)[:MOST_ARCS]


def _told(
    given: RoundInput,
    result: RoundResult,
    items: Mapping[tuple[str, str], Mapping[str, Any]],
    askers: Mapping[str, str],
    givers: list[str],
) -> dict[str, Any]:
    """The result with what the page says around it."""
    waiting = frozenset(item.need for item in result.unserved)
    exchanges = chains(given.arcs, askers, waiting)
    return {
        **result.as_data(),
        "items": {f"{arc.need}/{arc.solution}": items[arc.need, arc.solution] for arc in result.assigned},
        "fairness": asdict(fairness(given, result, givers)),
        "chains": [
            {
                "arcs": [[arc.need, arc.solution, arc.city, round(arc.score, 3)] for arc in one.arcs],
                "serves": list(one.serves),
            }
            for one in exchanges
        ],
    }


def again(found: MatchingRound) -> tuple[bool, dict[str, Any]]:
    """Compute a round again from its stored input. Answers whether the result is the same, and the result."""
    result = solve(from_data(found.input["round"])).as_data()
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
    """Forget a preview. Raises ``Conflict`` for a published round."""
    found = queries.locked_round(session, number)
    if found is None:
        raise NotFound(number)
    if found.state != "preview":
        raise Conflict("round_gone")
    _tell(session, found, deed, "round-discarded", {})
    session.delete(found)


def simulate(session: Session, engine: Engine, weights: Mapping[str, float], now: datetime) -> dict[str, Any]:
    """What other weights would change: the first places of every open request, before and after."""
    before = candidates.desk(session, engine, now)
    after = candidates.desk(session, engine, now, Weights("simulated", **dict(weights)))
    rows = []
    for need in queries.open_needs(session):
        one, other = _first(before, need), _first(after, need)
        rows.append({"need": need.id, "before": one, "after": other, "same_first": one[:1] == other[:1]})
    return {
        "needs": len(rows),
        "changed": sum(row["before"] != row["after"] for row in rows),
        "first_changed": sum(not row["same_first"] for row in rows),
        "rows": rows,
    }


def _first(desk: Desk, need: Any) -> list[str]:
    return [item["solution"] for item in shortlists.of(desk, need, wished=False).items[:COMPARED]]


def decide(
    session: Session, weights: Mapping[str, float], simulation: Mapping[str, Any], reason: str, deed: Deed
) -> str:
    """Write a decision on the weights down; from now on they count. Raises ``Invalid`` without a reason."""
    if not 1 <= len(reason.strip()) <= rules.MOST_TEXT:
        raise Invalid({"reason": "too_long" if reason.strip() else "required"})
    # The version counts the decisions: two at once wait for each other.
    wait_for_turn(session)
    made = WeightsDecision(
        version=f"{rules.day_of(deed.now).isoformat()}-{len(queries.decisions(session)) + 1}",
        weights=dict(weights),
        simulation=dict(simulation),
        reason=reason.strip(),
        decided_by=deed.person_id,
        decided_at=deed.now,
    )
    session.add(made)
    data = {"version": made.version}
    record(session, deed.now, deed.person_id, "weights-decided", "weights", made.version, data=data)
    return made.version


def _tell(session: Session, found: MatchingRound, deed: Deed, action: str, data: Mapping[str, Any]) -> None:
    session.flush()
    record(session, deed.now, deed.person_id, action, "round", str(found.id), data=data)
