# SPDX-License-Identifier: AGPL-3.0-or-later
"""The judged requests are whole, and the score puts first what answers them, over the shipped library."""

import numpy as np
import pytest
from flask import Flask

from app.cities.queries import by_slug
from app.needs import shortlists
from app.needs.answers import ANSWERS, preconditions
from app.needs.candidates import as_city, asked_in, desk
from app.needs.rules import Wanted
from app.solutions import queries as library
from bench.matching_judged import (
    DAY,
    FIRST_KEPT_APART,
    by_two_answers,
    difference,
    measured,
    ndcg,
    raw,
    read,
    unanswered,
    warnings,
)

REQUESTS = read()


def test_the_set_is_large_enough_and_every_request_has_ten_graded_solutions() -> None:
    assert len(REQUESTS) >= 100
    assert len({row.identity for row in REQUESTS}) == len({row.text for row in REQUESTS}) == len(REQUESTS)
    assert {len(row.grades) for row in REQUESTS} == {10}
    assert all(max(row.grades.values()) > 0 for row in REQUESTS)


def test_every_grade_says_why() -> None:
    for row in raw():
        assert row["why_none"], row["id"]
        assert all(grade in {1, 2, 3} and reason for grade, reason in row["graded"].values()), row["id"]


def test_judged_solutions_themes_and_cities_exist_and_no_city_is_offered_its_own(library_app: Flask) -> None:
    with library_app.app_context(), library_app.extensions["database"].work() as session:
        solutions = list(library.published(session))
        owners = {item.slug: item.owner.slug for item in solutions if item.owner is not None}
        asked = {text for item in solutions for text in preconditions(item.front)}
        themes = {theme.slug for theme in library.themes(session)}
        for row in REQUESTS:
            assert by_slug(session, row.city), row.identity
            assert set(row.themes) <= themes, row.identity
            assert row.grades.keys() <= owners.keys(), row.identity
            assert row.answers.keys() <= asked, row.identity
            assert set(row.answers.values()) <= set(ANSWERS), row.identity
            assert row.city not in {owners[slug] for slug in row.grades}, row.identity


def test_the_score_is_better_than_the_text_popularity_chance_and_themes_alone(library_app: Flask) -> None:
    fresh = [row for row in REQUESTS if int(row.identity[1:]) >= FIRST_KEPT_APART]
    assert len(fresh) >= 150
    found = measured(library_app, fresh)
    assert found["score"].mean() >= 0.82
    for name in ("random", "most popular", "taxonomy only", "text only"):
        assert difference(found["score"], found[name]).low > 0, name


@pytest.mark.slow
def test_a_request_that_nothing_answers_is_told_so_much_oftener_than_one_that_is_answered(library_app: Flask) -> None:
    answered = [row for row in REQUESTS if max(row.grades.values()) >= 2 and int(row.identity[1:]) >= FIRST_KEPT_APART]
    in_vain, well = warnings(library_app, unanswered()), warnings(library_app, answered)
    assert sum(map(bool, in_vain)) / len(in_vain) >= 0.45
    assert in_vain.count("far") / len(in_vain) >= 0.2
    assert sum(map(bool, well)) / len(well) <= 0.08
    assert "far" not in well


def test_a_request_of_two_answers_is_matched_nearly_as_well_as_one_with_a_title(library_app: Flask) -> None:
    assert measured(library_app, by_two_answers(REQUESTS))["score"].mean() >= 0.87


def test_the_measure_is_that_of_the_textbook() -> None:
    grades = {"a": 3, "b": 1, "c": 0}
    assert ndcg({"a": 3, "b": 2, "c": 1}, grades) == pytest.approx(1)
    assert ndcg({"a": 2, "b": 3, "c": 1}, grades) == pytest.approx((1 + 7 / np.log2(3)) / (7 + 1 / np.log2(3)))
    assert ndcg({"a": 0, "b": 0, "c": 0}, dict.fromkeys("abc", 0)) == 1


@pytest.mark.parametrize(
    ("said", "answers"),
    [
        ("Vogliamo fare un SUAP unico.", "suap-metropolitano-bologna"),
        ("Come si fa il piano strategico?", "monitoraggio-piano-strategico-firenze"),
        ("Open data: da dove si comincia?", "tavolo-open-data-al-metro-cubo-anci"),
    ],
)
def test_a_request_of_one_line_is_told_that_it_says_little_and_not_that_nothing_answers(
    library_app: Flask, said: str, answers: str
) -> None:
    with library_app.app_context(), library_app.extensions["database"].work() as session:
        city = by_slug(session, "cagliari")
        assert city is not None
        given = desk(session, library_app.extensions["engine"], DAY)
        shown = shortlists.of(given, asked_in(Wanted(said), as_city(city, DAY)))
    assert (shown.low_evidence, shown.far, shown.doubtful) == (True, False, False)
    assert answers in {item["solution"] for item in shown.items[:2]}
    assert shown.items[0]["factors"][0]["grounds"].get("whole", False) == ("Open" not in said)


@pytest.mark.parametrize("long", [False, True])
def test_a_request_in_english_is_matched_by_the_words_known_of_it_and_told_so(library_app: Flask, long: bool) -> None:
    said = "How do we set up a single contracting authority for small municipalities and share its costs among them? "
    more = "We would like to see the agreement that was signed, and to know which mistakes should be avoided. " * 3
    with library_app.app_context(), library_app.extensions["database"].work() as session:
        city = by_slug(session, "cagliari")
        assert city is not None
        given = desk(session, library_app.extensions["engine"], DAY)
        shown = shortlists.of(given, asked_in(Wanted(said + more * long), as_city(city, DAY)))
    assert (shown.english, shown.far, shown.doubtful, shown.low_evidence) == (True, False, False, not long)
    # Centrali di committenza, stazioni uniche: none of these words was typed.
    assert all("committenza" in item["solution"] or "appaltante" in item["solution"] for item in shown.items[:3])
