# SPDX-License-Identifier: AGPL-3.0-or-later
"""A round serves as many as possible, then as well as possible, within what the givers can give."""

import json
from collections import Counter
from dataclasses import replace
from itertools import combinations
from random import Random
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_flow

from app.matching.chains import chains
from app.matching.fairness import fairness
from app.matching.floor import HIGHEST, highest_floor, served_above
from app.matching.round import Arc, RoundInput, RoundResult, from_data, solve

CITIES = ("bari", "genova", "torino")


@st.composite
def inputs(draw: st.DrawFn, most: int = 8) -> RoundInput:
    """Small rounds: up to four requests, three cities, two solutions each."""
    keys = draw(
        st.lists(
            st.tuples(st.sampled_from("abcd"), st.sampled_from(["s1", "s2"]), st.sampled_from(CITIES)),
            max_size=most,
            unique=True,
        )
    )
    arcs = tuple(Arc(need, f"{solution}-{city}", city, draw(st.integers(5, 100))) for need, solution, city in keys)
    offers = {(arc.solution, arc.city): draw(st.integers(0, 2)) for arc in arcs}
    return RoundInput(
        arcs,
        {need: draw(st.integers(1, 2)) for need in "abcd"},
        offers,
        {city: draw(st.integers(0, 2)) for city in CITIES},
        floor=draw(st.sampled_from([0.0, 40.0])),
    )


def allowed(given_: RoundInput, arcs: tuple[Arc, ...]) -> bool:
    per_need = Counter(arc.need for arc in arcs)
    per_pair = Counter((arc.need, arc.city) for arc in arcs)
    per_offer = Counter((arc.solution, arc.city) for arc in arcs)
    per_city = Counter(arc.city for arc in arcs)
    return (
        all(count <= given_.wanted[need] for need, count in per_need.items())
        and all(count <= 1 for count in per_pair.values())
        and all(count <= given_.offers[key] for key, count in per_offer.items())
        and all(count <= given_.cities[city] for city, count in per_city.items())
        and all(arc.score >= given_.floor for arc in arcs)
    )


def best_by_hand(given_: RoundInput) -> tuple[int, float]:
    """Requests served and total of the best of all assignments."""
    best = (0, 0.0)
    for size in range(1, len(given_.arcs) + 1):
        for arcs in combinations(given_.arcs, size):
            if allowed(given_, arcs):
                best = max(best, (len({arc.need for arc in arcs}), sum(arc.score for arc in arcs)))
    return best


def reached(result: RoundResult) -> tuple[int, float]:
    return len({arc.need for arc in result.assigned}), result.total


@settings(max_examples=150)
@given(inputs())
def test_small_rounds_are_the_best_there_is(given_: RoundInput) -> None:
    result = solve(given_)
    assert allowed(given_, result.assigned)
    assert reached(result) == best_by_hand(given_)


def most_served(given_: RoundInput) -> int:
    """The maximum flow of one proposal a request: source, requests, offers, cities, sink."""
    arcs = [arc for arc in given_.arcs if arc.score >= given_.floor]
    names: list[object] = [
        "source",
        *given_.wanted,
        *given_.offers,
        *(("city", city) for city in given_.cities),
        "sink",
    ]
    place = {name: number for number, name in enumerate(names)}
    room = [("source", need, min(1, wanted)) for need, wanted in given_.wanted.items()]
    between = {(arc.need, (arc.solution, arc.city)): 1 for arc in arcs}
    edges = [
        *room,
        *((need, offer, 1) for need, offer in between),
        *((offer, ("city", offer[1]), many) for offer, many in given_.offers.items()),
        *((("city", city), "sink", many) for city, many in given_.cities.items()),
    ]
    rows, columns = [place[one] for one, _, _ in edges], [place[other] for _, other, _ in edges]
    flows = np.array([many for _, _, many in edges], dtype=np.int32)
    graph = csr_matrix((flows, (rows, columns)), shape=(len(names), len(names)))
    return int(maximum_flow(graph, place["source"], place["sink"]).flow_value)


def made(number: int) -> RoundInput:
    """A round of up to forty requests, drawn by its number."""
    chance = Random(number)
    needs = [f"n{place}" for place in range(chance.randint(1, 40))]
    cities = [f"c{place}" for place in range(chance.randint(1, 10))]
    offers = {(f"s{place}", chance.choice(cities)): chance.randint(0, 3) for place in range(chance.randint(1, 25))}
    pairs = sorted({(need, *chance.choice(list(offers))) for need in needs for _ in range(chance.randint(0, 4))})
    return RoundInput(
        tuple(Arc(*pair, chance.uniform(5, 100)) for pair in pairs),
        {need: chance.randint(1, 3) for need in needs},
        offers,
        {city: chance.randint(0, 4) for city in cities},
        floor=chance.choice([0.0, 30.0]),
    )


@pytest.mark.parametrize("first", range(0, 200, 50))
def test_as_many_requests_are_served_as_the_maximum_flow_allows(first: int) -> None:
    for number in range(first, first + 50):
        given_ = made(number)
        assert reached(solve(given_))[0] == most_served(given_) == served_above(given_, given_.floor), number


@settings(max_examples=60)
@given(inputs())
def test_the_highest_floor_takes_the_proposal_from_nobody_and_one_more_would(given_: RoundInput) -> None:
    served = reached(solve(given_))[0]
    highest = highest_floor(given_)
    assert given_.floor <= highest <= HIGHEST
    assert reached(solve(replace(given_, floor=highest)))[0] == served
    assert highest == HIGHEST or reached(solve(replace(given_, floor=highest + 1)))[0] < served


@settings(max_examples=60)
@given(inputs(), st.randoms(use_true_random=False))
def test_the_order_of_the_input_changes_nothing_and_what_is_stored_gives_the_same(
    given_: RoundInput, chance: object
) -> None:
    turned = RoundInput(given_.arcs[::-1], given_.wanted, given_.offers, given_.cities, given_.floor)
    stored = from_data(json.loads(json.dumps(given_.as_data())))
    assert solve(given_).as_data() == solve(turned).as_data() == solve(stored).as_data()


@settings(max_examples=60)
@given(inputs(), st.integers(5, 100))
def test_one_more_offer_never_serves_fewer(given_: RoundInput, score: int) -> None:
    more = RoundInput(
        (*given_.arcs, Arc("a", "nuova", "bari", score)),
        given_.wanted,
        {**given_.offers, ("nuova", "bari"): 1},
        given_.cities,
        floor=given_.floor,
    )
    assert len({arc.need for arc in solve(more).assigned}) >= len({arc.need for arc in solve(given_).assigned})


@settings(max_examples=60)
@given(inputs())
def test_whoever_got_nothing_is_told_why(given_: RoundInput) -> None:
    result = solve(given_)
    served = {arc.need for arc in result.assigned}
    assert served | {item.need for item in result.unserved} == set(given_.wanted)
    for item in result.unserved:
        theirs = [arc for arc in given_.arcs if arc.need == item.need]
        expected = (
            "no-candidate"
            if not theirs
            else "below-floor"
            if all(a.score < given_.floor for a in theirs)
            else "capacity"
        )
        assert item.reason == expected


def test_the_cities_said_to_be_full_are_full_and_all_of_them_are_said() -> None:
    arcs = (
        Arc("served", "s", "taken", 90), Arc("waits", "s", "taken", 50), Arc("waits", "t", "no-days", 60),
        Arc("waits", "u", "too-low", 20),
    )  # fmt: skip
    cities = {"taken": 1, "no-days": 0, "too-low": 5}
    offers = {("s", "taken"): 1, ("t", "no-days"): 1, ("u", "too-low"): 1}
    result = solve(RoundInput(arcs, {"served": 1, "waits": 1}, offers, cities, floor=30))
    assert [arc.need for arc in result.assigned] == ["served"]
    assert [(item.reason, item.cities) for item in result.unserved] == [("capacity", ("no-days", "taken"))]


def test_two_equal_requests_for_one_place_the_first_by_name_gets_it() -> None:
    arcs = (Arc("b", "s", "bari", 80), Arc("a", "s", "bari", 80))
    result = solve(RoundInput(arcs, {"a": 1, "b": 1}, {("s", "bari"): 1}, {"bari": 1}))
    assert [arc.need for arc in result.assigned] == ["a"]


def test_coverage_comes_before_the_total() -> None:
    arcs = (Arc("a", "s", "bari", 100), Arc("a", "t", "genova", 10), Arc("b", "s", "bari", 10))
    offers = {("s", "bari"): 1, ("t", "genova"): 1}
    result = solve(RoundInput(arcs, {"a": 1, "b": 1}, offers, {"bari": 1, "genova": 1}))
    assert {(arc.need, arc.city) for arc in result.assigned} == {("a", "genova"), ("b", "bari")}
    assert (result.total, result.weakest) == (20, 10)


def test_a_round_that_the_solver_cannot_solve_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    failed = SimpleNamespace(x=None, message="time limit")
    monkeypatch.setattr("scipy.optimize.linprog", lambda *_given, **_options: failed)
    given_ = RoundInput((Arc("a", "s", "bari", 80),), {"a": 1}, {("s", "bari"): 1}, {"bari": 1})
    with pytest.raises(RuntimeError, match="time limit"):
        solve(given_)


def test_a_round_of_nothing_is_a_round() -> None:
    result = solve(RoundInput((), {}, {}, {}))
    assert (result.assigned, result.total, result.weakest, result.unserved) == ((), 0, None, ())


def test_the_published_line_says_how_evenly_a_round_served() -> None:
    arcs = (Arc("a", "s", "bari", 90), Arc("b", "s", "bari", 60))
    given_ = RoundInput(arcs, {"a": 1, "b": 1, "c": 1}, {("s", "bari"): 2}, {"bari": 2})
    line = fairness(given_, solve(given_), ["bari", "genova"])
    assert (line.requests, round(line.served, 2), line.worst) == (3, 0.67, 60)
    assert (line.per_city, line.never) == ((("bari", 2),), ("genova",))
    empty = fairness(RoundInput((), {}, {}, {}), solve(RoundInput((), {}, {}, {})), [])
    assert (empty.served, empty.low) == (1.0, None)


def test_swaps_and_chains_that_serve_somebody_left_out_are_found_once() -> None:
    asker = {"a": "bari", "b": "genova", "c": "torino"}
    swap = [Arc("a", "s1", "genova", 80), Arc("b", "s2", "bari", 70)]
    three = [Arc("a", "s3", "torino", 60), Arc("c", "s4", "genova", 60), Arc("b", "s2", "bari", 70)]
    found = chains([*swap, *three], asker, frozenset({"a", "c"}))
    assert [tuple(arc.city for arc in chain.arcs) for chain in found] == [
        ("bari", "genova", "torino"),
        ("bari", "genova"),
    ]
    assert found[0].serves == ("c", "a") or set(found[0].serves) == {"a", "c"}
    assert found[1].total == 150
    assert chains(swap, asker, frozenset()) == ()
    assert chains([Arc("a", "s1", "genova", 10)], asker, frozenset({"a"})) == ()
