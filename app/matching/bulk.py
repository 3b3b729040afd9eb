# SPDX-License-Identifier: AGPL-3.0-or-later
"""The same score as score.match for thousands of offers at once: an array for each factor."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from app.later import later
from app.matching import context, requirements
from app.matching.model import LEAST, City, Need, Offer
from app.matching.readiness import readiness
from app.matching.text import terms
from app.matching.themes import Tree, closeness
from app.matching.weights import Weights

if TYPE_CHECKING:
    from scipy import sparse
else:
    sparse = later("scipy.sparse")

INDICATORS = tuple(sorted(context.NATIONAL))
Array = np.ndarray


class Givers:
    """Distinct giving cities with their place among the provinces of Italy, one column per indicator."""

    def __init__(self, offers: Sequence[Offer]) -> None:
        cities = {offer.city.slug: offer.city for offer in offers}
        self.place = {slug: number for number, slug in enumerate(sorted(cities))}
        self.of_offer = np.array([self.place[offer.city.slug] for offer in offers], dtype=np.int64)
        self._z = np.array([_standing(cities[slug]) for slug in self.place]).reshape(-1, len(INDICATORS))

    def alike(self, city: City, weights: Mapping[str, float]) -> Array:
        """The context factor of a city with each giving city; see context.similarity."""
        share = np.array([weights.get(name, 0.0) for name in INDICATORS])
        apart = np.minimum(context.MAX_DISTANCE, np.abs(self._z - _standing(city)))
        known = ~np.isnan(apart)
        covered = known @ share
        distance = np.where(known, apart, 0.0) @ share / np.where(covered > 0, covered, 1.0)
        coverage = covered / share.sum()
        found: Array = np.where(covered > 0, coverage * np.exp(-distance) + (1 - coverage) / 2, 0.5)
        return found


def _standing(city: City) -> Array:
    """z of each indicator, not a number where it is unknown."""
    found = np.full(len(INDICATORS), np.nan)
    for number, name in enumerate(INDICATORS):
        if name in city.figures:
            found[number] = context.NATIONAL[name].z(city.figures[name].value)
    return found


class Asked:
    """What offers ask for, each precondition once, with the words that tell it."""

    def __init__(self, offers: Sequence[Offer]) -> None:
        texts = sorted({text for offer in offers for text in offer.preconditions})
        self._place = {text: number for number, text in enumerate(texts)}
        words = [sorted(set(terms(text))) for text in texts]
        self._columns = {word: number for number, word in enumerate(sorted({word for row in words for word in row}))}
        self._said = _binary([[self._columns[word] for word in row] for row in words], len(self._columns))
        self._lengths = np.maximum(1, np.array([len(row) for row in words], dtype=float))
        self._of_offer = _binary([[self._place[text] for text in offer.preconditions] for offer in offers], len(texts))
        self._count = np.array([len(offer.preconditions) for offer in offers], dtype=float)

    def shares(self, need: Need) -> Array:
        """The requirements factor of each offer; see requirements.requirements."""
        worth = np.full(len(self._place), requirements.UNANSWERED)
        said = requirements.answers_of(need)[::-1]
        for value, answers in said:
            worth[self._met(answers)] = value
        for value, answers in said:
            worth[[self._place[answer] for answer in answers if answer in self._place]] = value
        found: Array = np.where(
            self._count > 0, self._of_offer @ worth / np.maximum(1, self._count), requirements.UNANSWERED
        )
        return found

    def _met(self, answers: frozenset[str]) -> Array:
        met = np.zeros(len(self._place), dtype=bool)
        for answer in answers:
            said = np.zeros(len(self._columns))
            said[[self._columns[word] for word in set(terms(answer)) if word in self._columns]] = 1
            met |= self._said @ said / self._lengths >= requirements.SAME
        return met


def _binary(rows: Sequence[Sequence[int]], width: int) -> "sparse.csr_matrix":
    ends = np.cumsum([0, *map(len, rows)])
    columns = np.array([column for row in rows for column in row], dtype=np.int64)
    return sparse.csr_matrix((np.ones(len(columns)), columns, ends), shape=(len(rows), width))


class Table:
    """Offers in the declared order of ties (solution, city), with what does not depend on a request computed once."""

    def __init__(self, offers: Sequence[Offer], tree: Tree, s90: float, weights: Weights) -> None:
        self.offers = tuple(sorted(offers, key=lambda offer: (offer.solution, offer.city.slug)))
        self.place = {(offer.solution, offer.city.slug): number for number, offer in enumerate(self.offers)}
        self._tree, self._s90, self._weights = tree, s90, np.array(weights.values)
        self._givers, self._asked = Givers(self.offers), Asked(self.offers)
        self._ready = np.array([readiness(offer).value for offer in self.offers])
        self._open = np.array([_gives(offer) for offer in self.offers], dtype=bool)
        self._available = np.array([offer.available for offer in self.offers], dtype=bool)
        groups = sorted({offer.themes for offer in self.offers})
        self._groups = {themes: number for number, themes in enumerate(groups)}
        self._group = np.array([self._groups[offer.themes] for offer in self.offers], dtype=np.int64)
        self._near: dict[str, Array] = {}
        self._languages = list(dict.fromkeys(offer.city.languages for offer in self.offers))
        self._speaks = np.array([self._languages.index(offer.city.languages) for offer in self.offers], dtype=np.int64)
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
            found &= np.array([offer.city.size in need.sizes for offer in self.offers], dtype=bool)
        understood = [bool(need.city.languages & spoken) for spoken in self._languages]
        found &= np.array(understood, dtype=bool)[self._speaks]
        for solution in need.twinned & self._of_solution.keys():
            found[self._of_solution[solution]] = False
        for pair in need.declined & self.place.keys():
            found[self.place[pair]] = False
        return found

    def scores(self, need: Need, affinities: Array) -> Array:
        """The score of every offer for a request, whether open to it or not."""
        text = np.clip(affinities / self._s90, 0.0, 1.0) if self._s90 > 0 else np.zeros(len(self.offers))
        theme = (self._kin(need.themes) + text) / 2 if need.themes else text
        factors = np.stack([theme, self.contexts(need), self._ready, self._asked.shares(need)])
        found: Array = 100 * np.exp(self._weights @ np.log(np.clip(factors, LEAST, 1.0)))
        return found

    def best(self, need: Need, affinities: Array, keep: int, full: bool = False) -> list[tuple[Offer, float]]:
        """The first offers in the declared order, without those a gate keeps out; see ``open_to``."""
        scores = np.where(self.open_to(need, full), self.scores(need, affinities), -1.0)
        order = np.argsort(-np.round(scores, 9), kind="stable")[:keep]
        return [(self.offers[number], float(scores[number])) for number in order if scores[number] >= 0]

    def _kin(self, wanted: Sequence[str]) -> Array:
        for theme in wanted:
            if theme not in self._near:
                closest = [
                    max((closeness(theme, own, self._tree) for own in group), default=0) for group in self._groups
                ]
                self._near[theme] = np.array(closest, dtype=float)
        found: Array = np.mean([self._near[theme] for theme in wanted], axis=0)[self._group]
        return found

    def contexts(self, need: Need) -> Array:
        """The context factor of every offer; where the request names no theme, the offer's tell what matters."""
        of_offer = self._givers.of_offer
        if need.themes:
            matters = context.indicator_weights(need.themes, self._tree)
            return self._givers.alike(need.city, matters)[of_offer]
        found = np.zeros(len(self.offers))
        for themes, number in self._groups.items():
            mine = self._group == number
            found[mine] = self._givers.alike(need.city, context.indicator_weights(themes, self._tree))[of_offer[mine]]
        return found


def _gives(offer: Offer) -> bool:
    return offer.available and offer.capacity > 0 and offer.city.capacity > 0
