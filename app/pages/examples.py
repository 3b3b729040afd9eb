# SPDX-License-Identifier: AGPL-3.0-or-later
"""Searches that the home page proposes: as people ask, and finding first what they were written for."""

from collections.abc import Iterable
from functools import lru_cache
from itertools import islice

from app.search.engine import Engine
from app.search.index import IndexDamaged
from app.solutions.models import Solution

#: How many, and how long they may be.
MOST, SHORT = 3, 80

#: Slug of a solution, its whole questions, the shortest first.
Asked = tuple[str, tuple[str, ...]]


def of_newest(engine: Engine, latest: Iterable[Solution]) -> list[str]:
    """Of each of some solutions the shortest whole question that finds it first; none where there is no such one."""
    asked = tuple((solution.slug, _whole(solution.front.get("questions", ()))) for solution in latest)
    return list(_finding(engine, engine.generation(), asked))


def _whole(questions: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted((text for text in questions if text.endswith("?") and len(text) <= SHORT), key=len))


@lru_cache(maxsize=2)
def _finding(engine: Engine, _generation: tuple[str, ...], asked: tuple[Asked, ...]) -> tuple[str, ...]:
    """Tried once in each state of the index; while there is none, what the sheets ask is believed."""
    firsts = (next((text for text in texts if _finds(engine, text, slug)), "") for slug, texts in asked)
    return tuple(islice(filter(None, firsts), MOST))


def _finds(engine: Engine, text: str, slug: str) -> bool:
    try:
        hits = engine.search(text, per_page=1).hits
    except IndexDamaged:
        return True
    return bool(hits) and (hits[0].kind, hits[0].document.slug) == ("solution", slug)
