# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a written page looks in the index (the Italian text)."""

import re
from collections.abc import Iterator

from sqlalchemy.orm import Session

from app.document.render import plain_text
from app.pages import queries
from app.pages.models import WrittenPage
from app.search.document import SearchDocument
from app.search.indexer import Searchable

INDEXED = "it"
#: What a page quotes as typed, such as the examples of the help, is not what the page is about.
QUOTED = re.compile(r"<code>.*?</code>", re.DOTALL)


def document(session: Session, slug: str) -> SearchDocument | None:
    name, _, language = slug.rpartition(".")
    page = queries.page(session, name, language) if language == INDEXED else None
    return as_document(page) if page else None


def documents(session: Session) -> Iterator[SearchDocument]:
    yield from (as_document(page) for page in queries.pages(session) if page.language == INDEXED)


def as_document(page: WrittenPage) -> SearchDocument:
    return SearchDocument(
        kind="page",
        slug=page.slug,
        title=page.title,
        text=plain_text(QUOTED.sub(" ", page.html)),
        summary=page.summary,
        url=f"/{page.name}",
        updated_on=page.updated_on,
    )


PAGES = Searchable("page", document, documents)
