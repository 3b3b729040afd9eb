# SPDX-License-Identifier: AGPL-3.0-or-later
"""Text of a file -> document, with the line of every field and section."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import yaml

from app.document.model import Document, Parsed, Problem, Section
from app.document.schema import MAX_DOCUMENT
from app.text.typed import CONTROL

FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
FOOTNOTE = re.compile(r"^\[\^[^\]\s]+\]:")
#: What word processors put where a line is broken within a paragraph: to YAML a new line, to a writer none.
SOFT_BREAKS = str.maketrans("\u2028\u2029", "  ")
MAX_NESTING = 6
#: Letters of the name of a field: each value inside it is known by it.
MAX_NAME = 100
MAX_NUMBER = 10**15
TAGS = frozenset(f"tag:yaml.org,2002:{name}" for name in "str int float bool null map seq merge".split())
WORDS = TAGS & {"tag:yaml.org,2002:str", "tag:yaml.org,2002:merge"}
#: What YAML raises for a value that is not what its tag says (`!!int ''`), and ``_plain`` for one nobody can use.
UNREADABLE = (ValueError, LookupError, OverflowError)


class _PlainLoader(yaml.SafeLoader):
    """Safe YAML whose dates stay text: a document says '2018' or '2018-05', never a time stamp.

    Nothing stands for something else: a long text named a thousand times would be a thousand texts.
    """

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.constructor.ConstructorError(None, None, "an alias", self.peek_event().start_mark)  # type: ignore[no-untyped-call]
        return super().compose_node(parent, index)


_PlainLoader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def parse(text: str) -> Parsed:
    """Read a document. Never raises: what cannot be read is a problem with its line."""
    if len(text) > MAX_DOCUMENT:
        return _unreadable("document", "document_too_long", 1, str(MAX_DOCUMENT))
    control = CONTROL.search(text)
    if control:
        return _unreadable("document", "not_readable", text.count("\n", 0, control.start()) + 1, code_point(control[0]))
    lines = line_list(text)
    if lines[0].rstrip() != "---":
        return _unreadable("document", "no_front_matter", 1)
    end = next((number for number, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), None)
    if end is None:
        return _unreadable("document", "front_matter_not_closed", len(lines))
    return _parse_parts("\n".join(lines[1:end]), lines[end + 1 :], end + 2)


def line_list(text: str) -> list[str]:
    """The lines of a file, whatever ends them."""
    return text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff").split("\n")


def _unreadable(field: str, key: str, line: int, detail: str = "") -> Parsed:
    return Parsed(None, (Problem(field, key, line, detail),))


def _parse_parts(front_text: str, body: list[str], body_line: int) -> Parsed:
    front, lines, problem = read_front(front_text)
    if problem:
        return Parsed(None, (problem,))
    sections, footnotes, section_lines, problems = read_body(body, body_line)
    return Parsed(Document(front, sections, footnotes), problems, {**lines, **section_lines})


def read_front(text: str) -> tuple[dict[str, Any], dict[str, int], Problem | None]:
    """The fields and the line of each, or what is wrong; the first line of a file is its mark."""
    try:
        return *_read_front(text), None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        detail = str(error.problem or error.context)
        return {}, {}, Problem("front matter", "yaml", mark.line + 2 if mark else 1, detail)
    except (yaml.YAMLError, RecursionError, *UNREADABLE) as error:
        return {}, {}, Problem("front matter", "yaml", 1, str(error)[:200])


def _read_front(text: str) -> tuple[dict[str, Any], dict[str, int]]:
    node = yaml.compose(text.translate(SOFT_BREAKS), Loader=_PlainLoader)
    if node is None:
        return {}, {}
    if not isinstance(node, yaml.MappingNode):
        raise yaml.constructor.ConstructorError(None, None, "expected 'field: value' lines", node.start_mark)
    lines: dict[str, int] = {}
    _note_lines(node, "", lines, 0)
    strange = next((key for key, _value in node.value if key.tag not in WORDS), None)
    if strange is not None:
        raise yaml.constructor.ConstructorError(None, None, "field names are words", strange.start_mark)
    try:
        return _values(node), lines
    except UNREADABLE as error:
        mark = next(_faults(node), node.start_mark)
        told = "a value that is not what its tag says" if isinstance(error, LookupError) else str(error)[:200]
        raise yaml.constructor.ConstructorError(None, None, told, mark) from error


def _values(node: yaml.MappingNode) -> dict[str, Any]:
    loader = _PlainLoader("")
    try:
        front = loader.construct_document(node)
    finally:
        loader.dispose()
    if not all(isinstance(key, str) for key in front):
        raise ValueError("field names are words")
    return {key: _plain(value) for key, value in front.items()}


def _faults(node: yaml.Node) -> Iterator[yaml.Mark]:
    """Where values stand that cannot be read by themselves."""
    if isinstance(node, yaml.ScalarNode):
        try:
            _plain(_PlainLoader("").construct_object(node))
        except UNREADABLE:
            yield node.start_mark
        return
    for part in node.value:
        for inner in part if isinstance(part, tuple) else (part,):
            yield from _faults(inner)


def _note_lines(node: yaml.Node, path: str, lines: dict[str, int], depth: int) -> None:
    if depth > MAX_NESTING or node.tag not in TAGS:
        raise yaml.constructor.ConstructorError(None, None, "too deep, or a tag", node.start_mark)
    for name, child in _children(node):
        inner = f"{path}.{name}" if path else name
        if inner in lines:
            raise yaml.constructor.ConstructorError(None, None, f"'{name}' stands twice", child.start_mark)
        lines[inner] = child.start_mark.line + 2
        _note_lines(child, inner, lines, depth + 1)


def _children(node: yaml.Node) -> Iterator[tuple[str, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.tag not in TAGS or len(key.value) > MAX_NAME:
                raise yaml.constructor.ConstructorError(None, None, "field names are words", key.start_mark)
            yield str(key.value), value
    elif isinstance(node, yaml.SequenceNode):
        yield from ((str(number), value) for number, value in enumerate(node.value, 1))


def _plain(value: Any) -> Any:
    """YAML value -> text, number, truth, list or mapping only, text trimmed."""
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, str):
        return _printable(_one_line(value))
    if isinstance(value, (int, float)) and not abs(value) < MAX_NUMBER:
        raise ValueError("a number too large")
    return value


def _printable(text: str) -> str:
    control = CONTROL.search(text)
    if control:
        raise ValueError(code_point(control[0]))
    return text


def code_point(character: str) -> str:
    """A character that cannot be shown, by its number."""
    return f"U+{ord(character):04X}"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def read_body(body: list[str], first_line: int) -> tuple[tuple[Section, ...], str, dict[str, int], tuple[Problem, ...]]:
    """The sections, the footnotes, the line of each section, and what is wrong with them."""
    blocks, lines, problems = _split_sections(body, first_line)
    footnotes: list[str] = []
    if blocks:
        heading, text = blocks[-1]
        text, footnotes = _split_footnotes(text)
        blocks[-1] = (heading, text)
    sections = tuple(Section(heading, "\n".join(text).strip("\n").rstrip()) for heading, text in blocks)
    return sections, "\n".join(footnotes).strip(), lines, tuple(problems)


def _split_sections(
    body: list[str], first_line: int
) -> tuple[list[tuple[str, list[str]]], dict[str, int], list[Problem]]:
    blocks: list[tuple[str, list[str]]] = []
    lines: dict[str, int] = {}
    problems: list[Problem] = []
    for number, line, fenced in _with_fences(body, first_line):
        title = "" if fenced else _heading(line)
        if title:
            if title in lines:
                problems.append(Problem(title, "section_twice", number))
            lines.setdefault(title, number)
            blocks.append((title, []))
        elif blocks:
            blocks[-1][1].append(line.rstrip())
        elif line.strip():
            problems.append(Problem("document", "text_before_sections", number, line.strip()[:60]))
    return blocks, lines, problems


def _heading(line: str) -> str:
    """Title of a level-two heading, its accents as a keyboard types them; empty for any other line."""
    if not line.startswith(("## ", "##\t")):
        return ""
    return unicodedata.normalize("NFC", _one_line(line[2:]).rstrip("# "))


def _with_fences(body: list[str], first_line: int) -> Iterator[tuple[int, str, bool]]:
    fence = ""
    for number, line in enumerate(body, first_line):
        mark = FENCE.match(line)
        inside = bool(fence) or bool(mark)
        if mark and not fence:
            fence = mark[1]
        elif mark and mark[1].startswith(fence) and line.strip() == mark[1]:
            fence = ""
        yield number, line, inside


def _split_footnotes(text: list[str]) -> tuple[list[str], list[str]]:
    """The lines of the last section, and the footnote definitions that follow it."""
    for number, line in enumerate(text):
        if FOOTNOTE.match(line) and all(_is_footnote(rest) for rest in text[number:]):
            return text[:number], text[number:]
    return text, []


def called_notes(footnotes: str, text: str) -> str:
    """Of some notes those that a text calls, each with the lines it goes on in."""
    kept, keeps = [], False
    for line in footnotes.splitlines(keepends=True):
        if begun := FOOTNOTE.match(line):
            keeps = begun[0].removesuffix(":") in text
        if keeps:
            kept.append(line)
    return "".join(kept).rstrip("\n")


def stray_note(footnotes: str) -> str:
    """The first line among notes that neither is one nor goes on with one; empty where all are in order."""
    begun = False
    for line in footnotes.split("\n"):
        begun = begun or bool(FOOTNOTE.match(line))
        if line.strip() and not (begun and _is_footnote(line)):
            return line.strip()
    return ""


def _is_footnote(line: str) -> bool:
    return not line.strip() or line.startswith("    ") or bool(FOOTNOTE.match(line))
