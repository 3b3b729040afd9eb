# SPDX-License-Identifier: AGPL-3.0-or-later
"""The blocks of a tidied document under the sections of a solution; nothing that was written is left out."""

from dataclasses import dataclass, field
from typing import Any

from app.conversion.outline import PROBLEM, SUMMARY, is_section_title, section_of
from app.conversion.tidying import Node, words
from app.document.schema import FIELD_BY_NAME, SECTION_TITLES

MAX_TITLE = FIELD_BY_NAME["title"].limit
MAX_SUMMARY = FIELD_BY_NAME["summary"].limit
#: Headings inside a section begin here; Markdown knows no deeper one than six.
INNER, DEEPEST = 3, 6
PROSE = {"Para", "Plain"}


@dataclass
class Arranged:
    """Title, summary and the blocks of each section; ``preface`` is what stands before the first known heading."""

    title: str = ""
    summary: list[Node] = field(default_factory=list)
    preface: list[Node] = field(default_factory=list)
    sections: dict[str, list[Node]] = field(default_factory=dict)
    current: str = ""
    level: int = 1
    parents: list[tuple[str, int]] = field(default_factory=list)

    def add(self, block: Node) -> None:
        heading = _heading(block)
        section = section_of(heading[1]) if heading else None
        if heading and section:
            self._enter(section, *heading)
        elif heading and not self.title and not self.sections and not self.current:
            self.title, self.level = heading[1], heading[0]
        elif heading:
            self._leave(heading[0])
            self._here().append(_inner(*heading, self.level))
        else:
            self._here().append(block)

    def _enter(self, section: str, level: int, heading: str) -> None:
        """Goes on in a section; a heading that only repeats where we are stays as an inner one."""
        again = section in self.sections and not is_section_title(heading)
        if section != self.current:
            self._leave(level)
            if self.current and level > self.level:
                self.parents.append((self.current, self.level))
            self.current, self.level = section, level
        if section != SUMMARY:
            self.sections.setdefault(section, [])
        if again:
            self._here().append(_inner(level, heading, self.level))

    def _leave(self, level: int) -> None:
        """A heading as high as a section that stands inside another ends it."""
        while self.parents and level <= self.level:
            self.current, self.level = self.parents.pop()

    def _here(self) -> list[Node]:
        if self.current == SUMMARY:
            return self.summary
        return self.sections[self.current] if self.current else self.preface


def arrange(blocks: list[Node], meta: dict[str, Any], title: str = "") -> tuple[Arranged, list[tuple[str, str]]]:
    """Every block in its section, and what a person should know about how it went."""
    arranged = Arranged(title=_meta(meta, "title") or title)
    arranged.summary, arranged.preface = _meta_blocks(meta, "abstract"), _meta_blocks(meta, "subtitle")
    if blocks and title and said(blocks[:1]) == title:
        blocks = blocks[1:]
    for block in blocks:
        arranged.add(block)
    if not arranged.title and _is_title(arranged.preface):
        arranged.title = said([arranged.preface.pop(0)])
    notes = [] if arranged.sections else [("no_known_headings", "")]
    _place_preface(arranged)
    return arranged, notes + _fit(arranged)


def _place_preface(arranged: Arranged) -> None:
    """A few sentences are the summary; anything else tells the problem. An overlong summary does too."""
    if arranged.preface and not arranged.summary and _is_short_prose(arranged.preface):
        arranged.summary, arranged.preface = arranged.preface, []
    if arranged.summary and not _is_short_prose(arranged.summary):
        arranged.preface, arranged.summary = [*arranged.summary, *arranged.preface], []
    if arranged.preface:
        arranged.sections[PROBLEM] = [*arranged.preface, *arranged.sections.get(PROBLEM, [])]
    arranged.sections = {title: arranged.sections[title] for title in SECTION_TITLES if arranged.sections.get(title)}


def _is_title(preface: list[Node]) -> bool:
    """Whether a text without title begins with a line that looks like one."""
    line = said(preface[:1]) if preface and preface[0]["t"] in PROSE and not _holds_more(preface[0]["c"]) else ""
    return 0 < len(line) <= MAX_TITLE and line[-1] not in ".;:,!?"


def _is_short_prose(blocks: list[Node]) -> bool:
    plain = all(block["t"] in PROSE and not _holds_more(block["c"]) for block in blocks)
    return plain and len(said(blocks)) <= MAX_SUMMARY


def _holds_more(inlines: list[Node]) -> bool:
    """A note, a link or an image would be lost in a field of plain words."""
    return any(node["t"] in {"Note", "Link", "Image"} or ("c" in node and _inside(node["c"])) for node in inlines)


def _inside(content: Any) -> bool:
    return isinstance(content, list) and _holds_more(
        [node for node in content if isinstance(node, dict) and "t" in node]
    )


def said(blocks: list[Node]) -> str:
    """Blocks as one line of plain words."""
    return " ".join(words(blocks).split())


def _fit(arranged: Arranged) -> list[tuple[str, str]]:
    """A title longer than its field is cut at a word; the whole of it is told."""
    arranged.title = " ".join(arranged.title.split())
    if len(arranged.title) <= MAX_TITLE:
        return []
    whole = arranged.title
    arranged.title = f"{whole[: MAX_TITLE - 1].rpartition(' ')[0] or whole[: MAX_TITLE - 1]}…"
    return [("title_cut", whole[:500])]


def _heading(block: Node) -> tuple[int, str] | None:
    """Level and words of a heading, or of a line that stands for one: bold and a section's, or exactly its title."""
    if block["t"] == "Header":
        return block["c"][0], " ".join(words(block["c"][2]).split())
    if block["t"] not in PROSE or any(node["t"] == "Note" for node in block["c"]):
        return None
    line = said([block]).rstrip(" :.")
    bold = len(block["c"]) == 1 and block["c"][0]["t"] == "Strong"
    return (2, line) if (bold and section_of(line)) or is_section_title(line) else None


def _inner(level: int, heading: str, section_level: int) -> Node:
    depth = max(INNER, min(DEEPEST, INNER + level - section_level - 1))
    return {"t": "Header", "c": [depth, ["", [], []], [{"t": "Str", "c": heading}]]}


def _meta(meta: dict[str, Any], name: str) -> str:
    value = meta.get(name, {})
    return " ".join(words(value.get("c") if isinstance(value, dict) else "").split())


def _meta_blocks(meta: dict[str, Any], name: str) -> list[Node]:
    value = meta.get(name, {})
    if value.get("t") == "MetaBlocks":
        return list(value["c"])
    return [{"t": "Para", "c": value["c"]}] if value.get("t") == "MetaInlines" else []
