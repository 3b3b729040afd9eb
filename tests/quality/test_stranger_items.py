# SPDX-License-Identifier: AGPL-3.0-or-later
"""Questions written from the texts of the practices by people who knew neither the search nor its words."""

from collections import Counter

import pytest
from flask import Flask

from bench.known_items import STRANGERS, answers_of, mean, read, reciprocal_rank

ITEMS = read(STRANGERS)
#: A little below what was measured; how a mayor or a journalist puts it shares few words with a practice.
LEAST = {"sentence": 0.94, "keywords": 0.92, "typo": 0.96, "oblique": 0.82}


def test_every_practice_is_asked_for_in_each_set_and_no_question_twice_in_one(library_app: Flask) -> None:
    titles = library_app.extensions["engine"].snapshot().titles
    practices = {f"{kind}:{slug}" for kind, slug in titles if kind == "solution"}
    for half in ("dev", "held-out", "third"):
        wanted = {identity for item in ITEMS if item.half == half for identity in item.relevant}
        assert wanted == practices
    assert len({(item.half, item.query.casefold()) for item in ITEMS}) == len(ITEMS)
    assert min(Counter(item.kind for item in ITEMS).values()) >= 45


@pytest.mark.parametrize("kind", LEAST)
def test_most_find_their_practice_first(library_app: Flask, kind: str) -> None:
    items = [item for item in ITEMS if item.kind == kind]
    answer = answers_of(library_app.extensions["engine"])
    assert mean(answer, items) >= LEAST[kind]
    assert sum(reciprocal_rank(answer, item) > 0 for item in items) / len(items) >= LEAST[kind]
