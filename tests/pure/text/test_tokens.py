# SPDX-License-Identifier: AGPL-3.0-or-later
"""Words of Italian administrative text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.text.tokens import MAX_WORD, tokens


def forms(text: str) -> list[str]:
    return [token.form for token in tokens(text)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("l'ufficio dell’area", ["ufficio", "area"]),
        ("S.U.A.P. e s.u.a.p", ["suap", "e", "suap"]),
        ("S. U. A. P.", ["suap"]),
        ("1.268 comuni", ["1268", "comuni"]),
        ("1.268.000 abitanti", ["1268000", "abitanti"]),
        ("e-procurement", ["e", "procurement"]),
        ("Too(l)smart", ["toolsmart"]),
        ("comune(i) capofila", ["comune", "i", "capofila"]),
        ("Metro³", ["metro3"]),
        ("?!…", []),
        ("\uff9e", []),
    ],
)
def test_words_are_those_an_official_would_search(text: str, words: list[str]) -> None:
    assert forms(text) == words


def test_a_very_long_word_is_cut() -> None:
    assert forms("a" * 1000) == ["a" * MAX_WORD]


@given(st.text(max_size=200))
def test_places_are_places_of_the_original_text(text: str) -> None:
    last = 0
    for token in tokens(text):
        assert last <= token.start < token.end <= len(text)
        assert 0 < len(token.form) <= MAX_WORD
        last = token.end
