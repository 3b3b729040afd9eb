# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every SELECT on the register."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.cities.models import METROPOLITAN, City
from app.cities.rules import is_closed


def all_bodies(session: Session) -> Sequence[City]:
    """The whole register, in its own order."""
    return session.scalars(select(City).order_by(City.position, City.slug)).all()


def bodies_on(session: Session, day: date) -> list[City]:
    """The bodies that are there on a day: those that can still be chosen for something new."""
    return [body for body in all_bodies(session) if not is_closed(body.register, day)]


def closed_among(session: Session, slugs: Collection[str], day: date) -> list[City]:
    """Those of some bodies that are no longer there on a day, by name."""
    found = by_slugs(session, sorted(slugs)).values()
    return sorted((body for body in found if is_closed(body.register, day)), key=lambda body: body.name)


def is_gone(day: date) -> ColumnElement[bool]:
    """``rules.is_closed`` for the bodies of a statement."""
    until = City.register["valid_to"].as_string()
    gone: ColumnElement[bool] = (until != "") & (until <= day.isoformat())
    return gone


def metropolitan_cities(session: Session) -> Sequence[City]:
    return session.scalars(select(City).where(City.kind == METROPOLITAN).order_by(City.position)).all()


def by_slug(session: Session, slug: str) -> City | None:
    return session.scalars(select(City).where(City.slug == slug)).one_or_none()


def by_slugs(session: Session, slugs: Sequence[str]) -> dict[str, City]:
    """The bodies with these slugs, by slug."""
    found = session.scalars(select(City).where(City.slug.in_(slugs))).all() if slugs else []
    return {city.slug: city for city in found}
