# SPDX-License-Identifier: AGPL-3.0-or-later
"""How far the floor of a round can rise before a request loses its proposal."""

from collections.abc import Iterable
from math import floor as whole
from typing import TYPE_CHECKING

import numpy as np

from app.later import later
from app.matching.round import Key, RoundInput

if TYPE_CHECKING:
    from scipy import sparse
    from scipy.sparse import csgraph
else:
    sparse, csgraph = later("scipy.sparse"), later("scipy.sparse.csgraph")

#: A floor is a whole number, and nobody asks for more than this.
HIGHEST = 95


def served_above(given: RoundInput, floor: float) -> int:
    """The most requests that can get one proposal of at least this score: a maximum flow."""
    arcs = [arc for arc in given.arcs if arc.score >= floor and given.wanted.get(arc.need, 0) > 0]
    needs, offers, cities = _places(arc.need for arc in arcs), _places(given.offers), _places(given.cities)
    if not arcs:
        return 0
    first_offer, first_city = 1 + len(needs), 1 + len(needs) + len(offers)
    sink = first_city + len(cities)
    edges = [(0, 1 + number, 1) for number in needs.values()]
    edges += [(1 + needs[arc.need], first_offer + offers[arc.solution, arc.city], 1) for arc in arcs]
    edges += [(first_offer + offers[key], first_city + cities[key[1]], many) for key, many in given.offers.items()]
    edges += [(first_city + cities[city], sink, many) for city, many in given.cities.items()]
    rows, columns, room = np.array(edges, dtype=np.int32).T
    graph = sparse.csr_matrix((room, (rows, columns)), shape=(sink + 1, sink + 1))
    return int(csgraph.maximum_flow(graph, 0, sink).flow_value)


def _places(keys: Iterable[Key]) -> dict[Key, int]:
    return {key: number for number, key in enumerate(dict.fromkeys(keys))}


def highest_floor(given: RoundInput) -> int:
    """The highest whole floor, up to HIGHEST, under which as many requests are served as under the given one."""
    low, high = whole(given.floor), HIGHEST
    wanted = served_above(given, given.floor)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if served_above(given, middle) == wanted else (low, middle - 1)
    return low
