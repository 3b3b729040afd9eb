# SPDX-License-Identifier: AGPL-3.0-or-later
"""A file somebody wrote elsewhere -> the document a draft begins with: Markdown, or Word and ODT converted."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.conversion.convert import Converted, Picture, convert, place_images
from app.document.model import Document, Section
from app.document.parse import parse
from app.document.schema import SECTION_TITLES
from app.errors import Invalid
from app.files.check import Checked
from app.files.refusal import FileRefused
from app.text.typed import readable
from app.writing.state import tidy

PROBLEM = SECTION_TITLES[0]
MARKDOWN_NAMES = (".md", ".markdown", ".txt")
OFFICE_NAMES = (".docx", ".odt")


@dataclass(frozen=True)
class Brought:
    """What a file gives: its document, its pictures, and the keys of what could not be brought over."""

    document: Document
    converted: Converted | None = None
    lost: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return str(self.document.front.get("title") or "")

    @property
    def pictures(self) -> tuple[Picture, ...]:
        return self.converted.images if self.converted else ()


def brought(name: str, content: bytes) -> Brought:
    """Read a file. Raises ``Invalid``, and ``FileRefused`` for one that cannot be read or not brought over whole."""
    if name.lower().endswith(OFFICE_NAMES):
        converted = convert(content)
        lost = tuple(dict.fromkeys(key for key, _detail in converted.lost))
        return Brought(_document(converted), converted, lost)
    parsed = parse(text_of(name, content))
    # Text above the sections belongs to none of them: the draft would begin without it.
    wrong = [item for item in parsed.problems if parsed.document is None or item.key == "text_before_sections"]
    if parsed.document is None or wrong:
        raise FileRefused(wrong[0].key, wrong[0].detail)
    return Brought(parsed.document)


def text_of(name: str, content: bytes) -> str:
    """The text of a Markdown file. Raises ``Invalid``."""
    if not name.lower().endswith(MARKDOWN_NAMES):
        raise Invalid({"file": "file_not_markdown"})
    try:
        return readable(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Invalid({"file": "not_utf8"}) from error


def with_pictures(found: Brought, addresses: Mapping[str, str]) -> Document:
    """The document with links to its pictures where they are kept now."""
    return _document(place_images(found.converted, addresses)) if found.converted else found.document


def with_problem(document: Document, typed: str) -> Document:
    """The document with a problem that was typed beside it: first what was typed, then what the file says."""
    if not typed.strip():
        return document
    told = [section.text for section in document.sections if section.heading == PROBLEM]
    others = tuple(section for section in document.sections if section.heading != PROBLEM)
    problem = Section(PROBLEM, "\n\n".join([tidy(typed), *told]))
    return Document(document.front, (problem, *others), document.footnotes)


def picture(found: Picture, digest: str) -> Checked:
    """A picture of a converted document as a file of the kit: the conversion has looked at it already."""
    return Checked(kind=found.kind, digest=digest, size=len(found.content))


def _document(converted: Converted) -> Document:
    front = {"title": converted.title, "summary": converted.summary}
    sections = tuple(Section(heading, text) for heading, text in converted.sections.items())
    return Document({name: text for name, text in front.items() if text}, sections, converted.footnotes)
