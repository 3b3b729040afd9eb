# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an official types finds the practice, over the shipped library: labelled known-item questions."""

from collections import Counter

import pytest
from flask import Flask

from bench.known_items import KnownItem, answers_of, italian, mean, read

ITEMS = read()


def of_kind(kind: str) -> list[KnownItem]:
    return [item for item in ITEMS if item.kind == kind]


def test_the_labelled_set_is_large_enough_and_half_of_it_is_held_out() -> None:
    assert len(italian(ITEMS)) >= 150
    halves = Counter(item.half for item in ITEMS)
    assert abs(halves["dev"] - halves["held-out"]) <= 1


def test_no_question_is_asked_twice() -> None:
    assert len({item.query.casefold() for item in ITEMS}) == len({item.identity for item in ITEMS}) == len(ITEMS)


def test_every_wanted_answer_is_in_the_library(library_app: Flask) -> None:
    titles = library_app.extensions["engine"].snapshot().titles
    wanted = {identity for item in ITEMS for identity in item.relevant}
    missing = sorted(identity for identity in wanted if tuple(identity.split(":", 1)) not in titles)
    assert not missing, f"correct bench/data/known_items.jsonl: {missing}"


def test_the_practice_meant_is_nearly_always_first(library_app: Flask) -> None:
    answer = answers_of(library_app.extensions["engine"])
    assert mean(answer, italian(ITEMS)) >= 0.95
    assert mean(answer, [item for item in italian(ITEMS) if item.half == "held-out"]) >= 0.94


@pytest.mark.parametrize("kind", ["inflected", "accentless", "acronym", "act", "sentence", "typo"])
def test_no_kind_of_question_is_left_behind(library_app: Flask, kind: str) -> None:
    assert mean(answers_of(library_app.extensions["engine"]), of_kind(kind)) >= 0.9
