# SPDX-License-Identifier: AGPL-3.0-or-later
"""The list of Italian: which words are right as they are typed."""

import pytest

from app.search import italian


@pytest.mark.parametrize("word", ["asili", "nido", "neve", "sinistri", "canile", "mense", "rette", "auto", "perche"])
def test_words_of_everyday_are_right(word: str) -> None:
    assert italian.right(word)


@pytest.mark.parametrize("word", ["servii", "sportelo", "imprse", "comui", "", "x" * 500])
def test_mistakes_and_the_rarest_forms_are_not(word: str) -> None:
    assert not italian.right(word)


def test_the_list_takes_little_memory_and_is_read_once() -> None:
    assert italian.listed().nbytes < 400_000
    assert italian.listed() is italian.listed()
