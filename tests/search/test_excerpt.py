# SPDX-License-Identifier: AGPL-3.0-or-later
"""Snippets: whole sentences and words of the original text, with what matched marked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.search.excerpt import LENGTH, Marks, Runs, excerpt, mark
from app.text.stems import stem

LONG = " ".join(f"Questa è la frase numero {number} di un testo che parla d'altro." for number in range(60))


def marks(*words: str, forms: tuple[str, ...] = (), acts: tuple[str, ...] = ()) -> Marks:
    return Marks(frozenset(map(stem, words)), tuple(tuple(map(stem, form.split())) for form in forms), acts)


def plain(runs: Runs) -> str:
    return "".join(text for text, _marked in runs)


def marked(runs: Runs) -> list[str]:
    return [text for text, is_marked in runs if is_marked]


def test_words_are_marked_whole_in_any_inflection_and_accent() -> None:
    runs = excerpt("Le città metropolitane e la Città.", marks("citta"))
    assert marked(runs) == ["città", "Città"]


def test_the_window_is_where_most_different_words_stand() -> None:
    text = f"Sportello. {LONG} Lo sportello unico per le imprese apre. {LONG}"
    runs = excerpt(text, marks("sportello", "imprese"))
    assert marked(runs) == ["sportello", "imprese"]
    assert plain(runs).startswith("Lo sportello unico")
    assert len(plain(runs)) <= LENGTH + 4


def test_a_snippet_ends_with_a_sentence_or_says_that_it_does_not() -> None:
    runs = excerpt(f"{LONG} {'parola ' * 200}", marks("parola"))
    assert plain(runs).endswith(" …")
    assert plain(excerpt(LONG, marks("frase"))).endswith(".")


def test_a_far_sentence_start_gives_way_to_a_word() -> None:
    text = f"Inizio {'parola ' * 100} sportello {'parola ' * 100}"
    runs = excerpt(text, marks("sportello"))
    assert plain(runs).startswith("… parola")
    assert marked(runs) == ["sportello"]


def test_one_endless_word_is_cut() -> None:
    assert len(plain(excerpt("x" * 5000, marks("altro")))) <= LENGTH + 4


def test_an_abbreviation_ends_no_sentence() -> None:
    text = f"{LONG} Il procedimento segue il D.P.R. Suap 160/2010 per le imprese. {LONG}"
    assert plain(excerpt(text, marks("imprese"))).startswith("Il procedimento segue")


def test_headings_stay_out_of_snippets() -> None:
    text = f"Problema affrontato\nI comuni fanno gare da soli.\nSoluzione adottata\nUna centrale unica. {LONG}"
    assert plain(excerpt(text, marks("gare"))).startswith("I comuni fanno gare da soli. Una centrale unica.")


def test_a_text_of_headings_only_is_shown() -> None:
    assert plain(excerpt("Legge 7 agosto 1990, n. 241", marks("legge"))) == "Legge 7 agosto 1990, n. 241"


def test_another_form_is_marked_only_where_it_stands_whole() -> None:
    text = "Lo sportello unico delle imprese. Un unico ufficio. Le imprese."
    assert marked(mark(text, marks(forms=("sportello unico imprese",)))) == ["sportello unico", "imprese"]


def test_an_act_is_marked_in_any_spelling() -> None:
    text = "Si applica l'art. 14 della legge 7 agosto 1990, n. 241. Nel 241 dopo Cristo no."
    assert marked(mark(text, marks(acts=("legge-241-1990",)))) == ["art. 14 della legge 7 agosto 1990, n. 241"]


def test_an_act_without_number_marks_nothing() -> None:
    assert marked(mark("La Costituzione", marks(acts=("costituzione", "dm-x-2020")))) == []


def test_nothing_to_mark_shows_the_beginning() -> None:
    assert marked(excerpt(LONG, Marks())) == []
    assert plain(excerpt(LONG, Marks())).startswith("Questa è la frase numero 0")
    assert Marks().none
    assert excerpt("", Marks()) == ()


def test_many_matches_are_counted_up_to_a_limit() -> None:
    assert marked(excerpt("comune " * 2000, marks("comune")))


@given(st.text(max_size=500), st.sets(st.text(max_size=6), max_size=4))
def test_a_title_with_marks_is_the_title(text: str, stems: set[str]) -> None:
    assert plain(mark(text, Marks(frozenset(stems)))) == text


@pytest.mark.parametrize("text", ["İstanbul città", "ﬁume", "\ud800 città", "a\u0301 città", "\x00"])
def test_strange_letters_keep_their_place(text: str) -> None:
    assert plain(mark(text, marks("citta"))) == text
