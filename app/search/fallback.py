# SPDX-License-Identifier: AGPL-3.0-or-later
"""Search without an index: words against the database, for the minutes a rebuild takes."""

import time
from collections.abc import Iterable, Iterator

from app.search.concepts import slug_of
from app.search.document import SearchDocument
from app.search.facets import LIKE
from app.search.forms import PER_PAGE, Asked
from app.search.query import read
from app.search.results import Hit, Results
from app.text.stems import stem
from app.text.tokens import tokens

SECONDS = 1.0


def without_index(documents: Iterable[SearchDocument], asked: Asked, most: int = PER_PAGE) -> Results:
    """Documents that hold the most words of the question, as many as could be read within ``SECONDS``, ``most`` on a
    page."""
    scored = sorted(_scored(documents, asked), key=lambda pair: (-pair[0], pair[1].identity))
    pages = -(-len(scored) // most)
    page = min(asked.page, max(pages, 1))
    first = (page - 1) * most
    return Results(
        query=asked.text,
        total=len(scored),
        page=page,
        pages=pages,
        hits=tuple(_hit(score, document) for score, document in scored[first : first + most]),
        degraded=True,
    )


def _scored(documents: Iterable[SearchDocument], asked: Asked) -> Iterator[tuple[float, SearchDocument]]:
    question = read(asked.text)
    stems = {word.stem for word in question.words}
    typed = [(name, slug_of(name, value)) for name, value in question.wanted]
    deadline = time.monotonic() + SECONDS
    for document in documents:
        if time.monotonic() > deadline:
            return
        if not _wanted(document, asked) or any(slug not in document.facets.get(name, ()) for name, slug in typed):
            continue
        score = len(stems & {stem(token.form) for token in tokens(f"{document.title} {document.shown}")})
        if score or not stems:
            yield float(score), document


def _wanted(document: SearchDocument, asked: Asked) -> bool:
    if asked.kinds and document.kind not in asked.kinds:
        return False
    return all(
        set(values) & set(document.facets.get(name, ())) for name, values in asked.facets.items() if name != LIKE
    )


def _hit(score: float, document: SearchDocument) -> Hit:
    return Hit(document, score, ((document.summary, False),))
