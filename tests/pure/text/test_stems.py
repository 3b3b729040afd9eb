# SPDX-License-Identifier: AGPL-3.0-or-later
"""Stems: number and gender do not count, short words and numbers stay."""

import pytest

from app.text.folding import fold
from app.text.stems import APART, inflections, is_stop, stem


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


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("comune", "comuni"),
        ("ufficio", "uffici"),
        ("uffici", "ufficio"),
        ("banca", "banche"),
        ("comunicazione", "comunicazioni"),
        ("europeo", "europee"),
        ("area", "aree"),
        ("linea", "linee"),
        ("pratica", "pratiche"),
        ("elenco", "elenchi"),
        ("luogo", "luoghi"),
    ],
)
def test_the_other_number_or_gender_of_a_word_is_one_of_its_inflections(word: str, other: str) -> None:
    assert other in inflections(word)
    assert word in inflections(other)


@pytest.mark.parametrize(("word", "other"), [("comunicazione", "comune"), ("comune", "comunita"), ("suap", "sua")])
def test_another_word_of_the_same_stem_is_none(word: str, other: str) -> None:
    assert other not in inflections(word)


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("comunità", "comune"),
        ("comunicazione", "comune"),
        ("statuto", "stato"),
        ("rifiuti", "rifare"),
        ("bari", "bar"),
        ("legge", "leggere"),
        ("temi", "temiamo"),
        ("sindacato", "sindaco"),
        ("parere", "parità"),
        ("importo", "importante"),
        ("operatori", "opere"),
        ("quartiere", "quarto"),
        ("colleghi", "collegare"),
    ],
)
def test_words_of_another_thing_are_no_forms_of_a_common_one(word: str, other: str) -> None:
    assert stem(fold(word)) != stem(other)


@pytest.mark.parametrize("words", APART.values())
def test_words_put_apart_are_folded_and_of_one_stem(words: str) -> None:
    forms = words.split()
    assert [fold(form) for form in forms] == forms
    assert len({stem(form) for form in forms}) == 1


def test_a_word_put_apart_keeps_its_own_forms() -> None:
    assert stem("legge") == stem("leggi")
    assert stem("indicatore") == stem("indicatori")
    assert stem("sindacato") == stem("sindacale")
    assert stem("comunicazione") == stem("comunicazioni") == stem("comunicare")
    assert stem("statuto") == stem("statuti")
