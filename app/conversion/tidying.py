# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pandoc's tree made plain: no styles, no anchors, no raw markup; what cannot stay is noted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.conversion.tables import plain_table

Node = dict[str, Any]
#: Of the site, what a sheet may link: other sheets and themes.
KEPT_ADDRESSES = ("http://", "https://", "mailto:", "/soluzioni/", "/temi/")
MAX_ADDRESS = 600
MAX_DETAIL = 200
QUOTES = {"SingleQuote": ("‘", "’"), "DoubleQuote": ("“", "”")}
RAISED = str.maketrans("0123456789ao", "⁰¹²³⁴⁵⁶⁷⁸⁹ªº")
LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
SPACES = {"Space", "SoftBreak", "LineBreak"}
SPACE: Node = {"t": "Space"}
DOT: Node = {"t": "Str", "c": " · "}


@dataclass
class Tidied:
    """What was found while tidying: losses in order, and the new name of each image that the text shows.

    ``extensions`` holds what the document may show; ``same`` names one address for images stored twice; ``said`` is
    what images show, where pandoc does not read it.
    """

    extensions: Mapping[str, str]
    same: Mapping[str, str]
    said: Mapping[str, str] = field(default_factory=dict)
    lost: list[tuple[str, str]] = field(default_factory=list)
    shown: dict[str, str] = field(default_factory=dict)
    api: list[int] = field(default_factory=list)

    def lose(self, key: str, detail: str = "") -> None:
        if (key, detail) not in self.lost:
            self.lost.append((key, detail[:MAX_DETAIL]))

    def blocks(self, nodes: Iterable[Node]) -> list[Node]:
        return _joined(tidy for node in nodes for tidy in self._block(node))

    def inlines(self, nodes: Iterable[Node]) -> list[Node]:
        return _trimmed([tidy for node in nodes for tidy in self._inline(node)])

    def _block(self, node: Node) -> list[Node]:
        kind, content = _parts(node)
        if kind in {"Para", "Plain"}:
            return self._paragraph(kind, content or [])
        if kind == "Header":
            inlines = self.inlines(content[2])
            return [{"t": "Header", "c": [content[0], ["", [], []], inlines]}] if words(inlines) else []
        if kind in {"BulletList", "OrderedList", "BlockQuote", "DefinitionList"}:
            return self._nested(kind, content)
        return self._rare_block(kind, content)

    def _rare_block(self, kind: str, content: Any) -> list[Node]:
        if kind == "Table":
            tables, merged = plain_table(content, self._cell)
            if merged:
                self.lose("merged_cells")
            quoted = [block for table in tables if table["t"] == "BlockQuote" for block in self._block(table)]
            return self.blocks(content[1][1]) + (quoted or tables)
        if kind == "Div":
            return self.blocks(content[1])
        if kind == "Figure":
            return self.blocks(content[2]) + self.blocks(content[1][1])
        if kind == "LineBlock":
            lines = [[*line, {"t": "LineBreak"}] for line in content]
            return self._paragraph("Para", [inline for line in lines for inline in line][:-1])
        if kind == "CodeBlock":
            return [{"t": "CodeBlock", "c": [["", [], []], content[1]]}]
        return []

    def _paragraph(self, kind: str, content: list[Node]) -> list[Node]:
        links = [node for node in content if node["t"] not in SPACES]
        if links and all(node["t"] == "Link" and node["c"][2][0].startswith("#") for node in links):
            self.lose("table_of_contents")
            return []
        inlines = self.inlines(content)
        return [{"t": kind, "c": inlines}] if inlines else []

    def _nested(self, kind: str, content: Any) -> list[Node]:
        if kind == "BlockQuote":
            inner = self._without_headings(content)
            # A frame in a frame in a frame is one frame.
            return inner if len(inner) == 1 and inner[0]["t"] == kind else [{"t": kind, "c": inner}] if inner else []
        if kind == "DefinitionList":
            pairs = [
                [self.inlines(term), [self._without_headings(each) for each in meanings]] for term, meanings in content
            ]
            return [{"t": kind, "c": pairs}]
        return self._list(kind, content)

    def _list(self, kind: str, content: Any) -> list[Node]:
        ordered = kind == "OrderedList"
        inner = [self._without_headings(item) for item in (content[1] if ordered else content)]
        items = [_tight(item) for item in inner if item]
        numbering = [content[0][0], {"t": "Decimal"}, {"t": "Period"}] if ordered else None
        return [{"t": kind, "c": [numbering, items] if numbering else items}] if items else []

    def _without_headings(self, nodes: Iterable[Node]) -> list[Node]:
        return [
            {"t": "Para", "c": [{"t": "Strong", "c": node["c"][2]}]} if node["t"] == "Header" else node
            for node in self.blocks(nodes)
        ]

    def _cell(self, nodes: list[Node]) -> list[Node]:
        """The blocks of a cell on one line, one separated from the next by a dot."""
        lines = [line for line in map(_one_line, leaves(self.blocks(nodes))) if line]
        return [inline for number, line in enumerate(lines) for inline in ([DOT, *line] if number else line)]

    def _inline(self, node: Node) -> list[Node]:
        kind, content = _parts(node)
        if kind in {"Str", *SPACES}:
            return [node]
        if kind in {"Emph", "Strong"}:
            inner = self.inlines(content or [])
            return [{"t": kind, "c": inner}] if words(inner).strip() else inner
        if kind in {"Underline", "SmallCaps"}:
            return self._inlines(content or [])
        if kind in {"Span", "Cite"}:
            return self._inlines(content[1])
        return self._rare_inline(kind, content)

    def _rare_inline(self, kind: str, content: Any) -> list[Node]:
        if kind == "Link":
            return self._link(content)
        if kind == "Image":
            return self._image(content)
        if kind == "Note":
            return [{"t": "Note", "c": self._without_headings(content)}]
        if kind == "Quoted":
            opening, closing = QUOTES[content[0]["t"]]
            return [_text(opening), *self._inlines(content[1]), _text(closing)]
        return self._mark(kind, content)

    def _mark(self, kind: str, content: Any) -> list[Node]:
        if kind in {"Superscript", "Subscript"}:
            inner = self._inlines(content)
            table = RAISED if kind == "Superscript" else LOWERED
            return [_text(node["c"].translate(table)) if node["t"] == "Str" else node for node in inner]
        if kind == "Strikeout":
            self.lose("struck_text", words(content))
            return self._inlines(content)
        if kind == "Math":
            self.lose("equations", content[1])
            return [{"t": "Code", "c": [["", [], []], " ".join(content[1].split())]}]
        return [{"t": "Code", "c": [["", [], []], content[1]]}] if kind == "Code" else []

    def _inlines(self, nodes: Iterable[Node]) -> list[Node]:
        return [tidy for node in nodes for tidy in self._inline(node)]

    def _link(self, content: Any) -> list[Node]:
        address = content[2][0].strip()
        inner = self.inlines(content[1])
        if not address.lower().startswith(KEPT_ADDRESSES) or len(address) > MAX_ADDRESS or not words(inner):
            return inner
        return [{"t": "Link", "c": [["", [], []], inner, [address, ""]]}]

    def _image(self, content: Any) -> list[Node]:
        """The image where it stood, under the name it has among the files of the solution."""
        given = content[2][0].removeprefix("./")
        address = self.same.get(given, given)
        if address not in self.extensions:
            return []
        number = list(self.shown).index(address) + 1 if address in self.shown else len(self.shown) + 1
        name = self.shown.setdefault(address, f"immagine-{number}.{self.extensions[address]}")
        said = " ".join((words(content[1]) or self.said.get(given) or content[2][1]).split())[:MAX_DETAIL]
        if not said:
            self.lose("images_unsaid", name)
        return [{"t": "Image", "c": [["", [], []], [_text(said or f"Figura {number}")], [name, ""]]}]


def words(nodes: Any) -> str:
    """The plain words of a tree or of a part of it."""
    if isinstance(nodes, list):
        return "".join(map(words, nodes))
    if not isinstance(nodes, dict):
        return ""
    kind, content = str(nodes.get("t")), nodes.get("c")
    if kind in SPACES:
        return " "
    if kind == "Str":
        return str(content)
    if kind in {"Code", "CodeBlock", "Math"} and isinstance(content, list):
        return str(content[1])
    if kind == "Note":
        return ""
    return words(content) + (" " if kind in {"Para", "Plain", "Header"} else "")


def leaves(nodes: Iterable[Node]) -> list[Node]:
    """Paragraphs and headings of a tree in order, whatever holds them."""
    found: list[Node] = []
    for node in nodes:
        if node["t"] in {"Para", "Plain", "Header", "CodeBlock"}:
            found.append(node)
        else:
            found.extend(leaves(_children(node.get("c"))))
    return found


def _children(content: Any) -> list[Node]:
    if isinstance(content, dict):
        return [content] if "t" in content else []
    return [child for item in content for child in _children(item)] if isinstance(content, list) else []


def _one_line(node: Node) -> list[Node]:
    if node["t"] == "CodeBlock":
        return [{"t": "Code", "c": [["", [], []], " ".join(node["c"][1].split())]}]
    inlines = node["c"][2] if node["t"] == "Header" else node["c"]
    return [SPACE if inline["t"] in SPACES else inline for inline in inlines]


def _text(words: str) -> Node:
    return {"t": "Str", "c": words}


def _tight(item: list[Node]) -> list[Node]:
    """An item of one paragraph stands without empty lines around it."""
    alone = sum(node["t"] == "Para" for node in item) == 1 and item[0]["t"] == "Para"
    return [{"t": "Plain", "c": item[0]["c"]}, *item[1:]] if alone else item


def _parts(node: Node) -> tuple[str, Any]:
    return node["t"], node.get("c")


def _joined(nodes: Iterable[Node]) -> list[Node]:
    """Lists that follow each other are one, as they are read, where the second goes on: Word begins another for each
    look of a point, and Markdown would hold them apart by a mark that shows.
    """
    found: list[Node] = []
    for node in nodes:
        if found and _goes_on(found[-1], node):
            found[-1] = {"t": node["t"], "c": _with_items(found[-1], node["c"])}
        else:
            found.append(node)
    return found


def _goes_on(before: Node, node: Node) -> bool:
    if before["t"] != node["t"]:
        return False
    if node["t"] == "OrderedList":
        return bool(node["c"][0][0] == before["c"][0][0] + len(before["c"][1]))
    return bool(node["t"] == "BulletList")


def _with_items(before: Node, added: Any) -> Any:
    if before["t"] == "OrderedList":
        return [before["c"][0], [*before["c"][1], *added[1]]]
    return [*before["c"], *added]


def _trimmed(nodes: list[Node]) -> list[Node]:
    filled = [number for number, node in enumerate(nodes) if node["t"] not in SPACES]
    return nodes[filled[0] : filled[-1] + 1] if filled else []
