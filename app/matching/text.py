# SPDX-License-Identifier: AGPL-3.0-or-later
"""How close the words of a request come to a solution, and the passages where they meet."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from itertools import pairwise
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
UNTOLD = POLITE | EVERYWHERE
LEAST_SAID = 4
BEST_PASSAGES = 3
SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n")


def terms(text: str) -> list[str]:
    """Stems of the words that tell a subject, in their order."""
    return [term for token in tokens(text) if (term := _term(token.form))]


@lru_cache(maxsize=200_000)
def _term(form: str) -> str:
    """The stem of a folded word, empty where it tells no subject."""
    return "" if len(form) < 3 or is_stop(form) or form in UNTOLD else stem(form)


def grams(text: str) -> list[str]:
    """Stems and pairs of neighbouring stems."""
    single = terms(text)
    return single + [f"{one} {other}" for one, other in pairwise(single)]


@dataclass(frozen=True)
class Counted:
    """The grams of a text, each by the number that stands for it everywhere, and how often each stands there."""

    grams: np.ndarray
    counts: np.ndarray


def counted(text: str) -> Counted:
    found = Counter(grams(text))
    return Counted(_numbers(found), np.fromiter(found.values(), np.uint16, len(found)))


def _numbers(grams: Iterable[str]) -> np.ndarray:
    """Each gram as eight bytes of its digest: the same in every process, whatever was counted before."""
    return np.frombuffer(b"".join(blake2b(gram.encode(), digest_size=8).digest() for gram in grams), np.uint64)


@dataclass(frozen=True)
class Space:
    """TF-IDF of 1-2-grams with sublinear term frequency, each document of length 1: document to document by cosine.

    ``columns``: documents by grams, in the order of ``names`` and of ``known``, the grams that documents hold.
    """

    names: tuple[str, ...]
    known: np.ndarray
    weights: np.ndarray
    columns: "sparse.csc_matrix"

    def affinities(self, text: str) -> dict[str, float]:
        """Cosine of a text with every document, by name."""
        asked = counted(text)
        places, met = self._places(asked.grams)
        values = (1 + np.log(asked.counts[met], dtype=float)) * self.weights[places]
        length = float(np.sqrt((values**2).sum())) or 1.0
        return dict(zip(self.names, (self.columns[:, places] @ (values / length)).tolist(), strict=True))

    def held(self, text: str) -> dict[str, float]:
        """The share of what a text says that stands in each document, 0 to 1, by name; rare words say more, unknown
        ones most."""
        said = _numbers(set(terms(text)))
        places, met = self._places(said)
        weights = np.full(len(said), self.weights.max(initial=1.0))
        weights[met] = self.weights[places]
        shares = (self.columns[:, places] > 0) @ weights[met] / max(float(weights.sum()), 1.0)
        return dict(zip(self.names, shares.tolist(), strict=True))

    def _places(self, grams: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The columns of the grams that documents hold, and which of all these are."""
        if not len(self.known):
            return np.empty(0, np.int64), np.zeros(len(grams), bool)
        places = np.minimum(self.known.searchsorted(grams), len(self.known) - 1)
        met = self.known[places] == grams
        return places[met], met


def space(documents: Mapping[str, Counted]) -> Space:
    """The space of some documents by name."""
    names = sorted(documents)
    held = [documents[name] for name in names]
    every = np.concatenate([np.empty(0, np.uint64), *(item.grams for item in held)])
    known, columns, seen = np.unique(every, return_inverse=True, return_counts=True)
    weights = np.log((1 + len(names)) / (1 + seen)) + 1
    rows = np.repeat(np.arange(len(names)), [len(item.grams) for item in held])
    counts = np.concatenate([np.empty(0, np.uint16), *(item.counts for item in held)])
    values = (1 + np.log(counts, dtype=float)) * weights[columns]
    lengths = np.sqrt(np.bincount(rows, values**2, len(names)))
    values /= np.where(lengths > 0, lengths, 1)[rows]
    return Space(tuple(names), known, weights, sparse.csc_matrix((values, (rows, columns)), (len(names), len(known))))


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
