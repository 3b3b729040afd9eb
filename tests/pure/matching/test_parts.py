# SPDX-License-Identifier: AGPL-3.0-or-later
"""Themes along their tree, words, figures of cities, readiness."""

from collections import Counter
from math import log, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.matching.context import EVEN, MAX_DISTANCE, NATIONAL, alike, indicator_weights, limited, similarity
from app.matching.model import City, Figure, Passage
from app.matching.readiness import readiness
from app.matching.text import Space, calibration, counted, grams, meeting, scaled, space, terms
from app.matching.themes import ancestry, closeness, overlap, shared
from tests.pure.matching.made import TREE, cities, make_city, make_offer


def test_themes_are_close_along_the_tree() -> None:
    assert closeness("suap", "suap", TREE) == 1
    assert closeness("suap", "semplificazione", TREE) == 0.5
    assert closeness("suap", "edilizia", TREE) == 0.5
    assert closeness("suap", "cuc", TREE) == 0
    assert overlap(("suap", "cuc"), ("suap",), TREE) == 0.5
    assert overlap((), ("suap",), TREE) == 0
    assert shared(("suap", "cuc"), ("cuc",)) == ("cuc",)


def test_a_circle_in_the_tree_ends() -> None:
    assert ancestry("a", {"a": "b", "b": "a"}) == ("a", "b")


def test_words_that_tell_no_subject_are_left_out() -> None:
    assert terms("Le città metropolitane e i comuni vorremmo uno sportello per le imprese") == terms(
        "sportello imprese"
    )


def room_of(**texts: str) -> Space:
    return space({name: counted(text) for name, text in texts.items()})


@given(st.lists(st.lists(st.sampled_from("orto gara sportello impresa piano bando".split()), max_size=6), max_size=5))
def test_how_close_two_texts_are_is_the_cosine_of_the_textbook(texts: list[list[str]]) -> None:
    documents = {str(number): Counter(grams(" ".join(words))) for number, words in enumerate(texts)}
    seen = Counter(gram for document in documents.values() for gram in document)
    worth = {gram: log((1 + len(documents)) / (1 + many)) + 1 for gram, many in seen.items()}

    def vector(counts: Counter[str]) -> dict[str, float]:
        values = {gram: (1 + log(count)) * worth[gram] for gram, count in counts.items() if gram in worth}
        length = sqrt(sum(value**2 for value in values.values())) or 1
        return {gram: value / length for gram, value in values.items()}

    asked = "un orto e uno sportello per ogni impresa, un orto"
    mine = vector(Counter(grams(asked)))
    found = space({name: counted(" ".join(words)) for name, words in zip(documents, texts, strict=True)}).affinities(
        asked
    )
    for name, document in documents.items():
        theirs = vector(document)
        assert found[name] == pytest.approx(sum(value * theirs.get(gram, 0) for gram, value in mine.items()))


def test_documents_that_share_words_are_close() -> None:
    room = room_of(suap="sportello unico delle imprese e pratiche", gare="centrale di committenza e gare")
    close = room.affinities("uno sportello per le pratiche delle imprese")
    assert close["suap"] > 0.4
    assert close["gare"] == 0
    assert room.affinities("xyz") == {"gare": 0, "suap": 0}
    assert space({}).affinities("sportello") == {}


def test_the_scale_is_that_of_pairs_known_to_be_related_not_of_the_best_of_the_query() -> None:
    assert calibration([0.1, 0.2, 0.3, 0.4]) == pytest.approx(0.37)
    assert calibration([]) == 1
    assert scaled(0.2, 0.4) == 0.5
    assert scaled(9, 0.4) == 1
    assert scaled(1, 0) == 0


def test_the_passages_that_met_the_request_are_shown_with_the_words_in_common() -> None:
    passages = [
        Passage("Risultati", "I cittadini sono contenti."),
        Passage("Problema", "Le imprese compilano moduli diversi in ogni comune."),
        Passage("Soluzione", "Un solo sportello riceve i moduli delle imprese."),
    ]
    met = meeting("Le imprese hanno troppi moduli e nessuno sportello", passages)
    assert [passage.heading for passage, _ in met] == ["Soluzione", "Problema"]
    assert len(met[0][1]) == 3
    assert meeting("", passages) == ()


def test_equal_cities_are_alike_and_the_unknown_counts_half() -> None:
    one = make_city()
    assert similarity(one, one, EVEN).value > 0.85
    blank = City("x", "X")
    nothing = similarity(one, blank, EVEN)
    assert (nothing.value, nothing.coverage) == (0.5, 0.0)
    assert all(item.distance is None for item in nothing.compared)


def test_the_figures_of_both_and_the_median_of_italy_are_shown() -> None:
    context = similarity(make_city(), make_city("bari"), {"population": 1})
    (compared,) = context.compared
    assert compared.mine is not None
    assert compared.mine.source == "ISTAT"
    assert 370_000 < compared.median < 390_000
    assert round(NATIONAL["small_share"].shown, 1) == 67.9


def people(inhabitants: float) -> City:
    return City("x", "X", {"population": Figure(inhabitants)})


def test_one_odd_figure_sets_two_cities_apart_by_three_spreads_at_most() -> None:
    (compared,) = similarity(make_city(), people(1), {"population": 1}).compared
    assert compared.distance is not None
    assert 2.9 < compared.distance <= MAX_DISTANCE
    assert limited(1e9) == MAX_DISTANCE


@given(st.just(0.0) | st.floats(1e-6, 20), st.floats(1e-3, 5))
def test_a_larger_difference_always_counts_more_and_a_small_one_almost_as_it_is(spreads: float, more: float) -> None:
    assert limited(spreads) < limited(spreads + more) <= MAX_DISTANCE
    assert limited(spreads) <= spreads * (1 + 1e-12)
    assert limited(min(spreads, 1)) >= 0.94 * min(spreads, 1)


def test_cities_far_larger_are_told_apart_too() -> None:
    village = people(2_000)
    alike = [similarity(village, people(size), {"population": 1}).value for size in (30_000, 300_000, 3_000_000)]
    assert alike == sorted(set(alike), reverse=True)


@given(cities, cities)
def test_two_cities_are_as_alike_as_seen_from_the_other(one: City, other: City) -> None:
    assert similarity(one, other, EVEN).value == similarity(other, one, EVEN).value


def test_what_matters_follows_the_theme_or_its_ancestor() -> None:
    assert indicator_weights(("suap",), TREE)["municipalities"] == 2
    assert indicator_weights(("altro", "cuc"), {**TREE, "altro": ""})["small_share"] == 1.5
    assert indicator_weights(("figlio",), {"figlio": "psm"})["density"] == 1
    assert indicator_weights(("a",), {"a": "b", "b": "a"}) is EVEN


def test_a_contact_that_answers_counts_more_than_one_that_does_not() -> None:
    silent, kind = readiness(make_offer(asked=8)), readiness(make_offer(asked=8, answered=8))
    new = readiness(make_offer())
    assert silent.replies < new.replies < kind.replies
    assert readiness(make_offer(badge="strano", evidence=9)).value > 0


@pytest.mark.parametrize(
    ("indicator", "one", "other", "told"),
    [
        ("population", 1_000_000, 1_250_000, True),
        ("population", 1_225_048, 816_606, False),
        ("area_km2", 3_863, 5_352, False),
        ("municipalities", 40, 40, True),
        ("small_share", 10.9, 14.9, True),
        ("small_share", 4.9, 26.3, False),
        ("small_share", 25.5, 10.9, False),
        ("population", 0, 10, False),
    ],
)
def test_two_figures_are_called_alike_only_where_a_reader_would(
    indicator: str, one: float, other: float, told: bool
) -> None:
    assert alike(indicator, one, other) is alike(indicator, other, one) is told


def test_the_share_of_a_text_that_a_document_holds_weighs_rare_words_more_and_unknown_ones_most() -> None:
    texts = room_of(suap="sportello unico imprese", gare="gare unico comuni", orti="orti urbani unico")
    assert texts.held("uno sportello per le imprese")["suap"] == 1
    assert 0 < texts.held("uno sportello unico")["gare"] < 0.5
    assert texts.held("sportello e canile")["suap"] <= 0.5
    assert texts.held("canile")["suap"] == texts.held("")["suap"] == 0
