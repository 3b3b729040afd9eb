# SPDX-License-Identifier: AGPL-3.0-or-later
"""Text of Word, Excel, PowerPoint and OpenDocument files, streamed from their XML."""

from collections.abc import Mapping

from app.files.gathering import Gathered
from app.files.kinds import recognise_package
from app.files.package import Package
from app.files.refusal import FileRefused
from app.files.xmlreading import read_xml

#: Relations through which opening a file fetches or runs something from outside.
REMOTE_TYPES = ("/attachedTemplate", "/oleObject", "/frame", "/subDocument", "/externalLinkPath", "/control")
REMOTE = ("http:", "https:", "ftp:", "\\\\", "file://")
LOCAL_TEMPLATE = ("file:///",)
MAX_SHARED = 2_000_000
BREAKS = {"p", "h", "br", "line-break", "tr", "table-row"}
TABS = {"tab", "tc", "table-cell"}
#: Deleted text and remarks are not what the file says.
LEFT_OUT = {"annotation", "tracked-changes", "delText", "instrText"}


def read_office(package: Package, gathered: Gathered) -> None:
    """Gathers the text of an Office or OpenDocument package. Raises ``FileRefused``."""
    code = recognise_package(package).code
    _refuse_remote(package)
    if code == "docx":
        _read_word(package, gathered)
    elif code == "pptx":
        slides = package.numbered("ppt/slides/slide")
        gathered.count = len(slides)
        for slide in slides:
            _read_running(package, slide, gathered, {"t"})
    elif code == "xlsx":
        _read_sheets(package, gathered)
    else:
        _read_running(package, "content.xml", gathered, {"p", "h"}, {"ods": "table", "odp": "page"}.get(code, ""))


def _refuse_remote(package: Package) -> None:
    def look(name: str, attributes: Mapping[str, str]) -> None:
        target = attributes.get("Target", "").casefold()
        if (
            name == "Relationship"
            and attributes.get("TargetMode") == "External"
            and attributes.get("Type", "").endswith(REMOTE_TYPES)
            and target.startswith(REMOTE)
            and not target.startswith(LOCAL_TEMPLATE)
        ):
            raise FileRefused("file_remote", target[:100])

    for name in sorted(package.names):
        if name.endswith(".rels"):
            with package.open(name) as stream:
                read_xml(stream, on_start=look)


def _read_word(package: Package, gathered: Gathered) -> None:
    if "word/document.xml" not in package.names:
        raise FileRefused("file_broken", "word/document.xml")
    if b":comment " in package.read("word/comments.xml"):
        gathered.notes.add("comments")
    for name in ("word/document.xml", "word/footnotes.xml", "word/endnotes.xml"):
        if name in package.names:
            _read_running(package, name, gathered, {"t"})


def _read_running(package: Package, name: str, gathered: Gathered, holders: set[str], counted: str = "") -> None:
    """Text inside the ``holders``, one line a paragraph; ``counted`` is the element that is a sheet or a slide."""
    inside = left_out = 0

    def start(element: str, attributes: Mapping[str, str]) -> None:
        nonlocal inside, left_out
        left_out += element in LEFT_OUT
        inside += element in holders
        gathered.count += element == counted
        if element == "s" and inside:
            gathered.add(" ")
        elif element in TABS:
            gathered.add("\t")

    def end(element: str) -> None:
        nonlocal inside, left_out
        left_out -= element in LEFT_OUT
        inside -= element in holders
        if element in BREAKS:
            gathered.add("\n")

    def text(words: str) -> None:
        if inside and not left_out:
            gathered.add(words)
        elif "DDEAUTO" in words or words.lstrip().startswith("DDE "):
            raise FileRefused("file_macros", "DDE")

    with package.open(name) as stream:
        read_xml(stream, start, end, text)


def _read_sheets(package: Package, gathered: Gathered) -> None:
    shared = _shared_words(package)
    sheets = package.numbered("xl/worksheets/sheet")
    gathered.count = len(sheets)
    for name in package.numbered("xl/externalLinks/externalLink"):
        if b"ddeLink" in package.read(name):
            raise FileRefused("file_macros", "DDE")
    for sheet in sheets:
        _read_sheet(package, sheet, shared, gathered)


def _shared_words(package: Package) -> list[str]:
    words: list[list[str]] = []
    length = 0
    inside = False

    def start(element: str, attributes: Mapping[str, str]) -> None:
        nonlocal inside
        if element == "si":
            words.append([])
        inside = element == "t"

    def end(element: str) -> None:
        nonlocal inside
        inside = inside and element != "t"

    def text(piece: str) -> None:
        nonlocal length
        if inside and words and length < MAX_SHARED:
            words[-1].append(piece)
            length += len(piece)

    if "xl/sharedStrings.xml" in package.names:
        with package.open("xl/sharedStrings.xml") as stream:
            read_xml(stream, start, end, text)
    return ["".join(pieces) for pieces in words]


def _read_sheet(package: Package, name: str, shared: list[str], gathered: Gathered) -> None:
    """Cells separated by tabs, rows by line ends; shared words in place of their numbers."""
    kind = value = ""
    inside = False

    def start(element: str, attributes: Mapping[str, str]) -> None:
        nonlocal kind, value, inside
        if element == "c":
            kind, value = attributes.get("t", ""), ""
        inside = element in {"v", "t"}

    def end(element: str) -> None:
        nonlocal inside
        inside = False
        if element == "c":
            known = kind == "s" and value.isdecimal() and len(value) < 9 and int(value) < len(shared)
            gathered.add((shared[int(value)] if known else value) + "\t")
        elif element == "row":
            gathered.add("\n")

    def text(piece: str) -> None:
        nonlocal value
        if inside:
            value += piece

    with package.open(name) as stream:
        read_xml(stream, start, end, text)
