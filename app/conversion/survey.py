# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a text document holds that Markdown cannot: counted and quoted before pandoc reads it. Runs in the child."""

import base64
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from app.conversion.alternatives import alternatives
from app.files.gathering import Enough, Gathered
from app.files.imagesize import read_image
from app.files.kinds import IMAGES, recognise
from app.files.office import read_office
from app.files.package import Package, open_package
from app.files.refusal import MEGABYTE, FileRefused
from app.files.xmlreading import read_xml

MAX_IMAGES = 40
MAX_IMAGE_BYTES = 20 * MEGABYTE
MAX_QUOTE = 200
MAX_TITLE = 500
#: Elements whose text pandoc leaves out, by the key of what is lost.
BOXES = {"txbxContent": "text_boxes", "text-box": "text_boxes", "annotation": "comments"}
#: Elements that are counted: changes somebody tracked, and words that Word keeps from view but pandoc takes.
COUNTED = {
    "ins": "tracked_changes",
    "del": "tracked_changes",
    "changed-region": "tracked_changes",
    "vanish": "hidden_text",
}
OFF = {"0", "false", "off"}
#: The older twin of a drawing says the same again.
TWINS = {"Fallback"}
#: Parts of Word files that stand for something pandoc does not read.
PARTS = {"word/charts/chart": "charts", "word/diagrams/data": "charts", "word/embeddings/": "embedded_objects"}


def survey(content: bytes) -> dict[str, Any]:
    """Losses and images of a DOCX or ODT. Raises ``FileRefused``."""
    code = recognise(content).code
    if code not in {"docx", "odt"}:
        raise FileRefused("file_not_text", code)
    package = open_package(content)
    with suppress(Enough):
        read_office(package, Gathered())
    losses = _word(package) if code == "docx" else _open_document(package)
    title = _styled(package, "Title") if code == "odt" else ""
    images = _images(package, losses)
    said = alternatives(package) if code == "odt" else {}
    return {"kind": code, "title": title, "lost": losses, "images": images, "said": said}


def _word(package: Package) -> list[tuple[str, str]]:
    losses = _in_part(package, "word/document.xml")
    for start, key in PARTS.items():
        found = sum(name.startswith(start) and not name.endswith("/") for name in package.names)
        losses += [(key, str(found))] if found else []
    remarks = _count(package, "word/comments.xml", {"comment"})
    losses += [("comments", str(remarks))] if remarks else []
    margins = [*package.numbered("word/header"), *package.numbered("word/footer")]
    return losses + _margins([_words(package, name) for name in margins])


def _open_document(package: Package) -> list[tuple[str, str]]:
    losses = _in_part(package, "content.xml")
    objects = {name.split("/")[0] for name in package.names if name.endswith("/content.xml")}
    charts = sum(b":chart" in package.read(f"{name}/content.xml", 20_000) for name in objects)
    formulas = sum(b"<math" in package.read(f"{name}/content.xml", 20_000) for name in objects)
    losses += [("charts", str(charts))] if charts else []
    losses += [("equations", str(formulas))] if formulas else []
    others = len(objects) - charts - formulas
    losses += [("embedded_objects", str(others))] if others > 0 else []
    return losses + _margins([_words(package, "styles.xml", {"header", "footer"})])


def _margins(texts: list[str]) -> list[tuple[str, str]]:
    said = " · ".join(text for text in dict.fromkeys(texts) if any(map(str.isalpha, text)))
    return [("headers_footers", said[:MAX_QUOTE])] if said else []


def _in_part(package: Package, name: str) -> list[tuple[str, str]]:
    """Text boxes with their words, remarks, tracked changes, hidden words."""
    quotes: dict[str, list[str]] = {}
    open_boxes: list[str] = []
    counted: Counter[str] = Counter()
    twins = 0

    def start(element: str, attributes: Mapping[str, str]) -> None:
        nonlocal twins
        twins += element in TWINS
        if element in COUNTED and attributes.get("val") not in OFF:
            counted[COUNTED[element]] += 1
        if element in BOXES:
            open_boxes.append(BOXES[element])
            if not twins:
                quotes.setdefault(BOXES[element], []).append("")

    def end(element: str) -> None:
        nonlocal twins
        twins -= element in TWINS
        if element in BOXES:
            open_boxes.pop()

    def text(words: str) -> None:
        if open_boxes and not twins and len(quotes[open_boxes[-1]][-1]) < MAX_QUOTE:
            quotes[open_boxes[-1]][-1] += words

    with package.open(name) as stream:
        read_xml(stream, start, end, text)
    losses = [(key, " ".join(words.split())[:MAX_QUOTE]) for key, all_words in quotes.items() for words in all_words]
    return losses[:MAX_IMAGES] + [(key, str(number)) for key, number in counted.items()]


def _count(package: Package, name: str, elements: set[str]) -> int:
    found = 0

    def start(element: str, attributes: Mapping[str, str]) -> None:
        nonlocal found
        found += element in elements

    if name in package.names:
        with package.open(name) as stream:
            read_xml(stream, on_start=start)
    return found


def _words(package: Package, name: str, inside: set[str] | None = None) -> str:
    """Text of a part, or of the given elements of it."""
    pieces: list[str] = []
    depth = 0 if inside else 1

    def start(element: str, attributes: Mapping[str, str]) -> None:
        nonlocal depth
        depth += bool(inside) and element in (inside or ())

    def end(element: str) -> None:
        nonlocal depth
        depth -= bool(inside) and element in (inside or ())

    def text(words: str) -> None:
        if depth and len(pieces) < MAX_QUOTE:
            pieces.append(words)

    if name in package.names:
        with package.open(name) as stream:
            read_xml(stream, start, end, text)
    return " ".join(" ".join(pieces).split())[:MAX_QUOTE]


def _images(package: Package, losses: list[tuple[str, str]]) -> dict[str, str]:
    """Images that browsers show, by the address the document gives them; the others are losses."""
    found: dict[str, str] = {}
    left = MAX_IMAGE_BYTES
    folders = ("word/media/", "Pictures/", "media/")
    for name in sorted(name for name in package.names if name.startswith(folders) and not name.endswith("/")):
        content = package.read(name, MAX_IMAGE_BYTES + 1)
        if not _is_shown(content):
            losses.append(("image_format", name.rpartition("/")[2][:MAX_QUOTE]))
        elif len(found) >= MAX_IMAGES or len(content) > left:
            losses.append(("images_too_many", name.rpartition("/")[2][:MAX_QUOTE]))
        else:
            left -= len(content)
            found[name.removeprefix("word/")] = base64.b64encode(content).decode("ascii")
    return found


def _is_shown(content: bytes) -> bool:
    try:
        if recognise(content).code not in IMAGES:
            return False
        read_image(content, Gathered())
    except FileRefused:
        return False
    return True


def _styled(package: Package, style: str) -> str:
    """The first paragraph of an OpenDocument text that carries a style or one made from it."""
    styles, pieces = {style}, list[str]()
    state = "before"

    def start(element: str, attributes: Mapping[str, str]) -> None:
        nonlocal state
        if element == "style" and attributes.get("parent-style-name") in styles:
            styles.add(attributes.get("name", style))
        elif state == "before" and element == "p" and attributes.get("style-name") in styles:
            state = "inside"

    def end(element: str) -> None:
        nonlocal state
        if state == "inside" and element == "p":
            state = "after"

    def text(words: str) -> None:
        if state == "inside":
            pieces.append(words)

    with package.open("content.xml") as stream:
        read_xml(stream, start, end, text)
    return " ".join("".join(pieces).split())[:MAX_TITLE]
