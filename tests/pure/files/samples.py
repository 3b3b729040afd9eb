# SPDX-License-Identifier: AGPL-3.0-or-later
"""Makes the files that people upload, whole and harmful, from nothing but bytes."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

from PIL import Image

TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "application/vnd.openxmlformats-officedocument."
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
ODF = "urn:oasis:names:tc:opendocument:xmlns:"

Parts = dict[str, str | bytes]


def packed(parts: Parts, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP of the given parts."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def office(main: str, kind: str, parts: Parts) -> Parts:
    """The parts of an Office file whose main part is of a kind."""
    types = f'<Types xmlns="{TYPES}"><Override PartName="/{main}" ContentType="{kind}"/></Types>'
    relation = f'<Relationship Id="r1" Type="{KINDS}/officeDocument" Target="{main}"/>'
    return {"[Content_Types].xml": types, "_rels/.rels": relations(relation), **parts}


def relations(inner: str) -> str:
    return f'<Relationships xmlns="{RELATIONS}">{inner}</Relationships>'


def word_parts(body: str = "", more: Mapping[str, str | bytes] | None = None) -> Parts:
    text = f'<w:document xmlns:w="{W}"><w:body>{body or paragraph("Convenzione fra i Comuni")}</w:body></w:document>'
    return office(
        "word/document.xml", f"{MAIN}wordprocessingml.document.main+xml", {"word/document.xml": text, **(more or {})}
    )


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def word(body: str = "", more: Mapping[str, str | bytes] | None = None) -> bytes:
    return packed(word_parts(body, more))


def excel() -> bytes:
    words = f'<sst xmlns="{S}"><si><t>Comune</t></si><si><t>Città di prova</t></si></sst>'
    rows = '<row><c t="s"><v>0</v></c><c><v>42</v></c></row><row><c t="s"><v>1</v></c></row>'
    sheet = f'<worksheet xmlns="{S}"><sheetData>{rows}</sheetData></worksheet>'
    book = f'<workbook xmlns="{S}"/>'
    parts: Parts = {"xl/workbook.xml": book, "xl/sharedStrings.xml": words, "xl/worksheets/sheet1.xml": sheet}
    return packed(office("xl/workbook.xml", f"{MAIN}spreadsheetml.sheet.main+xml", parts))


def slides(number: int = 11) -> bytes:
    shown = '<p:sld xmlns:p="p" xmlns:a="{}"><a:p><a:r><a:t>Diapositiva {}</a:t></a:r></a:p></p:sld>'
    parts: Parts = {f"ppt/slides/slide{n}.xml": shown.format(A, n) for n in range(1, number + 1)}
    parts["ppt/presentation.xml"] = "<p/>"
    return packed(office("ppt/presentation.xml", f"{MAIN}presentationml.presentation.main+xml", parts))


def open_document(kind: str, body: str, more: Mapping[str, str | bytes] | None = None) -> bytes:
    spaces = " ".join(f'xmlns:{name}="{ODF}{name}:1.0"' for name in ("office", "text", "table"))
    drawing = f'xmlns:draw="{ODF}drawing:1.0"'
    content = f"<office:document-content {spaces} {drawing}><office:body>{body}</office:body></office:document-content>"
    mime = f"application/vnd.oasis.opendocument.{kind}"
    return packed({"mimetype": mime, "content.xml": content, **(more or {})})


def pdf(pages: int = 1, words: str = "Delibera del Consiglio metropolitano", root: str = "", page: str = "") -> bytes:
    """A small PDF with a text on each page; ``root`` and ``page`` are added to those dictionaries."""
    stream = f"BT /F1 12 Tf 72 720 Td ({words}) Tj ET"
    kids = " ".join(f"{number} 0 R" for number in range(5, 5 + pages))
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {root} >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
    ]
    font = "/Resources << /Font << /F1 3 0 R >> >>"
    objects += [
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] {font} /Contents 4 0 R {page} >>" for _ in range(pages)
    ]
    return pdf_of(objects)


def pdf_of(objects: list[str], trailer: str = "") -> bytes:
    """A PDF of the given objects; the first is its root."""
    written = b"%PDF-1.7\n"
    places = []
    for number, each in enumerate(objects, 1):
        places.append(len(written))
        written += f"{number} 0 obj\n{each}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    end = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R {trailer} >>\n"
    return written + f"{end}startxref\n{len(written)}\n%%EOF\n".encode("latin-1")


def image(kind: str = "PNG", size: tuple[int, int] = (40, 30)) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, "navy").save(file, kind)
    return file.getvalue()


def huge_png(side: int = 30_000) -> bytes:
    """A few bytes that claim to be hundreds of millions of pixels."""
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(b"")) + _chunk(b"IEND", b"")


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def photograph_with_place() -> bytes:
    file = io.BytesIO()
    picture = Image.new("RGB", (8, 8))
    exif = picture.getexif()
    exif.get_ifd(0x8825)[1] = "N"
    exif[0x8825] = {1: "N"}
    picture.save(file, "JPEG", exif=exif)
    return file.getvalue()


def locked(content: bytes) -> bytes:
    """The same ZIP with the sign of encryption on its first part, in both places where it stands."""
    changed = bytearray(content)
    changed[6] |= 1
    changed[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(changed)


def overlapping(parts: int = 400, size: int = 1024 * 1024) -> bytes:
    """A ZIP all entries of which point at the same compressed bytes."""
    whole = packed({"a": bytes(size)})
    start = whole.index(b"PK\x01\x02")
    entry = whole[start : whole.index(b"PK\x05\x06")]
    name = b"%06d"
    entries = b"".join(entry[:28] + struct.pack("<H", 6) + entry[30:46] + name % number for number in range(parts))
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, parts, parts, len(entries), start, 0)
    return whole[:start] + entries + end


def deflated(content: bytes, times: int) -> bytes:
    """Content compressed again and again."""
    for _ in range(times):
        content = zlib.compress(content, 9)
    return content


def pdf_with_stream(stream: bytes, filters: str) -> bytes:
    """A PDF whose only page shows a stream that was packed."""
    body = stream.decode("latin-1")
    return pdf_of(
        [
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Kids [4 0 R] /Count 1 >>",
            f"<< /Length {len(stream)} /Filter {filters} >>\nstream\n{body}\nendstream",
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 3 0 R >>",
        ]
    )
