# SPDX-License-Identifier: AGPL-3.0-or-later
"""Swaps and three-way chains: A teaches B, B teaches C, C teaches A."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.matching.round import Arc

#: Below this score a lesson is not proposed as part of an exchange.
LEAST_SCORE = 45.0
MOST = 20


@dataclass(frozen=True)
class Chain:
    """A closed exchange of two or three lessons: each arc's city gives to the city that asks in the arc before it."""

    arcs: tuple[Arc, ...]
    serves: tuple[str, ...]

    @property
    def total(self) -> float:
        return sum(arc.score for arc in self.arcs)


def chains(arcs: Sequence[Arc], asker: Mapping[str, str], unserved: frozenset[str]) -> tuple[Chain, ...]:
    """Exchanges that serve at least one request the round leaves without a proposal, those that serve most first.

    ``asker`` is the city of each request. Between two cities the best arc is taken.
    """
    best: dict[tuple[str, str], Arc] = {}
    for arc in sorted(arcs):
        pair = (arc.city, asker[arc.need])
        waits, held = arc.need in unserved, best.get(pair)
        better = held is None or (waits, arc.score) > (held.need in unserved, held.score)
        if arc.score >= LEAST_SCORE and pair[0] != pair[1] and better:
            best[pair] = arc
    gives: dict[str, list[str]] = defaultdict(list)
    for giver, receiver in sorted(best):
        gives[giver].append(receiver)
    rings = [ring for start in sorted(gives) for ring in _rings(start, gives)]
    found = []
    for ring in rings:
        lessons = tuple(best[one, other] for one, other in zip(ring, (*ring[1:], ring[0]), strict=True))
        serves = tuple(arc.need for arc in lessons if arc.need in unserved)
        if serves:
            found.append(Chain(lessons, serves))
    return tuple(sorted(found, key=lambda item: (-len(item.serves), -item.total, item.arcs))[:MOST])


def _rings(start: str, gives: Mapping[str, list[str]]) -> list[tuple[str, ...]]:
    """Rings of two and three cities that begin with the first of them by name, so that each is found once."""
    found: list[tuple[str, ...]] = []
    for second in gives.get(start, []):
        if second <= start:
            continue
        if start in gives.get(second, []):
            found.append((start, second))
        found += [
            (start, second, third)
            for third in gives.get(second, [])
            if third > start and third != second and start in gives.get(third, [])
        ]
    return found
