# SPDX-License-Identifier: AGPL-3.0-or-later
"""A solution document as a Word or OpenDocument text."""

import re
from datetime import UTC, datetime
from io import BytesIO
from typing import Literal
from zipfile import ZipFile

from app.conversion.pandoc import pandoc
from app.document.model import Document

#: Sections are the first level below the title, as in the documents that people write.
LIFTED = "--shift-heading-level-by=-1"
#: As on the pages, a heading inside a section begins at level three.
TALL = re.compile(r"^#{1,2}(?!#)", re.MULTILINE)
#: Where an office file says when it was made, and what pandoc says there.
ABOUT, NO_DAY = frozenset({"docProps/core.xml", "meta.xml"}), b"1970-01-01T00:00:00Z"
Format = Literal["docx", "odt"]
DIALECT = "markdown_strict-raw_html-implicit_figures+pipe_tables+footnotes+definition_lists+four_space_rule"


def to_office(document: Document, kind: Format, language: str = "it") -> bytes:
    """The document with title, summary, sections and notes. Raises ``FileRefused`` or ``Unavailable``."""
    options = ["-f", DIALECT, "-t", kind, "-o", "-", LIFTED, "--metadata", f"lang={language}"]
    title = " ".join(str(document.front.get("title", "")).split())
    return pandoc(_text(document).encode("utf-8"), [*options, "--metadata", f"title={title}"])


def _text(document: Document) -> str:
    parts = [str(document.front.get("summary", ""))]
    parts += [f"## {section.heading}\n\n{TALL.sub('###', section.text)}" for section in document.sections]
    return "\n\n".join(part for part in (*parts, document.footnotes) if part.strip()) + "\n"


def text_to_office(text: str, kind: Format, title: str, made_at: datetime, language: str = "it") -> bytes:
    """A plain Markdown text, as a draft act, in an office format. Raises ``FileRefused`` or ``Unavailable``."""
    options = ["-f", "markdown-raw_html-raw_attribute", "-t", kind, "-o", "-", "--metadata", f"lang={language}"]
    made = pandoc(text.encode("utf-8"), [*options, "--metadata", f"pagetitle={' '.join(title.split())}"])
    return _dated(made, made_at)


def _dated(made: bytes, at: datetime) -> bytes:
    """The file with the day it was made: pandoc in its sandbox knows no clock, and says 1970."""
    day, dated = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").encode(), BytesIO()
    with ZipFile(BytesIO(made)) as before, ZipFile(dated, "w") as after:
        for part in before.infolist():
            content = before.read(part)
            after.writestr(part, content.replace(NO_DAY, day) if part.filename in ABOUT else content)
    return dated.getvalue()
