# SPDX-License-Identifier: AGPL-3.0-or-later
"""A solution in the index with what the public files of its kit say."""

from collections.abc import Iterator
from dataclasses import replace

from sqlalchemy.orm import Session

from app.search.document import SearchDocument
from app.search.indexer import Searchable
from app.solutions import queries as library
from app.solutions.search import as_document
from app.writing import queries

#: Letters of all the files of a kit that are read for the index: their beginnings say what they are.
READ = 20_000


def solution_document(session: Session, slug: str) -> SearchDocument | None:
    """The current revision of a published solution with its files, None for any other."""
    solution = library.by_slug(session, slug)
    if solution is None or not solution.published:
        return None
    made = as_document(solution, library.current_revision(session, solution))
    return _with_files(made, queries.texts_of(session, [solution.id]).get(solution.id, []))


def solution_documents(session: Session) -> Iterator[SearchDocument]:
    texts = queries.texts_of_every(session)
    for solution, revision in library.published_texts(session):
        yield _with_files(as_document(solution, revision), texts.get(solution.id, []))


def _with_files(document: SearchDocument, texts: list[str]) -> SearchDocument:
    """Words of files stand among the keywords: they find the solution and are never shown."""
    if not texts:
        return document
    share = READ // len(texts)
    return replace(document, keywords="\n".join([document.keywords, *(text[:share] for text in texts)]))


SOLUTIONS = Searchable("solution", solution_document, solution_documents)
