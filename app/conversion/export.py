# SPDX-License-Identifier: AGPL-3.0-or-later
"""A solution document as a Word or OpenDocument text."""

import re
from typing import Literal

from app.conversion.pandoc import pandoc
from app.document.model import Document

#: Sections are the first level below the title, as in the documents that people write.
LIFTED = "--shift-heading-level-by=-1"
#: As on the pages, a heading inside a section begins at level three.
TALL = re.compile(r"^#{1,2}(?!#)", re.MULTILINE)
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


def text_to_office(text: str, kind: Format, title: str, language: str = "it") -> bytes:
    """A plain Markdown text, as a draft act, in an office format. Raises ``FileRefused`` or ``Unavailable``."""
    options = ["-f", "markdown-raw_html-raw_attribute", "-t", kind, "-o", "-", "--metadata", f"lang={language}"]
    return pandoc(text.encode("utf-8"), [*options, "--metadata", f"pagetitle={' '.join(title.split())}"])
