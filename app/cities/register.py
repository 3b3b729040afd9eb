# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading `content/cities.yml`: its shape, and what is wrong with it."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.cities.models import METROPOLITAN


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
        text = json.dumps([self.name, self.kind, self.position, self.register], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode("utf-8")).hexdigest()


def entries(data: Mapping[str, Any]) -> Iterator[Entry]:
    """The bodies of the register, metropolitan cities first. Raises ``KeyError`` or ``TypeError`` on a wrong shape."""
    sources = data.get("sources") or {}
    for position, raw in enumerate([*data["cities"], *(data.get("bodies") or [])]):
        used = {key: sources[key] for key in _sources_of(raw) if key in sources}
        kind = raw.get("kind") or METROPOLITAN
        register = {**_json_ready(raw), "sources": used}
        yield Entry(raw["slug"], raw["name"], kind, raw.get("region") or "", position, register)


def _sources_of(raw: Mapping[str, Any]) -> set[str]:
    figures = [
        figure
        for perimeter in raw.get("perimeters") or ()
        for figure in (perimeter.get("figures") or {}).values()
        if isinstance(figure, Mapping)
    ]
    return {str(figure["source"]) for figure in figures if figure.get("source")}


def _json_ready(raw: Mapping[str, Any]) -> dict[str, Any]:
    ready: dict[str, Any] = json.loads(json.dumps(dict(raw), default=str))
    return ready
