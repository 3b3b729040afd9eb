# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a file is, told by its content alone: magic bytes, inner structure, readable text."""

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass

from app.files.package import OLE_MAGIC, ZIP_MAGIC, Package, open_package
from app.files.refusal import FileRefused, check_size
from app.files.xmlreading import read_xml


@dataclass(frozen=True)
class Kind:
    """One kind of file that is taken. ``label`` is what a person calls it, in any language."""

    code: str
    mime: str
    extension: str
    label: str


_OOXML = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."
KINDS: Mapping[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind("pdf", "application/pdf", "pdf", "PDF"),
        Kind("docx", f"{_OOXML}wordprocessingml.document", "docx", "Word (DOCX)"),
        Kind("xlsx", f"{_OOXML}spreadsheetml.sheet", "xlsx", "Excel (XLSX)"),
        Kind("pptx", f"{_OOXML}presentationml.presentation", "pptx", "PowerPoint (PPTX)"),
        Kind("odt", f"{_ODF}text", "odt", "OpenDocument (ODT)"),
        Kind("ods", f"{_ODF}spreadsheet", "ods", "OpenDocument (ODS)"),
        Kind("odp", f"{_ODF}presentation", "odp", "OpenDocument (ODP)"),
        Kind("csv", "text/csv", "csv", "CSV"),
        Kind("md", "text/markdown", "md", "Markdown"),
        Kind("txt", "text/plain", "txt", "TXT"),
        Kind("png", "image/png", "png", "PNG"),
        Kind("jpg", "image/jpeg", "jpg", "JPEG"),
        Kind("webp", "image/webp", "webp", "WebP"),
    )
}
BY_MIME = {kind.mime: kind for kind in KINDS.values()}
IMAGES = frozenset({"png", "jpg", "webp"})
PLAIN = frozenset({"csv", "md", "txt"})

MAX_COLUMNS = 1_000
MAIN = ".main+xml"
CONTENT_TYPES = "[Content_Types].xml"
CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f\ufffe\uffff]")
#: Text that a browser, a printer or a shell would take for more than text.
RUNS = re.compile(r"\s*(<(!doctype|!--|html|head|body|script|svg|\?xml|\?php|iframe)|%!PS|#!|\{\\rtf)", re.IGNORECASE)
MARKDOWN = re.compile(r"^(#{1,6} \S|---\n|[-*] \S|\d+\. \S|> \S)", re.MULTILINE)
MARKDOWN_SURE = re.compile(r"^(#{1,6} \S.*\n|---\n(.*\n)*?---\n)|\]\([^)\s]{1,500}\)|\*\*\S")


def recognise(content: bytes) -> Kind:
    """The kind of a file. Raises ``FileRefused``; reads strange packages, so call it where that does no harm."""
    check_size(len(content))
    if content.startswith(b"%PDF-"):
        return KINDS["pdf"]
    if content.startswith(b"PK"):
        return recognise_package(open_package(content)) if content.startswith(ZIP_MAGIC) else _refuse("file_archive")
    if content.startswith(OLE_MAGIC):
        return _refuse("file_encrypted" if "EncryptedPackage".encode("utf-16-le") in content else "file_old_office")
    return _image(content) or _plain(content)


def _refuse(key: str) -> Kind:
    raise FileRefused(key)


def recognise_package(package: Package) -> Kind:
    """The kind of an opened package, from the type it declares inside."""
    found = BY_MIME.get(package.read("mimetype", 200).decode("latin-1").strip())
    if found and found.mime.startswith(_ODF):
        if b"encryption-data" in package.read("META-INF/manifest.xml"):
            raise FileRefused("file_encrypted")
        return found if "content.xml" in package.names else _refuse("file_broken")
    if CONTENT_TYPES not in package.names:
        return _refuse("file_archive")
    return _office(set(part_types(package).values()))


def part_types(package: Package) -> dict[str, str]:
    """The declared type of each part of an Office package, by the name of the part."""
    types: dict[str, str] = {}

    def note(name: str, attributes: Mapping[str, str]) -> None:
        if name in {"Override", "Default"}:
            part = attributes.get("PartName", attributes.get("Extension", ""))
            types[part.removeprefix("/")] = attributes.get("ContentType", "")

    with package.open(CONTENT_TYPES) as stream:
        read_xml(stream, on_start=note)
    return types


def _office(types: set[str]) -> Kind:
    if any("macroenabled" in name.casefold() or "vbaproject" in name.casefold() for name in types):
        return _refuse("file_macros")
    mains = sorted(name.removesuffix(MAIN) for name in types if name.startswith(_OOXML) and name.endswith(MAIN))
    found = next((BY_MIME[main] for main in mains if main in BY_MIME), None)
    return found or _refuse("file_kind_unknown")


def _image(content: bytes) -> Kind | None:
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return KINDS["png"]
    if content.startswith(b"\xff\xd8\xff"):
        return KINDS["jpg"]
    return KINDS["webp"] if content.startswith(b"RIFF") and content[8:12] == b"WEBP" else None


def _plain(content: bytes) -> Kind:
    text = decode(content)
    if text is None or not text.strip() or RUNS.match(text):
        raise FileRefused("file_kind_unknown" if text is None or text.strip() else "file_empty")
    if _is_table(text):
        return KINDS["csv"]
    return KINDS["md" if MARKDOWN.search(text) and MARKDOWN_SURE.search(text) else "txt"]


def decode(content: bytes) -> str | None:
    """Text of a file in the encodings that office programs write, None where it is not text."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if CONTROL.search(text) else text.replace("\r\n", "\n").replace("\r", "\n")
    return None


def _is_table(text: str) -> bool:
    """Two lines or more, all with the same number of the same separator outside quotation marks."""
    # A comma followed by a space is one of a sentence.
    lines = [re.sub(r'"[^"]*"|, ', "", line) for line in text[:20_000].split("\n")[:20] if line.strip()]
    if len(text) > 20_000:
        lines = lines[:-1]
    return len(lines) > 1 and any(
        0 < lines[0].count(mark) < MAX_COLUMNS and len({line.count(mark) for line in lines}) == 1 for mark in ";,\t|"
    )
