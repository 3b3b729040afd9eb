# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a file says is read with its pages; what would harm the reader is refused."""

import zipfile
from typing import Any

import pytest

from app.files.extract import extract
from app.files.gathering import MAX_TEXT
from app.files.refusal import REASONS
from tests.pure.files import samples
from tests.pure.files.test_kinds import WHOLE

LAUGHS = (
    '<!DOCTYPE w [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    f'<w:document xmlns:w="{samples.W}"><w:body><w:p><w:r><w:t>&b;</w:t></w:r></w:p></w:body></w:document>'
)
FROM_OUTSIDE = samples.relations(
    f'<Relationship Id="r9" Type="{samples.KINDS}/attachedTemplate" TargetMode="External" Target="{{}}"/>'
)
TEMPLATE = "word/_rels/settings.xml.rels"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100)


def nested(times: int) -> bytes:
    content = samples.excel()
    for _ in range(times):
        content = samples.word(more={"word/embeddings/sheet.xlsx": content})
    return content


def looping_pdf() -> bytes:
    """A page tree whose leaf is its own parent."""
    return samples.pdf_of(["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [2 0 R] /Count 1 >>"])


HARMFUL: dict[str, tuple[bytes, str]] = {
    "zeroes that fill a disk": (samples.word(more={"word/media/a.bmp": bytes(60_000_000)}), "file_bomb"),
    "more than a package may unpack": (
        samples.word(more={f"word/media/{n}.bin": b"\0" + bytes(1_900_000) for n in range(120)}),
        "file_bomb",
    ),
    "parts on top of each other": (samples.overlapping(), "file_bomb"),
    "thousands of parts": (samples.word(more={f"word/{n}.xml": "" for n in range(3_100)}), "file_bomb"),
    "a package in a package in a package": (nested(2), "file_bomb"),
    "a billion laughs": (samples.word(more={"word/document.xml": LAUGHS}), "file_bomb"),
    "elements without end": (samples.word("<w:p>" * 400 + "</w:p>" * 400), "file_bomb"),
    "a Word file behind a password of ZIP": (samples.locked(samples.word()), "file_encrypted"),
    "a way out of the folder": (samples.word(more={"../../etc/cron.d/x": "x"}), "file_broken"),
    "the same part twice": (samples.word(more={"WORD/document.xml": "<a/>"}), "file_broken"),
    "another compression": (samples.packed(samples.word_parts(), zipfile.ZIP_LZMA), "file_broken"),
    "a cut package": (samples.word()[:-40], "file_broken"),
    "a damaged part": (
        samples.packed(samples.word_parts(), zipfile.ZIP_STORED).replace(b"Conv", b"Cunv", 1),
        "file_broken",
    ),
    "XML that does not close": (samples.word("<w:p>"), "file_broken"),
    "macros": (samples.word(more={"word/vbaProject.bin": "x"}), "file_macros"),
    "macros of OpenDocument": (samples.open_document("text", "", {"Basic/Standard/Module1.xml": "x"}), "file_macros"),
    "a program among the parts": (samples.word(more={"word/media/image1.png": b"MZ\x90\0"}), "file_macros"),
    "a packaged program": (
        samples.word(more={"word/embeddings/o.bin": OLE + "\x01Ole10Native".encode("utf-16-le")}),
        "file_macros",
    ),
    "a command in a field": (
        samples.word('<w:p><w:r><w:instrText>DDEAUTO c:\\x "y"</w:instrText></w:r></w:p>'),
        "file_macros",
    ),
    "a template from elsewhere": (
        samples.word(more={TEMPLATE: FROM_OUTSIDE.format("https://x.example/a")}),
        "file_remote",
    ),
    "a template from a share": (samples.word(more={TEMPLATE: FROM_OUTSIDE.format("\\\\x\\a.dotx")}), "file_remote"),
    "a cut PDF": (samples.pdf()[:-60], "file_broken"),
    "a PDF that is none": (b"%PDF-1.7\nstartxref\n0\n%%EOF", "file_broken"),
    "a PDF that turns in a circle": (looping_pdf(), "file_broken"),
    "a PDF without pages": (samples.pdf(0), "file_broken"),
    "a PDF that starts programs": (
        samples.pdf(root="/OpenAction << /S /GoTo /Next << /S /Launch /F (cmd.exe) >> >>"),
        "file_macros",
    ),
    "a PDF that starts programs from a page": (samples.pdf(page="/AA << /O << /S /Launch >> >>"), "file_macros"),
    "a huge image": (samples.huge_png(), "file_image_too_large"),
    "an image too wide": (samples.huge_png(13_000), "file_image_too_large"),
    "a cut image": (samples.image("PNG", (400, 300))[:-200], "file_broken"),
    "a cut photograph": (samples.image("JPEG", (400, 300))[:900], "file_broken"),
}


def read(content: bytes) -> dict[str, Any]:
    learnt = extract(content)
    assert "refused" not in learnt, learnt
    return learnt


@pytest.mark.parametrize("name", sorted(HARMFUL))
def test_what_would_harm_is_refused_with_its_reason(name: str) -> None:
    content, key = HARMFUL[name]
    learnt = extract(content)
    assert learnt.get("refused") == key, learnt
    assert key in REASONS


@pytest.mark.parametrize("code", sorted(WHOLE))
def test_every_whole_file_is_read(code: str) -> None:
    assert read(WHOLE[code])["kind"] == code


def test_words_of_a_pdf_are_read_with_its_pages() -> None:
    learnt = read(samples.pdf(3))
    assert learnt["count"] == 3
    assert learnt["text"].count("Delibera del Consiglio metropolitano") == 3


def test_a_spreadsheet_inside_a_text_is_normal() -> None:
    assert read(nested(1))["text"] == "Convenzione fra i Comuni"


def test_words_deleted_in_a_text_are_not_read() -> None:
    body = (
        "<w:p><w:ins><w:r><w:t>resta</w:t></w:r></w:ins><w:del><w:r><w:delText>va via</w:delText></w:r></w:del></w:p>"
    )
    assert read(samples.word(body))["text"] == "resta"


def test_remarks_in_a_text_are_told() -> None:
    remarks = f'<w:comments xmlns:w="{samples.W}"><w:comment w:id="1"/></w:comments>'
    assert read(samples.word(more={"word/comments.xml": remarks}))["notes"] == ["comments"]


def test_cells_of_a_spreadsheet_stand_in_their_rows() -> None:
    learnt = read(samples.excel())
    assert learnt["count"] == 1
    assert learnt["text"].splitlines() == ["Comune 42", "Città di prova"]


def test_slides_are_read_in_the_order_of_their_numbers() -> None:
    learnt = read(samples.slides(11))
    assert learnt["count"] == 11
    assert learnt["text"].splitlines()[-2:] == ["Diapositiva 10", "Diapositiva 11"]


def test_open_documents_are_read_without_remarks() -> None:
    body = (
        "<office:text><text:h>Titolo</text:h><text:p>Una<text:s/>riga"
        "<office:annotation><text:p>segreto</text:p></office:annotation></text:p></office:text>"
    )
    assert read(samples.open_document("text", body))["text"] == "Titolo\nUna riga"


def test_sheets_and_slides_of_open_documents_are_counted() -> None:
    sheets = "<office:spreadsheet><table:table/><table:table/></office:spreadsheet>"
    pages = "<office:presentation><draw:page/><draw:page/><draw:page/></office:presentation>"
    assert read(samples.open_document("spreadsheet", sheets))["count"] == 2
    assert read(samples.open_document("presentation", pages))["count"] == 3


def test_a_long_text_is_taken_with_its_beginning() -> None:
    learnt = read(b"parola " * 100_000)
    assert learnt["truncated"]
    assert len(learnt["text"]) <= MAX_TEXT


def test_an_image_tells_its_size_and_whether_it_tells_where_it_was_taken() -> None:
    learnt = read(samples.image("WEBP", (64, 48)))
    assert (learnt["width"], learnt["height"], learnt["notes"]) == (64, 48, [])
    assert read(samples.photograph_with_place())["notes"] == ["location"]


def test_a_template_of_the_own_machine_is_normal() -> None:
    own = FROM_OUTSIDE.format("file:///C:/Modelli/Normal.dotm")
    assert read(samples.word(more={TEMPLATE: own}))["kind"] == "docx"


def test_scripts_and_attachments_of_a_pdf_are_told() -> None:
    names = "/Names << /JavaScript << >> /EmbeddedFiles << >> >>"
    assert read(samples.pdf(root=names))["notes"] == ["attachments", "scripts"]
