# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bringing the register of the content folder into the database; a body the coordination adds to it."""

from typing import Any

from sqlalchemy.orm import Session

from app.cities import rules
from app.cities.models import City
from app.cities.queries import all_bodies
from app.cities.register import Entry, read
from app.cities.rules import NewBody
from app.errors import Invalid


def import_register(session: Session, data: Any) -> dict[str, int]:
    """Make the table say what the register says. Answers how many were added, changed, unchanged.

    A body that left the file stays: documents may still name it. An entry that is wrong changes nothing.
    """
    present = {city.slug: city for city in all_bodies(session)}
    counts = {"added": 0, "changed": 0, "unchanged": 0}
    for entry in read(data).entries:
        city = present.get(entry.slug)
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


def register_body(session: Session, typed: NewBody) -> City:
    """A body that gives or takes solutions and is no metropolitan city, after those that are there.

    Raises ``Invalid`` with the field.
    """
    bodies = all_bodies(session)
    wrong = rules.wrong_in_body(typed, {body.name for body in bodies}, {city.slug for city in bodies})
    if wrong:
        raise Invalid(wrong)
    said = {"slug": rules.slug_of(typed.name), "name": typed.name, "kind": typed.kind, "region": typed.region}
    raw = {**said, "city": typed.city, "website": typed.website}
    (entry,) = read({"cities": [], "bodies": [{name: value for name, value in raw.items() if value}]}).entries
    city = _fill(City(slug=entry.slug), entry)
    city.position = 1 + max((body.position for body in bodies), default=0)
    session.add(city)
    session.flush()
    return city


def _fill(city: City, entry: Entry) -> City:
    city.name, city.kind, city.region = entry.name, entry.kind, entry.region
    city.position, city.digest, city.register = entry.position, entry.digest, dict(entry.register)
    return city
