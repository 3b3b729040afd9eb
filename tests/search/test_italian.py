# SPDX-License-Identifier: AGPL-3.0-or-later
"""The list of Italian: which words are right as they are typed, and how common they are."""

import pytest

from app.search import italian
from app.text.stems import stem


@pytest.mark.parametrize("word", ["asili", "nido", "neve", "sinistri", "canile", "mense", "rette", "auto", "perche"])
def test_words_of_everyday_are_right(word: str) -> None:
    assert italian.right(word)


@pytest.mark.parametrize("word", ["servii", "sportelo", "imprse", "comui", "", "x" * 500])
def test_mistakes_and_the_rarest_forms_are_not(word: str) -> None:
    assert not italian.right(word)


def test_the_list_takes_little_memory_and_is_read_once() -> None:
    assert sum(listed.hashes.nbytes + listed.shares.nbytes for listed in italian.listed()) < 900_000
    assert italian.listed() is italian.listed()


def test_a_common_word_stands_in_a_long_text_and_an_administrative_one_hardly_does() -> None:
    assert italian.common("settimana", 1_000, stemmed=False) > 0.2
    assert italian.common("appalti", 1_000, stemmed=False) < 0.01
    assert italian.common("settimana", 100, stemmed=False) < italian.common("settimana", 1_000, stemmed=False)
    assert italian.common(stem("settimane"), 1_000, stemmed=True) > italian.common("settimane", 1_000, stemmed=False)
    assert italian.common("act_stato_legge_1990_08_07_241", 1_000, stemmed=True) == 0
