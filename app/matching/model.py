# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the scorer is given and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

#: The four factors, in the order in which they are shown.
FACTORS = ("theme", "context", "readiness", "requirements")
LEAST = 0.05


@dataclass(frozen=True)
class Figure:
    """One figure of a city, with the date and the title of its source."""

    value: float
    date: str = ""
    source: str = ""


@dataclass(frozen=True)
class City:
    """A body that asks or gives: its figures by indicator, twinnings it can take on in a round."""

    slug: str
    name: str
    figures: Mapping[str, Figure] = field(default_factory=dict)
    capacity: int = 1
    days: int | None = None
    size: str = ""


@dataclass(frozen=True)
class Passage:
    """A piece of a solution's text with the heading it stands under."""

    heading: str
    text: str


@dataclass(frozen=True)
class Offer:
    """One solution that a city could give.

    ``badge``: `visibile`, `validata`, `pronta`. ``evidence`` 1 to 5 or None. ``kit``: share of the kit that
    is there, 0 to 1, of so many ``pieces``, and ``documented`` whether files or addresses show it.
    ``asked``, ``answered``: requests its
    contact received, and answered; ``waiting``: those it has still to answer.
    """

    solution: str
    title: str
    city: City
    themes: tuple[str, ...]
    badge: str = "visibile"
    evidence: int | None = None
    kit: float = 0.0
    pieces: int = 0
    documented: bool = False
    preconditions: tuple[str, ...] = ()
    asked: int = 0
    answered: int = 0
    waiting: int = 0
    capacity: int = 1
    available: bool = True
    reused: int = 0


@dataclass(frozen=True)
class Need:
    """One request: the city, its words and themes, what it has, plans or lacks, how many proposals it wants (<= 3).

    ``unsure``: preconditions of which it says that it does not know, whatever it says of those in similar words.
    ``title``: one of its own; empty where it only repeats how the text begins.
    ``excluded``: bodies that joined it; ``unwanted``: bodies it keeps out; ``sizes``: the only size classes it wants.
    ``twinned``: solutions its city receives or has received; ``declined``: (solution, giving city) that said no to it.
    """

    key: str
    city: City
    title: str
    text: str
    themes: tuple[str, ...] = ()
    held: frozenset[str] = frozenset()
    planned: frozenset[str] = frozenset()
    lacking: frozenset[str] = frozenset()
    unsure: frozenset[str] = frozenset()
    wanted: int = 3
    excluded: frozenset[str] = frozenset()
    unwanted: frozenset[str] = frozenset()
    sizes: frozenset[str] = frozenset()
    twinned: frozenset[str] = frozenset()
    declined: frozenset[tuple[str, str]] = frozenset()

    @property
    def said(self) -> str:
        """All that the request says: what its words are compared by."""
        return f"{self.title} {self.text}".strip()

    @property
    def words(self) -> int:
        return len(self.said.split())


@dataclass(frozen=True)
class Factor:
    """One factor in [0.05, 1]; ``contribution`` is weight x ln(value); ``grounds`` the figures behind it."""

    name: str
    value: float
    contribution: float
    grounds: Mapping[str, Any]


@dataclass(frozen=True)
class Match:
    """One offer scored for one request, 0 to 100; the contributions sum to ln(score / 100)."""

    need: str
    offer: Offer
    score: float
    factors: tuple[Factor, ...]
    weights: str

    def factor(self, name: str) -> Factor:
        return next(item for item in self.factors if item.name == name)

    @property
    def key(self) -> tuple[float, str, str]:
        """The declared order: the higher score, then the solution's name, then the city's."""
        return (-round(self.score, 9), self.offer.solution, self.offer.city.slug)


@dataclass(frozen=True)
class Excluded:
    """An offer that a gate keeps out: ``reason`` is a key, ``data`` what the sentence needs."""

    offer: Offer
    reason: str
    data: Mapping[str, Any] = field(default_factory=dict)
