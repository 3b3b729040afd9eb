# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is wrong with a request as typed, beside the rules: what the register and the library do not know."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.cities import queries as registers
from app.cities.models import City
from app.document.dates import day_of
from app.needs import discretion, rules
from app.needs.models import Need
from app.needs.rules import Wanted
from app.solutions import queries as library


def wrong(session: Session, city: City, wanted: Wanted, now: datetime, published: Need | None = None) -> dict[str, str]:
    """Field -> what is wrong with a request that should be published, or with a change of a ``published`` one."""
    found = rules.wrong_in(wanted, day_of(now), _themes(session), telling(city)) | _unknown(session, wanted)
    if published is not None and wanted.by_when == published.by_when:
        found.pop("by_when", None)
    if published is not None and wanted.visibility == "anonymous" and published.visibility != "anonymous":
        found["visibility"] = "told_already"
    return found


def telling(city: City) -> list[str]:
    """The names that tell which city asks. Of most regions one city only is in the register."""
    return [city.short_name, city.name, city.region]


def wrong_text(field: str, text: str, most: int, names: Sequence[str] = ()) -> dict[str, str]:
    """The field -> what is wrong with a text that stands on the page of a request; ``names`` must not be told in it."""
    if len(text) > most:
        return {field: "too_long"}
    if discretion.with_contacts({field: text}):
        return {field: "contact"}
    return {field: "names_city"} if discretion.naming({field: text}, names) else {}


def wrong_in_draft(session: Session, wanted: Wanted) -> dict[str, str]:
    """Field -> what is wrong with a request that nobody else sees yet."""
    return rules.wrong_in_draft(wanted, _themes(session)) | _unknown(session, wanted)


def _unknown(session: Session, wanted: Wanted) -> dict[str, str]:
    """Bodies to keep out must be in the register."""
    slugs = list((wanted.limits or {}).get("excluded", ()))[: rules.MOST_EXCLUDED + 1]
    too_many = len(slugs) > rules.MOST_EXCLUDED
    return {"excluded": "not_a_choice"} if not too_many and len(registers.by_slugs(session, slugs)) < len(slugs) else {}


def _themes(session: Session) -> list[str]:
    return [theme.slug for theme in library.themes(session)]
