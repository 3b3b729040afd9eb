# SPDX-License-Identifier: AGPL-3.0-or-later
"""Figures of a city: the perimeter in force, density, size class, share of small municipalities."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.cities.places import SEATS
from app.text.folding import fold

UNKNOWN = "non disponibile"

#: Lower bounds in inhabitants, largest class first (facts on the cities, section 1).
SIZE_CLASSES = (("XL", 2_000_000), ("L", 1_000_000), ("M", 650_000), ("S", 0))


@dataclass(frozen=True)
class Figure:
    """One figure with its date and the source it comes from; ``value`` is None where it is not public."""

    value: float | None
    date: str = ""
    source: Mapping[str, str] | None = None
    derived: bool = False


@dataclass(frozen=True)
class Perimeter:
    """A city within the borders it had from a day on. ``population`` is always among the figures, known or not."""

    valid_from: str
    valid_to: str
    note: str
    figures: Mapping[str, Figure]


def perimeters(register: Mapping[str, Any]) -> tuple[Perimeter, ...]:
    """All perimeters of a city, the newest first."""
    sources = register.get("sources") or {}
    found = [_perimeter(entry, sources) for entry in register.get("perimeters") or ()]
    return tuple(sorted(found, key=lambda item: item.valid_from, reverse=True))


def perimeter_on(register: Mapping[str, Any], day: str) -> Perimeter | None:
    """The perimeter in force on an ISO day, None where the body has none."""
    return next(
        (
            item
            for item in perimeters(register)
            if item.valid_from <= day and (not item.valid_to or day < item.valid_to)
        ),
        None,
    )


def _perimeter(entry: Mapping[str, Any], sources: Mapping[str, Any]) -> Perimeter:
    figures = {"population": Figure(None)}
    figures |= {name: _figure(raw, sources) for name, raw in (entry.get("figures") or {}).items()}
    figures["density"] = _ratio(figures.get("population"), figures.get("area_km2"), 1)
    figures["small_share"] = _ratio(figures.get("small_municipalities"), figures.get("municipalities"), 100)
    return Perimeter(
        str(entry.get("valid_from") or ""), str(entry.get("valid_to") or ""), str(entry.get("note") or ""), figures
    )


def _figure(raw: Any, sources: Mapping[str, Any]) -> Figure:
    if not isinstance(raw, Mapping) or not isinstance(raw.get("value"), (int, float)):
        return Figure(None)
    date = str(raw.get("date") or "")
    return Figure(raw["value"], "" if date == UNKNOWN else date, sources.get(str(raw.get("source"))))


def _ratio(above: Figure | None, below: Figure | None, scale: float) -> Figure:
    if above is None or below is None or above.value is None or not below.value:
        return Figure(None, derived=True)
    return Figure(above.value / below.value * scale, above.date, _both(above.source, below.source), derived=True)


def _both(one: Mapping[str, str] | None, other: Mapping[str, str] | None) -> Mapping[str, str] | None:
    """The source of what is worked out from two figures: the two in one line, where they differ."""
    if not one or not other or one == other:
        return one or other
    return {"title": f"{one.get('title', '')}; {other.get('title', '')}"}


def size_class(population: float | None) -> str:
    """`XL` over 2 million inhabitants, `L` over 1, `M` over 0.65, `S` below; empty where unknown."""
    if population is None:
        return ""
    return next(name for name, least in SIZE_CLASSES if population >= least)


def size_on(register: Mapping[str, Any], day: date) -> str:
    """The size class of a metropolitan city on a day; empty for another body."""
    perimeter = perimeter_on(register, day.isoformat())
    return size_class(perimeter.figures["population"].value) if perimeter else ""


#: What a body may be that is no metropolitan city, in the order in which it is asked.
BODY_KINDS = (
    "regione",
    "provincia",
    "unione",
    "comune",
    "universita",
    "associazione",
    "agenzia",
    "societa",
    "prefettura",
    "altro",
)
MOST_NAME, MOST_ADDRESS, MOST_SLUG = 200, 300, 120
ADDRESS = r"(https?://[^\s/]+\.\S+)?"


@dataclass(frozen=True)
class NewBody:
    """A body as the coordination types it: `city` is the metropolitan city in whose territory it lies, or empty.

    ``valid_to``: the first day on which it is no longer there, as an ISO date, or empty.
    """

    name: str
    kind: str
    region: str = ""
    city: str = ""
    website: str = ""
    valid_to: str = ""


def typed_of(name: str, kind: str, register: Mapping[str, Any]) -> NewBody:
    """A registered body as its form shows it."""
    held = {field: str(register.get(field) or "") for field in ("region", "city", "website", "valid_to")}
    return NewBody(name, kind, **held)


def is_closed(register: Mapping[str, Any], day: date) -> bool:
    """Whether a body is no longer there on a day: ``valid_to`` is the first day without it."""
    until = str(register.get("valid_to") or "")
    return bool(until) and until <= day.isoformat()


def _is_day(typed: str) -> bool:
    try:
        return typed == date.fromisoformat(typed).isoformat()
    except ValueError:
        return False


def slug_of(name: str) -> str:
    """The words of a name for an address; empty where it has no letter."""
    return re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-")[:MOST_SLUG].strip("-")


def wrong_in_body(typed: NewBody, names: Collection[str], slugs: Collection[str]) -> dict[str, str]:
    """Field -> what is wrong with it. ``names`` and ``slugs`` are those of the other bodies of the register."""
    known = {name.casefold() for name in names}
    slug = slug_of(typed.name)
    wrongs = {
        "name": (
            ("required", not slug),
            ("too_long", len(typed.name) > MOST_NAME),
            ("name_taken", slug in slugs or typed.name.casefold() in known),
        ),
        "kind": (("required", typed.kind not in BODY_KINDS),),
        "region": (("not_a_choice", typed.region not in {"", *SEATS}),),
        "city": (("not_a_choice", typed.city not in {"", *slugs}),),
        "website": (
            ("not_an_address", re.fullmatch(ADDRESS, typed.website) is None),
            ("too_long", len(typed.website) > MOST_ADDRESS),
        ),
        "valid_to": (("not_a_day", typed.valid_to != "" and not _is_day(typed.valid_to)),),
    }
    found = {field: next((key for key, is_wrong in keys if is_wrong), "") for field, keys in wrongs.items()}
    return {field: key for field, key in found.items() if key}
