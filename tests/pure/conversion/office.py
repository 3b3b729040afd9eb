# SPDX-License-Identifier: AGPL-3.0-or-later
"""Solutions as Word or OpenDocument texts, as an office would have written them."""

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


def to_office(document: Document, kind: Format) -> bytes:
    """The document with title, summary, sections and notes."""
    title = " ".join(str(document.front.get("title", "")).split())
    parts = [str(document.front.get("summary", ""))]
    parts += [f"## {section.heading}\n\n{TALL.sub('###', section.text)}" for section in document.sections]
    text = "\n\n".join(part for part in (*parts, document.footnotes) if part.strip()) + "\n"
    options = ["-f", DIALECT, "-t", kind, "-o", "-", LIFTED, "--metadata", "lang=it", "--metadata", f"title={title}"]
    return pandoc(text.encode("utf-8"), options)
