# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading `content/cities.yml`: its shape, and what is wrong with it."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.cities.models import METROPOLITAN
from app.cities.rules import UNKNOWN
from app.document.shapes import SLUG


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


def entries(data: Any) -> Iterator[Entry]:
    """The bodies of the register, metropolitan cities first. Raises ``ValueError`` naming the entry that is wrong."""
    register = _mapping(data, "the register")
    sources = _mapping(register.get("sources") or {}, "sources")
    seen: set[str] = set()
    for position, (place, raw) in enumerate(_raw_entries(register)):
        slug = _slug(raw, place, seen)
        name = raw.get("name")
        if not isinstance(name, str) or not name.strip():
            raise ValueError(f"{slug}: a name is needed")
        used = {key: sources[key] for key in _sources_of(raw, slug) if key in sources}
        kind = raw.get("kind") or METROPOLITAN
        region = "" if raw.get("region") in (None, UNKNOWN) else str(raw["region"])
        yield Entry(slug, name, kind, region, position, {**_json_ready(raw), "sources": used})


def _raw_entries(register: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every entry with the words for its place in the file."""
    if not register.get("cities"):
        raise ValueError("the register has no cities")
    for part in ("cities", "bodies"):
        for number, raw in enumerate(_list(register.get(part) or [], part), 1):
            place = f"{part}, entry {number}"
            yield place, _mapping(raw, place)


def _slug(raw: Mapping[str, Any], place: str, seen: set[str]) -> str:
    slug = raw.get("slug")
    if not isinstance(slug, str) or not SLUG.match(slug):
        raise ValueError(f"{place}: a slug of lower-case letters, digits and hyphens is needed")
    if slug in seen:
        raise ValueError(f"{place}: {slug} stands twice")
    seen.add(slug)
    return slug


def _sources_of(raw: Mapping[str, Any], slug: str) -> set[str]:
    perimeters = [
        _mapping(perimeter, f"{slug}: a perimeter")
        for perimeter in _list(raw.get("perimeters") or [], f"{slug}: perimeters")
    ]
    figures = [
        figure
        for perimeter in perimeters
        for figure in _mapping(perimeter.get("figures") or {}, f"{slug}: figures").values()
        if isinstance(figure, Mapping)
    ]
    return {str(figure["source"]) for figure in figures if figure.get("source")}


def _mapping(value: Any, place: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueError(f"{place}: 'name: value' lines are needed")
    return value


def _list(value: Any, place: str) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError(f"{place}: a list is needed")
    return value


def _json_ready(raw: Mapping[str, Any]) -> dict[str, Any]:
    ready: dict[str, Any] = json.loads(json.dumps(dict(raw), default=str))
    return ready
