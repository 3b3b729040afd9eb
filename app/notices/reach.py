# SPDX-License-Identifier: AGPL-3.0-or-later
"""Of the people of the site: those with a role, those who may read a thing, those who can act on it now."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from app import access
from app.access import Action, Role, Thing
from app.accounts import queries as people
from app.cities import queries as cities
from app.cities.models import City
from app.document.dates import day_of


def with_roles(session: Session, roles: Iterable[Role], scopes: Iterable[str]) -> frozenset[int]:
    """Active people who have one of the roles for any of the scopes."""
    wanted = list(scopes)
    return frozenset(person.id for role in roles for person in people.with_role(session, role, wanted))


def readers(session: Session, numbers: Iterable[int], action: Action, thing: Thing) -> frozenset[int]:
    """Of some people, those whom the policy lets do this to the thing."""
    found = people.active(session, numbers).values()
    return frozenset(person.id for person in found if access.may(person.actor, action, thing))


def able(session: Session, numbers: Iterable[int], action: Action, thing: Thing, at: datetime) -> frozenset[int]:
    """Of some people, those who can do this now: not in the name of a body that is no longer there."""
    found = people.active(session, numbers).values()
    bodies = frozenset[str]().union(*(person.actor.bodies for person in found))
    gone = frozenset(body.slug for body in cities.closed_among(session, bodies, day_of(at)))
    return frozenset(person.id for person in found if access.may_begin(person.actor, action, thing, gone))


def office(session: Session, body: City) -> frozenset[int]:
    """The referents of a body, its officials where it has none; nobody where it has neither."""
    giver = [body.slug]
    return with_roles(session, (Role.REFERENT,), giver) or with_roles(session, (Role.OFFICIAL,), giver)


def coordination(session: Session) -> frozenset[int]:
    """Who sees to what nobody else can; administrators where there is no coordinator."""
    return with_roles(session, (Role.COORDINATOR,), [""]) or with_roles(session, (Role.ADMINISTRATOR,), [""])
