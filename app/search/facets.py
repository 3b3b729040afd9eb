# SPDX-License-Identifier: AGPL-3.0-or-later
"""Counts and filters by facet over arrays of (document, value) pairs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Ints = NDArray[np.int64]
MAX_VALUES = 60
#: The filter that is no facet: practices of the cities that are like the one named.
LIKE = "like"


@dataclass(frozen=True, slots=True)
class Column:
    """One facet of one segment: pairs of (document, place of its value in ``values``). Made once, it never changes."""

    documents: Ints
    codes: Ints
    values: tuple[str, ...]


def columns(rows: Sequence[Mapping[str, Any]]) -> dict[str, Column]:
    """The facets of the rows of a segment."""
    found: dict[str, tuple[list[int], list[int], dict[str, int]]] = {}
    for number, row in enumerate(rows):
        for name, values in row["facets"].items():
            documents, codes, known = found.setdefault(name, ([], [], {}))
            for value in values:
                documents.append(number)
                codes.append(known.setdefault(value, len(known)))
    return {
        name: Column(np.array(documents, np.int64), np.array(codes, np.int64), tuple(known))
        for name, (documents, codes, known) in found.items()
    }


class Facet:
    """One facet: which documents carry which values."""

    def __init__(self, pieces: Sequence[tuple[int, Column]], size: int) -> None:
        self.values = sorted({value for _offset, piece in pieces for value in piece.values})
        codes = {value: code for code, value in enumerate(self.values)}
        self.documents = np.concatenate([piece.documents + offset for offset, piece in pieces])
        self.codes = np.concatenate(
            [np.array([codes[value] for value in piece.values], np.int64)[piece.codes] for _offset, piece in pieces]
        )
        self.size = size
        self._codes_of = codes

    def holding(self, wanted: Sequence[str]) -> Mask:
        """Documents that carry any of the values."""
        codes = [self._codes_of[value] for value in wanted if value in self._codes_of]
        found = np.zeros(self.size, bool)
        found[self.documents[np.isin(self.codes, codes)]] = True
        return found

    def counts(self, among: Mask) -> list[tuple[str, int]]:
        """How many of some documents carry each value, the most frequent first."""
        if not self.values:
            return []
        carried = self.codes.take(among.take(self.documents).nonzero()[0])
        counts = np.bincount(carried, minlength=len(self.values))
        present = counts.nonzero()[0]
        ranked = present[(-counts[present]).argsort(kind="stable")[:MAX_VALUES]]
        return [
            (self.values[code], count) for code, count in zip(ranked.tolist(), counts[ranked].tolist(), strict=True)
        ]


class Facets:
    """All facets of one generation."""

    def __init__(self, segments: Sequence[Mapping[str, Column]], offsets: Sequence[int]) -> None:
        """``offsets`` are the number of the first document of each segment, and the number of all."""
        self.size = int(offsets[-1])
        names = sorted({name for segment in segments for name in segment})
        self.by_name = {
            name: Facet(
                [(int(at), segment[name]) for at, segment in zip(offsets, segments, strict=False) if name in segment],
                self.size,
            )
            for name in names
        }

    def filter(self, filters: Mapping[str, Sequence[str]], but: str = "") -> Mask:
        """Documents that pass every filter (any value within one), leaving out the filter named ``but``."""
        passing = np.ones(self.size, bool)
        for name, values in filters.items():
            if name == but or not values:
                continue
            facet = self.by_name.get(name)
            passing &= facet.holding(values) if facet else np.zeros(self.size, bool)
        return passing

    def counts(self, found: Mask, filters: Mapping[str, Sequence[str]]) -> dict[str, list[tuple[str, int]]]:
        """Counts of each facet: its own filter is left out, so that its other values show what they would add."""
        every = found & self.filter(filters)
        return {
            name: facet.counts(found & self.filter(filters, name) if filters.get(name) else every)
            for name, facet in self.by_name.items()
        }
