# SPDX-License-Identifier: AGPL-3.0-or-later
"""A question becomes concepts: other ways of saying, acts, likely spellings, joined and split words."""

from pathlib import Path

import pytest

from app.search import index
from app.search.concepts import Plan, plan, slug_of
from app.search.document import SearchDocument
from app.search.engine import Engine
from app.search.query import read
from app.search.results import Results
from app.search.snapshot import understood
from app.text.vocabulary import Vocabulary
from tests.search.small import documents, small_engine


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return small_engine(Path(tmp_path_factory.mktemp("small")))


def planned(engine: Engine, text: str) -> Plan:
    return plan(read(text), engine.vocabulary, engine.snapshot().ranking)


def found(results: Results) -> list[str]:
    return [hit.slug for hit in results.hits]


@pytest.mark.parametrize("text", ["SUAP", "s.u.a.p.", "sportello unico attività produttive"])
def test_an_acronym_and_its_full_form_find_both(engine: Engine, text: str) -> None:
    assert set(found(engine.search(text))[:2]) == {"suap", "produttive"}


@pytest.mark.parametrize("text", ["smart working", "remote work"])
def test_a_synonym_and_english_find_the_practice(engine: Engine, text: str) -> None:
    assert found(engine.search(text))[0] == "agile"


@pytest.mark.parametrize("text", ["PA", "pa"])
def test_an_ambiguous_short_word_is_not_expanded(engine: Engine, text: str) -> None:
    assert all(not concept.alternatives for concept in planned(engine, text).concepts)


def test_an_acronym_hidden_in_a_stop_word_is_found_in_capitals(engine: Engine) -> None:
    assert found(engine.search("SUA")) == ["gare"]


def test_an_act_is_one_concept_and_its_page_comes_first(engine: Engine) -> None:
    assert found(engine.search("l. 241 del 1990")) == ["legge-241-1990", "conferenza"]
    assert found(engine.search("conferenza di servizi legge 241/90"))[0] == "conferenza"


@pytest.mark.parametrize("text", ["la 241/90", "241/1990", "art. 14 bis e 14 ter della 241/90"])
def test_an_act_named_by_number_and_year_alone_is_the_one_the_library_knows(engine: Engine, text: str) -> None:
    assert found(engine.search(text)) == ["legge-241-1990", "conferenza"]


@pytest.mark.parametrize("text", ["12/07/2024", "2021/2027", "conferenza 7/90"])
def test_other_numbers_with_a_stroke_are_numbers(engine: Engine, text: str) -> None:
    assert not understood(engine.snapshot(), text).acts


def test_the_full_form_does_not_find_a_word_that_only_shares_the_stem_of_the_acronym(tmp_path: Path) -> None:
    texts = {"scia": "La SCIA si presenta allo sportello.", "navi": "Le scie delle navi."}
    index.rebuild(tmp_path, [SearchDocument("solution", slug, slug, text, f"/{slug}") for slug, text in texts.items()])
    engine = Engine(tmp_path)
    engine.vocabulary = Vocabulary(
        [{"term": "SCIA", "acronyms": ["SCIA"], "expansion": "segnalazione certificata di inizio attività"}]
    )
    assert found(engine.search("segnalazione certificata di inizio attività")) == ["scia"]


def test_an_unknown_word_is_replaced_by_its_likely_spelling(engine: Engine) -> None:
    planning = planned(engine, "sportelo comuni")
    assert planning.changes == {"sportelo": "sportello"}
    assert planning.known


def test_a_correction_is_searched_only_where_nothing_is_known(engine: Engine) -> None:
    results = engine.search("sportelo")
    assert (results.corrected, results.suggestion) == ("sportello", "")
    results = engine.search("sportelo imprese")
    assert (results.corrected, results.suggestion) == ("", "sportello imprese")


def test_words_searched_as_typed_are_not_respelt(engine: Engine) -> None:
    for text in ("sportelo", "lavoroagile"):
        results = engine.search(text, correct=False)
        assert (results.total, results.corrected, results.suggestion) == (0, "", "")
    assert found(engine.search("sportelo imprese", correct=False)) == found(engine.search("imprese", correct=False))


@pytest.mark.parametrize("text", ["care", "dare"])
def test_right_italian_that_no_document_holds_stays_as_typed(engine: Engine, text: str) -> None:
    """`care` and `dare` are one letter from `gare`: nobody mistyped them."""
    alone, beside = engine.search(text), engine.search(f"{text} imprese")
    assert (alone.total, alone.corrected, alone.suggestion) == (0, "", "")
    assert (found(beside), beside.suggestion) == (found(engine.search("imprese")), "")


def test_a_known_way_of_saying_in_no_document_finds_the_thing_before_its_scattered_words(tmp_path: Path) -> None:
    def document(slug: str, title: str, text: str) -> SearchDocument:
        return SearchDocument("solution", slug, title, text, f"/soluzioni/{slug}")

    index.rebuild(
        tmp_path,
        [
            document("agile", "Lavoro agile", "I dipendenti scelgono dove stare due giorni la settimana."),
            document("casa", "Uffici dei comuni", "Gli uffici fanno il lavoro e aprono la casa dei comuni."),
            document("clima", "Sviluppo sostenibile", "Gli obiettivi delle città per l'energia."),
            document("uffici", "Cambiamento degli uffici", "Il cambiamento degli uffici e il patto climatico."),
        ],
    )
    engine = Engine(tmp_path)
    engine.vocabulary = Vocabulary(
        [
            {"term": "lavoro agile", "synonyms": ["lavorare da casa"]},
            {"term": "sviluppo sostenibile", "related": ["cambiamento climatico"]},
            {"term": "clima", "synonyms": ["cambiamento climatico"]},
        ]
    )
    assert found(engine.search("lavorare da casa"))[0] == "agile"
    assert "clima" in found(engine.search("cambiamento climatico"))


def test_words_of_the_vocabulary_are_right(engine: Engine) -> None:
    assert "remote" in engine.vocabulary.words
    assert engine.search("remote").corrected == ""


def test_a_lost_space_is_put_back(engine: Engine) -> None:
    assert planned(engine, "lavoroagile").changes == {"lavoroagile": "lavoro agile"}
    assert found(engine.search("lavoroagile"))[0] == "agile"


@pytest.mark.parametrize(
    ("text", "slug"), [("pago PA", "pagamenti"), ("tool smart", "toolsmart"), ("toolsmart", "toolsmart")]
)
def test_two_words_written_as_one_are_found(engine: Engine, text: str, slug: str) -> None:
    assert found(engine.search(text))[0] == slug


def test_a_word_nobody_ever_wrote_stays_as_it_is(engine: Engine) -> None:
    planning = planned(engine, "xyzxyz")
    assert (planning.known, planning.changes) == (False, {})
    assert engine.search("xyzxyz").total == 0


def test_a_question_in_another_language_is_not_corrected(engine: Engine) -> None:
    assert planned(engine, "sportela impresi comuna serviza").changes == {}


def test_an_english_question_is_not_corrected_into_italian(engine: Engine) -> None:
    typed = "how to run the sportelo"
    assert [word.form for word in read(typed).words] == ["run", "sportelo"]
    assert planned(engine, typed).changes == {}
    assert planned(engine, "run sportelo").changes == {"sportelo": "sportello"}


@pytest.mark.parametrize("borrowed", ["hub and spoke", "by design"])
def test_what_offices_borrow_from_english_keeps_no_mistake_beside_it(engine: Engine, borrowed: str) -> None:
    assert planned(engine, f"sportelo {borrowed}").changes == {"sportelo": "sportello"}


def test_an_english_word_is_not_said_to_be_spoken_of_nowhere(engine: Engine) -> None:
    assert engine.search("how to find the sportello").missing == ()
    assert engine.search("find sportello").missing == ("find",)


@pytest.mark.parametrize("text", ["sportello per chiunque", "qualsiasi sportello", "sportello di ciascun comune"])
def test_pronouns_are_no_words_that_are_missing(engine: Engine, text: str) -> None:
    assert engine.search(text).missing == ()


def test_an_empty_question_has_nothing_unknown(engine: Engine) -> None:
    assert planned(engine, "").known
    assert planned(engine, "").marks.none


@pytest.mark.parametrize(
    "text", ['"', "((((", "tema:", "-", "*a*", "a" * 10_000, "[" * 1000, '"' * 1000, "\ud800", "\x00"]
)
def test_strange_questions_are_answered(engine: Engine, text: str) -> None:
    assert engine.search(text).page == 1


@pytest.mark.parametrize("noise", ["?", '"', "(", ")", "*", ":", "[", "~", "!"])
def test_a_stray_operator_never_finds_less(engine: Engine, noise: str) -> None:
    clean = found(engine.search("sportello imprese"))
    assert found(engine.search(f"{noise} sportello imprese{noise}")) == clean
    assert found(engine.search(f"sportello {noise} imprese")) == clean


def test_other_ways_of_saying_are_marked_whole(engine: Engine) -> None:
    hit = next(hit for hit in engine.search("SUAP").hits if hit.slug == "produttive")
    assert [text for text, marked in hit.snippet if marked] == ["sportello unico", "attività produttive"]


@pytest.mark.parametrize(
    ("name", "value", "slug"),
    [
        ("act", "L. 241/90", "legge-241-1990"),
        ("act", "qualcosa", "qualcosa"),
        ("size", "xl", "XL"),
        ("city", "Reggio Calabria", "reggio-calabria"),
    ],
)
def test_typed_filters_become_slugs(name: str, value: str, slug: str) -> None:
    assert slug_of(name, value) == slug


def test_words_in_capitals_take_no_place_between_those_of_a_phrase(tmp_path: Path) -> None:
    loud = SearchDocument(
        "solution", "costa", "PIANO DI ZONA DELLA COSTA", "IL PIANO DI ZONA RIGUARDA LE SPIAGGE.", "/c"
    )
    index.rebuild(tmp_path, [loud, *documents()])
    found = Engine(tmp_path).search('"piano di zona"')
    assert [hit.slug for hit in found.hits] == ["costa"]
    assert not found.apart


@pytest.mark.parametrize("text", ["legge 7 aprile 2014", "la legge 7 Aprile sulle imprese"])
def test_a_day_is_no_number_of_a_law(tmp_path: Path, text: str) -> None:
    law = SearchDocument("act", "legge-7-2009", "L. 7/2009", "Legge 6 febbraio 2009, n. 7", "/norme/x")
    index.rebuild(tmp_path, [law, *documents()])
    snapshot = Engine(tmp_path).snapshot()
    assert understood(snapshot, text).acts == ()
    assert understood(snapshot, "la legge 7 sulle imprese").acts == ("legge-7-2009",)
