# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every SELECT on chores."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.operations.models import ChoreRun


def chore_run(session: Session, name: str) -> ChoreRun | None:
    return session.get(ChoreRun, name)


def chore_runs(session: Session) -> Sequence[ChoreRun]:
    """Chores that ran at least once, by name."""
    return session.scalars(select(ChoreRun).order_by(ChoreRun.name)).all()
