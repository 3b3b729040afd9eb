# SPDX-License-Identifier: AGPL-3.0-or-later
"""Suggestions while typing: titles by any word, acts by any spelling, acronyms and other names."""

from pathlib import Path

import pytest

from app.search import index
from app.search.document import SearchDocument
from app.search.engine import Engine
from app.search.suggest import Suggestions
from app.text.vocabulary import Vocabulary


def row(kind: str, slug: str, title: str) -> dict[str, str]:
    return {"kind": kind, "slug": slug, "title": title, "url": f"/{kind}/{slug}"}


ROWS = [
    row("solution", "sportello-bologna", "Lo sportello unico di Bologna"),
    row("theme", "suap", "Sportello unico per le attività produttive"),
    row("theme", "lavoro-agile", "Lavoro agile"),
    row("city", "bologna", "Città metropolitana di Bologna"),
    row("act", "dlgs-36-2023", "D.Lgs. 36/2023"),
    row("act", "costituzione", "Costituzione"),
    row("act", "atto-senza-nome", "Atto senza nome"),
    row("attachment", "x", "Bologna allegato"),
]
VOCABULARY = Vocabulary(
    [
        {"term": "SUAP", "acronyms": ["SUAP"], "expansion": "sportello unico per le attività produttive"},
        {"term": "lavoro agile", "synonyms": ["smart working"], "en": ["remote work"]},
        {"term": "D.Lgs. 36/2023", "synonyms": ["codice dei contratti pubblici"], "acts": ["D.Lgs. 36/2023"]},
    ]
)


@pytest.fixture(scope="module")
def suggestions() -> Suggestions:
    return Suggestions(ROWS, VOCABULARY)


def titles(suggestions: Suggestions, typed: str, limit: int = 8) -> list[str]:
    return [item.text for item in suggestions.starting(typed, limit)]


def test_any_word_of_a_title_starts_a_suggestion(suggestions: Suggestions) -> None:
    assert titles(suggestions, "bolo") == ["Città metropolitana di Bologna", "Lo sportello unico di Bologna"]


def test_a_title_that_starts_so_comes_first(suggestions: Suggestions) -> None:
    assert titles(suggestions, "sportello")[0] == "Sportello unico per le attività produttive"


@pytest.mark.parametrize("typed", ["suap", "SUAP", "s.u.a.p.", "sua"])
def test_an_acronym_leads_to_its_theme(suggestions: Suggestions, typed: str) -> None:
    assert "Sportello unico per le attività produttive" in titles(suggestions, typed)


@pytest.mark.parametrize("typed", ["smart w", "smart working", "remote work"])
def test_a_synonym_and_english_lead_to_the_theme(suggestions: Suggestions, typed: str) -> None:
    assert titles(suggestions, typed) == ["Lavoro agile"]


@pytest.mark.parametrize(
    "typed", ["d.lgs. 36/2023", "dlgs 36", "decreto legislativo 36", "decreto legislativo 31 marzo 2023, n. 36"]
)
def test_an_act_is_found_by_any_spelling(suggestions: Suggestions, typed: str) -> None:
    assert titles(suggestions, typed)[0] == "D.Lgs. 36/2023"


@pytest.mark.parametrize("typed", ["36/23", "36/2", "codice contr", "contratti pubb"])
def test_an_act_is_found_by_its_short_number_and_by_what_people_call_it(suggestions: Suggestions, typed: str) -> None:
    assert titles(suggestions, typed) == ["D.Lgs. 36/2023"]


def test_an_act_not_in_the_library_suggests_nothing(suggestions: Suggestions) -> None:
    assert titles(suggestions, "l. 241/1990") == []


@pytest.mark.parametrize("typed", ["", "?", "\ud800", "x" * 10_000, "(" * 1000])
def test_strange_typing_suggests_nothing(suggestions: Suggestions, typed: str) -> None:
    assert titles(suggestions, typed) == []


def test_the_limit_is_kept(suggestions: Suggestions) -> None:
    assert len(titles(suggestions, "b", 1)) == 1


def test_without_a_vocabulary_titles_are_enough() -> None:
    assert titles(Suggestions(ROWS), "lavoro") == ["Lavoro agile"]


@pytest.mark.parametrize("typed", ["unico bologna", "bologna sportello", "sportello bolo", "bologna lo sportello"])
def test_words_in_any_order_and_with_others_between_are_found(suggestions: Suggestions, typed: str) -> None:
    assert "Lo sportello unico di Bologna" in titles(suggestions, typed)


def test_every_word_typed_must_stand_in_a_name(suggestions: Suggestions) -> None:
    assert titles(suggestions, "sportello agile") == []


def test_the_name_of_a_kind_before_the_words_chooses_the_kind(suggestions: Suggestions) -> None:
    assert titles(suggestions, "tema sportello") == ["Sportello unico per le attività produttive"]


@pytest.mark.parametrize("typed", ["sportelo", "spotello", "sporttello", "unico sportelo"])
def test_one_letter_wrong_is_forgiven_where_nothing_else_is_found(suggestions: Suggestions, typed: str) -> None:
    assert "Sportello unico per le attività produttive" in titles(suggestions, typed)


def test_of_words_a_letter_away_the_whole_one_counts_before_one_that_only_begins_so() -> None:
    rows = [row("theme", "aiuto", "Supporto"), row("theme", "suap", "Lo SUAP e le imprese")]
    assert titles(Suggestions(rows), "suapp") == ["Lo SUAP e le imprese"]


def test_a_word_spelt_right_is_not_widened(suggestions: Suggestions) -> None:
    assert titles(suggestions, "agile") == ["Lavoro agile"]


SAID = {
    "tetti": ("Lavori", "Il tetto della scuola perde: a chi lo dico?"),
    "mercati": ("Mercati", "Il mercato davanti alla scuola non ha regole."),
}


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("il tetto della scuola", ["Lavori"]),
        ("tetto scuola per", ["Lavori"]),
        ("tetti e scuole", ["Lavori"]),
        ("scuola", []),
        ("il tetto", []),
        ("tetto mercato", []),
        ("scuola mercato", ["Mercati"]),
        ("scuola tetto -perde", []),
        ("tema:suap tetto scuola", []),
        ("norma tetto scuola", []),
    ],
)
def test_a_solution_that_says_all_that_is_typed_is_suggested(tmp_path: Path, typed: str, shown: list[str]) -> None:
    made = [SearchDocument("solution", slug, title, text, f"/{slug}") for slug, (title, text) in SAID.items()]
    index.rebuild(tmp_path, [*made, SearchDocument("page", "p", "Pagina", "tetto scuola mercato", "/p")])
    assert [item.text for item in Engine(tmp_path).suggest(typed)] == shown


def test_what_is_no_longer_there_is_not_suggested(tmp_path: Path) -> None:
    made = [SearchDocument("solution", slug, title, text, f"/{slug}") for slug, (title, text) in SAID.items()]
    index.rebuild(tmp_path, [SearchDocument("solution", "via", "Via", "tetto scuola", "/via"), *made])
    index.write(tmp_path, [made[0]], ["solution:via"])
    assert [item.text for item in Engine(tmp_path).suggest("tetto scuola")] == ["Lavori"]


def test_what_stands_in_a_title_comes_before_what_stands_in_a_text(tmp_path: Path) -> None:
    made = [SearchDocument("solution", slug, title, text, f"/{slug}") for slug, (title, text) in SAID.items()]
    index.rebuild(tmp_path, [*made, SearchDocument("theme", "x", "Tetto di scuola", "", "/x")])
    assert [item.text for item in Engine(tmp_path).suggest("tetto scuola")] == ["Tetto di scuola", "Lavori"]
