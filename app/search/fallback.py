# SPDX-License-Identifier: AGPL-3.0-or-later
"""Search without an index: whole words against the database, for the minutes a rebuild takes."""

import time
from collections.abc import Iterable, Iterator

from app.search.document import SearchDocument
from app.search.facets import LIKE
from app.search.forms import PER_PAGE, Asked
from app.search.results import Hit, Results
from app.text.folding import fold

SECONDS = 1.0


def without_index(documents: Iterable[SearchDocument], asked: Asked, most: int = PER_PAGE) -> Results:
    """Documents that hold the most words of the question, as many as could be read within ``SECONDS``, ``most`` on a
    page."""
    words = {word for word in fold(asked.text).split() if len(word) > 2}
    scored = sorted(_scored(documents, words, asked), key=lambda pair: (-pair[0], pair[1].identity))
    first = (asked.page - 1) * most
    return Results(
        query=asked.text,
        total=len(scored),
        page=asked.page,
        pages=-(-len(scored) // most),
        hits=tuple(_hit(score, document) for score, document in scored[first : first + most]),
        degraded=True,
    )


def _scored(
    documents: Iterable[SearchDocument], words: set[str], asked: Asked
) -> Iterator[tuple[float, SearchDocument]]:
    deadline = time.monotonic() + SECONDS
    for document in documents:
        if time.monotonic() > deadline:
            return
        if not _wanted(document, asked):
            continue
        score = len(words & set(fold(f"{document.title} {document.shown}").split()))
        if score or not words:
            yield float(score), document


def _wanted(document: SearchDocument, asked: Asked) -> bool:
    if asked.kinds and document.kind not in asked.kinds:
        return False
    return all(
        set(values) & set(document.facets.get(name, ())) for name, values in asked.facets.items() if name != LIKE
    )


def _hit(score: float, document: SearchDocument) -> Hit:
    return Hit(document, score, ((document.summary, False),))
