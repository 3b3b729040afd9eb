# SPDX-License-Identifier: AGPL-3.0-or-later
"""The weights of the scorer: what others would change, and the decision that puts them in force."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.document.dates import day_of
from app.errors import Conflict, Invalid
from app.journal.queries import wait_for_turn
from app.journal.service import record
from app.matching import model
from app.matching.model import FACTORS
from app.matching.weights import Weights
from app.needs import candidates, queries, round_queries, rules, service, shortlists
from app.needs.candidates import Desk
from app.needs.models import WeightsDecision
from app.needs.service import Deed
from app.search.engine import Engine

#: Places of a shortlist that a simulation compares.
COMPARED = 5


def simulate(session: Session, engine: Engine, weights: Mapping[str, float], now: datetime) -> dict[str, Any]:
    """What other weights would change: the first places of every open request, before and after."""
    before = candidates.desk(session, engine, now)
    after = candidates.desk(session, engine, now, Weights("simulated", **dict(weights)))
    rows = []
    for need in queries.open_needs(session):
        asked = candidates.as_need(before, need)
        wish = service.as_wanted(need).wish
        one, other = _first(before, asked, wish), _first(after, asked, wish)
        rows.append({"need": need.id, "before": one, "after": other, "same_first": one[:1] == other[:1]})
    return {
        "version": before.market.weights.version,
        "needs": len(rows),
        "changed": sum(row["before"] != row["after"] for row in rows),
        "first_changed": sum(not row["same_first"] for row in rows),
        "rows": rows,
    }


def _first(desk: Desk, asked: model.Need, wish: str) -> list[str]:
    return [place.match.offer.solution for place in shortlists.places(desk, asked, wish)[:COMPARED]]


def simulated(weights: Mapping[str, float], version: str) -> str:
    """What a page that shows a simulation hands on to the decision: the weights in force then, and those tried."""
    return " ".join([version, *(f"{weights[name]:.5f}" for name in FACTORS)])


def decide(
    session: Session, weights: Mapping[str, float], simulation: Mapping[str, Any], reason: str, seen: str, deed: Deed
) -> str:
    """Write a decision on the weights down; from now on they count. ``seen`` is what was simulated before.

    Raises ``Invalid`` without a reason, ``Conflict`` where other weights were simulated, or beside others in force.
    """
    if not 1 <= len(reason.strip()) <= rules.MOST_TEXT:
        raise Invalid({"reason": "too_long" if reason.strip() else "required"})
    # The version counts the decisions: two at once wait for each other.
    wait_for_turn(session)
    version = candidates.weights_in_force(session).version
    if seen != simulated(weights, version):
        overtaken = seen and not seen.startswith(f"{version} ")
        raise Conflict("weights_decided" if overtaken else "weights_not_simulated")
    made = WeightsDecision(
        version=f"{day_of(deed.now).isoformat()}-{round_queries.many_decisions(session) + 1}",
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
