# SPDX-License-Identifier: AGPL-3.0-or-later
"""A text is English by its small words; English terms in an Italian one change nothing."""

import pytest

from app.text.english import is_english


@pytest.mark.parametrize(
    "text", ["How to share the costs of a joint office", "We need help", "Agenda 2030 and strategic plan"]
)
def test_english_is_told_by_its_small_words(text: str) -> None:
    assert is_english(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SUAP",
        "Open data e smart working nei Comuni",
        "Cloud first: da dove si comincia?",
        "Smart working",
        "Pagamenti on line, prenotazioni on line, fatture on line per imprese",
        "Trasporto on demand, privacy by design",
    ],
)
def test_english_terms_make_no_english_text(text: str) -> None:
    assert not is_english(text)
