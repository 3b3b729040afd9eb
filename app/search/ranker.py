# SPDX-License-Identifier: AGPL-3.0-or-later
"""Scores every document of one generation against a question: BM25 on stems, exact words and adjacent pairs.

score = sum over concepts of max(own, alternatives), where own = bm25(stem) + 0.5 bm25(word), plus 0.25 bm25(pair)
for each two stems side by side, plus 0.25 of what the title holds of the question times its share of the question,
plus 0.5 of what is held by the one of the document's own questions that holds most of it.
BM25: Robertson and Zaragoza 2009, with idf = ln(1 + (N - n + 0.5) / (n + 0.5)); of stems and words N and n count
``EVERYDAY`` texts of everyday Italian besides the documents.
"""

from bisect import bisect
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property, partial
from math import log
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.search.italian import common
from app.search.segments import MAX_CACHED, PLACE_BITS, Keys, Part, Reader
from app.search.terms import ASKED, PAIR, STEM, TITLE, WORD
from app.text.vocabulary import Alternative

K1 = 0.9
B = 0.75
WORD_WEIGHT = 0.5
PAIR_WEIGHT = 0.25
#: Fifty sheets cannot tell which words are rare: `settimana` stands in few of them, and says nothing. So many texts of
#: everyday Italian, each as long as a document, are counted with them; beside thousands of documents they are nothing.
EVERYDAY = 100.0
#: A title that holds much of the question counts more than its words do one by one.
TITLE_WEIGHT = 0.25
#: Words that stand together in one of the questions a document answers count more than the same strewn over it.
ASKED_WEIGHT = 0.5
#: What a form of several words is worth that no document holds whole, where its words stand apart.
IN_PIECES = 0.5
#: A practice first, then what leads to practices; a title of two words would otherwise beat every document.
KIND_WEIGHT = {"solution": 1.0, "act": 0.6, "page": 0.2, "theme": 0.12, "city": 0.2}

#: What is made up stands behind what is real.
MADE_UP = 0.5
#: Two seconds to read in a library of ten thousand documents; a term of few documents is read when it is asked for.
MOST_PREPARED, LEAST_PREPARED = 3_000, 5

Scores = NDArray[np.float64]
Mask = NDArray[np.bool_]
Impacts = tuple[NDArray[np.int64], NDArray[np.float64]]
Counts = tuple[NDArray[Any], NDArray[Any]]


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
        self._begins: list[int] = self.offsets.tolist()
        self.order = _tie_order([name for part in reader.parts for name in part.names])
        self.asked = _Questions(reader.parts, self.offsets)
        self.prior = np.array([_prior(row) for row in self.rows], dtype=np.float64)
        self._average: dict[str, float] = {}
        self._norms = self._all_norms()
        self._impacts: dict[tuple[str, str], Impacts] = {}
        self._phrases: dict[tuple[str, ...], NDArray[np.int64]] = {}
        self._rarity: dict[str, float] = {}

    @cached_property
    def reused(self) -> NDArray[np.int64]:
        """How many bodies re-used each document."""
        return np.array([row["reused"] for row in self.rows], np.int64)

    @cached_property
    def age(self) -> NDArray[np.int64]:
        """Greater for the newer: by period and day of verification, then by the day of the last change, which an import
        or a correction moves as well: it only parts those otherwise alike."""
        days = [f"{row['recent']}\0{row['updated_on']}" for row in self.rows]
        return np.unique(np.array(days, dtype=object), return_inverse=True)[1].astype(np.int64)

    def _all_norms(self) -> dict[str, Scores]:
        lengths = {
            field: np.concatenate([np.empty(0, np.float32), *(part.lengths[field] for part in self.reader.parts)])
            for field in (STEM, WORD)
        }
        lengths[PAIR] = np.maximum(lengths[WORD] - 1, 0)
        return {field: self._norm(field, found.astype(np.float64)) for field, found in lengths.items()}

    def _norm(self, field: str, lengths: Scores) -> Scores:
        average = self._average[field] = float(lengths[self.live].mean()) if self.count else 1.0
        norm: Scores = K1 * (1 - B + B * lengths / max(average, 1e-9))
        return norm

    def impacts(self, field: str, term: str) -> Impacts:
        """The live documents that hold a term, and its BM25 in each."""
        found = self._impacts.get((field, term))
        if found is None:
            if len(self._impacts) > MAX_CACHED:
                self._impacts.clear()
            made = {TITLE: self._in_titles, ASKED: self._in_questions}.get(field, partial(self._bm25, field))
            found = self._impacts[field, term] = made(term)
        return found

    def prepare(self) -> None:
        """Compute the impacts of the commonest terms, which most questions hold some of. Raises ``IndexDamaged``."""
        for field in (STEM, WORD):
            for term in {
                term for part in self.reader.parts for term in part.commonest(field, MOST_PREPARED, LEAST_PREPARED)
            }:
                self.impacts(field, term)

    def _bm25(self, field: str, term: str) -> Impacts:
        stems = tuple(term.split("_")) if field == PAIR else ()
        pieces = [_side_by_side(part, stems) if stems else _held(part, field, term) for part in self.reader.parts]
        numbers, counts = self._alive(pieces)
        idf = self._idf(field, term, len(numbers))
        return numbers, idf * counts * (K1 + 1) / (counts + self._norms[field][numbers])

    def _idf(self, field: str, term: str, held: float) -> float:
        every: float = self.count
        if field != PAIR:
            held += EVERYDAY * common(term, self._average[field], field == STEM)
            every += EVERYDAY
        return log(1 + (every - held + 0.5) / (held + 0.5))

    def idf(self, stem: str) -> float:
        """How much a stem tells: the fewer documents hold it, here and in everyday Italian, the more."""
        found = self._rarity.get(stem)
        if found is None:
            if len(self._rarity) > MAX_CACHED:
                self._rarity.clear()
            found = self._rarity[stem] = self._idf(STEM, stem, len(self.impacts(STEM, stem)[0]))
        return found

    def _in_titles(self, stem: str) -> Impacts:
        pieces = [(found := part.postings(STEM, stem).titles(part.titled), found) for part in self.reader.parts]
        numbers, _same = self._alive(pieces)
        return numbers, np.full(len(numbers), self.idf(stem))

    def _in_questions(self, stem: str) -> Impacts:
        parts = zip(self.reader.parts, self.asked.offsets, strict=True)
        pieces = [part.postings(STEM, stem).questions(part.asked) + offset for part, offset in parts]
        numbers = np.concatenate([np.empty(0, np.int64), *pieces])
        numbers = numbers[self.live[self.asked.owners[numbers]]]
        return numbers, np.full(len(numbers), self.idf(stem))

    def _alive(self, pieces: Sequence[Counts]) -> Impacts:
        """Numbers of each segment as numbers of the generation, without the deleted."""
        shifted = [numbers + offset for (numbers, _counts), offset in zip(pieces, self.offsets[:-1], strict=True)]
        numbers = np.concatenate([np.empty(0, np.int64), *shifted]).astype(np.int64)
        counts = np.concatenate([np.empty(0), *(counts for _numbers, counts in pieces)]).astype(np.float64)
        alive = self.live[numbers]
        return numbers[alive], counts[alive]

    def known(self, stem: str, word: str = "") -> bool:
        """Whether any live document holds the stem, or the exact word."""
        return len(self.impacts(STEM, stem)[0]) > 0 or (bool(word) and len(self.impacts(WORD, word)[0]) > 0)

    def held(self, way: Alternative) -> bool:
        """Whether any live document holds another way of saying, as one word or its stems side by side."""
        return self.known(way.word, way.word) if way.word else len(self._holders(way.stems)) > 0

    def frequency(self, word: str) -> int:
        """Number of live documents that hold the exact word."""
        if not any(word in part.words for part in self.reader.parts):
            return 0
        return len(self.impacts(WORD, word)[0])

    def frequencies(self, words: Set[str]) -> dict[str, int]:
        """Those of some words that live documents hold, with how many do."""
        # Not by `&`: with the keys of a dictionary it goes through every word of the library.
        known = {word for part in self.reader.parts for word in part.words.intersection(words)}
        return {word: count for word in known if (count := len(self.impacts(WORD, word)[0]))}

    def holding(self, stems: Sequence[str]) -> Mask:
        """Documents that hold the stems side by side (one stem: that hold it)."""
        found = np.zeros(self.size, bool)
        found[self._holders(tuple(stems))] = True
        return found

    def holding_all(self, stems: Sequence[str]) -> Scores:
        """BM25 of the documents that hold each of some stems, 0 for the others."""
        total, held = np.zeros(self.size), np.zeros(self.size, np.int64)
        for stem in stems:
            numbers, impact = self.impacts(STEM, stem)
            total[numbers] += impact
            held[numbers] += 1
        return np.where(held == len(stems), total, 0.0)

    def spelling(self, words: Iterable[str]) -> Mask:
        """Documents that hold one of some folded words, as spelt."""
        found = np.zeros(self.size, bool)
        for word in words:
            found[self.impacts(WORD, word)[0]] = True
        return found

    def _holders(self, stems: tuple[str, ...]) -> NDArray[np.int64]:
        if len(stems) == 1:
            return self.impacts(STEM, stems[0])[0]
        found = self._phrases.get(stems)
        if found is None:
            if len(self._phrases) > MAX_CACHED:
                self._phrases.clear()
            pieces = [_side_by_side(part, stems) for part in self.reader.parts]
            found = self._phrases[stems] = self._alive(pieces)[0]
        return found

    def score(self, concepts: Iterable[Concept], pairs: Iterable[str]) -> Scores:
        """Score of every document; 0 for one that holds nothing of the question."""
        total, asked = np.zeros(self.size), tuple(concepts)
        for concept in asked:
            if concept.alternatives:
                total += self._best_way(concept, len(asked) == 1)
            else:
                self._add_words(total, concept.words)
        for pair in pairs:
            numbers, impact = self.impacts(PAIR, pair)
            total[numbers] += PAIR_WEIGHT * impact
        total += self._of_titles(asked)
        if self.asked.size:
            total += ASKED_WEIGHT * self._of_questions(asked)
        return total * self.prior

    def _of_titles(self, concepts: Sequence[Concept]) -> Scores:
        """What titles hold of the question, in the idf of its stems, times the share of the question it is."""
        most = sum(self.idf(stem) for concept in concepts for stem, _word in concept.words)
        total = np.zeros(self.size)
        if not most:
            return total
        for concept in concepts:
            best = np.zeros(self.size) if concept.alternatives else total
            for stem, _word in concept.words:
                numbers, worth = self.impacts(TITLE, stem)
                best[numbers] += worth
            for alternative in concept.alternatives:
                np.maximum(best, self._titled(alternative, max(len(concept.words), 1) ** 0.5), out=best)
            if concept.alternatives:
                total += best
        share: Scores = TITLE_WEIGHT * total * total / most
        return share

    def _of_questions(self, concepts: Sequence[Concept]) -> Scores:
        """What of the words asked stands in the question of a document that holds the most of them, in their idf."""
        held = np.zeros(self.asked.size)
        for stem in dict.fromkeys(stem for concept in concepts for stem, _word in concept.words):
            numbers, worth = self.impacts(ASKED, stem)
            held[numbers] += worth
        return self.asked.best(held, self.size)

    def _titled(self, alternative: Alternative, scale: float) -> Scores:
        """Mean idf of the stems of an alternative in the titles that hold them all, 0 elsewhere."""
        worth, held = np.zeros(self.size), np.zeros(self.size, np.int64)
        for stem in set(alternative.stems):
            numbers, found = self.impacts(TITLE, stem)
            worth[numbers] += found
            held[numbers] += 1
        count = len(set(alternative.stems))
        score: Scores = np.where(held == count, worth, 0.0) * (alternative.weight * scale / count)
        return score

    def _add_words(self, total: Scores, words: Iterable[tuple[str, str]]) -> None:
        for stem, word in words:
            numbers, impact = self.impacts(STEM, stem)
            total[numbers] += impact
            numbers, impact = self.impacts(WORD, word)
            total[numbers] += WORD_WEIGHT * impact

    def _best_way(self, concept: Concept, alone: bool) -> Scores:
        """What a concept is worth in each document, said in the best way; where it is asked for ``alone``, its words
        apart are worth half."""
        best = np.zeros(self.size)
        self._add_words(best, concept.words)
        scale = max(len(concept.words), 1) ** 0.5
        if self.in_pieces(concept):
            best *= IN_PIECES
            scale = len(concept.words)
        elif alone and len(concept.words) > 1:
            best[~self.holding([stem for stem, _word in concept.words])] *= IN_PIECES
        for alternative in concept.alternatives:
            np.maximum(best, self._whole(alternative, scale), out=best)
        return best

    def in_pieces(self, concept: Concept) -> bool:
        """Whether words that are one thing stand together in no document, nor as one word: `lavorare da casa`."""
        if len(concept.words) < 2 or self.frequency("".join(word for _stem, word in concept.words)):
            return False
        return not len(self._holders(tuple(stem for stem, _word in concept.words)))

    def _whole(self, alternative: Alternative, scale: float) -> Scores:
        """Mean BM25 of the stems of an alternative where they stand side by side, 0 elsewhere; BM25 of an acronym."""
        total = np.zeros(self.size)
        terms = [(WORD, alternative.word)] if alternative.word else [(STEM, stem) for stem in alternative.stems]
        for field, term in terms:
            numbers, impact = self.impacts(field, term)
            total[numbers] += impact
        if len(alternative.stems) > 1:
            total[~self.holding(alternative.stems)] = 0.0
        score: Scores = total * (alternative.weight * scale / len(alternative.stems))
        return score

    def best(self, scores: Scores, wanted: int) -> list[int]:
        """Numbers of the ``wanted`` best documents with a score, ties by title."""
        found = np.flatnonzero(scores > 0)
        if len(found) > wanted:
            least = np.partition(scores[found], len(found) - wanted)[len(found) - wanted]
            found = found[scores[found] >= least]
        ranked = found[np.lexsort((self.order[found], -scores[found]))]
        return [int(number) for number in ranked[:wanted]]

    def place(self, number: int) -> tuple[Part, int]:
        """The segment of a document and its number there."""
        which = bisect(self._begins, number) - 1
        return self.reader.parts[which], number - self._begins[which]


class _Questions:
    """Whose each question of a generation is, over all its segments, whose documents begin at ``firsts``."""

    def __init__(self, parts: Sequence[Part], firsts: NDArray[np.int64]) -> None:
        self.offsets: list[int] = np.cumsum([0, *(len(part.asked) for part in parts)])[:-1].tolist()
        owners = [first + (part.asked >> PLACE_BITS) for part, first in zip(parts, firsts[:-1], strict=True)]
        self.owners = np.concatenate([np.empty(0, np.int64), *owners])
        self.size = len(self.owners)
        #: The documents that have questions, and which of these is the first of each.
        self._asking, self._firsts = np.unique(self.owners, return_index=True)
        #: Behind the last question of a document stands none.
        self._none = np.append(self._firsts[1:], self.size) - 1

    def best(self, worth: Scores, documents: int) -> Scores:
        """The worth of each document's best question."""
        worth[self._none] = 0.0
        found = np.zeros(documents)
        found[self._asking] = np.maximum.reduceat(worth, self._firsts)
        return found


def _prior(row: Mapping[str, Any]) -> float:
    return KIND_WEIGHT.get(row["kind"], 1.0) * (MADE_UP if row["demonstration"] else 1.0)


def _held(part: Part, field: str, term: str) -> Counts:
    held = part.postings(field, term)
    return held.numbers, held.counts


def _side_by_side(part: Part, stems: Sequence[str]) -> Counts:
    """Documents of a segment that hold stems one right after the other, and how often."""
    held = [part.postings(STEM, stem) for stem in stems]
    if not all(len(item.numbers) for item in held):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    keys = held[0].keys()
    for item in held[1:]:
        after = item.keys()
        keys = _among(keys + 1, after) if len(keys) <= len(after) else _among(after - 1, keys) + 1
    return np.unique(keys >> PLACE_BITS, return_counts=True)


def _among(few: Keys, many: Keys) -> Keys:
    """Those of a few numbers that stand among many; both rise."""
    found: Keys = few[many[np.minimum(many.searchsorted(few), len(many) - 1)] == few]
    return found


def _tie_order(names: list[str]) -> NDArray[np.int64]:
    order = np.empty(len(names), np.int64)
    for rank, number in enumerate(sorted(range(len(names)), key=names.__getitem__)):
        order[number] = rank
    return order
