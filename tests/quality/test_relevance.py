# SPDX-License-Identifier: AGPL-3.0-or-later
"""Spoilt questions find what clean ones find, over the shipped library; the measures of the benchmark are right."""

import math

import pytest
from flask import Flask

from bench.known_items import KnownItem as Item
from bench.known_items import answers_of, italian, mean, read
from bench.relevance import VARIANTS, Query, measure, with_typo, without_accents

CLEAN = [item for item in italian(read()) if item.kind in {"inflected", "accentless", "sentence"}]
#: Least share of the clean MRR.
LEAST = {
    "accents omitted": 0.99,
    "one typo": 0.9,
    "other apostrophe": 1.0,
    "capitals": 1.0,
    "lower case": 1.0,
    "operators around": 1.0,
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_spoilt_question_finds_what_the_clean_one_finds(library_app: Flask, variant: str) -> None:
    answer = answers_of(library_app.extensions["engine"])
    spoilt = [Item(item.identity, VARIANTS[variant](item.query), item.kind, item.half, item.relevant) for item in CLEAN]
    assert mean(answer, spoilt) >= LEAST[variant] * mean(answer, CLEAN) - 1e-9


def test_measures_are_those_of_the_textbook() -> None:
    queries = [Query("a", frozenset({"x"})), Query("b", frozenset({"y", "z"})), Query("c", frozenset({"w"}))]
    answers = {"a": ["x"], "b": ["q", "y"], "c": []}
    quality = measure(answers.__getitem__, queries)
    assert quality.recall_1 == pytest.approx(1 / 3)
    assert quality.recall_10 == pytest.approx((1 + 0.5) / 3)
    assert quality.mrr == pytest.approx((1 + 0.5) / 3)
    assert quality.ndcg == pytest.approx((1 + (1 / math.log2(3)) / (1 + 1 / math.log2(3))) / 3)
    assert quality.empty == pytest.approx(1 / 3)


def test_spoiling_is_the_same_each_time_and_small() -> None:
    assert without_accents("Città è più") == "Citta e piu"
    assert with_typo("piano strategico") == with_typo("piano strategico") != "piano strategico"
    assert with_typo("uno due") == "uno due"
