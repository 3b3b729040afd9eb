# SPDX-License-Identifier: AGPL-3.0-or-later
"""The same score as score.match for thousands of offers at once: an array for each factor."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from app.later import later
from app.matching import context, requirements
from app.matching.model import LEAST, City, Need, Offer
from app.matching.readiness import readiness
from app.matching.themes import Tree, closeness, with_text
from app.matching.weights import Weights

if TYPE_CHECKING:
    from scipy import sparse
else:
    sparse = later("scipy.sparse")

INDICATORS = tuple(sorted(context.NATIONAL))
Array = np.ndarray


#: Logarithms of two scores that are equal to nine decimals differ by less.
EQUAL = 1e-9


def foremost(values: Array, keep: int) -> Array:
    """Where the highest values stand, the highest first; equal ones in the order in which they are given."""
    if keep < len(values):
        last = np.partition(values, len(values) - keep)[len(values) - keep]
        near = np.flatnonzero(values >= last)
    else:
        near = np.arange(len(values))
    found: Array = near[np.argsort(-values[near], kind="stable")[:keep]]
    return found


class Givers:
    """Distinct giving cities with their place among the provinces of Italy, one row per indicator."""

    def __init__(self, offers: Sequence[Offer]) -> None:
        cities = {offer.city.slug: offer.city for offer in offers}
        self.place = {slug: number for number, slug in enumerate(sorted(cities))}
        self.of_offer = np.array([self.place[offer.city.slug] for offer in offers], dtype=np.int64)
        standing = np.array([_standing(cities[slug]) for slug in self.place]).reshape(-1, len(INDICATORS)).T
        self._known = np.where(np.isnan(standing), 0.0, 1.0)
        self._z = np.where(np.isnan(standing), 0.0, standing)

    def alike(self, city: City, weights: Mapping[str, float]) -> Array:
        """The context factor of a city with each giving city; see context.similarity."""
        distance, covered = np.zeros(len(self.place)), np.zeros(len(self.place))
        for name, mine, theirs, known in zip(INDICATORS, _standing(city), self._z, self._known, strict=True):
            share = weights.get(name, 0.0)
            if share and not np.isnan(mine):
                apart = np.abs(theirs - mine)
                apart /= np.sqrt(1 + apart * apart)
                apart *= share
                apart *= known
                distance += apart
                covered += share * known
        distance *= context.MAX_DISTANCE / np.where(covered > 0, covered, 1.0)
        coverage = covered / sum(weights.get(name, 0.0) for name in INDICATORS)
        found: Array = np.where(covered > 0, coverage * np.exp(-distance) + (1 - coverage) / 2, 0.5)
        return found


def _standing(city: City) -> Array:
    """z of each indicator as a share of the limit (context.limited), not a number where it is unknown."""
    found = np.full(len(INDICATORS), np.nan)
    for number, name in enumerate(INDICATORS):
        if name in city.figures:
            found[number] = context.NATIONAL[name].z(city.figures[name].value) / context.MAX_DISTANCE
    return found


class Asked:
    """What offers ask for, each precondition once, with the words that tell it."""

    def __init__(self, offers: Sequence[Offer]) -> None:
        texts = sorted({text for offer in offers for text in offer.preconditions})
        self._place = {text: number for number, text in enumerate(texts)}
        words = [sorted(requirements.words(text)) for text in texts]
        self._columns = {word: number for number, word in enumerate(sorted({word for row in words for word in row}))}
        self._said = _binary([[self._columns[word] for word in row] for row in words], len(self._columns))
        self._lengths = np.maximum(1, np.array([len(row) for row in words], dtype=float))
        groups, self.of_offer = _grouped([offer.preconditions for offer in offers])
        self._of_group = _binary([[self._place[text] for text in group] for group in groups], len(texts))
        self._count = np.array([len(group) for group in groups], dtype=float)

    def shares(self, need: Need) -> Array:
        """The requirements factor of offers by what they ask for, ``of_offer``; see requirements.requirements."""
        worth = np.full(len(self._place), requirements.UNANSWERED)
        for value, answers in requirements.answers_of(need)[::-1]:
            worth[self._met(answers)] = value
        for value, answers in requirements.exact_answers_of(need)[::-1]:
            worth[[self._place[answer] for answer in answers if answer in self._place]] = value
        found: Array = np.where(
            self._count > 0, self._of_group @ worth / np.maximum(1, self._count), requirements.UNANSWERED
        )
        return found

    def _met(self, answers: frozenset[str]) -> Array:
        met = np.zeros(len(self._place), dtype=bool)
        for answer in answers:
            said = np.zeros(len(self._columns))
            said[[self._columns[word] for word in requirements.words(answer) if word in self._columns]] = 1
            met |= self._said @ said / self._lengths >= requirements.SAME
        return met


def _grouped(values: Sequence[Any]) -> tuple[list[Any], Array]:
    """Distinct values in the order in which they come, and which of them each one is."""
    distinct = {value: number for number, value in enumerate(dict.fromkeys(values))}
    return list(distinct), np.array([distinct[value] for value in values], dtype=np.int64)


def _binary(rows: Sequence[Sequence[int]], width: int) -> "sparse.csr_matrix":
    ends = np.cumsum([0, *map(len, rows)])
    columns = np.array([column for row in rows for column in row], dtype=np.int64)
    return sparse.csr_matrix((np.ones(len(columns)), columns, ends), shape=(len(rows), width))


class Table:
    """Offers in the declared order of ties (solution, city), with what does not depend on a request computed once.

    Logarithms are taken of what few offers differ in (cities, themes, preconditions) and added up offer by offer.
    """

    def __init__(self, offers: Sequence[Offer], tree: Tree, s90: float, weights: Weights) -> None:
        self.offers = tuple(sorted(offers, key=lambda offer: (offer.solution, offer.city.slug)))
        self.place = {(offer.solution, offer.city.slug): number for number, offer in enumerate(self.offers)}
        self._tree, self._s90, self._weights = tree, s90, weights
        self._givers, self._asked = Givers(self.offers), Asked(self.offers)
        self._ready = _part(np.array([readiness(offer).value for offer in self.offers]), weights.readiness)
        self._open = np.array([_gives(offer) for offer in self.offers], dtype=bool)
        self._available = np.array([offer.available for offer in self.offers], dtype=bool)
        self._groups, self._group = _grouped([offer.themes for offer in self.offers])
        self._near: dict[str, Array] = {}
        self._sizes, self._size = _grouped([offer.city.size for offer in self.offers])
        self._of_solution: dict[str, list[int]] = defaultdict(list)
        for number, offer in enumerate(self.offers):
            self._of_solution[offer.solution].append(number)

    def affinities(self, by_solution: Mapping[str, float]) -> Array:
        return np.array([by_solution.get(offer.solution, 0.0) for offer in self.offers])

    def open_to(self, need: Need, full: bool = False) -> Array:
        """Which offers no gate keeps out; gates.GATES says the same one by one. ``full``: without that of capacity."""
        found = (self._available if full else self._open).copy()
        for slug in (need.city.slug, *need.excluded, *need.unwanted):
            if slug in self._givers.place:
                found &= self._givers.of_offer != self._givers.place[slug]
        if need.sizes:
            found &= np.array([size in need.sizes for size in self._sizes], dtype=bool)[self._size]
        for solution in need.twinned & self._of_solution.keys():
            found[self._of_solution[solution]] = False
        for pair in need.declined & self.place.keys():
            found[self.place[pair]] = False
        return found

    def scores(self, need: Need, affinities: Array) -> Array:
        """The score of every offer for a request, whether open to it or not."""
        found: Array = 100 * np.exp(self._contributions(need, affinities))
        return found

    def best(self, need: Need, affinities: Array, keep: int, full: bool = False) -> list[tuple[Offer, float]]:
        """The first offers in the declared order, without those a gate keeps out; see ``open_to``."""
        numbers = np.flatnonzero(self.open_to(need, full))
        found = self._contributions(need, affinities)[numbers]
        if keep < len(found):
            near = found >= np.partition(found, len(found) - keep)[len(found) - keep] - EQUAL
            numbers, found = numbers[near], found[near]
        scores = 100 * np.exp(found)
        order = foremost(np.round(scores, 9), keep)
        return [(self.offers[numbers[place]], float(scores[place])) for place in order]

    def _contributions(self, need: Need, affinities: Array) -> Array:
        """What the four factors of each offer add up to: ln(score / 100)."""
        found = self._themes(need, affinities)
        found += self._ready
        found += _part(self._asked.shares(need), self._weights.requirements)[self._asked.of_offer]
        found += self._contexts(need, lambda values: _part(values, self._weights.context))
        return found

    def _themes(self, need: Need, affinities: Array) -> Array:
        """The contribution of the theme; most offers share no word with a request: theirs is that of their themes."""
        met = np.flatnonzero(affinities) if self._s90 > 0 else np.array([], dtype=np.int64)
        text = np.clip(affinities[met] / self._s90, 0.0, 1.0) if len(met) else np.zeros(0)
        kin = self._kin(need.themes) if need.themes else np.zeros(len(self._groups))
        found: Array = _part(with_text(kin, np.zeros(1)), self._weights.theme)[self._group]
        found[met] = _part(with_text(kin[self._group[met]], text) if need.themes else text, self._weights.theme)
        return found

    def _kin(self, wanted: Sequence[str]) -> Array:
        """The overlap of the wanted themes with each distinct group of themes on offer."""
        for theme in wanted:
            if theme not in self._near:
                closest = [
                    max((closeness(theme, own, self._tree) for own in group), default=0) for group in self._groups
                ]
                self._near[theme] = np.array(closest, dtype=float)
        found: Array = np.mean([self._near[theme] for theme in wanted], axis=0)
        return found

    def contexts(self, need: Need) -> Array:
        """The context factor of every offer."""
        return self._contexts(need, lambda values: values)

    def _contexts(self, need: Need, told: Callable[[Array], Array]) -> Array:
        """What is told of the context factor; where the request names no theme, the offer's tell what matters."""
        of_offer = self._givers.of_offer
        if need.themes:
            matters = context.indicator_weights(need.themes, self._tree)
            return told(self._givers.alike(need.city, matters))[of_offer]
        found = np.zeros(len(self.offers))
        for matters, mine in self._matters:
            found[mine] = told(self._givers.alike(need.city, matters))[of_offer[mine]]
        return found

    @cached_property
    def _matters(self) -> list[tuple[Mapping[str, float], Array]]:
        """Each choice of indicators with the offers whose own themes make it."""
        chosen = [context.indicator_weights(themes, self._tree) for themes in self._groups]
        named, of_group = _grouped([tuple(sorted(matters.items())) for matters in chosen])
        return [(dict(matters), np.flatnonzero(of_group[self._group] == n)) for n, matters in enumerate(named)]


def _part(values: Array, weight: float) -> Array:
    """The contribution of a factor: weight x ln(value), the value within its bounds."""
    found: Array = np.clip(values, LEAST, 1.0)
    np.log(found, out=found)
    found *= weight
    return found


def _gives(offer: Offer) -> bool:
    return offer.available and offer.capacity > 0 and offer.city.capacity > 0
