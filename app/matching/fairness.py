# SPDX-License-Identifier: AGPL-3.0-or-later
"""The line that is published with every round: how evenly it served."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from app.matching.round import RoundInput, RoundResult


@dataclass(frozen=True)
class Fairness:
    """Share of requests served, worst and 5th percentile of first proposals, how often each city is proposed."""

    requests: int
    served: float
    worst: float | None
    low: float | None
    per_city: tuple[tuple[str, int], ...]
    never: tuple[str, ...]


def fairness(given: RoundInput, result: RoundResult, givers: Iterable[str]) -> Fairness:
    """``givers`` are all cities that could have been proposed."""
    best: dict[str, float] = {}
    for arc in result.assigned:
        best[arc.need] = max(best.get(arc.need, 0.0), arc.score)
    asked = [need for need, wanted in given.wanted.items() if wanted > 0]
    per_city = Counter(arc.city for arc in result.assigned)
    low = float(np.percentile(list(best.values()), 5)) if best else None
    ordered = tuple(sorted(per_city.items(), key=lambda item: (-item[1], item[0])))
    never = tuple(sorted(set(givers) - per_city.keys()))
    return Fairness(len(asked), len(best) / len(asked) if asked else 1.0, result.weakest, low, ordered, never)
