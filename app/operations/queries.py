# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every SELECT on chores, and which bodies the coordination registered."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cities import queries as registers
from app.cities.models import City
from app.errors import NotFound
from app.journal import queries as journal
from app.operations.models import ChoreRun


def chore_run(session: Session, name: str) -> ChoreRun | None:
    return session.get(ChoreRun, name)


def chore_runs(session: Session) -> Sequence[ChoreRun]:
    """Chores that ran at least once, by name."""
    return session.scalars(select(ChoreRun).order_by(ChoreRun.name)).all()


def registered_here(session: Session) -> set[str]:
    """Slugs of the bodies that the coordination registered: the others are as the register file says."""
    return journal.keys_of(session, "body", "body-registered")


def decided_here(session: Session) -> dict[str, set[str]]:
    """The fields of bodies, by slug, that the coordination corrected on the site; until when they are there too."""
    corrected = journal.data_of(session, "body", "body-corrected")
    fields = [(slug, name) for slug, data in corrected for name in data.get("fields") or ()]
    # Who opens a body again decided as much as who closed it.
    ended = journal.keys_of(session, "body", "body-closed") | journal.keys_of(session, "body", "body-reopened")
    fields += [(slug, "valid_to") for slug in ended]
    decided: dict[str, set[str]] = {}
    for slug, name in fields:
        decided.setdefault(slug, set()).add(name)
    return decided


def body_registered_here(session: Session, slug: str) -> City:
    """A body that may be corrected on the site. Raises ``NotFound``."""
    city = registers.by_slug(session, slug)
    if city is None or not journal.data_of(session, "body", "body-registered", slug):
        raise NotFound(slug)
    return city
