# SPDX-License-Identifier: AGPL-3.0-or-later
"""A Word or OpenDocument text -> title, summary and sections of a solution, its images, and what was lost."""

import base64
import json
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from app.conversion.arranging import Arranged, arrange, said
from app.conversion.pandoc import pandoc
from app.conversion.tidying import Node, Tidied
from app.document.parse import parse
from app.errors import Unavailable
from app.files.bounded import Bounds, run
from app.files.kinds import Kind, recognise
from app.files.refusal import MEGABYTE, FileRefused, check_size
from app.text.typed import CONTROL

#: Markdown as the renderer reads it: four spaces a level, pipe tables, notes; no markup but Markdown.
DIALECT = "markdown_strict-raw_html+pipe_tables+footnotes+definition_lists+four_space_rule+startnum"
SURVEY = (sys.executable, "-m", "app.conversion.survey_process")
SURVEY_BOUNDS = Bounds(output=32 * MEGABYTE)
FRONT = "---\n---\n\n"
IMAGE = re.compile(r"!\[(?P<label>(?:[^\[\]\\]|\\.){0,500})\]\((?P<name>immagine-[0-9]{1,2}\.[a-z]{3,4})\)")
#: Pandoc fills the marks of lists up to four signs.
BULLET = re.compile(r"^( *-) {3}(?=\S)", re.MULTILINE)
NUMBER = re.compile(r"^( *[0-9]{1,4}\.) {1,2}(?=\S)", re.MULTILINE)
#: Inside a word or between words these mean nothing to the renderer.
INNER_MARK = re.compile(r"(?<=\w)\\(_)(?=\w)|(?<=\w )\\(#)")
NOTE = re.compile(r"^\[\^([0-9]{1,4})\]:", re.MULTILINE)
MARK = re.compile(r"\[\^([0-9]{1,4})\]")
#: At the start of a line it would be a quotation.
GREATER = re.compile(r"(?<=\S )&gt;|(?<=[^\s>])&gt;")


@dataclass(frozen=True)
class Picture:
    """An image of the document under the name by which its text shows it."""

    name: str
    kind: Kind
    content: bytes


@dataclass(frozen=True)
class Converted:
    """A solution document to be completed; ``lost`` holds (key, detail) for everything a person should look at."""

    title: str
    summary: str
    sections: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    footnotes: str = ""
    images: tuple[Picture, ...] = ()
    lost: tuple[tuple[str, str], ...] = ()


def convert(content: bytes) -> Converted:
    """Reads a DOCX or ODT. Raises ``FileRefused``, or ``Unavailable`` where pandoc is missing."""
    check_size(len(content))
    surveyed = _survey(content)
    first = {data: address for address, data in reversed(surveyed["images"].items())}
    pictures = {address: base64.b64decode(data) for data, address in first.items()}
    kinds = {address: recognise(data) for address, data in pictures.items()}
    same = {address: first[data] for address, data in surveyed["images"].items()}
    tidied = Tidied({address: kind.extension for address, kind in kinds.items()}, same, surveyed["said"])
    try:
        arranged, notes = _arrange(pandoc(content, ["-f", surveyed["kind"], "-t", "json"]), tidied, surveyed["title"])
        sections, footnotes = _written(arranged, tidied.api)
    except RecursionError as error:
        raise FileRefused("file_bomb", "nesting") from error
    left = len(pictures) - len(tidied.shown)
    return Converted(
        title=arranged.title,
        summary=said(arranged.summary),
        sections=MappingProxyType(sections),
        footnotes=footnotes,
        images=tuple(Picture(name, kinds[address], pictures[address]) for address, name in tidied.shown.items()),
        lost=(*notes, *map(tuple, surveyed["lost"]), *tidied.lost, *([("images_left", str(left))] if left else [])),
    )


def place_images(converted: Converted, addresses: Mapping[str, str]) -> Converted:
    """The same with the images by the addresses where they are kept; of the others only what they show is said."""

    def placed(text: str) -> str:
        return IMAGE.sub(lambda image: _placed(image, addresses), text)

    sections = {heading: placed(text) for heading, text in converted.sections.items()}
    return replace(converted, sections=MappingProxyType(sections), footnotes=placed(converted.footnotes))


def _placed(image: re.Match[str], addresses: Mapping[str, str]) -> str:
    address = addresses.get(image["name"])
    return f"![{image['label']}]({address})" if address else image["label"]


def _survey(content: bytes) -> dict[str, Any]:
    try:
        outcome = run(SURVEY, content, SURVEY_BOUNDS)
    except OSError as error:
        raise Unavailable("files_unavailable") from error
    if outcome.status < 0 or not outcome.output:
        raise FileRefused("file_too_complex", "ended")
    surveyed: dict[str, Any] = json.loads(outcome.output)
    if "refused" in surveyed:
        raise FileRefused(surveyed["refused"], surveyed["detail"])
    return surveyed


def _arrange(tree: bytes, tidied: Tidied, title: str) -> tuple[Arranged, list[tuple[str, str]]]:
    read = json.loads(tree)
    tidied.api = read["pandoc-api-version"]
    meta = {name: _tidy_meta(value, tidied) for name, value in read["meta"].items()}
    return arrange(tidied.blocks(read["blocks"]), meta, title)


def _tidy_meta(value: Node, tidied: Tidied) -> Node:
    if value.get("t") == "MetaInlines":
        return {"t": "MetaInlines", "c": tidied.inlines(value["c"])}
    return {"t": "MetaBlocks", "c": tidied.blocks(value["c"])} if value.get("t") == "MetaBlocks" else value


def _written(arranged: Arranged, api: list[int]) -> tuple[dict[str, str], str]:
    """Markdown of every section, and the notes that close the document."""
    blocks = [block for title, inner in arranged.sections.items() for block in (_title(title), *inner)]
    if not blocks:
        return {}, ""
    tree = json.dumps({"pandoc-api-version": api, "meta": {}, "blocks": blocks}).encode("ascii")
    written = pandoc(tree, ["-f", "json", "-t", DIALECT, "--wrap=none"]).decode("utf-8")
    document = parse(FRONT + _one_note_each(_as_typed(CONTROL.sub("", written)))).document
    if document is None:
        raise FileRefused("document_too_long")
    return {section.heading: section.text for section in document.sections}, document.footnotes


def _title(title: str) -> Node:
    words: list[Node] = [{"t": "Str", "c": title}]
    return {"t": "Header", "c": [2, ["", [], []], words]}


def _as_typed(text: str) -> str:
    """Marks as people write them, and signs that the renderer takes as they are."""
    narrow = NUMBER.sub(r"\1 ", BULLET.sub(r"\1 ", text))
    plain = GREATER.sub(">", narrow.replace("&lt;", "<")).replace("\u00a0", " ")
    return INNER_MARK.sub(r"\1\2", plain)


def _one_note_each(text: str) -> str:
    """Notes that say the same become one note with several marks, as when a source is cited again."""
    notes = NOTE.split(text)
    first: dict[str, str] = {}
    same: dict[str, str] = {}
    kept = [notes[0]]
    for number, said_there in zip(notes[1::2], notes[2::2], strict=True):
        same[number] = first.setdefault(said_there.strip(), number)
        if same[number] == number:
            kept.append(f"[^{number}]:{said_there}")
    return MARK.sub(lambda mark: f"[^{same.get(mark[1], mark[1])}]", "".join(kept))
