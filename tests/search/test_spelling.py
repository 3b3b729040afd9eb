# SPDX-License-Identifier: AGPL-3.0-or-later
"""Spelling: known words one mistake away."""

from collections.abc import Set

import pytest

from app.search.spelling import LONGEST, corrections, near_words, split

KNOWN = {"sportello": 9, "imprese": 5, "impresa": 3, "convenzione": 4, "open": 2, "data": 2, "rete": 8, "mete": 8}


def frequency(word: str) -> int:
    return KNOWN.get(word, 0)


def frequencies(words: Set[str]) -> dict[str, int]:
    return {word: KNOWN[word] for word in words & KNOWN.keys()}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("sportelo", "sportello"),
        ("sportelloo", "sportello"),
        ("sporetllo", "sportello"),
        ("convensione", "convenzione"),
    ],
)
def test_one_mistake_is_mended(typed: str, meant: str) -> None:
    assert corrections(typed, frequencies)[0] == meant


def test_the_more_frequent_word_comes_first() -> None:
    assert (
        corrections("impress", frequencies) == ["imprese", "impresa"]
        or corrections("impres", frequencies)[0] == "imprese"
    )


def test_a_right_first_letter_counts() -> None:
    assert corrections("rjete", frequencies) == ["rete"]
    assert corrections("rmete", frequencies)[0] in {"rete", "mete"}


@pytest.mark.parametrize(
    ("typed", "meant", "commoner"),
    [
        ("misioni", "missioni", "milioni"),
        ("durta", "durata", "dura"),
        ("apalto", "appalto", "asalto"),
        ("bandp", "bando", "bandi"),
    ],
)
def test_the_likelier_mistake_counts_more_than_the_commoner_word(typed: str, meant: str, commoner: str) -> None:
    known = {meant: 3, commoner: 10}
    assert corrections(typed, lambda words: {word: known[word] for word in words & known.keys()})[0] == meant


@pytest.mark.parametrize(("typed", "meant"), [("albo", []), ("alro", ["alto"]), ("almo", []), ("aalto", ["alto"])])
def test_in_a_short_word_no_letter_far_from_the_typed_one_was_meant(typed: str, meant: list[str]) -> None:
    assert corrections(typed, lambda words: dict.fromkeys(words & {"alto"}, 5)) == meant


def test_a_word_far_commoner_wins_over_the_likelier_mistake() -> None:
    known = {"missioni": 1, "milioni": 500}
    assert corrections("misioni", lambda words: {word: known[word] for word in words & known.keys()})[0] == "milioni"


@pytest.mark.parametrize("typed", ["ret", "2020", "x" * (LONGEST + 1), "art14"])
def test_short_long_and_numbered_words_are_left_alone(typed: str) -> None:
    assert corrections(typed, frequencies) == []


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("opendata", "open data"),
        ("retedella", "rete della"),
        ("perimprese", "per imprese"),
        ("dellimpresa", "dell'impresa"),
        ("unimpresa", "un'impresa"),
    ],
)
def test_a_lost_space_or_apostrophe_is_found(typed: str, meant: str) -> None:
    assert split(typed, frequency) == meant


@pytest.mark.parametrize(
    "typed", ["xyzxyzxyz", "open-data", "o" * (LONGEST + 1), "dellrete", "undata", "perdella", "inrete"]
)
def test_what_no_two_words_make_is_left_whole(typed: str) -> None:
    assert split(typed, frequency) is None


def test_near_words_never_hold_the_word_swapped_with_itself() -> None:
    assert "aab" in set(near_words("aba"))
    assert "" in set(near_words("a"))
