# SPDX-License-Identifier: AGPL-3.0-or-later
"""What can be followed: whether it exists, what it is called, and what a saved search finds today."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from app.access import Thing
from app.cities import queries as cities
from app.notices.chores import found_by
from app.notices.models import Follow
from app.search.engine import Engine
from app.search.forms import read_query
from app.solutions import act_queries
from app.solutions import queries as solutions


@dataclass(frozen=True)
class Followable:
    """A thing to follow; ``guarded`` is what the policy looks at where not everybody may know of it."""

    key: str
    label: str
    guarded: Thing | None = None
    seen: list[str] = field(default_factory=list)


def known(session: Session, engine: Engine, kind: str, key: str) -> Followable | None:
    """The thing with this kind and key, None where there is none."""
    if kind == "search":
        return _search(engine, key)
    if kind == "solution":
        solution = solutions.by_slug(session, key)
        return Followable(key, solution.title, solution.thing) if solution else None
    label = _label(session, kind, key)
    return Followable(key, label) if label else None


def _label(session: Session, kind: str, key: str) -> str:
    if kind == "city":
        city = cities.by_slug(session, key)
        return city.name if city else ""
    if kind == "theme":
        theme = solutions.theme_by_slug(session, key)
        return theme.name if theme else ""
    act = act_queries.act_by_slug(session, key) if kind == "act" else None
    return act.label if act else ""


def labelled(session: Session, follows: Sequence[Follow], language: str) -> list[tuple[Follow, str]]:
    """Followed things, each with what it is called: themes in a language, the others as they were then."""
    followed = any(item.kind == "theme" for item in follows)
    names = dict(solutions.theme_names(session, language)) if followed else {}
    return [(item, (item.kind == "theme" and names.get(item.key)) or item.label) for item in follows]


def _search(engine: Engine, key: str) -> Followable | None:
    """A saved search under its tidy query string; an empty question is not one."""
    asked = read_query(key[:2_000])
    if not asked.saved:
        return None
    words = [asked.text, *(value for _name, value in asked.chosen())]
    label = " · ".join(word for word in words if word)
    return Followable(asked.saved, label, seen=list(found_by(engine, asked.saved)))
