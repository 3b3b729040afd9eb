# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading `content/cities.yml`: its shape, what is wrong with it, and the bodies written back as such a file."""

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.cities.models import METROPOLITAN, City
from app.cities.rules import UNKNOWN
from app.document.datafile import entry_problems, listed
from app.document.model import Problem
from app.document.schema import Field, Level

PARTS = ("cities", "bodies")
EXAMPLE = "- {slug: bologna, name: Città metropolitana di Bologna}"
FIELDS = (
    Field("slug", "slug", Level.DRAFT, "bologna"),
    Field("name", "text", Level.DRAFT, "Città metropolitana di Bologna", limit=200),
    Field("kind", "slug", Level.NEVER, "citta-metropolitana"),
    Field("region", "text", Level.NEVER, "Emilia-Romagna", limit=80, unknown_allowed=True),
    Field("capital", "text", Level.NEVER, "Bologna", limit=80, unknown_allowed=True),
    Field("website", "address", Level.NEVER, "https://www.cittametropolitana.bo.it", limit=300, unknown_allowed=True),
)
MAX_KIND = 40
#: From which day and until which a body, or a perimeter, is there.
SPAN = (
    Field("valid_from", "date", Level.NEVER, "'2015-01-01'", unknown_allowed=True),
    Field("valid_to", "date", Level.NEVER, "'2025-07-17'", unknown_allowed=True),
)
VALUE = (Field("value", "number", Level.NEVER, "1014124", unknown_allowed=True),)
FIGURE = "{population: {value: 1014124, date: '2022-12-31', source: s12}}"


@dataclass(frozen=True)
class Entry:
    """One body as the register file states it, with only the sources it uses."""

    slug: str
    name: str
    kind: str
    region: str
    position: int
    register: Mapping[str, Any]

    @property
    def digest(self) -> str:
        said = [self.name, self.kind, self.region, self.position, self.register]
        text = json.dumps(said, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode("utf-8")).hexdigest()


@dataclass(frozen=True)
class Register:
    """The bodies that are right, in their order, and everything that is wrong in the others."""

    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...]


def read(data: Any) -> Register:
    """The bodies of the register, metropolitan cities first. Never raises for what a file says."""
    cities, problems = listed(data, "cities", EXAMPLE)
    bodies, more = listed(data, "bodies", EXAMPLE, needed=False) if isinstance(data, Mapping) else ([], ())
    sources = data.get("sources") if isinstance(data, Mapping) else None
    found = [*problems, *more]
    if sources is not None and not isinstance(sources, Mapping):
        found.append(Problem("sources", "not_a_mapping", detail=str(sources)[:80], example="s1: {title: ISTAT}"))
        sources = None
    entries: dict[str, Entry] = {}
    for position, (place, raw) in enumerate([*_placed("cities", cities), *_placed("bodies", bodies)]):
        wrong = [*_problems(raw, place, entries)]
        found += wrong
        if not wrong:
            entries[raw["slug"]] = _entry(raw, position, sources or {})
    return Register(tuple(entries.values()), tuple(found))


def _placed(part: str, entries: list[Any]) -> Iterator[tuple[str, Any]]:
    yield from ((f"{part}.{number}", raw) for number, raw in enumerate(entries, 1))


def _problems(raw: Any, place: str, seen: Mapping[str, Entry]) -> Iterator[Problem]:
    yield from entry_problems((*FIELDS, *SPAN), raw, place)
    if not isinstance(raw, Mapping):
        return
    if isinstance(raw.get("slug"), str) and raw["slug"] in seen:
        yield Problem(f"{place}.slug", "entry_twice", detail=raw["slug"], example="bologna-2")
    if len(str(raw.get("kind") or "")) > MAX_KIND:
        yield Problem(f"{place}.kind", "too_long", detail=str(MAX_KIND), example=METROPOLITAN)
    yield from _perimeter_problems(raw.get("perimeters") or [], f"{place}.perimeters")
    if not _storable(raw):
        yield Problem(place, "not_a_value", example=EXAMPLE)


def _perimeter_problems(perimeters: Any, place: str) -> Iterator[Problem]:
    example = "- {valid_from: '2015-01-01', figures: " + FIGURE + "}"
    if not isinstance(perimeters, list):
        yield Problem(place, "not_a_list", detail=str(perimeters)[:80], example=example)
        return
    for number, perimeter in enumerate(perimeters, 1):
        if not isinstance(perimeter, Mapping):
            yield Problem(f"{place}.{number}", "not_a_mapping", detail=str(perimeter)[:80], example=example)
            continue
        yield from entry_problems(SPAN, perimeter, f"{place}.{number}")
        yield from _figure_problems(perimeter.get("figures") or {}, f"{place}.{number}.figures")


def _figure_problems(figures: Any, place: str) -> Iterator[Problem]:
    """A figure is a number that counts something, or not available: `1.014.124` would be passed over in silence."""
    if not isinstance(figures, Mapping):
        yield Problem(place, "not_a_mapping", detail=str(figures)[:80], example=FIGURE)
        return
    for name, figure in figures.items():
        if figure not in (None, UNKNOWN):
            yield from entry_problems(VALUE, figure, f"{place}.{name}")


def _storable(raw: Mapping[str, Any]) -> bool:
    """Whether the entry holds only what a database keeps: no "not a number", no infinity."""
    try:
        json.dumps(dict(raw), default=str, allow_nan=False)
    except (ValueError, TypeError):
        return False
    return True


def _entry(raw: Mapping[str, Any], position: int, sources: Mapping[str, Any]) -> Entry:
    used = {key: sources[key] for key in sorted(_sources_of(raw)) if key in sources}
    region = "" if raw.get("region") in (None, UNKNOWN) else str(raw["region"])
    register = {**_json_ready(raw), "sources": _json_ready(used)}
    return Entry(raw["slug"], raw["name"], raw.get("kind") or METROPOLITAN, region, position, register)


def _sources_of(raw: Mapping[str, Any]) -> set[str]:
    figures = [
        figure
        for perimeter in raw.get("perimeters") or []
        for figure in (perimeter.get("figures") or {}).values()
        if isinstance(figure, Mapping)
    ]
    return {str(figure["source"]) for figure in figures if figure.get("source")}


def _json_ready(raw: Mapping[str, Any]) -> dict[str, Any]:
    ready: dict[str, Any] = json.loads(json.dumps(dict(raw), default=str))
    return ready


def as_decided(entry: Entry, city: City, fields: Collection[str]) -> Entry:
    """What a file says of a body, save some fields that were decided on the site."""
    held = {"name": city.name, "kind": city.kind, **{name: city.register.get(name) for name in fields}}
    decided = {name: held[name] for name in fields}
    differing = {name: value for name, value in decided.items() if (value or "") != (entry.register.get(name) or "")}
    if not differing:
        return entry
    said = {**entry.register, **differing}
    return _entry({name: value for name, value in said.items() if name != "sources"}, entry.position, said["sources"])


def as_data(bodies: Iterable[City]) -> dict[str, Any]:
    """The register file that says what the table says: reading it gives the same bodies in the same order."""
    ordered = sorted(bodies, key=lambda city: (not city.metropolitan, city.position, city.slug))
    sources: dict[str, Any] = {}
    parts: dict[str, list[dict[str, Any]]] = {name: [] for name in PARTS}
    for city in ordered:
        named = {old: _shared(sources, old, said) for old, said in (city.register.get("sources") or {}).items()}
        said = {name: value for name, value in city.register.items() if name != "sources"}
        entry = {"slug": city.slug, "name": city.name, **said}
        parts["cities" if city.metropolitan else "bodies"].append(_with_sources(entry, named))
    return {"sources": sources, **parts}


def _shared(sources: dict[str, Any], name: str, said: Any) -> str:
    """The name of a source in the whole file: a body that left the register may know another text by the same name."""
    free, number = name, 2
    while sources.setdefault(free, said) != said:
        free, number = f"{name}-{number}", number + 1
    return free


def _with_sources(entry: dict[str, Any], named: Mapping[str, str]) -> dict[str, Any]:
    if all(old == new for old, new in named.items()):
        return entry
    copy: dict[str, Any] = json.loads(json.dumps(entry))
    for perimeter in copy.get("perimeters") or []:
        for figure in (perimeter.get("figures") or {}).values():
            if isinstance(figure, dict) and figure.get("source") in named:
                figure["source"] = named[figure["source"]]
    return copy
