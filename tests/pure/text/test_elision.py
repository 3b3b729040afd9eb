# SPDX-License-Identifier: AGPL-3.0-or-later
"""Days that begin with a vowel take the article so."""

import pytest

from app.text.elision import elided


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("entro il 11 dicembre 2026", "entro l’11 dicembre 2026"),
        ("dal 8 maggio al 11 giugno", "dall’8 maggio all’11 giugno"),
        ("Il 8 marzo, nel 11 novembre, del 8 aprile, sul 11 luglio", None),
        ("il 18 maggio e il 10 giugno", "il 18 maggio e il 10 giugno"),
        ("vale il 11 % e il 8,5", "vale il 11 % e il 8,5"),
        ("on 11 May 2026", "on 11 May 2026"),
    ],
)
def test_the_article_before_eight_and_eleven_loses_its_vowel(typed: str, read: str | None) -> None:
    assert elided(typed) == (read or "L’8 marzo, nell’11 novembre, dell’8 aprile, sull’11 luglio")
