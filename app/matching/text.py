# SPDX-License-Identifier: AGPL-3.0-or-later
"""How close the words of a request come to a solution, and the passages where they meet."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log
from typing import TYPE_CHECKING

import numpy as np

from app.later import later
from app.matching.model import Passage
from app.text.stems import POLITE, is_stop, stem
from app.text.tokens import tokens

if TYPE_CHECKING:
    from scipy import sparse
else:
    sparse = later("scipy.sparse")

#: Words that every city says of itself: they tell no subject.
EVERYWHERE = frozenset("citta metropolitana metropolitane comune comuni ente enti".split())
LEAST_SAID = 4
BEST_PASSAGES = 3
SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n")


def terms(text: str) -> list[str]:
    """Stems of the words that tell a subject, in their order."""
    return [
        stem(token.form)
        for token in tokens(text)
        if len(token.form) > 2 and not is_stop(token.form) and token.form not in POLITE | EVERYWHERE
    ]


def grams(text: str) -> list[str]:
    """Stems and pairs of neighbouring stems."""
    single = terms(text)
    return single + [f"{one} {other}" for one, other in pairwise(single)]


@dataclass(frozen=True)
class Space:
    """TF-IDF of 1-2-grams with sublinear term frequency, rows of length 1: document to document by cosine."""

    names: tuple[str, ...]
    columns: dict[str, int]
    weights: np.ndarray
    rows: "sparse.csr_matrix"

    def vector(self, text: str) -> "sparse.csr_matrix":
        """A text as one row of length 1 (all zero where no word is known)."""
        counts = Counter(gram for gram in grams(text) if gram in self.columns)
        columns = np.array([self.columns[gram] for gram in counts], dtype=np.int64)
        values = np.array([1 + log(count) for count in counts.values()], dtype=float) * self.weights[columns]
        length = float(np.sqrt((values**2).sum())) or 1.0
        return sparse.csr_matrix((values / length, columns, [0, len(columns)]), shape=(1, len(self.columns)))

    def affinities(self, text: str) -> dict[str, float]:
        """Cosine of a text with every document, by name."""
        found = (self.rows @ self.vector(text).T).toarray().ravel()
        return dict(zip(self.names, map(float, found), strict=True))

    def held(self, text: str, name: str) -> float:
        """The share of what a text says that stands in a document, 0 to 1; rare words say more, unknown ones most."""
        weights = {term: self._weight(term) for term in terms(text)}
        row = set(self.rows[self.names.index(name)].indices.tolist()) if name in self.names else set()
        met = sum(weight for term, weight in weights.items() if self.columns.get(term, -1) in row)
        return met / sum(weights.values()) if weights else 0.0

    def _weight(self, term: str) -> float:
        return float(self.weights[self.columns[term]] if term in self.columns else self.weights.max(initial=1.0))


def space(documents: Sequence[tuple[str, str]]) -> Space:
    """The space of some documents, each a name and a text."""
    ordered = sorted(documents)
    counted = [Counter(grams(text)) for _, text in ordered]
    seen = Counter(gram for counts in counted for gram in counts)
    columns = {gram: number for number, gram in enumerate(sorted(seen))}
    weights = np.array([log((1 + len(ordered)) / (1 + seen[gram])) + 1 for gram in columns])
    rows = sparse.lil_matrix((len(ordered), len(columns)))
    for number, counts in enumerate(counted):
        for gram, count in counts.items():
            rows[number, columns[gram]] = (1 + log(count)) * weights[columns[gram]]
    packed = rows.tocsr()
    lengths = np.sqrt(np.asarray(packed.multiply(packed).sum(axis=1)).ravel())
    scale = sparse.diags(1 / np.where(lengths > 0, lengths, 1))
    return Space(tuple(name for name, _ in ordered), columns, weights, (scale @ packed).tocsr())


def calibration(known: Iterable[float]) -> float:
    """s90: the 90th percentile of the affinities of pairs known to be related; 1 where none is known."""
    values = [value for value in known if value > 0]
    return float(np.percentile(values, 90)) if values else 1.0


def scaled(affinity: float, s90: float) -> float:
    """min(1, s / s90): never divided by the best of the query, so that a poor best stays poor."""
    return min(1.0, max(0.0, affinity) / s90) if s90 > 0 else 0.0


def meeting(need: str, passages: Sequence[Passage]) -> tuple[tuple[Passage, tuple[str, ...]], ...]:
    """The passages that share most words with the request, best first, each with the shared stems.

    A heading or a cell of a table says nothing by itself: a passage has ``LEAST_SAID`` words that count.
    """
    wanted = set(terms(need))
    found = []
    for number, passage in enumerate(passages):
        said = set(terms(passage.text))
        common = wanted & said
        if common and len(said) >= LEAST_SAID:
            found.append((-len(common) / (10 + len(said)) ** 0.5, number, passage, tuple(sorted(common))))
    found.sort(key=lambda item: item[:2])
    return tuple((passage, common) for _, _, passage, common in found[:BEST_PASSAGES])


def said_of(need: str, common: Iterable[str]) -> str:
    """The sentence of a request that holds most of some stems, the first of equals."""
    wanted = set(common)
    pieces = [piece.strip() for piece in SENTENCE.split(need) if piece.strip()]
    return max(pieces, key=lambda piece: len(wanted & set(terms(piece))), default="")


def marked(text: str, common: Iterable[str]) -> list[tuple[str, bool]]:
    """A text in runs, those whose word has one of some stems marked."""
    wanted, runs, place = set(common), [], 0
    for token in tokens(text):
        if terms(token.form)[:1] and terms(token.form)[0] in wanted:
            runs += [(text[place : token.start], False), (text[token.start : token.end], True)]
            place = token.end
    return [run for run in [*runs, (text[place:], False)] if run[0]]
