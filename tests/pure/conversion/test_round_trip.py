# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an office wrote in a word processor comes in as it was."""

import re
from pathlib import Path

import pytest

from app.conversion.convert import convert
from app.document.model import Document, Section
from app.document.parse import parse
from app.files.extract import extract
from tests.makers import make_document
from tests.pure.conversion.office import Format, to_office

LIBRARY = sorted((Path(__file__).resolve().parents[3] / "content" / "solutions").glob("*.md"))
KINDS = pytest.mark.parametrize("kind", ["docx", "odt"])
DOCUMENT = Document(
    {"title": "Uffici 'condivisi' $x & <y>: --prova", "summary": "Una sintesi."},
    (
        Section("Problema affrontato", "Uno[^1].\n\n### Dentro\n\n- a\n    - b"),
        Section("Soluzione adottata", "1. primo\n2. secondo\n\n> citato"),
    ),
    "[^1]: Nota.",
)


def plain(text: str) -> str:
    """A text without what a word processor may change: widths of tables, numbers of notes."""
    return re.sub(r"[\s|-]+", " ", re.sub(r"\[\^[^\]]*\]", "[^]", text)).strip()


@KINDS
def test_a_document_leaves_and_comes_back(kind: Format) -> None:
    back = convert(to_office(DOCUMENT, kind))
    assert (back.title, back.summary) == (DOCUMENT.front["title"], DOCUMENT.front["summary"])
    assert dict(back.sections) == {section.heading: section.text for section in DOCUMENT.sections}
    assert back.footnotes == DOCUMENT.footnotes
    assert back.lost == ()


@KINDS
def test_what_leaves_is_a_file_that_may_be_uploaded(kind: Format) -> None:
    learnt = extract(to_office(make_document(), kind))
    assert learnt["kind"] == kind


@pytest.mark.parametrize("path", LIBRARY[:6], ids=lambda path: path.stem)
def test_solutions_of_the_library_come_back_from_word(path: Path) -> None:
    document = parse(path.read_text(encoding="utf-8")).document
    assert document is not None
    back = convert(to_office(document, "docx"))
    assert back.title == document.front["title"]
    assert {heading: plain(text) for heading, text in back.sections.items()} == {
        section.heading: plain(section.text) for section in document.sections
    }


def test_no_file_of_the_machine_is_taken_into_an_export() -> None:
    secret = Section("Problema affrontato", "![x](/etc/passwd) Uno.")
    exported = to_office(Document({"title": "T"}, (secret,)), "docx")
    assert b"root:" not in exported
    assert extract(exported)["text"].endswith("Uno.")
