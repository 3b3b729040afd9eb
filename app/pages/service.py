# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bringing the written pages of the content folder into the database."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.document.plain import plain_text
from app.document.render import to_html
from app.pages.models import WrittenPage
from app.pages.queries import pages

HEADING = re.compile(r'<h2 id="([^"]*)">(.*?)</h2>', re.DOTALL)


@dataclass(frozen=True)
class PageText:
    """One file of `content/pages/`: `aiuto.it.md` is the page `aiuto` in Italian."""

    name: str
    language: str
    title: str
    summary: str
    updated_on: str
    text: str

    @property
    def digest(self) -> str:
        parts = (self.title, self.summary, self.updated_on, self.text)
        return hashlib.sha256("\x1f".join(parts).encode("utf-8")).hexdigest()


def import_pages(session: Session, texts: Iterable[PageText]) -> dict[str, int]:
    """Make the table say what the files say. Answers how many were added, changed, unchanged."""
    present = {(page.name, page.language): page for page in pages(session)}
    counts = {"added": 0, "changed": 0, "unchanged": 0}
    for text in texts:
        page = present.get((text.name, text.language))
        markup = to_html(text.text, language=text.language)
        if page is not None and (page.digest, page.html) == (text.digest, markup):
            counts["unchanged"] += 1
            continue
        counts["changed" if page else "added"] += 1
        session.add(_fill(page or WrittenPage(name=text.name, language=text.language), text, markup))
    session.flush()
    return counts


def _fill(page: WrittenPage, text: PageText, markup: str) -> WrittenPage:
    page.title, page.summary, page.updated_on = text.title, text.summary, text.updated_on
    page.html, page.plain, page.digest = markup, plain_text(markup), text.digest
    page.headings = [[anchor, plain_text(heading)] for anchor, heading in HEADING.findall(markup)]
    return page
