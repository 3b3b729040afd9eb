# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a request changed, field by field: when, who, what it said before and after. Pure functions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

#: What only the city itself and the coordination may know.
OWN = frozenset({"excluded"})
#: Fields in the order in which the form asks for them; the rest are constraints.
ORDER = ("title", "problem", "by_when", "themes", "formats", "visibility")


class Version(Protocol):
    """What a request said until an instant at which somebody changed it."""

    edition: int
    said: dict[str, Any]
    saved_at: datetime
    saved_by: int | None


@dataclass(frozen=True)
class Field:
    """One field before and after; each a text, a list of codes, or empty."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Change:
    """What one person changed at once."""

    at: datetime
    by: int | None
    fields: tuple[Field, ...]


def changes(
    versions: Iterable[Version], said_now: Mapping[str, Any], own: bool, since: datetime | None = None
) -> list[Change]:
    """The changes of a request, the newest first.

    To others than its ``own`` people only what changed after ``since``, when it was published: a draft is nobody
    else's business, and may have named a city that the request keeps to itself.
    """
    following, found = _flat(said_now), []
    for version in sorted(versions, key=lambda item: -item.edition):
        before = _flat(version.said)
        if own or (since is not None and version.saved_at > since):
            fields = _between(before, following, own)
            found += [Change(version.saved_at, version.saved_by, fields)] if fields else []
        following = before
    return found


def _between(before: Mapping[str, Any], after: Mapping[str, Any], own: bool) -> tuple[Field, ...]:
    names = [*ORDER, *sorted((before.keys() | after.keys()) - set(ORDER))]
    pairs = ((name, before.get(name) or "", after.get(name) or "") for name in names if own or name not in OWN)
    return tuple(Field(name, one, other) for name, one, other in pairs if one != other)


def _flat(said: Mapping[str, Any]) -> dict[str, Any]:
    """Constraints and limits beside the other fields."""
    plain = {name: value for name, value in said.items() if name not in {"constraints", "limits"}}
    return {**plain, **(said.get("constraints") or {}), **(said.get("limits") or {})}
