# SPDX-License-Identifier: AGPL-3.0-or-later
"""The published weights of the score, and others to compare them with."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.matching.model import FACTORS

#: How the factors are reckoned: raised with every change of it, so that lists and rounds that were kept tell by what
#: they were made. 1: differences of the context cut at three spreads. 2: a smooth limit (context.limited). 3: short
#: requests are read whole, and no first sentence twice. 4: the text counts more than the themes ticked (themes.TICKED).
FORMULA = 4


#: How far from one the weights may sum up, for the sake of the arithmetic of fractions.
TOLERANCE = 1e-6


def sums_to_one(values: Iterable[float]) -> bool:
    return abs(sum(values) - 1) <= TOLERANCE


@dataclass(frozen=True)
class Weights:
    """Exponents of the four factors; they sum to 1. ``version`` names them, and the formula they were used with."""

    version: str
    theme: float = 0.64
    context: float = 0.06
    readiness: float = 0.15
    requirements: float = 0.15

    def __post_init__(self) -> None:
        if any(value < 0 for value in self.values) or not sums_to_one(self.values):
            raise ValueError("weights are not negative and sum to 1")

    @property
    def values(self) -> tuple[float, ...]:
        return tuple(getattr(self, name) for name in FACTORS)

    def as_data(self) -> dict[str, float]:
        return dict(zip(FACTORS, self.values, strict=True))


def named(decision: str) -> str:
    """What a score is stored under: the decision on its weights, and the formula of its factors."""
    return f"{decision}-f{FORMULA}"


#: Theme first: a wrong theme cannot be bought back. Context counts a tenth of it: so much less does it tell who learns
#: from whom in real networks than the theme tells what helps (docs/matching.md).
PUBLISHED = Weights(named("2026-12"))


def from_data(decision: str, data: Mapping[str, float]) -> Weights:
    """Weights from the stored values of a decision, under the formula of now. Raises ``ValueError``, ``KeyError``."""
    return Weights(named(decision), **{name: float(data[name]) for name in FACTORS})
