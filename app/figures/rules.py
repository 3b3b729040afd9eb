# SPDX-License-Identifier: AGPL-3.0-or-later
"""Passages of knowledge from one body to another, and medians that say nothing of too few: pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from statistics import median

#: How a passage came about; of two that say the same, the later in this order is told.
VARIANT, DOCUMENTED, RUNNING, CLOSED = "variant", "documented", "running", "closed"
HOWS = (VARIANT, DOCUMENTED, RUNNING, CLOSED)
#: A median of fewer cases says more about chance than about the programme.
LEAST_CASES = 3


@dataclass(frozen=True)
class Body:
    """A body of the register as the network names it; ``place`` on the drawing of Italy, None for a national one."""

    slug: str
    name: str
    place: tuple[float, float] | None = None
    metropolitan: bool = True


@dataclass(frozen=True)
class Practice:
    """A solution as the genealogy knows it; ``based_on`` the solution it is a variant of, or empty.

    ``opens``: everybody may open its sheet. That of what was taught may have become one for few.
    """

    slug: str
    title: str
    owner: Body
    based_on: str = ""
    opens: bool = True


@dataclass(frozen=True)
class Flow:
    """One body learnt one solution from another.

    ``how``: `documented` history, a twinning `running` or `closed`, or only the `variant` that was published.
    ``opens``: everybody may open the sheet of the solution.
    """

    giver: Body
    receiver: Body
    solution: str
    title: str
    how: str
    start: str = ""
    end: str = ""
    themes: tuple[str, ...] = ()
    twinning: str = ""
    demonstration: bool = False
    opens: bool = True

    @property
    def bodies(self) -> frozenset[str]:
        return frozenset({self.giver.slug, self.receiver.slug})


def in_order(flows: Iterable[Flow]) -> list[Flow]:
    """By giver, solution, start and receiver, each passage once: a twinning tells more than the sheet it ended in."""
    told: dict[tuple[str, str, str], Flow] = {}
    for flow in sorted(flows, key=lambda flow: HOWS.index(flow.how)):
        told[flow.giver.slug, flow.solution, flow.receiver.slug] = flow
    return sorted(told.values(), key=lambda flow: (flow.giver.name, flow.title, flow.start, flow.receiver.name))


def chosen(flows: Iterable[Flow], theme: str = "", body: str = "") -> list[Flow]:
    """The passages on a theme, and those in which a body taught or learnt, where they are given."""
    return [flow for flow in flows if (not theme or theme in flow.themes) and (not body or body in flow.bodies)]


def by_how(flows: Iterable[Flow]) -> list[tuple[str, int]]:
    """What passages came of, documented ones first; ways without any are left out.

    A twinning counts once however many learn in it, and no sheet that is made up counts: as in the other figures.
    """
    origins = {(flow.how, flow.twinning or flow) for flow in flows if flow.twinning or not flow.demonstration}
    counted = Counter(how for how, _origin in origins)
    return [(how, counted[how]) for how in (DOCUMENTED, RUNNING, CLOSED, VARIANT) if counted[how]]


@dataclass(frozen=True)
class Median:
    """The median days of so many cases; ``days`` is None where there are too few of them."""

    days: float | None
    cases: int


def median_days(spans: Iterable[tuple[datetime | None, datetime | None]]) -> Median:
    """The median days between two instants, of the pairs where both are known."""
    days = [(end - start).total_seconds() / 86_400 for start, end in spans if start and end]
    return Median(round(median(days), 1) if len(days) >= LEAST_CASES else None, len(days))
