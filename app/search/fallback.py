# SPDX-License-Identifier: AGPL-3.0-or-later
"""Search without an index: words against the database, for the minutes a rebuild takes."""

import re
import time
from collections.abc import Iterable, Iterator

from app.search.document import SearchDocument
from app.search.facets import LIKE
from app.search.forms import PER_PAGE, Asked
from app.search.query import Question, read
from app.search.results import Hit, Results
from app.text.folding import fold

SECONDS = 1.0
#: A stem of so many letters is a whole word.
SHORT = 3


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
    question = _words_only(read(asked.text))
    beginnings = [_beginning(word.stem) for word in question.words]
    deadline = time.monotonic() + SECONDS
    for document in documents:
        if time.monotonic() > deadline:
            return
        if not _wanted(document, asked):
            continue
        text = fold(f"{document.title} {document.shown}")
        score = sum(bool(begins.search(text)) for begins in beginnings) + _cited(document, question.acts)
        if score or question.empty:
            yield float(score), document


def _words_only(question: Question) -> Question:
    """The question with the values of its filters as words: which of them there are nobody knows without the index."""
    values = [value for _name, value in question.wanted]
    return read(" ".join([question.plain, *values])) if values else question


def _beginning(stem: str) -> re.Pattern[str]:
    whole = r"\b" if len(stem) <= SHORT else ""
    return re.compile(rf"\b{re.escape(stem)}{whole}")


def _cited(document: SearchDocument, acts: Iterable[str]) -> int:
    """How many of the acts a document cites, or is the page of; a regional law is known by number and year."""
    held = (document.slug,) if document.kind == "act" else document.facets.get("act", ())
    return sum(slug == act or (act.startswith("lr-") and slug.endswith(act[2:])) for act in acts for slug in held)


def _wanted(document: SearchDocument, asked: Asked) -> bool:
    if asked.kinds and document.kind not in asked.kinds:
        return False
    return all(
        set(values) & set(document.facets.get(name, ())) for name, values in asked.facets.items() if name != LIKE
    )


def _hit(score: float, document: SearchDocument) -> Hit:
    return Hit(document, score, ((document.summary, False),))
