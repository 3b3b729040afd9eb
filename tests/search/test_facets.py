# SPDX-License-Identifier: AGPL-3.0-or-later
"""Facets over several segments equal a count by hand, with filters within and across facets."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from app.search.facets import Facets, columns

Row = Mapping[str, Any]
values = st.lists(st.sampled_from("abcd"), unique=True, max_size=3).map(tuple)
facets = st.dictionaries(st.sampled_from(("theme", "city", "year")), values)
segments = st.lists(st.lists(facets.map(lambda found: {"facets": found}), max_size=6), min_size=1, max_size=4)
filters = st.dictionaries(st.sampled_from(("theme", "city")), st.lists(st.sampled_from("abcz"), max_size=2))


def passes(row: Row, wanted: Mapping[str, list[str]], but: str = "") -> bool:
    return all(
        not chosen or name == but or set(chosen) & set(row["facets"].get(name, ())) for name, chosen in wanted.items()
    )


@settings(max_examples=150)
@given(segments, filters, st.integers(0, 2**24 - 1))
def test_counts_and_filters_equal_those_made_by_hand(
    library: list[list[Row]], wanted: dict[str, list[str]], chosen: int
) -> None:
    rows = [row for segment in library for row in segment]
    offsets = np.cumsum([0, *map(len, library)]).tolist()
    made = Facets([columns(segment) for segment in library], offsets)
    found = np.array([bool(chosen >> number & 1) for number in range(len(rows))], bool)
    assert made.filter(wanted).tolist() == [passes(row, wanted) for row in rows]
    for name, counted in made.counts(found, wanted).items():
        among = [row for row, kept in zip(rows, found, strict=True) if kept and passes(row, wanted, name)]
        by_hand = Counter(value for row in among for value in row["facets"].get(name, ()))
        assert counted == sorted(by_hand.items(), key=lambda pair: (-pair[1], pair[0]))
