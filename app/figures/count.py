# SPDX-License-Identifier: AGPL-3.0-or-later
"""The public figures from plain facts: of everything, of a theme, of a body; each a table as well: pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.figures.rules import Median, median_days

Pairs = Sequence[tuple[str, int]]


class Counted(Protocol):
    """Anything the figures count: the themes it is about, the bodies it counts for."""

    @property
    def themes(self) -> frozenset[str]: ...

    @property
    def bodies(self) -> frozenset[str]: ...


@dataclass(frozen=True)
class Documented:
    """A published solution; ``bodies`` made it, ``reusers`` took it over as its sheet tells."""

    badge: str
    themes: frozenset[str]
    bodies: frozenset[str]
    reusers: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Asked:
    """A request that was published; ``bodies`` only where everybody may know who asks."""

    state: str
    outcome: str
    published_at: datetime | None
    shortlisted_at: datetime | None
    answered_at: datetime | None
    themes: frozenset[str]
    bodies: frozenset[str]
    demonstration: bool = False


@dataclass(frozen=True)
class Transfer:
    """A twinning; ``reason`` of a stop only where it is public, ``adopted`` where a receiver says it uses it."""

    state: str
    phase: str
    reason: str
    adopted: bool
    themes: frozenset[str]
    bodies: frozenset[str]
    demonstration: bool = False


@dataclass(frozen=True)
class Facts:
    """Everything that is counted."""

    solutions: Sequence[Documented]
    requests: Sequence[Asked]
    twinnings: Sequence[Transfer]

    def of(self, theme: str = "", body: str = "") -> "Facts":
        """What is on a theme and concerns a body, where they are given. A solution concerns who re-used it too."""
        return Facts(
            [item for item in self.solutions if _is_of(item, theme, body) or _is_reused(item, theme, body)],
            [item for item in self.requests if _is_of(item, theme, body)],
            [item for item in self.twinnings if _is_of(item, theme, body)],
        )


def _is_of(item: Counted, theme: str, body: str) -> bool:
    return (not theme or theme in item.themes) and (not body or body in item.bodies)


def _is_reused(item: Documented, theme: str, body: str) -> bool:
    return body in item.reusers and (not theme or theme in item.themes)


@dataclass(frozen=True)
class Line:
    """The figures of one theme or one body beside the others."""

    key: str
    solutions: int
    requests: int
    days_to_shortlist: Median
    days_to_answer: Median
    running: int
    transfers: int
    stopped: int


@dataclass(frozen=True)
class Numbers:
    """The public figures; ``transfers`` are closed twinnings that somebody adopted, ``unadopted`` the other closed.

    ``by_theme`` and ``by_body`` are empty where one theme, or one body, was asked for.
    """

    solutions: int
    by_badge: Pairs
    documented: int
    requests: int
    requests_open: int
    requests_by_outcome: Pairs
    days_to_shortlist: Median
    days_to_answer: Median
    running_by_phase: Pairs
    transfers: int
    unadopted: int
    stopped_by_reason: Pairs
    by_theme: Sequence[Line]
    by_body: Sequence[Line]
    demonstration: bool

    @property
    def running(self) -> int:
        return sum(count for _, count in self.running_by_phase)

    @property
    def stopped(self) -> int:
        return sum(count for _, count in self.stopped_by_reason)


def numbers(facts: Facts, theme: str = "", body: str = "") -> Numbers:
    """Every figure of what is on a theme and concerns a body, where they are given."""
    found = facts.of(theme, body)
    made = [item for item in found.solutions if not body or body in item.bodies]
    running = [item for item in found.twinnings if item.state == "running"]
    closed = [item for item in found.twinnings if item.state == "closed"]
    stopped = [item for item in found.twinnings if item.state == "stopped"]
    return Numbers(
        solutions=len(made),
        by_badge=_counted(item.badge for item in made),
        documented=sum(len(item.reusers) if not body or body in item.bodies else 1 for item in found.solutions),
        requests=len(found.requests),
        requests_open=sum(item.state == "open" for item in found.requests),
        requests_by_outcome=_counted(item.outcome for item in found.requests if item.state == "closed"),
        days_to_shortlist=median_days((item.published_at, item.shortlisted_at) for item in found.requests),
        days_to_answer=median_days((item.published_at, item.answered_at) for item in found.requests),
        running_by_phase=_in_phases(item.phase for item in running),
        transfers=sum(item.adopted for item in closed),
        unadopted=sum(not item.adopted for item in closed),
        stopped_by_reason=_counted(item.reason for item in stopped),
        by_theme=[] if theme else _lines(found, lambda item: item.themes, lambda key: {"theme": key, "body": body}),
        by_body=[] if body else _lines(found, lambda item: item.bodies, lambda key: {"theme": theme, "body": key}),
        demonstration=any(
            [*(item.demonstration for item in found.requests), *(item.demonstration for item in found.twinnings)]
        ),
    )


def _counted(keys: Iterable[str]) -> Pairs:
    """How often each, the most first."""
    return sorted(Counter(keys).items(), key=lambda pair: (-pair[1], pair[0]))


def _in_phases(phases: Iterable[str]) -> Pairs:
    counted = Counter(phases)
    return [(phase, counted[phase]) for phase in ("capire", "adattare", "riusare") if counted[phase]]


def _lines(
    found: Facts, keys_of: Callable[[Counted], frozenset[str]], asked: Callable[[str], Mapping[str, str]]
) -> list[Line]:
    """A line for each theme, or each body, that the facts name; those with most solutions first."""
    everything: list[Counted] = [*found.solutions, *found.requests, *found.twinnings]
    lines = [_line(key, found, asked(key)) for key in sorted({key for item in everything for key in keys_of(item)})]
    return sorted(lines, key=lambda line: (-line.solutions, -line.requests, line.key))


def _line(key: str, facts: Facts, asked: Mapping[str, str]) -> Line:
    found, body = facts.of(**asked), asked["body"]
    closed = [item for item in found.twinnings if item.state == "closed"]
    return Line(
        key,
        sum(not body or body in item.bodies for item in found.solutions),
        len(found.requests),
        median_days((item.published_at, item.shortlisted_at) for item in found.requests),
        median_days((item.published_at, item.answered_at) for item in found.requests),
        sum(item.state == "running" for item in found.twinnings),
        sum(item.adopted for item in closed),
        sum(item.state == "stopped" for item in found.twinnings),
    )


Row = dict[str, str | float | int | None]


def as_rows(found: Numbers) -> list[Row]:
    """The figures as a table: what, of what, how much, of how many cases where it is a median."""
    single: dict[str, int | Median] = {
        "solutions": found.solutions,
        "transfers-documented": found.documented,
        "requests": found.requests,
        "requests-open": found.requests_open,
        "days-to-first-shortlist-median": found.days_to_shortlist,
        "days-to-first-answer-median": found.days_to_answer,
        "twinnings-running": found.running,
        "transfers-closed": found.transfers,
        "twinnings-closed-not-adopted": found.unadopted,
        "twinnings-stopped": found.stopped,
    }
    several = {
        "solutions-by-badge": found.by_badge,
        "requests-by-outcome": found.requests_by_outcome,
        "twinnings-by-phase": found.running_by_phase,
        "twinnings-stopped-by-reason": found.stopped_by_reason,
    }
    rows = [_row(name, "", value) for name, value in single.items()]
    rows += [_row(name, key, count) for name, pairs in several.items() for key, count in pairs]
    for by, lines in (("theme", found.by_theme), ("city", found.by_body)):
        rows += [_row(f"{name}-by-{by}", line.key, value) for line in lines for name, value in _parts(line).items()]
    return rows


def _parts(line: Line) -> dict[str, int | Median]:
    return {
        "solutions": line.solutions,
        "requests": line.requests,
        "days-to-first-shortlist-median": line.days_to_shortlist,
        "days-to-first-answer-median": line.days_to_answer,
        "twinnings-running": line.running,
        "transfers-closed": line.transfers,
        "twinnings-stopped": line.stopped,
    }


def _row(figure: str, of: str, value: int | Median) -> Row:
    if isinstance(value, Median):
        return {"figure": figure, "of": of, "value": value.days, "cases": value.cases}
    return {"figure": figure, "of": of, "value": value, "cases": None}
