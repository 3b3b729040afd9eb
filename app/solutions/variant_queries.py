# SPDX-License-Identifier: AGPL-3.0-or-later
"""SELECTs on what solutions are variants of."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.solutions.models import Solution


def in_force(session: Session, slugs: Iterable[str]) -> frozenset[str]:
    """Which of some addresses are those of solutions that have been published, archived ones too."""
    return frozenset(session.scalars(select(Solution.slug).where(Solution.slug.in_(slugs), Solution.badge != "")))
