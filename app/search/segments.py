# SPDX-License-Identifier: AGPL-3.0-or-later
"""One generation of the index as arrays: who is in each segment, how long it is, postings and places on demand."""

import heapq
import re
import sys
import threading
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.search.document import SearchDocument
from app.search.facets import columns
from app.search.index import IndexDamaged, damage_named, generation, open_reader, postings, unpacked
from app.search.passages import Passage
from app.search.terms import STEM, WORD
from app.text.folding import fold

MAX_CACHED = 20_000
#: Of each segment, some twenty thousand bytes each: those shown again and again.
MAX_DOCUMENTS = 200
#: The same few texts in many rows.
REPEATED = ("kind", "city", "updated_on", "recent")
LETTERS = re.compile(r"[^\W_]+")
#: A place in the text of a document: its number in the upper half, the place in the lower.
PLACE_BITS = 32

Ints = NDArray[np.int32]
Keys = NDArray[np.int64]
Floats = NDArray[np.float32]
Places = NDArray[np.uint32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Held:
    """The documents of a segment that hold a term, how often each does and, of a stem, at which places."""

    numbers: Ints
    counts: Floats
    places: Places
    ends: Places

    def places_in(self, numbers: Ints) -> Iterator[tuple[int, list[int]]]:
        """The places, in order, in each of some documents that holds the term."""
        if not len(self.numbers):
            return
        at = np.minimum(self.numbers.searchsorted(numbers), len(self.numbers) - 1)
        held = np.flatnonzero(self.numbers[at] == numbers)
        ends = self.ends[at[held]]
        starts = ends - self.counts[at[held]].astype(np.uint32)
        for number, start, end in zip(numbers[held].tolist(), starts.tolist(), ends.tolist(), strict=True):
            yield number, self.places[start:end].tolist()

    def titles(self, titled: Places) -> Ints:
        """The documents that hold the term in the title, where ``titled`` tells how long each title is."""
        first = self.places[self.ends - self.counts.astype(np.uint32)]
        return self.numbers[first < titled[self.numbers]]

    def questions(self, asked: Keys) -> NDArray[np.int64]:
        """Numbers of the questions that hold the term, where ``asked`` tells at which place each begins."""
        found: NDArray[np.int64] = np.unique(asked.searchsorted(self.keys(), side="right") - 1)
        return found[1:] if len(found) and found[0] < 0 else found

    def keys(self) -> Keys:
        """Every place as one number, in order."""
        owners = np.repeat(self.numbers.astype(np.int64), self.counts.astype(np.int64))
        return (owners << PLACE_BITS) | self.places


NOWHERE = Held(np.empty(0, np.int32), np.empty(0, np.float32), np.empty(0, np.uint32), np.empty(0, np.uint32))


class Part:
    """One immutable segment of the index, open until nobody searches it any more."""

    def __init__(self, leaf: Any) -> None:
        self.name = _name(leaf)
        self.lock = threading.Lock()
        self.open(leaf)
        self.size = int(leaf.doc_count_all())
        self.rows = [_light(leaf.stored_fields(number)) for number in range(self.size)]
        self.names = [_alphabetic(row) for row in self.rows]
        #: How many words of each document are those of its title: they stand first.
        self.titled = np.array([row.pop("titled") for row in self.rows], dtype=np.uint32)
        #: Where each question of each document begins, and, with none behind it, where its last one ends.
        self.asked = _asked([row.pop("asked") for row in self.rows])
        self.lengths = {field: _lengths(leaf, field, self.size) for field in (STEM, WORD)}
        self.facets = columns(self.rows)
        for row in self.rows:
            # Kept as columns: a dictionary more for each document is memory that every worker pays for.
            del row["facets"]
        #: Every word of the segment: a likely spelling is looked for among some five hundred, of which few exist.
        self.words = frozenset(leaf.field_terms(WORD))
        self._postings: dict[tuple[str, str], Held] = {}

    def open(self, leaf: Any) -> None:
        """Read from here on through this reader of the same segment."""
        self.leaf = leaf
        weakref.finalize(self, _close, leaf)
        #: The whole document of a number and what a snippet shows of it. Raises ``IndexDamaged``.
        whole = leaf.column_reader("whole", translate=False)
        self.document = lru_cache(MAX_DOCUMENTS)(partial(_document, whole, self.lock))

    def close(self) -> None:
        """Give the files back; what was computed stays, for who opens the segment again."""
        _close(self.leaf)

    def commonest(self, field: str, most: int, least: int) -> list[str]:
        """The terms of a field that most documents hold, at least ``least`` of them. Raises ``IndexDamaged``."""
        with self.lock, damage_named():
            every = ((told.doc_frequency(), term) for term, told in self.leaf.iter_field(field))
            counted = [pair for pair in every if pair[0] >= least]
        return [term.decode() for _count, term in heapq.nlargest(most, counted)]

    def postings(self, field: str, term: str) -> Held:
        """Where a term stands. Raises ``IndexDamaged``."""
        found = self._postings.get((field, term))
        if found is None:
            with self.lock, damage_named():
                found = _decode(self.leaf, field, term)
            if len(self._postings) > MAX_CACHED:
                self._postings.clear()
            self._postings[field, term] = found
        return found

    def places(self, stems: Iterable[str], numbers: Sequence[int]) -> dict[int, dict[str, list[int]]]:
        """Where stems stand in some documents: by document, then by stem. Raises ``IndexDamaged``."""
        found: dict[int, dict[str, list[int]]] = {number: {} for number in numbers}
        wanted = np.array(numbers, np.int32)
        for stem in stems:
            for number, places in self.postings(STEM, stem).places_in(wanted):
                found[number][stem] = places
        return found


class Reader:
    """The open index of one generation. Segments that did not change are taken over from the reader before."""

    def __init__(self, folder: Path, before: "Reader | None" = None) -> None:
        known: dict[str, Part] = {part.name: part for part in before.parts} if before else {}
        self.generation = generation(folder)
        # An index without documents is read through a stand-in that has no segment.
        leaves = [leaf for leaf, _offset in open_reader(folder).leaf_readers() if leaf.doc_count_all()]
        try:
            with damage_named():
                self.live = [_live(leaf) for leaf in leaves]
                self.parts: list[Part] = [_taken_over(leaf, known) for leaf in leaves]
        except BaseException:
            for leaf in leaves:
                _close(leaf)
            raise


def _document(column: Any, lock: threading.Lock, number: int) -> tuple[SearchDocument, Passage]:
    with damage_named():
        with lock:
            packed = column[number]
        return unpacked(packed)


def _taken_over(leaf: Any, known: Mapping[str, Part]) -> Part:
    part = known.get(_name(leaf))
    if part is None:
        return Part(leaf)
    if part.leaf.is_closed:
        part.open(leaf)
    else:
        _close(leaf)
    return part


def _close(leaf: Any) -> None:
    if not leaf.is_closed:
        leaf.close()


def _name(leaf: Any) -> str:
    return str(leaf.segment().segment_id())


def _light(stored: Mapping[str, Any]) -> dict[str, Any]:
    """What every search needs of a document; its texts stay on disk."""
    kept = {**{name: stored[name] for name in ("identity", "digest", "titled", "asked")}, **stored["light"]}
    return kept | {name: sys.intern(kept[name]) for name in REPEATED}


def _asked(rows: Sequence[bytes]) -> Keys:
    """The places of the questions of every document as one row of numbers, in order."""
    places = [np.frombuffer(row, np.uint32) for row in rows]
    owners = np.repeat(np.arange(len(rows), dtype=np.int64), [len(found) for found in places])
    return (owners << PLACE_BITS) | np.concatenate([np.empty(0, np.int64), *places]).astype(np.int64)


def _alphabetic(row: Mapping[str, Any]) -> str:
    """What sorts by title as a reader does, whatever its capitals, accents and quotes; of two that are equal, always
    the same first."""
    return f"{' '.join(LETTERS.findall(fold(str(row['title']))))}\0{row['identity']}"


def _lengths(leaf: Any, field: str, size: int) -> Floats:
    return np.array([leaf.doc_field_length(number, field) or 0 for number in range(size)], dtype=np.float32)


def _live(leaf: Any) -> Mask:
    size = leaf.doc_count_all()
    alive = np.ones(size, bool)
    if leaf.has_deletions():
        alive[[number for number in range(size) if leaf.is_deleted(number)]] = False
    return alive


def _decode(leaf: Any, field: str, term: str) -> Held:
    placed = field == STEM
    numbers, values = postings(leaf, field, term, placed)
    if not numbers:
        return NOWHERE
    counts = np.fromiter(map(len, values), np.uint32) // 4 if placed else np.array(values, np.float32)
    places = np.frombuffer(b"".join(values), np.uint32) if placed else NOWHERE.places
    ends = np.cumsum(counts, dtype=np.uint32) if placed else NOWHERE.ends
    held = Held(np.array(numbers, np.int32), counts.astype(np.float32), places, ends)
    return _sound(held, leaf.doc_count_all())


def _sound(held: Held, size: int) -> Held:
    """The same, unless a damaged block was read without a word: numbers that no writer would have written."""
    numbers, counts = held.numbers, held.counts
    if not len(numbers):
        return held
    rising = bool((np.diff(numbers) > 0).all()) and numbers[0] >= 0 and numbers[-1] < size
    if not rising or not (counts >= 1).all() or (counts != counts.round()).any():
        raise IndexDamaged("postings of documents that do not exist")
    return held
