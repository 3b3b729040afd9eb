# SPDX-License-Identifier: AGPL-3.0-or-later
"""Passages are told once, drawn where the bodies are, grown into trees; medians say nothing of too few."""

import math
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.figures.chart import APART, WIDTH, chart, shortened
from app.figures.genealogy import MOST_STEPS, Lineage, lineages, touched, variants
from app.figures.rules import (
    CLOSED,
    DOCUMENTED,
    RUNNING,
    VARIANT,
    Body,
    Flow,
    Median,
    Practice,
    by_how,
    in_order,
    median_days,
)

NAMES = ("bari", "bologna", "genova", "milano", "torino")
#: Two of them at one place, one of the whole country.
PLACES = {"bari": (442.1, 350.1), "bologna": (197.1, 154.1), "genova": (197.1, 154.1), "milano": (108.3, 94.0)}
BODIES = [Body(name, name.title(), PLACES.get(name)) for name in NAMES]
BARI, BOLOGNA, GENOVA, MILANO, TORINO = BODIES
START = datetime(2026, 11, 1, tzinfo=UTC)


def flow(giver: Body, receiver: Body, solution: str, how: str = DOCUMENTED) -> Flow:
    return Flow(giver, receiver, solution, solution.title(), how)


PAIRS = list(combinations(BODIES, 2))


def made(pair: tuple[Body, Body], solution: str, how: str) -> Flow:
    return flow(*pair, solution=f"{solution}-{pair[0].slug}", how=how)


flows = st.lists(
    st.builds(made, st.sampled_from(PAIRS), st.sampled_from("abc"), st.sampled_from([DOCUMENTED, RUNNING, CLOSED])),
    max_size=12,
).map(in_order)


@given(flows)
def test_every_body_with_a_place_has_a_dot_of_its_own_and_the_others_are_named(found: list[Flow]) -> None:
    drawn = chart(found)
    bodies = {body for item in found for body in (item.giver, item.receiver)}
    assert {dot.body for dot in drawn.dots} | set(drawn.off) == bodies
    assert {body.slug for body in drawn.off} <= {"torino"}
    spots = [(dot.x, dot.y) for dot in drawn.dots]
    assert all(math.dist(one, other) >= APART - 1 for one, other in combinations(spots, 2))


@given(flows)
def test_every_passage_is_on_an_arc_from_its_giver_to_its_receiver(found: list[Flow]) -> None:
    drawn = chart(found)
    placed = [item for item in found if "torino" not in item.bodies]
    assert sum(arc.many for arc in drawn.arcs) == len(placed)
    assert {(arc.giver, arc.receiver, arc.how) for arc in drawn.arcs} == {
        (item.giver, item.receiver, item.how) for item in placed
    }
    spots = {dot.body: (dot.x, dot.y) for dot in drawn.dots}
    for arc in drawn.arcs:
        numbers = [float(number) for number in re.findall(r"-?\d+\.\d", arc.path)]
        assert math.dist(numbers[:2], spots[arc.giver]) < 6
        assert math.dist(numbers[-2:], spots[arc.receiver]) < 9


def test_names_stand_inside_the_drawing_and_are_numbers_where_there_is_no_room() -> None:
    crowd = [Body(f"b{number}", f"Comune numero {number}", (510.0, 300.0)) for number in range(40)]
    drawn = chart([flow(BARI, body, "a") for body in crowd])
    edges = {"start": 0.0, "end": 1.0, "middle": 0.5}
    for dot in drawn.dots:
        left = dot.label_x - edges[dot.anchor] * len(dot.label) * 7.4
        assert not dot.label or (left >= 0 and left + len(dot.label) * 7.4 <= WIDTH)
    names = [dot for dot in drawn.dots if not dot.number]
    assert 0 < len(names) < len(drawn.dots)
    assert all(dot.label == shortened(dot.body.name) for dot in names)
    numbered = sorted(dot.number for dot in drawn.dots if dot.number)
    assert numbered == list(range(1, len(numbered) + 1))
    assert all(dot.label in ("", str(dot.number)) for dot in drawn.dots if dot.number)


def test_a_dot_among_names_has_its_number_at_a_corner() -> None:
    around = {
        "Torino": (44.3, 114.4), "Milano": (108.3, 94.0), "Venezia": (239.4, 98.4), "Reg. Veneto": (254.1, 106.9),
    }  # fmt: skip
    further = {"Com. Padova": (220.7, 100.0), "Com. Torino": (59.0, 122.9), "Regione Lombardia": (123.0, 102.6)}
    north = [Body(name, name, place) for name, place in around.items()]
    others = [Body(f"z {name}", name, place, metropolitan=False) for name, place in further.items()]
    dots = {dot.body.name: dot for dot in chart([flow(BARI, body, "a") for body in [*north, *others, north[0]]]).dots}
    lombardia = dots["Regione Lombardia"]
    assert (lombardia.label, lombardia.number) == ("1", 1), "the key names the number that stands beside its dot"


def test_a_dot_says_to_how_many_bodies_it_gave() -> None:
    drawn = chart([flow(BARI, MILANO, "a"), flow(BARI, MILANO, "b"), flow(BARI, BOLOGNA, "a")])
    counted = {dot.body.slug: (dot.taught, dot.learnt) for dot in drawn.dots}
    assert not any(dot.teaching or dot.learning for dot in drawn.dots)
    assert counted == {"bari": (2, 0), "milano": (0, 1), "bologna": (0, 1)}
    assert {arc.receiver.slug: arc.many for arc in drawn.arcs} == {"milano": 2, "bologna": 1}


def test_what_runs_is_not_told_as_done() -> None:
    drawn = chart([flow(BARI, MILANO, "a", RUNNING), flow(BARI, BOLOGNA, "b")])
    counted = {dot.body.slug: (dot.taught, dot.learnt, dot.teaching, dot.learning) for dot in drawn.dots}
    assert counted == {"bari": (1, 0, 1, 0), "milano": (0, 0, 0, 1), "bologna": (0, 1, 0, 0)}


def test_twinnings_count_once_each_and_sheets_that_are_made_up_not_at_all() -> None:
    shared = [replace(flow(BARI, body, "a", CLOSED), twinning="1-a", demonstration=True) for body in (MILANO, GENOVA)]
    invented = replace(flow(BARI, BOLOGNA, "b"), demonstration=True)
    assert by_how([*shared, invented, flow(BARI, BOLOGNA, "c")]) == [(DOCUMENTED, 1), (CLOSED, 1)]


def test_long_names_are_shortened_beside_their_dot() -> None:
    assert shortened("Università degli Studi di Messina") == "Univ. Messina"
    assert shortened("Agenzia per la coesione territoriale") == "Agenzia per la coesio…"


def test_the_same_passage_is_told_once_by_what_says_most_of_it() -> None:
    every = [flow(BARI, BOLOGNA, "a", how) for how in (CLOSED, VARIANT, DOCUMENTED)]
    assert [item.how for item in in_order(every)] == [CLOSED]


def practice(slug: str, owner: Body, based_on: str = "") -> Practice:
    return Practice(slug, slug.title(), owner, based_on)


CHAIN = [practice("a", BOLOGNA), practice("a-bari", BARI, "a"), practice("a-milano", MILANO, "a-bari")]
PASSED = [flow(BOLOGNA, BARI, "a"), flow(BOLOGNA, TORINO, "a"), flow(BARI, MILANO, "a-bari", CLOSED)]


def test_a_chain_of_variants_is_one_tree_from_its_source() -> None:
    (tree,) = lineages(CHAIN, PASSED)
    to_bari, to_torino = tree.branches
    assert (tree.practice.slug, tree.steps) == ("a", 2)
    (variant,) = to_bari.variants
    assert variant.practice.slug == "a-bari"
    assert [branch.flow.receiver for branch in variant.branches] == [MILANO]
    assert to_torino.variants == ()
    assert [item.slug for item in variants([tree])[PASSED[2]]] == ["a-milano"]


def test_a_tree_is_shown_whole_where_one_of_its_passages_is_asked_for() -> None:
    trees = lineages([*CHAIN, practice("b", GENOVA)], [*PASSED, flow(GENOVA, TORINO, "b")])
    assert [tree.practice.slug for tree in touched(trees, [PASSED[2]])] == ["a"]


def test_a_body_that_varies_its_own_solution_learns_from_nobody() -> None:
    (tree,) = lineages([practice("a", BOLOGNA), practice("a-2", BOLOGNA, "a")], [])
    assert (tree.steps, [variant.practice.slug for variant in tree.own]) == (0, ["a-2"])


def told(trees: list[Lineage]) -> list[str]:
    """Every solution in the trees, as often as it stands there."""
    found = []
    for tree in trees:
        beneath = [variant for branch in tree.branches for variant in branch.variants]
        found += [tree.practice.slug, *told([*beneath, *tree.own])]
    return found


@pytest.mark.parametrize("ring", [["a", "a"], ["a", "b", "a"], ["c", "b", "a", "b"]])
def test_variants_that_name_each_other_in_a_ring_are_told_once(ring: list[str]) -> None:
    practices = [practice(slug, BODIES[number], ring[number + 1]) for number, slug in enumerate(ring[:-1])]
    trees = lineages(practices, [flow(item.owner, TORINO, item.slug) for item in practices])
    assert sorted(told(trees)) == sorted(set(ring))


def test_a_very_long_chain_goes_on_in_a_tree_of_its_own() -> None:
    chain = [practice(f"s{number:03}", BODIES[number % 2], f"s{number - 1:03}") for number in range(300)]
    trees = lineages(
        chain, [flow(item.owner, BODIES[(number + 1) % 2], item.slug) for number, item in enumerate(chain)]
    )
    assert sorted(told(trees)) == [item.slug for item in chain]
    assert max(tree.steps for tree in trees) <= MOST_STEPS


def test_a_median_counts_what_has_both_ends_and_says_nothing_of_two_cases() -> None:
    spans = [(START, START + timedelta(days=days)) for days in (1, 3, 8)]
    assert median_days([*spans, (START, None), (None, None)]) == Median(3.0, 3)
    assert median_days(spans[:2]) == Median(None, 2)
