# SPDX-License-Identifier: AGPL-3.0-or-later
"""The published weights of the score, and others to compare them with."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.matching.model import FACTORS


@dataclass(frozen=True)
class Weights:
    """Exponents of the four factors; they sum to 1."""

    version: str
    theme: float = 0.55
    context: float = 0.15
    readiness: float = 0.15
    requirements: float = 0.15

    def __post_init__(self) -> None:
        if any(value < 0 for value in self.values) or abs(sum(self.values) - 1) > 1e-6:
            raise ValueError("weights are not negative and sum to 1")

    @property
    def values(self) -> tuple[float, ...]:
        return tuple(getattr(self, name) for name in FACTORS)

    def as_data(self) -> dict[str, float]:
        return dict(zip(FACTORS, self.values, strict=True))


#: Theme first: a wrong theme cannot be bought back. Context is small: in real networks it tells little
#: (docs/matching.md).
PUBLISHED = Weights("2026-11")


def from_data(version: str, data: Mapping[str, float]) -> Weights:
    """Weights from stored values. Raises ``ValueError``, ``KeyError``."""
    return Weights(version, **{name: float(data[name]) for name in FACTORS})
