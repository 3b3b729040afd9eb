# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every SELECT on matching rounds and on the weights of the scorer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.needs.models import MatchingRound, WeightsDecision


@dataclass(frozen=True)
class Line:
    """A round in a list; ``fairness`` is None until it is computed."""

    id: int
    name: str
    state: str
    weights_version: str
    demonstration: bool
    created_at: datetime
    published_at: datetime | None
    fairness: Mapping[str, Any] | None


def rounds(session: Session, published_only: bool) -> list[Line]:
    """Rounds, the newest first."""
    # What a round is computed from and what came out is large: the database takes out of it what the list shows.
    wanted = (
        select(MatchingRound.id, MatchingRound.name, MatchingRound.state, MatchingRound.weights_version)
        .add_columns(MatchingRound.demonstration, MatchingRound.created_at, MatchingRound.published_at)
        .add_columns(MatchingRound.result["fairness"].as_json())
        .order_by(MatchingRound.id.desc())
    )
    rows = session.execute(wanted.where(MatchingRound.state == "published") if published_only else wanted)
    return [Line(*row) for row in rows]


def round_(session: Session, number: int) -> MatchingRound | None:
    wanted = select(MatchingRound).where(MatchingRound.id == number)
    return session.scalars(wanted.execution_options(populate_existing=True)).one_or_none()


def locked_round(session: Session, number: int) -> MatchingRound | None:
    wanted = select(MatchingRound).where(MatchingRound.id == number).with_for_update()
    return session.scalars(wanted.execution_options(populate_existing=True)).one_or_none()


def rounds_to_compute(session: Session) -> Sequence[int]:
    """Numbers of the rounds that were begun and are not computed, the oldest first."""
    wanted = select(MatchingRound.id).where(MatchingRound.state == "computing")
    return session.scalars(wanted.order_by(MatchingRound.id)).all()


def last_decision(session: Session) -> tuple[str, dict[str, Any]] | None:
    """Version and weights of the newest decision, without what was simulated for it."""
    wanted = select(WeightsDecision.version, WeightsDecision.weights).order_by(WeightsDecision.id.desc()).limit(1)
    row = session.execute(wanted).one_or_none()
    return (row[0], row[1]) if row else None


@dataclass(frozen=True)
class Decided:
    """A decision on the weights: of how many open ``needs`` it changed the first proposal when it was simulated."""

    version: str
    weights: Mapping[str, float]
    reason: str
    decided_by: int | None
    decided_at: datetime
    needs: int | None
    first_changed: int | None


def decisions(session: Session) -> list[Decided]:
    """Decisions on the weights, the newest first."""
    # A simulation holds the places of every open request: the database counts it out.
    simulated = WeightsDecision.simulation
    wanted = (
        select(WeightsDecision.version, WeightsDecision.weights, WeightsDecision.reason)
        .add_columns(WeightsDecision.decided_by, WeightsDecision.decided_at)
        .add_columns(simulated["needs"].as_integer(), simulated["first_changed"].as_integer())
        .order_by(WeightsDecision.id.desc())
    )
    return [Decided(*row) for row in session.execute(wanted)]


def many_decisions(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(WeightsDecision)) or 0
