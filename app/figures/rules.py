# SPDX-License-Identifier: AGPL-3.0-or-later
"""Flows of knowledge as data and as places on a drawing; medians and other figures: pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

#: Measures of the drawing, in its own units.
ROW, TOP, WIDTH = 34, 30, 960
GIVER_X, SOLUTION_X, RECEIVER_X = 210, 480, 750
DOCUMENTED, RUNNING, CLOSED = "documented", "running", "closed"


@dataclass(frozen=True)
class Body:
    """A body of the register as the drawing names it."""

    slug: str
    name: str


@dataclass(frozen=True)
class Flow:
    """One body learnt one solution from another; ``how``: `documented` history, or a twinning `running` or `closed`."""

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


@dataclass(frozen=True)
class Spot:
    """Something drawn at a height: a body or a solution."""

    key: str
    name: str
    y: float


@dataclass(frozen=True)
class Line:
    """A curve between two spots."""

    path: str
    how: str


@dataclass(frozen=True)
class Drawing:
    """Three columns, givers, solutions and receivers, with the curves between them; ``height`` of the whole."""

    givers: tuple[Spot, ...]
    solutions: tuple[Spot, ...]
    receivers: tuple[Spot, ...]
    lines: tuple[Line, ...]
    height: float


def in_order(flows: Iterable[Flow]) -> list[Flow]:
    """By giver, solution, start and receiver: each once."""
    distinct = {(flow.giver.slug, flow.solution, flow.receiver.slug, flow.how): flow for flow in flows}
    return sorted(distinct.values(), key=lambda flow: (flow.giver.name, flow.title, flow.start, flow.receiver.name))


def drawing(flows: Sequence[Flow]) -> Drawing:
    """Where everything stands: solutions in the order of their givers, receivers near what they learnt."""
    rows = list(dict.fromkeys((flow.giver, flow.solution, flow.title) for flow in flows))
    taught = {solution: [flow for flow in flows if flow.solution == solution] for _, solution, _ in rows}
    heights: dict[str, float] = {}
    edge = float(TOP)
    for _, solution, _ in rows:
        share = len(taught[solution]) * ROW
        heights[solution] = edge + share / 2
        edge += share
    receivers = _spread([(flow.receiver, heights[flow.solution]) for flow in flows], edge)
    givers = _spread([(flow.giver, heights[flow.solution]) for flow in flows], edge)
    spots = tuple(Spot(solution, title, heights[solution]) for _, solution, title in rows)
    at_receiver = {spot.key: spot.y for spot in receivers}
    at_giver = {spot.key: spot.y for spot in givers}
    lines = [
        Line(curve(GIVER_X, at_giver[giver.slug], SOLUTION_X - 110, heights[solution]), DOCUMENTED)
        for giver, solution, _ in rows
    ]
    lines += [
        Line(curve(SOLUTION_X + 110, heights[flow.solution], RECEIVER_X, at_receiver[flow.receiver.slug]), flow.how)
        for flow in flows
    ]
    return Drawing(givers, spots, receivers, tuple(lines), edge + TOP)


def _spread(heights: Iterable[tuple[Body, float]], height: float) -> tuple[Spot, ...]:
    """Bodies near the mean height of what they teach or learn, a row apart."""
    wished: dict[Body, list[float]] = {}
    for body, y in heights:
        wished.setdefault(body, []).append(y)
    means = {body: sum(values) / len(values) for body, values in wished.items()}
    ordered = sorted(means, key=lambda body: (means[body], body.name))
    spots: list[Spot] = []
    for number, body in enumerate(ordered):
        least = spots[-1].y + ROW if spots else float(TOP)
        room = height - ROW * (len(ordered) - number - 1)
        spots.append(Spot(body.slug, body.name, min(max(least, means[body]), max(least, room))))
    return tuple(spots)


def curve(x1: float, y1: float, x2: float, y2: float) -> str:
    """A smooth path from one point to another, leaving and arriving level."""
    middle = (x1 + x2) / 2
    return f"M{x1:.0f} {y1:.1f}C{middle:.0f} {y1:.1f} {middle:.0f} {y2:.1f} {x2:.0f} {y2:.1f}"


def median_days(spans: Iterable[tuple[datetime | None, datetime | None]]) -> float | None:
    """Median days between two instants, of the pairs where both are known; None where none is."""
    days = [(end - start).total_seconds() / 86_400 for start, end in spans if start and end]
    return round(median(days), 1) if days else None
