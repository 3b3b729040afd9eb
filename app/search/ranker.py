# SPDX-License-Identifier: AGPL-3.0-or-later
"""Scores every document of one generation against a question: BM25 on stems, exact words and adjacent pairs.

score = sum over concepts of max(own, alternatives), where own = bm25(stem) + 0.5 bm25(word), plus 0.25 bm25(pair)
for each two stems side by side. BM25: Robertson and Zaragoza 2009, with idf = ln(1 + (N - n + 0.5) / (n + 0.5)).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.search.index import Part, Reader
from app.search.terms import FIELDS, PAIR, STEM, WORD
from app.text.vocabulary import Alternative

K1 = 0.9
B = 0.75
WORD_WEIGHT = 0.5
PAIR_WEIGHT = 0.25
#: A practice first, then what leads to practices; a title of two words would otherwise beat every document.
KIND_WEIGHT = {"solution": 1.0, "attachment": 0.8, "act": 0.6, "page": 0.35, "theme": 0.3, "city": 0.35}

Scores = NDArray[np.float64]
Mask = NDArray[np.bool_]
Impacts = tuple[NDArray[np.int64], NDArray[np.float64]]


@dataclass(frozen=True)
class Concept:
    """One thing asked for: the words as typed, and other ways of saying it."""

    words: tuple[tuple[str, str], ...]
    alternatives: tuple[Alternative, ...] = ()


class Ranking:
    """The documents of one reader as arrays, and the impacts of terms computed once each."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.rows = [row for part in reader.parts for row in part.rows]
        self.live: Mask = np.concatenate([np.empty(0, bool), *reader.live])
        self.size = len(self.rows)
        self.count = int(self.live.sum())
        self.offsets = np.cumsum([0, *(len(part.rows) for part in reader.parts)])
        self.order = _tie_order([str(row["identity"]) for row in self.rows])
        self.prior = np.array([KIND_WEIGHT.get(row["kind"], 1.0) for row in self.rows], dtype=np.float64)
        self._norms = {field: self._norm(field) for field in FIELDS}
        self._impacts: dict[tuple[str, str], Impacts] = {}

    def _norm(self, field: str) -> Scores:
        lengths = np.concatenate([np.empty(0, np.float32), *(part.lengths[field] for part in self.reader.parts)])
        average = float(lengths[self.live].mean()) if self.count else 1.0
        norm: Scores = K1 * (1 - B + B * lengths.astype(np.float64) / max(average, 1e-9))
        return norm

    def impacts(self, field: str, term: str) -> Impacts:
        """The live documents that hold a term, and its BM25 in each."""
        found = self._impacts.get((field, term))
        if found is None:
            found = self._impacts[field, term] = self._bm25(field, term)
        return found

    def _bm25(self, field: str, term: str) -> Impacts:
        pieces = [part.postings(field, term) for part in self.reader.parts]
        numbers = np.concatenate(
            [np.empty(0, np.int64), *(p[0] + offset for p, offset in zip(pieces, self.offsets[:-1], strict=True))]
        ).astype(np.int64)
        counts = np.concatenate([np.empty(0, np.float64), *(p[1] for p in pieces)]).astype(np.float64)
        alive = self.live[numbers]
        numbers, counts = numbers[alive], counts[alive]
        idf = np.log(1 + (self.count - len(numbers) + 0.5) / (len(numbers) + 0.5))
        return numbers, idf * counts * (K1 + 1) / (counts + self._norms[field][numbers])

    def known(self, stem: str, word: str = "") -> bool:
        """Whether any live document holds the stem, or the exact word."""
        return len(self.impacts(STEM, stem)[0]) > 0 or (bool(word) and len(self.impacts(WORD, word)[0]) > 0)

    def frequency(self, word: str) -> int:
        return len(self.impacts(WORD, word)[0])

    def holding(self, stems: Sequence[str]) -> Mask:
        """Documents that hold the stems side by side (one stem: that hold it)."""
        fields = (
            [(STEM, stems[0])]
            if len(stems) == 1
            else [(PAIR, f"{a}_{b}") for a, b in zip(stems, stems[1:], strict=False)]
        )
        found = self.live.copy()
        for field, term in fields:
            held = np.zeros(self.size, bool)
            held[self.impacts(field, term)[0]] = True
            found &= held
        return found

    def score(self, concepts: Iterable[Concept], pairs: Iterable[str]) -> Scores:
        """Score of every document; 0 for one that holds nothing of the question."""
        total = np.zeros(self.size)
        for concept in concepts:
            if concept.alternatives:
                total += self._best_way(concept)
            else:
                self._add_words(total, concept.words)
        for pair in pairs:
            numbers, impact = self.impacts(PAIR, pair)
            total[numbers] += PAIR_WEIGHT * impact
        return total * self.prior

    def _add_words(self, total: Scores, words: Iterable[tuple[str, str]]) -> None:
        for stem, word in words:
            numbers, impact = self.impacts(STEM, stem)
            total[numbers] += impact
            numbers, impact = self.impacts(WORD, word)
            total[numbers] += WORD_WEIGHT * impact

    def _best_way(self, concept: Concept) -> Scores:
        best = np.zeros(self.size)
        self._add_words(best, concept.words)
        scale = max(len(concept.words), 1) ** 0.5
        for alternative in concept.alternatives:
            np.maximum(best, self._whole(alternative, scale), out=best)
        return best

    def _whole(self, alternative: Alternative, scale: float) -> Scores:
        """Mean BM25 of the stems of an alternative where they stand side by side, 0 elsewhere."""
        total = np.zeros(self.size)
        for stem in alternative.stems:
            numbers, impact = self.impacts(STEM, stem)
            total[numbers] += impact
        if len(alternative.stems) > 1:
            total[~self.holding(alternative.stems)] = 0.0
        score: Scores = total * (alternative.weight * scale / len(alternative.stems))
        return score

    def best(self, scores: Scores, wanted: int) -> list[int]:
        """Numbers of the ``wanted`` best documents with a score, ties by identity."""
        found = np.flatnonzero(scores > 0)
        if len(found) > wanted:
            least = np.partition(scores[found], len(found) - wanted)[len(found) - wanted]
            found = found[scores[found] >= least]
        ranked = found[np.lexsort((self.order[found], -scores[found]))]
        return [int(number) for number in ranked[:wanted]]

    def place(self, number: int) -> tuple[Part, int]:
        """The segment of a document and its number there."""
        which = int(np.searchsorted(self.offsets, number, side="right")) - 1
        return self.reader.parts[which], number - int(self.offsets[which])


def _tie_order(identities: list[str]) -> NDArray[np.int64]:
    order = np.empty(len(identities), np.int64)
    for rank, number in enumerate(sorted(range(len(identities)), key=identities.__getitem__)):
        order[number] = rank
    return order
