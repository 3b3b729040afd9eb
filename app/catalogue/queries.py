# SPDX-License-Identifier: AGPL-3.0-or-later
"""When what the public lists are made of changed last."""

from datetime import datetime
from typing import Any

from sqlalchemy import Label, func, select
from sqlalchemy.orm import Session

from app.needs.models import MatchingRound, Need
from app.needs.rules import ON_BOARD
from app.solutions.models import Solution
from app.twinnings.models import Twinning

#: Requests that everybody may read.
SHOWN = (Need.visibility != "members") & Need.state.in_(ON_BOARD)


def changed(session: Session) -> dict[str, datetime]:
    """Source of a list (``Dataset.sources``) -> its last change, in one statement; without those that hold nothing."""
    wanted = (
        _last("solutions", Solution.updated_at, Solution.published),
        _last("needs", Need.published_at, SHOWN),
        _last("needs", Need.answered_at, SHOWN),
        _last("needs", Need.closed_at, SHOWN),
        _last("rounds", MatchingRound.published_at, MatchingRound.state == "published"),
        _last("twinnings", Twinning.began_at),
        _last("twinnings", Twinning.ended_at),
    )
    found: dict[str, datetime] = {}
    for source, at in zip(wanted, session.execute(select(*wanted)).one(), strict=True):
        if at is not None:
            found[source.name] = max(at, found.get(source.name, at))
    return found


def _last(source: str, at: Any, *only: Any) -> Label[datetime | None]:
    return select(func.max(at)).where(*only).scalar_subquery().label(source)
