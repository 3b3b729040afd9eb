# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a written page looks in the index: the Italian text, with what the English one is called and names."""

import re
from collections.abc import Iterator

from sqlalchemy.orm import Session

from app.document.plain import plain_text
from app.pages import queries
from app.pages.models import WrittenPage
from app.search.document import SearchDocument
from app.search.indexer import Searchable

INDEXED, BESIDE = "it", "en"
#: What a page quotes as typed, such as the examples of the help, is not what the page is about.
QUOTED = re.compile(r"<code>.*?</code>", re.DOTALL)
#: Without what it quotes a paragraph reads badly: it is searched, and stands in no snippet.
BLOCK = re.compile(r"<(p|li|tr)\b(?:(?!</\1>).)*?<code>.*?</\1>", re.DOTALL)
#: What the English page names: its headings, and the words in bold.
NAMED = re.compile(r"<(h[23]|strong)\b.*?</\1>", re.DOTALL)


def document(session: Session, name: str) -> SearchDocument | None:
    page = queries.page(session, name, INDEXED)
    return as_document(page, queries.page(session, name, BESIDE)) if page else None


def documents(session: Session) -> Iterator[SearchDocument]:
    found = {(page.name, page.language): page for page in queries.pages(session)}
    yield from (
        as_document(page, found.get((name, BESIDE))) for (name, language), page in found.items() if language == INDEXED
    )


def as_document(page: WrittenPage, english: WrittenPage | None = None) -> SearchDocument:
    title_en, summary_en = (english.title, english.summary) if english else ("", "")
    unshown = [plain_text(QUOTED.sub(" ", block.group())) for block in BLOCK.finditer(page.html)]
    named = [plain_text(name.group()) for name in NAMED.finditer(english.html)] if english else []
    return SearchDocument(
        kind="page",
        slug=page.slug,
        title=page.title,
        text=plain_text(BLOCK.sub(" ", page.html)),
        keywords="\n".join(filter(None, [*unshown, title_en, summary_en, *named])),
        title_en=title_en,
        summary=page.summary,
        summary_en=summary_en,
        url=f"/{page.name}",
        updated_on=page.updated_on,
    )


PAGES = Searchable("page", document, documents)
