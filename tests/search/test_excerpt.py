# SPDX-License-Identifier: AGPL-3.0-or-later
"""Snippets: whole sentences and words of the original text, with what matched marked."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.search import excerpt as snippets
from app.search import index, passages
from app.search.document import SearchDocument
from app.search.engine import Engine
from app.search.excerpt import LENGTH, Marks, Match, Runs
from app.search.passages import MAX_MATCHES
from app.search.results import Hit
from app.search.terms import of_document
from app.text.stems import stem
from app.text.typed import line

LONG = " ".join(f"Questa è la frase numero {number} di un testo che parla d'altro." for number in range(60))


def marks(*words: str, forms: tuple[str, ...] = (), acts: tuple[str, ...] = ()) -> Marks:
    return Marks(frozenset(map(stem, words)), tuple(tuple(map(stem, form.split())) for form in forms), acts)


def excerpt(text: str, wanted: Marks, title: str = "Titolo") -> Runs:
    """The snippet of a document, through what the index stores of it."""
    document = SearchDocument("page", "x", title, text, "/x")
    terms = of_document(document)
    passage = passages.from_stored(document, passages.stored(document, terms))

    places: dict[str, list[int]] = {}
    for place, item in enumerate(terms.stems):
        places.setdefault(item, []).append(place)
    return snippets.excerpt(passage.text, passages.matches(passage, wanted, places))


def plain(runs: Runs) -> str:
    return "".join(text for text, _marked in runs)


def marked(runs: Runs) -> list[str]:
    return [text for text, is_marked in runs if is_marked]


def test_a_summary_that_answers_is_shown_whole() -> None:
    summary = "Il Comune compra con gli altri. " + "La centrale fa le gare per tutti e tre gli enti. " * 5
    text = f"{summary.strip()}\nAltro testo che non riguarda le gare."
    place = text.index("enti")
    runs = snippets.excerpt(text, [Match(place, place + 4, "ent")], len(summary.strip()))
    assert "".join(part for part, _marked in runs) == summary.strip()
    assert ("enti", True) in runs


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
    assert marked(excerpt(text, marks(forms=("sportello unico imprese",)))) == ["sportello unico", "imprese"]


def test_the_words_of_a_form_stand_near_each_other() -> None:
    far = f"Lo sportello {'di ' * 40} imprese."
    assert marked(excerpt(far, marks(forms=("sportello imprese",)))) == []


def test_a_form_in_the_title_or_in_a_heading_marks_nothing_of_the_text() -> None:
    text = "Lo sportello imprese\nQui si parla di una cosa soltanto."
    assert marked(excerpt(text, marks(forms=("sportello imprese",)), title="Sportello imprese")) == []


def test_an_acronym_is_marked_in_any_spelling() -> None:
    assert marked(excerpt("Il S.U.A.P. e il SUAP dell'ente.", marks("suap", "ente"))) == ["S.U.A.P.", "SUAP", "ente"]


def test_a_small_word_is_marked_in_capitals_only() -> None:
    assert marked(excerpt("La SUA gara e la sua sede.", marks("sua"))) == ["SUA"]


def test_an_act_is_marked_in_any_spelling() -> None:
    text = "Si applica l'art. 14 della legge 7 agosto 1990, n. 241. Nel 241 dopo Cristo no."
    assert marked(excerpt(text, marks(acts=("legge-241-1990",)))) == ["art. 14 della legge 7 agosto 1990, n. 241"]


def test_words_of_a_marked_act_are_not_marked_twice() -> None:
    text = "La legge 7 agosto 1990, n. 241 vale sempre. Una legge sola."
    found = excerpt(text, marks("legge", acts=("legge-241-1990",)))
    assert marked(found) == ["legge 7 agosto 1990, n. 241", "legge"]


def test_nothing_to_mark_shows_the_beginning() -> None:
    assert marked(excerpt(LONG, Marks())) == []
    assert plain(excerpt(LONG, Marks())).startswith("Questa è la frase numero 0")
    assert Marks().none
    assert excerpt("", Marks()) == ()


def test_many_matches_are_counted_up_to_a_limit() -> None:
    assert marked(excerpt("comune " * 2000, marks("comune")))


def test_places_hold_over_titles_headings_and_blank_lines() -> None:
    text = "Un titoletto\n\n  Il comune apre.  \n\nAltro titoletto\nQuesto comune chiude: il Comune è uno.\n"
    found = excerpt(text, marks("comune"), title="Il comune di D.P.R. 160/2010")
    assert marked(found) == ["comune", "comune", "Comune"]


@given(st.text(max_size=500), st.sets(st.text(max_size=6), max_size=4))
def test_a_snippet_is_a_stretch_of_the_text(text: str, stems: set[str]) -> None:
    found = plain(excerpt(text, Marks(frozenset(stems)))).removeprefix("… ").removesuffix(" …")
    assert "".join(found.split()) in "".join(text.split())


@given(st.lists(st.tuples(st.integers(0, 900), st.integers(1, 400), st.sampled_from("abc")), max_size=30))
def test_any_matches_give_a_snippet_of_its_length(found: list[tuple[int, int, str]]) -> None:
    matches = sorted(Match(start, start + length, what) for start, length, what in found)
    runs = snippets.excerpt(LONG[:1000], [match for match in matches if match.end <= 1000])
    assert 0 < len(plain(runs)) <= LENGTH + 4


@pytest.mark.parametrize("text", ["İstanbul città", "ﬁume città", "a\u0301 città", "\x00 città"])
def test_strange_letters_keep_their_place(text: str) -> None:
    runs = excerpt(text, marks("citta"))
    assert marked(runs) == ["città"]
    assert plain(runs) == text


def test_the_index_gives_the_places_of_each_document(tmp_path: Path) -> None:
    texts = [f"{'Altro. ' * number}Lo sportello {number} apre, e lo sportello chiude." for number in range(7)]
    documents = [SearchDocument("page", f"p{n}", "Sportello", text, "/") for n, text in enumerate(texts)]
    index.rebuild(tmp_path, documents[:4])
    index.write(tmp_path, documents[4:], ["page:p2"])
    hits = Engine(tmp_path).search("sportello").hits
    assert {hit.slug for hit in hits} == {"p0", "p1", "p3", "p4", "p5", "p6"}
    assert [marked(hit.snippet) for hit in hits] == [["sportello", "sportello"]] * 6


def answered(folder: Path, text: str, questions: tuple[str, ...], typed: str) -> Hit:
    """The only document of an index, as the page of a search shows it."""
    index.rebuild(folder, [SearchDocument("solution", "x", "Titolo", text, "/x", text, questions=questions)])
    (hit,) = Engine(folder).search(typed).hits
    return hit


ASKED = ("Chi porta via la spazzatura dal mercato?", "bancarelle e multe", "Dove si mette il camion dei traslochi?")


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("un camion per i traslochi", ASKED[2]),
        ("multe alle bancarelle", ASKED[1]),
        ("mercato e spazzatura", ASKED[0]),
    ],
)
def test_the_question_that_says_most_of_what_is_asked_is_shown_whole(tmp_path: Path, typed: str, shown: str) -> None:
    hit = answered(tmp_path, "Il comune regola il mercato e il suolo pubblico.", ASKED, typed)
    assert hit.asked
    assert plain(hit.snippet) == shown
    assert len(marked(hit.snippet)) == 2


@pytest.mark.parametrize("typed", ["mercato", "suolo pubblico", "il camion al mercato sul suolo pubblico"])
def test_the_text_is_shown_where_no_question_says_more(tmp_path: Path, typed: str) -> None:
    hit = answered(tmp_path, "Il comune regola il mercato e il suolo pubblico.", ASKED, typed)
    assert not hit.asked
    assert plain(hit.snippet) == "Il comune regola il mercato e il suolo pubblico."


def test_a_question_is_shown_however_often_the_text_holds_a_word(tmp_path: Path) -> None:
    hit = answered(
        tmp_path, "Il mercato è di tutti. " * (MAX_MATCHES + 50), ASKED, "il camion al mercato e la spazzatura"
    )
    assert (hit.asked, plain(hit.snippet)) == (True, ASKED[0])


@given(st.text(max_size=200), st.lists(st.text(max_size=60), max_size=4), st.sets(st.text(max_size=4), max_size=4))
def test_what_is_shown_stands_in_the_text_or_is_one_question(text: str, asked: list[str], stems: set[str]) -> None:
    document = SearchDocument("page", "x", "Titolo", text, "/x", questions=tuple(line(item) for item in asked))
    terms = of_document(document)
    passage = passages.from_stored(document, passages.stored(document, terms))
    places: dict[str, list[int]] = {}
    for place, item in enumerate(terms.stems):
        places.setdefault(item, []).append(place)
    found = passages.matches(passage, Marks(frozenset(stems)), places)
    shown = plain(snippets.question(passage.text, passage.asked, found))
    assert not shown or shown in document.questions
    assert "".join(passage.text[: passage.asked].split()) in "".join(text.split())
