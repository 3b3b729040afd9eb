# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writing a document: one text for one document, as a person would type it."""

from app.config import ROOT
from app.document.model import Document, Section
from app.document.parse import parse
from app.document.serialise import digest, serialise


def test_fields_are_written_in_the_order_of_the_schema_unknown_ones_last() -> None:
    text = serialise(Document({"zeta": 1, "city": "bologna", "alfa": 2, "title": "Città"}))
    assert text == "---\ntitle: Città\ncity: bologna\nzeta: 1\nalfa: 2\n---\n"


def test_sections_and_footnotes_follow_with_one_empty_line_between() -> None:
    document = Document({"title": "a"}, (Section("Uno", "x"), Section("Due", "")), "[^1]: y")
    assert serialise(document) == "---\ntitle: a\n---\n\n## Uno\n\nx\n\n## Due\n\n[^1]: y\n"


def test_an_empty_document_can_be_written_and_read() -> None:
    assert parse(serialise(Document({}))).document == Document({})


def test_dates_written_as_text_stay_text_and_numbers_stay_numbers() -> None:
    front = {"title": "no", "period": {"start": "2018", "end": 2020}, "verified_on": "2018-05-03"}
    assert parse(serialise(Document(front))).document == Document(front)


def test_the_digest_does_not_depend_on_how_a_document_was_typed() -> None:
    one = parse("---\ntitle: a\nthemes: [b]\n---\n\n## Uno\nx\n").document
    two = parse('---\r\nthemes:\r\n  - "b"\r\ntitle:  a\r\n---\r\n## Uno ##\r\n\r\n\r\nx   \r\n').document
    other = parse("---\ntitle: a\nthemes: [b]\n---\n\n## Uno\ny\n").document
    assert one is not None
    assert two is not None
    assert other is not None
    assert digest(one) == digest(two)
    assert digest(one) != digest(other)


def test_the_shipped_library_is_read_and_written_without_loss() -> None:
    paths = sorted((ROOT / "content" / "solutions").glob("*.md"))
    assert len(paths) >= 36
    for path in paths:
        document = parse(path.read_text(encoding="utf-8")).document
        assert document is not None
        assert parse(serialise(document)).document == document, path.name
