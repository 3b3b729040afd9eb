# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was typed becomes words, phrases, exclusions, filters and acts; nothing typed is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.search.query import MAX_TERMS, MAX_TEXT, Question, corrected, read, read_whole, without
from app.text.stems import stem


def forms(text: str) -> list[str]:
    return [word.form for word in read(text).words]


def test_words_of_asking_are_left_out() -> None:
    assert forms("Vorrei sapere come si fa una conferenza di servizi?") == ["conferenza", "servizi"]


def test_a_question_of_such_words_only_keeps_them() -> None:
    assert forms("vorrei sapere") == ["vorrei", "sapere"]
    assert forms("di che") == ["di", "che"]


def test_accents_case_and_apostrophes_do_not_count() -> None:
    assert forms("CITTÀ DELL’AREA") == forms("citta dell'area") == ["citta", "area"]


def test_an_acronym_in_capitals_is_told_from_a_stop_word() -> None:
    assert [(word.form, word.capital) for word in read("la SUA di Genova").words] == [("sua", True), ("genova", False)]
    assert forms("la sua gara") == ["gara"]


def test_shouting_is_no_emphasis() -> None:
    assert not any(word.capital for word in read("LA SUA GARA").words)


def test_quotes_set_a_condition_in_a_short_question() -> None:
    assert read('"zone omogenee" Milano').phrases == (tuple(stem(word) for word in ("zone", "omogenee")),)
    assert read("«zone omogenee»").phrases == read('"zone omogenee"').phrases


def test_quotes_in_a_sentence_only_name_something() -> None:
    found = read('Quali documenti servono nel passo "Caricamento contratto" della candidatura al bando?')
    assert found.phrases == ()
    assert "caricamento" in {word.form for word in found.words}


def test_what_is_excluded_is_not_asked_for() -> None:
    found = read('sportello -edilizia -"piani urbani"')
    assert found.excluded == ((stem("piani"), stem("urbani")),)
    assert found.unwanted == ("edilizia",)
    assert [word.form for word in found.words] == ["sportello"]


def test_a_dash_inside_a_word_excludes_nothing() -> None:
    found = read("e-procurement")
    assert (found.excluded, found.unwanted) == ((), ())


def test_field_prefixes_become_filters() -> None:
    found = read('città:bologna tema:suap norma:"l. 241/1990" mobilità')
    assert found.wanted == (("city", "bologna"), ("theme", "suap"), ("act", "l. 241/1990"))
    assert [word.form for word in found.words] == ["mobilita"]


def test_an_unknown_prefix_is_plain_text() -> None:
    assert forms("nota: sportello:unico") == ["nota", "sportello", "unico"]


def test_of_a_text_full_of_articles_the_first_are_asked_for() -> None:
    text = " ".join(f"artt. {number * 50 + 1}-{number * 50 + 40} L. {number + 1}/1990." for number in range(90))
    asked = read_whole(text)
    assert (len(asked.acts), len(asked.places)) == (90, MAX_TERMS)
    assert asked.places[0] == ("legge-1-1990", "act_legge_1_1990_art1")


def test_an_act_in_any_spelling_is_the_same_act() -> None:
    spelt = ("art. 14 l. 241/1990", "legge 7 agosto 1990, n. 241", "L. 241/90")
    assert {read(text).acts for text in spelt} == {("legge-241-1990",)}
    assert not read("l. 241/1990").words


@pytest.mark.parametrize("text", ["", "   ", "?!", '"', '""', "-", ":", "tema:", "(((", "* ~ ^", "\x00\x01", "\ud800"])
def test_what_means_nothing_is_an_empty_question(text: str) -> None:
    assert read(text).empty or read(text).words


@pytest.mark.parametrize(
    "text", ["a" * 10_000, '"' * 1000, "(" * 1000, "[" * 1000, "x " * 5000, "-a " * 5000, "S." * 5000]
)
def test_a_huge_question_is_cut(text: str) -> None:
    found = read(text)
    assert len(found.words) <= MAX_TERMS
    assert len(found.plain) <= MAX_TEXT


@given(st.text(max_size=300))
def test_nothing_typed_is_refused(text: str) -> None:
    assert isinstance(read(text), Question)


@given(st.text(alphabet="?*()[]{}~^!&|/\\", max_size=12))
def test_operators_of_other_engines_change_nothing(noise: str) -> None:
    assert read(f"{noise} zone omogenee {noise}").words == read("zone omogenee").words


def test_a_correction_leaves_the_rest_as_typed() -> None:
    assert corrected("Lo Sportelo di Milano?", {"sportelo": "sportello"}) == "Lo sportello di Milano?"


def test_an_act_typed_without_its_marks_is_the_act_and_its_words() -> None:
    question = read("legge 241 90")
    assert question.acts == ("legge-241-1990",)
    assert [word.form for word in question.words] == ["legge", "241", "90"]


def test_an_act_is_one_value_without_quotes() -> None:
    assert read("norma:l. 241/1990 conferenza").wanted == (("act", "l. 241/1990"),)
    assert forms("norma:l. 241/1990 conferenza") == ["conferenza"]
    assert read("norma:nuova").wanted == (("act", "nuova"),)


def test_a_text_of_sentences_is_read_to_its_end() -> None:
    text = " ".join(f"parola{number}a" for number in range(3 * MAX_TERMS)) + " ai sensi della legge 241/1990."
    found = read_whole(f"{text} {'Poi, ' * MAX_TEXT} lo sportello.")
    assert len(text) > MAX_TEXT
    assert [word.form for word in found.words][-1] == "sportello"
    assert len(found.words) == 3 * MAX_TERMS + 2
    assert found.acts == ("legge-241-1990",)
    assert without(found, ()).words == found.words


def test_a_text_of_sentences_sets_no_condition() -> None:
    found = read_whole('Cerchiamo:\n-sportelli unici\n-"piani urbani"\nStato:aperto tema:suap')
    assert (found.phrases, found.excluded, found.wanted) == ((), (), ())
    assert {"sportelli", "piani", "suap"} <= {word.form for word in found.words}
