# SPDX-License-Identifier: AGPL-3.0-or-later
"""Other ways of saying: acronyms, full forms, synonyms, English; ambiguous forms only with support."""

import pytest

from app.text.vocabulary import ENGLISH, FULL_FORM, SYNONYM, Vocabulary, form

SUAP = {
    "term": "SUAP",
    "acronyms": ["SUAP"],
    "expansion": "sportello unico per le attività produttive",
    "synonyms": ["sportello imprese"],
    "en": ["one-stop shop"],
}
SUA = {"term": "stazione unica appaltante", "acronyms": ["SUA"], "ambiguous": ["SUA"], "related": ["gara"]}


@pytest.fixture
def vocabulary() -> Vocabulary:
    return Vocabulary([SUAP, SUA])


def test_an_acronym_and_its_full_form_stand_for_each_other(vocabulary: Vocabulary) -> None:
    full = form("sportelli unici delle attività produttive")
    assert (full, FULL_FORM) in {(way.stems, way.weight) for way in vocabulary.alternatives(("suap",))}
    assert (("suap",), FULL_FORM) in {(way.stems, way.weight) for way in vocabulary.alternatives(full)}


def test_a_synonym_is_worth_less_than_the_full_form(vocabulary: Vocabulary) -> None:
    weights = {way.stems: way.weight for way in vocabulary.alternatives(("suap",))}
    assert weights[form("sportello imprese")] == SYNONYM


def test_what_people_say_outside_of_offices_stands_for_it_after_the_words_of_the_offices() -> None:
    words = Vocabulary([{"term": "polizia locale", "synonyms": ["polizia municipale"], "everyday": ["vigili"]}])
    assert [way.stems for way in words.alternatives(form("vigili"))] == [
        form("polizia locale"),
        form("polizia municipale"),
    ]
    assert [way.stems for way in words.alternatives(form("polizia locale"))] == [
        form("polizia municipale"),
        form("vigili"),
    ]


def test_what_an_act_is_called_leads_to_it_but_not_what_an_act_is_about() -> None:
    act = {"term": "legge Delrio", "synonyms": ["Delrio", "L. 56/14"], "everyday": ["riforma delle province"]}
    about = {"term": "unione di comuni", "synonyms": ["unione"]}
    words = Vocabulary([{**entry, "acts": ["L. 7 aprile 2014, n. 56"]} for entry in (act, about)])
    names = {form("Delrio"), form("riforma delle province")}
    assert words.acts == dict.fromkeys(names, "legge-56-2014")


def test_english_leads_to_italian_and_never_the_other_way(vocabulary: Vocabulary) -> None:
    english = form("one-stop shop")
    assert {way.weight for way in vocabulary.alternatives(english)} == {ENGLISH, SYNONYM}
    assert english not in {way.stems for way in vocabulary.alternatives(("suap",))}


def test_an_ambiguous_form_needs_support_or_capitals(vocabulary: Vocabulary) -> None:
    assert vocabulary.alternatives(("sua",)) == ()
    assert vocabulary.alternatives(("sua",), form("gara"))
    assert vocabulary.alternatives(("sua",), emphatic=True)


def test_an_ambiguous_form_is_never_reached(vocabulary: Vocabulary) -> None:
    assert vocabulary.alternatives(form("stazione unica appaltante")) == ()


def test_the_longest_known_form_wins(vocabulary: Vocabulary) -> None:
    stems = ("nuov", *form("sportello unico per le attività produttive"), "suap")
    assert vocabulary.spans(stems) == [(1, len(stems) - 1), (len(stems) - 1, len(stems))]


def test_a_form_of_stop_words_only_keeps_them() -> None:
    assert form("IO") == ("io",)
    assert form("!?") == ()


def test_surfaces_are_the_words_a_reader_types(vocabulary: Vocabulary) -> None:
    assert vocabulary.surfaces["one stop shop"] == form("one-stop shop")
    assert Vocabulary().surfaces == {}


def test_an_acronym_is_known_by_its_very_letters() -> None:
    known = Vocabulary([{"term": "SCIA", "acronyms": ["SCIA"], "expansion": "segnalazione certificata"}])
    typed = form("scia")
    assert form("scie") == typed
    assert known.alternatives(typed, said="scia")
    assert not known.alternatives(typed, said="scie")
    assert [way.word for way in known.alternatives(form("segnalazioni certificate"))] == ["scia"]


def test_an_acronym_of_one_meaning_says_what_it_stands_for() -> None:
    clear = {"term": "sportello", "acronyms": ["SUAP"], "expansion": "sportello unico"}
    unclear = {"term": "città", "acronyms": ["CM"], "expansion": "città metropolitana", "ambiguous": ["CM"]}
    known = Vocabulary([clear, unclear, {"term": "gara", "acronyms": ["RUP"]}])
    assert known.expansions == {"SUAP": "sportello unico"}


def test_a_word_that_is_inflected_anywhere_is_known_in_all_its_forms() -> None:
    known = Vocabulary([{"term": "provincia", "synonyms": ["ente provincia"], "en": ["province"]}])
    assert known.alternatives(form("provincia"), said="provincia")
    assert all(not way.word for way in known.alternatives(form("ente provincia")))
