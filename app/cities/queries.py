# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every SELECT on the register."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cities.models import METROPOLITAN, City


def all_bodies(session: Session) -> Sequence[City]:
    """The whole register, in its own order."""
    return session.scalars(select(City).order_by(City.position, City.slug)).all()


def metropolitan_cities(session: Session) -> Sequence[City]:
    return session.scalars(select(City).where(City.kind == METROPOLITAN).order_by(City.position)).all()


def by_slug(session: Session, slug: str) -> City | None:
    return session.scalars(select(City).where(City.slug == slug)).one_or_none()


def by_slugs(session: Session, slugs: Sequence[str]) -> dict[str, City]:
    """The bodies with these slugs, by slug."""
    found = session.scalars(select(City).where(City.slug.in_(slugs))).all() if slugs else []
    return {city.slug: city for city in found}
