# SPDX-License-Identifier: AGPL-3.0-or-later
"""Stems: number and gender do not count, short words and numbers stay."""

import pytest

from app.text.stems import is_stop, stem


@pytest.mark.parametrize(
    ("one", "other"),
    [("comune", "comuni"), ("sportello", "sportelli"), ("associata", "associate"), ("strategico", "strategici")],
)
def test_singular_and_plural_have_one_stem(one: str, other: str) -> None:
    assert stem(one) == stem(other)


@pytest.mark.parametrize("word", ["suap"[:3], "pa", "2020", "d3"])
def test_short_words_and_numbers_stay_as_they_are(word: str) -> None:
    assert stem(word) == word


def test_stop_words_are_known_without_accents() -> None:
    assert is_stop("perche")
    assert is_stop("piu")
    assert not is_stop("comune")
