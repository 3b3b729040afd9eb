# SPDX-License-Identifier: AGPL-3.0-or-later
"""Passages of knowledge drawn on the map of Italy: bodies as dots with names beside them, arcs with arrows: pure."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.cities.places import Point
from app.figures.rules import HOWS, RUNNING, Body, Flow

#: Units of the drawing: a letter's width, a line's height, from a dot to its name, between dots at one place.
LETTER, LINE, BESIDE, APART = 7.4, 15.0, 9.0, 17.0
WIDTH, RADIUS = 520.0, 5.0
#: How far an arc leaves the straight line, as a share of its length; each further one between two bodies a bit more.
BEND, BEND_MORE = 0.16, 0.12
#: What names of bodies are cut down to beside a dot.
SHORTER = (
    ("Università degli Studi di ", "Univ. "),
    ("Provincia autonoma di ", "Prov. "),
    ("Provincia di ", "Prov. "),
    ("Regione del ", "Reg. "),
    ("Regione ", "Reg. "),
    ("Comune di ", "Com. "),
    (" di Calabria", " Calabria"),
)
MOST_LETTERS = 22


#: A text beside a dot, where it stands, and its anchor.
Label = tuple[str, float, float, str]


@dataclass(frozen=True)
class Dot:
    """A body on the map: where it stands, its name beside it, to how many it taught and from how many it learnt, to
    and from how many it does now.

    ``label`` is a ``number`` where no room is left for the name, which the key then tells, and empty where none is left
    for that either; ``anchor`` as SVG writes it.
    """

    body: Body
    x: float
    y: float
    label: str
    label_x: float
    label_y: float
    anchor: str
    taught: int
    learnt: int
    teaching: int
    learning: int
    number: int = 0


@dataclass(frozen=True)
class Arc:
    """A curve from giver to receiver; ``many`` passages of the same kind between the two."""

    path: str
    how: str
    giver: Body
    receiver: Body
    many: int


@dataclass(frozen=True)
class Chart:
    """The map; ``off`` are bodies of the whole country, which stand nowhere on it."""

    dots: tuple[Dot, ...]
    arcs: tuple[Arc, ...]
    off: tuple[Body, ...]


@dataclass(frozen=True)
class _Box:
    left: float
    top: float
    right: float
    bottom: float

    @property
    def inside(self) -> bool:
        return self.left >= 0 and self.right <= WIDTH

    def meets(self, other: "_Box") -> bool:
        beside = self.right <= other.left or other.right <= self.left
        return not (beside or self.bottom <= other.top or other.bottom <= self.top)


def chart(flows: Sequence[Flow]) -> Chart:
    """Every body that taught or learnt, at its place; bodies at one place stand around it."""
    bodies = sorted({body for flow in flows for body in (flow.giver, flow.receiver)}, key=lambda body: body.slug)
    many = {body.slug: sum(body.slug in flow.bodies for flow in flows) for body in bodies}
    busy = sorted(bodies, key=lambda body: (not body.metropolitan, -many[body.slug], body.slug))
    spots = _spots(busy)
    return Chart(_dots(busy, spots, flows), _arcs(flows, spots), tuple(body for body in bodies if body.place is None))


def _spots(bodies: Iterable[Body]) -> dict[str, Point]:
    """Where the dot of each body stands, no two on one another."""
    spots: dict[str, Point] = {}
    for body in bodies:
        if body.place is not None:
            x, y = body.place
            around = ((x, y), *(_turned(body.place, turn) for turn in range(48)))
            free = (spot for spot in around if all(math.dist(spot, taken) >= APART - 1 for taken in spots.values()))
            spots[body.slug] = next(free, (x, y))
    return spots


def _turned(place: Point, turn: int) -> Point:
    """The places around one, eight to a ring, beginning at the lower right: rings ever wider."""
    angle, far = math.radians(45 * (turn % 8) + 30), APART * (1 + turn // 8)
    return round(place[0] + far * math.cos(angle), 1), round(place[1] + far * math.sin(angle), 1)


def _dots(bodies: Sequence[Body], spots: dict[str, Point], flows: Sequence[Flow]) -> tuple[Dot, ...]:
    taken = [_Box(x - RADIUS, y - RADIUS, x + RADIUS, y + RADIUS) for x, y in spots.values()]
    named: dict[str, Label] = {}
    placed = [body for body in bodies if body.slug in spots]
    for body in placed:
        found = _label(shortened(body.name), spots[body.slug], taken)
        if found is not None:
            named[body.slug] = found
    # Names first: a number fits where no name does.
    numbers = {body.slug: n for n, body in enumerate((body for body in placed if body.slug not in named), 1)}
    for slug, number in numbers.items():
        named[slug] = _label(str(number), spots[slug], taken) or ("", *spots[slug], "start")
    dots = []
    for body in placed:
        (x, y), (text, label_x, label_y, anchor) = spots[body.slug], named[body.slug]
        counts = _partners(body, flows)
        dots.append(Dot(body, x, y, text, label_x, label_y, anchor, *counts, numbers.get(body.slug, 0)))
    return tuple(dots)


def _label(text: str, spot: Point, taken: list[_Box]) -> Label | None:
    """A text beside a dot, its place and its anchor; None where everything around is taken."""
    for x, y, anchor, box in _offers(*spot, len(text) * LETTER):
        if box.inside and not any(box.meets(other) for other in taken):
            taken.append(box)
            return text, x, y, anchor
    return None


def _partners(body: Body, flows: Sequence[Flow]) -> tuple[int, int, int, int]:
    """To how many a body gave and from how many it took, then to and from how many it does now."""
    done, now = ([flow for flow in flows if (flow.how == RUNNING) == runs] for runs in (False, True))
    return (*_sides(body, done), *_sides(body, now))


def _sides(body: Body, flows: Sequence[Flow]) -> tuple[int, int]:
    receivers = {flow.receiver.slug for flow in flows if flow.giver.slug == body.slug}
    return len(receivers), len({flow.giver.slug for flow in flows if flow.receiver.slug == body.slug})


def _offers(x: float, y: float, width: float) -> list[tuple[float, float, str, _Box]]:
    """Where a name may stand beside its dot: right, left, below, above, from the edge, then close at a corner."""
    half, near, deep = LINE / 2, RADIUS, LINE - 3
    return [
        (x + BESIDE, y + 5, "start", _Box(x + BESIDE, y - half, x + BESIDE + width, y + half)),
        (x - BESIDE, y + 5, "end", _Box(x - BESIDE - width, y - half, x - BESIDE, y + half)),
        (x, y + 20, "middle", _Box(x - width / 2, y + 8, x + width / 2, y + 8 + LINE)),
        (x, y - 10, "middle", _Box(x - width / 2, y - 8 - LINE, x + width / 2, y - 8)),
        (x + 6, y + 20, "end", _Box(x + 6 - width, y + 8, x + 6, y + 8 + LINE)),
        (x + 6, y - 10, "end", _Box(x + 6 - width, y - 8 - LINE, x + 6, y - 8)),
        (x + near, y + deep, "start", _Box(x + near, y, x + near + width, y + deep)),
        (x - near, y + deep, "end", _Box(x - near - width, y, x - near, y + deep)),
        (x + near, y - 3, "start", _Box(x + near, y - 3 - deep, x + near + width, y - 3)),
        (x - near, y - 3, "end", _Box(x - near - width, y - 3 - deep, x - near, y - 3)),
    ]


def shortened(name: str) -> str:
    """A name as it stands beside a dot: `Provincia di Taranto` -> Prov. Taranto."""
    for long, short in SHORTER:
        name = name.replace(long, short)
    return name if len(name) <= MOST_LETTERS else f"{name[: MOST_LETTERS - 1].rstrip()}…"


def _arcs(flows: Sequence[Flow], spots: dict[str, Point]) -> tuple[Arc, ...]:
    drawn = [flow for flow in flows if flow.giver.slug in spots and flow.receiver.slug in spots]
    counted: dict[tuple[Body, Body, str], int] = {}
    for flow in sorted(drawn, key=lambda flow: (flow.giver.slug, flow.receiver.slug, HOWS.index(flow.how))):
        counted[flow.giver, flow.receiver, flow.how] = counted.get((flow.giver, flow.receiver, flow.how), 0) + 1
    arcs, between = [], dict[tuple[str, str], int]()
    for (giver, receiver, how), many in counted.items():
        pair = (giver.slug, receiver.slug)
        bend = BEND + BEND_MORE * between.setdefault(pair, 0)
        between[pair] += 1
        arcs.append(Arc(arc(spots[giver.slug], spots[receiver.slug], bend), how, giver, receiver, many))
    return tuple(arcs)


def arc(start: Point, end: Point, bend: float) -> str:
    """A curve that leaves the straight line to the left by a share of its length, and stops short of the dots."""
    length = math.dist(start, end) or 1.0
    across, along = (end[0] - start[0]) / length, (end[1] - start[1]) / length
    middle = ((start[0] + end[0]) / 2 + along * length * bend, (start[1] + end[1]) / 2 - across * length * bend)
    begins, stops = _short_of(start, middle, RADIUS), _short_of(end, middle, RADIUS + 3)
    return f"M{begins[0]:.1f} {begins[1]:.1f}Q{middle[0]:.1f} {middle[1]:.1f} {stops[0]:.1f} {stops[1]:.1f}"


def _short_of(point: Point, towards: Point, gap: float) -> Point:
    length = math.dist(point, towards) or 1.0
    share = min(gap / length, 1.0)
    return point[0] + (towards[0] - point[0]) * share, point[1] + (towards[1] - point[1]) * share
