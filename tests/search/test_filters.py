# SPDX-License-Identifier: AGPL-3.0-or-later
"""Filters typed as words find the value meant, and one thing asked for finds all that hold it."""

from pathlib import Path

import pytest

from app.search import index
from app.search.document import SearchDocument
from app.search.engine import Engine

CITED = 30


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder: Path = tmp_path_factory.mktemp("index")
    long = "Prosa senza altro scopo che la lunghezza. " * 40
    facets = {"theme": ("psm",), "act": ("legge-56-2014",)}
    found = [
        SearchDocument(
            "solution", f"s{number}", "Piano", f"{long} Secondo la L. 56/2014.", f"/s{number}", facets=facets
        )
        for number in range(CITED)
    ]
    found += [
        SearchDocument("act", "legge-56-2014", "L. 56/2014", "Disposizioni sulle città", "/norme/legge-56-2014"),
        SearchDocument("theme", "psm", "Piani strategici metropolitani", "", "/temi/psm"),
        *(
            SearchDocument("solution", f"x{number}", "Altro", long, "/x", facets={"theme": ("suap",)})
            for number in "ab"
        ),
    ]
    index.rebuild(folder, found)
    return Engine(folder)


def test_the_titles_of_all_answers_are_there_however_many(engine: Engine) -> None:
    found = engine.titles("", {"theme": ("psm",)}, ("solution",))
    assert found == {f"s{number}": "Piano" for number in range(CITED)}
    assert engine.titles("", {}, ("theme",)) == {"psm": "Piani strategici metropolitani"}


def test_an_act_finds_its_page_first_and_all_that_cite_it(engine: Engine) -> None:
    found = engine.search("legge 7 aprile 2014, n. 56", per_page=1)
    assert (found.hits[0].kind, found.total) == ("act", CITED + 1)


ARTICLES = {
    "often": "Secondo la L. 241/1990. Ancora la L. 241/1990, e poi la L. 241/1990. Fine.",
    "fifteen": "Si firma un accordo ai sensi dell'art. 15 della L. 241/1990. Ai pareri serve la L. 241/1990.",
    "both": "Gli artt. 14-16 della L. 241/1990 dicono come.",
    "eleven": "Lo dice la L. 56/2014, art. 1, comma 11, lett. a). Ancora la L. 56/2014, art. 1, commi 11 e 12. Fine.",
    "later": "Prima la L. 56/2014, art. 1, comma 11. Altro in mezzo. Poi il comma 44 della L. 56/2014, un altro.",
}


@pytest.mark.parametrize(
    ("typed", "first", "total"),
    [
        ("art. 15 l. 241/1990", {"fifteen", "both"}, 4),
        ("legge 7 agosto 1990, n. 241, articolo 14", {"both"}, 4),
        ("art. 99 l. 241/1990", {"often"}, 4),
        ("comma 44 legge 56/2014", {"later"}, 2),
        ("l. 56/2014, art. 1, comma 12", {"eleven"}, 2),
    ],
)
def test_what_names_the_article_asked_for_stands_before_what_names_the_act_alone(
    tmp_path: Path, typed: str, first: set[str], total: int
) -> None:
    found = [SearchDocument("solution", slug, "Prova", text, f"/{slug}") for slug, text in ARTICLES.items()]
    page = SearchDocument("act", "legge-241-1990", "L. 241/1990", "Procedimento", "/norme/legge-241-1990")
    index.rebuild(tmp_path, [*found, page])
    hits = Engine(tmp_path).search(typed).hits
    assert len(hits) == total
    practices = [hit.slug for hit in hits if hit.kind == "solution"]
    assert set(practices[: len(first)]) == first
    assert (hits[0].kind == "act") is ("241" in typed)


def test_the_snippet_shows_where_the_article_stands(tmp_path: Path) -> None:
    found = [SearchDocument("solution", slug, "Prova", text, f"/{slug}") for slug, text in ARTICLES.items()]
    index.rebuild(tmp_path, found)
    said = {hit.slug: hit.snippet for hit in Engine(tmp_path).search("art. 15 l. 241/1990").hits}
    assert [text for text, marked in said["fifteen"] if marked] == ["art. 15 della L. 241/1990"]
    assert len([text for text, marked in said["often"] if marked]) == 3
    (hit, _other) = Engine(tmp_path).search("comma 44 legge 56/2014").hits
    assert [text for text, marked in hit.snippet if marked] == ["comma 44 della L. 56/2014"]


def test_articles_take_no_answer_away_and_lift_the_page_of_the_act_once(tmp_path: Path) -> None:
    texts = {"subject": "La conferenza di servizi, secondo la L. 241/1990. " * 4, "act": "Vale la L. 241/1990."}
    found = [SearchDocument("solution", slug, "Prova", text, f"/{slug}") for slug, text in texts.items()]
    page = SearchDocument("act", "legge-241-1990", "L. 241/1990", "Procedimento", "/norme/legge-241-1990")
    index.rebuild(tmp_path, [*found, page])
    plain = Engine(tmp_path).search("conferenza di servizi l. 241/1990")
    told = Engine(tmp_path).search("conferenza di servizi artt. 14, 14-bis, 14-ter, 15, 16, 17 l. 241/1990")
    assert {hit.slug for hit in plain.hits} == {hit.slug for hit in told.hits}
    (one,) = [hit.score for hit in Engine(tmp_path).search("art. 14 l. 241/1990").hits if hit.kind == "act"]
    (many,) = [hit.score for hit in Engine(tmp_path).search("artt. 14, 15, 16 l. 241/1990").hits if hit.kind == "act"]
    assert many == one


@pytest.mark.parametrize("typed", ["tema:psm", "tema:Piani", 'tema:"piano strategico"', "tema:strategici"])
def test_a_theme_is_named_by_slug_or_by_title(engine: Engine, typed: str) -> None:
    assert engine.search(typed).total == CITED


@pytest.mark.parametrize("typed", ["norma:l. 56/2014", 'norma:"legge 56/2014"', "norma:legge-56", "norma:56/2014"])
def test_an_act_filters_in_any_spelling(engine: Engine, typed: str) -> None:
    assert engine.search(typed).total == CITED


def test_one_letter_names_no_value(engine: Engine) -> None:
    assert engine.search("tema:s").total == 0


OUT = {"comune": "Il piano di un comune.", "comuni": "Il piano dei comuni.", "altro": "Il piano e la comunicazione."}


@pytest.mark.parametrize(
    ("typed", "left"),
    [
        ("piano -comune", ["altro"]),
        ("piano -Comuni", ["altro"]),
        ("piano -comunicazione", ["comune", "comuni"]),
        ('piano -"il comune"', ["altro"]),
        ("piano -assente", ["altro", "comune", "comuni"]),
    ],
)
def test_a_word_left_out_takes_its_other_number_along_and_no_other_word(
    tmp_path: Path, typed: str, left: list[str]
) -> None:
    index.rebuild(tmp_path, [SearchDocument("solution", slug, "Titolo", text, "/") for slug, text in OUT.items()])
    assert sorted(hit.slug for hit in Engine(tmp_path).search(typed).hits) == left
