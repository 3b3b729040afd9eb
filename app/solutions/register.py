# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading `content/themes.yml`: its themes, what is wrong with them, and the themes written back as such a file."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.document.datafile import entry_problems, listed
from app.document.model import Problem
from app.document.schema import Field, Level
from app.solutions.models import Theme

EXAMPLE = "- {slug: suap, name: Sportello unico, name_en: One-stop shop}"
FIELDS = (
    Field("slug", "slug", Level.DRAFT, "suap"),
    Field("name", "text", Level.DRAFT, "Sportello unico per le attività produttive", limit=120),
    Field("name_en", "text", Level.NEVER, "One-stop shop for businesses", limit=120),
    Field("parent", "slug", Level.NEVER, "semplificazione"),
    Field("description", "text", Level.NEVER, "Sportelli unici per le imprese.", limit=2_000),
    Field("description_en", "text", Level.NEVER, "One-stop shops for businesses.", limit=2_000),
)
TEXTS = ("name", "name_en", "description", "description_en")
MAX_SLUG = 80


@dataclass(frozen=True)
class Themes:
    """The themes that are right, in their order, and everything that is wrong in the others."""

    entries: tuple[Mapping[str, Any], ...]
    problems: tuple[Problem, ...]


def read(data: Any) -> Themes:
    """The themes of the file. Never raises for what a file says."""
    every, problems = listed(data, "themes", EXAMPLE)
    slugs = {raw["slug"] for raw in every if isinstance(raw, Mapping) and isinstance(raw.get("slug"), str)}
    right: dict[str, Mapping[str, Any]] = {}
    found = list(problems)
    for number, raw in enumerate(every, 1):
        wrong = [*_problems(raw, f"themes.{number}", right, slugs)]
        found += wrong
        if not wrong:
            right[raw["slug"]] = raw
    return Themes(tuple(right.values()), tuple(found))


def _problems(raw: Any, place: str, seen: Mapping[str, Any], slugs: set[str]) -> Iterator[Problem]:
    yield from entry_problems(FIELDS, raw, place)
    if not isinstance(raw, Mapping) or not isinstance(raw.get("slug"), str):
        return
    if raw["slug"] in seen:
        yield Problem(f"{place}.slug", "entry_twice", detail=raw["slug"], example="suap-2")
    if len(raw["slug"]) > MAX_SLUG:
        yield Problem(f"{place}.slug", "too_long", detail=str(MAX_SLUG), example="suap")
    parent = raw.get("parent")
    if isinstance(parent, str) and parent and parent not in slugs - {raw["slug"]}:
        yield Problem(f"{place}.parent", "unknown_theme", detail=parent, example=min(slugs - {raw["slug"]}, default=""))


def as_data(themes: Iterable[Theme]) -> list[dict[str, Any]]:
    """The list of themes that says what the table says, in its order."""
    return [
        {"slug": theme.slug, "parent": theme.parent_slug or None, **{name: getattr(theme, name) for name in TEXTS}}
        for theme in sorted(themes, key=lambda item: (item.position, item.slug))
    ]


def said(raw: Mapping[str, Any]) -> dict[str, Any]:
    """What the table keeps of an entry."""
    return {
        "slug": raw["slug"],
        "parent": raw.get("parent") or None,
        **{name: str(raw.get(name) or "") for name in TEXTS},
    }
