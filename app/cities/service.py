# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bringing the register of the content folder into the database; a body the coordination adds to it."""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy.orm import Session

from app.cities import rules
from app.cities.models import City
from app.cities.queries import all_bodies, by_slugs
from app.cities.register import Entry, as_decided, read
from app.cities.rules import NewBody
from app.errors import Invalid

#: The fields of bodies, by slug, of which the site has the last word.
Decided = Mapping[str, Collection[str]]
NOTHING: Decided = {}


def import_register(session: Session, data: Any, decided: Decided = NOTHING) -> dict[str, int]:
    """Make the table say what the register says. Answers how many were added, changed, unchanged.

    A body that left the file stays: documents may still name it. An entry that is wrong changes nothing.
    What was ``decided`` on the site stays.
    """
    present = {city.slug: city for city in all_bodies(session)}
    counts = {"added": 0, "changed": 0, "unchanged": 0}
    for said in read(data).entries:
        city = present.get(said.slug)
        entry = as_decided(said, city, decided.get(said.slug, ())) if city else said
        if city is None:
            session.add(_fill(City(slug=entry.slug), entry))
            counts["added"] += 1
        elif city.digest != entry.digest:
            _fill(city, entry)
            counts["changed"] += 1
        else:
            counts["unchanged"] += 1
    session.flush()
    return counts


def overruled(session: Session, data: Any, decided: Decided) -> list[str]:
    """The bodies of which a register says otherwise than was decided on the site."""
    present = by_slugs(session, sorted(decided))
    entries = [entry for entry in read(data).entries if entry.slug in present]
    return [entry.slug for entry in entries if as_decided(entry, present[entry.slug], decided[entry.slug]) != entry]


def register_body(session: Session, typed: NewBody) -> City:
    """A body that gives or takes solutions and is no metropolitan city, after those that are there.

    Raises ``Invalid`` with the field.
    """
    bodies = all_bodies(session)
    wrong = rules.wrong_in_body(typed, {body.name for body in bodies}, {city.slug for city in bodies})
    if wrong:
        raise Invalid(wrong)
    city = City(slug=rules.slug_of(typed.name))
    _write(city, typed, 1 + max((body.position for body in bodies), default=0))
    session.add(city)
    session.flush()
    return city


def correct_body(session: Session, city: City, typed: NewBody) -> list[str]:
    """Correct a body, or say until when it is there; its address stays. Answers the fields that changed.

    Raises ``Invalid`` with the field.
    """
    others = [body for body in all_bodies(session) if body.id != city.id]
    wrong = rules.wrong_in_body(typed, {body.name for body in others}, {body.slug for body in others})
    if wrong:
        raise Invalid(wrong)
    before, after = asdict(rules.typed_of(city.name, city.kind, city.register)), asdict(typed)
    changed = sorted(name for name, value in after.items() if value != before[name])
    if changed:
        _write(city, typed, city.position)
    return changed


def _write(city: City, typed: NewBody, position: int) -> None:
    """The entry of a body as it is typed, as the register file would have it; what only a file says of it stays."""
    said = asdict(typed)
    beside = {name: value for name, value in (city.register or {}).items() if name not in said}
    raw = {**beside, "slug": city.slug, **{name: value for name, value in said.items() if value}}
    (entry,) = read({"cities": [], "bodies": [raw]}).entries
    _fill(city, entry)
    city.position = position


def _fill(city: City, entry: Entry) -> City:
    city.name, city.kind, city.region = entry.name, entry.kind, entry.region
    city.position, city.digest, city.register = entry.position, entry.digest, dict(entry.register)
    return city
