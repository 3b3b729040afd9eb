# SPDX-License-Identifier: AGPL-3.0-or-later
"""Counts and filters by facet over arrays of (document, value) pairs."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
MAX_VALUES = 60


class Facet:
    """One facet: which documents carry which values."""

    def __init__(self, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
        pairs = [(number, value) for number, row in enumerate(rows) for value in row["facets"].get(name, ())]
        self.values = sorted({value for _number, value in pairs})
        codes = {value: code for code, value in enumerate(self.values)}
        self.documents = np.array([number for number, _value in pairs], np.int64)
        self.codes = np.array([codes[value] for _number, value in pairs], np.int64)
        self.size = len(rows)
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
        counts = np.bincount(self.codes[among[self.documents]], minlength=len(self.values))
        present = np.flatnonzero(counts)
        ranked = present[np.lexsort((present, -counts[present]))][:MAX_VALUES]
        return [(self.values[code], int(counts[code])) for code in ranked]


class Facets:
    """All facets of one generation."""

    def __init__(self, rows: Sequence[Mapping[str, Any]]) -> None:
        names = sorted({name for row in rows for name in row["facets"]})
        self.by_name = {name: Facet(name, rows) for name in names}
        self.size = len(rows)

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
