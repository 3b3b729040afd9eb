# SPDX-License-Identifier: AGPL-3.0-or-later
"""A Markdown text, as a draft act, as a Word or OpenDocument text."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import Literal
from xml.sax.saxutils import escape
from zipfile import ZipFile, ZipInfo

from app.conversion.pandoc import pandoc

#: Where an office file says when it was made, and what pandoc says there.
ABOUT, NO_DAY = frozenset({"docProps/core.xml", "meta.xml"}), b"1970-01-01T00:00:00Z"
Format = Literal["docx", "odt"]
WORD = b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"
FOOTERS = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/footer"
FOOTER_TYPE = b"application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"
FOOTER = (
    b'<?xml version="1.0" encoding="UTF-8"?><w:ftr xmlns:w="%s"><w:p><w:pPr><w:jc w:val="center"/></w:pPr>'
    b'<w:fldSimple w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple></w:p></w:ftr>' % WORD
)
BLUE = b'<w:color w:themeColor="accent1" w:themeShade="BF" w:val="0F4761" />'
#: What is changed in each part of what pandoc writes: A4, numbers of pages, black headings, letters that every office
#: has.
OFFICE: Mapping[str, Sequence[tuple[bytes, bytes]]] = {
    "word/document.xml": (
        (b"<w:sectPr>", b'<w:sectPr><w:footerReference w:type="default" r:id="footer1"/>'),
        (
            b"</w:sectPr>",
            b'<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1417" w:right="1417" w:bottom="1417" w:left="1417"'
            b' w:header="708" w:footer="708" w:gutter="0"/></w:sectPr>',
        ),
    ),
    "word/_rels/document.xml.rels": (
        (b"</Relationships>", b'<Relationship Id="footer1" Type="%s" Target="footer1.xml"/></Relationships>' % FOOTERS),
    ),
    "[Content_Types].xml": (
        (b"</Types>", b'<Override PartName="/word/footer1.xml" ContentType="%s"/></Types>' % FOOTER_TYPE),
    ),
    "word/styles.xml": (
        # In the order that the format asks for: bold, italic, colour.
        (b"<w:i />\n      <w:iCs />\n      " + BLUE, b"<w:b /><w:bCs /><w:i /><w:iCs />"),
        (BLUE, b"<w:b /><w:bCs />"),
        (b'<w:sz w:val="40" />', b'<w:sz w:val="28" />'),
        (b'<w:sz w:val="32" />', b'<w:sz w:val="24" />'),
    ),
    "word/theme/theme1.xml": (
        (b'typeface="Aptos Display" panose="02110004020202020204"', b'typeface="Times New Roman"'),
        (b'typeface="Aptos" panose="02110004020202020204"', b'typeface="Times New Roman"'),
    ),
    "styles.xml": (
        (b'fo:page-height="11in" fo:page-width="8.5in"', b'fo:page-height="29.7cm" fo:page-width="21cm"'),
        (b'style:font-name="Arial"', b'style:font-name="Times New Roman"'),
    ),
}
#: What Markdown would take for a mark of its own: anywhere, and at the beginning of a line.
MARK = re.compile(r"[\\`*\[\]<>~]|&(?=#?\w+;)|(?<![^\W_])_|_(?![^\W_])")
BEGINNING = re.compile(r"^\d{1,9}(?=[.)](?:\s|$))|^(?=[-+#])")


def as_words(typed: str) -> str:
    """What somebody typed, on one line, as words of a Markdown text: no list, no heading, no stars that vanish."""
    marked = MARK.sub(r"\\\g<0>", " ".join(typed.split()))
    return BEGINNING.sub(lambda found: f"{found[0]}\\", marked)


def text_to_office(text: str, kind: Format, title: str, made_at: datetime, language: str = "it") -> bytes:
    """A plain Markdown text, as a draft act, in an office format. Raises ``FileRefused`` or ``Unavailable``."""
    options = ["-f", "commonmark+smart", "-t", kind, "-o", "-", "--metadata", f"lang={language}"]
    return _finished(pandoc(text.encode("utf-8"), options), " ".join(title.split()), made_at)


def _finished(made: bytes, title: str, at: datetime) -> bytes:
    """The file with its title, the day it was made and the paper and letters of Italian offices.

    Pandoc in its sandbox knows no clock, and says 1970; it writes for American paper, in blue, in letters that only the
    newest Word has, and in Word without numbers of pages.
    """
    day = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    named = b"<dc:title>%s</dc:title>" % escape(title).encode("utf-8")
    about, finished = ((NO_DAY, day), (b"<dc:title></dc:title>", named)), BytesIO()
    with ZipFile(BytesIO(made)) as before, ZipFile(finished, "w") as after:
        for part in before.infolist():
            content = before.read(part)
            for old, new in about if part.filename in ABOUT else OFFICE.get(part.filename, ()):
                content = content.replace(old, new)
            after.writestr(part, content)
        if "word/document.xml" in before.namelist():
            after.writestr(ZipInfo("word/footer1.xml"), FOOTER)
    return finished.getvalue()
