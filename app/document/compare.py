# SPDX-License-Identifier: AGPL-3.0-or-later
"""What changed between two documents, section by section and word by word."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from app.document.model import Document
from app.document.rewritten import Piece, readable
from app.document.schema import FIELD_BY_NAME, FIELDS, SECTION_TITLES, UNKNOWN, field_at

Kind = Literal["same", "removed", "added"]
#: A figure with its thousands and decimals is one word, and so is the call of a footnote.
WORD = re.compile(r"\[\^[^\]\s]{1,60}\][^\S\n]*|\d+(?:[.,]\d+)+[^\S\n]*|\w+[^\S\n]*|[^\w\s][^\S\n]*|\s+")
MAX_WORDS = 5_000
#: Words that stay before and after all changes are looked at only so far: a clause is hardly longer.
AROUND = 200
#: Marks of Markdown that say nothing to a reader: calls of footnotes, emphasis, the address of a link. Each looks so
#: far ahead and no further: thousands of brackets would be looked through from each of them.
MARKS = re.compile(
    r"\[\^[^\]\s]{1,60}\](?!:)"
    r"|(?<![\w*])\*{1,2}(?=[\w«“\"(])|(?<=[\w»”\").,;:])\*{1,2}(?![\w*])"
    r"|\[(?=[^\]^]{0,200}\]\()|\]\([^)\s]{0,300}\)"
)


@dataclass(frozen=True)
class Run:
    """A stretch of text that is the same in both, only in the old, or only in the new."""

    kind: Kind
    text: str

    @property
    def said(self) -> str:
        """The text as a reader has it, without marks of Markdown; a change of marks alone is told by them."""
        said = MARKS.sub("", self.text)
        return said if said.strip() or self.kind == "same" else self.text


@dataclass(frozen=True)
class Change:
    """One field or section that differs. ``name`` is the field or the heading."""

    name: str
    runs: tuple[Run, ...]
    is_section: bool

    @property
    def is_prose(self) -> bool:
        return is_prose(self.name)


def is_prose(part: str) -> bool:
    """Whether a field or a section is words somebody wrote, and not codes, numbers and names of parts."""
    field = FIELD_BY_NAME.get(part)
    return field is None or field.shape in {"text", "texts"}


def _part_as_written(part: str) -> str:
    return part.rpartition(".")[2]


def _value_as_written(_path: str, value: str) -> str:
    return value


def _text_as_written(text: str) -> str:
    return text


@dataclass(frozen=True)
class Called:
    """How a document is said where a person reads it, else as the file says it.

    ``part`` names a part of a field (`resources.months`); ``value`` says what stands at a path, a code (`public`), the
    name of a body or a theme in the address, a date. The path of a truth (`true`, `false`) is empty. ``text`` says what
    a section says.
    """

    part: Callable[[str], str] = _part_as_written
    value: Callable[[str, str], str] = _value_as_written
    text: Callable[[str], str] = _text_as_written


AS_WRITTEN = Called()


def compare(old: Document, new: Document, called: Called = AS_WRITTEN) -> tuple[Change, ...]:
    """The differences, fields first in the order of the schema, then sections, then footnotes.

    ``called`` says how parts and values of fields are called where a person reads it.
    """
    return tuple([*_fields(old, new, called), *_sections(old, new, called)])


def _fields(old: Document, new: Document, called: Called) -> Iterator[Change]:
    names = [field.name for field in FIELDS]
    for name in names + sorted((old.front.keys() | new.front.keys()) - set(names)):
        before, after = old.front.get(name), new.front.get(name)
        if before != after:
            old_text, new_text = as_text(before, called, name), as_text(after, called, name)
            # The number 2018 and the text '2018', an empty list and none: whoever reads them sees no change.
            if old_text != new_text:
                yield Change(name, words(old_text, new_text, named=not is_prose(name)), False)


def _sections(old: Document, new: Document, called: Called) -> Iterator[Change]:
    headings = [*SECTION_TITLES, *(item.heading for item in (*old.sections, *new.sections))]
    for heading in dict.fromkeys(headings):
        before, after = old.section(heading), new.section(heading)
        if before != after:
            said = called.text(before), called.text(after)
            # What changed in the marks alone is told by them.
            yield Change(heading, words(*(said if said[0] != said[1] else (before, after))), True)
    if old.footnotes != new.footnotes:
        yield Change("footnotes", words(old.footnotes, new.footnotes), True)


def as_text(value: Any, called: Called = AS_WRITTEN, path: str = "") -> str:
    """A front-matter value as words for a person; ``path`` is the field it stands in."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return called.value("", "true" if value else "false")
    if isinstance(value, dict):
        parts = ((f"{path}.{name}".removeprefix("."), inner) for name, inner in _in_order(value, path))
        return "; ".join(f"{called.part(part)}: {as_text(inner, called, part)}" for part, inner in parts)
    if isinstance(value, list):
        return "\n".join(as_text(item, called, path) for item in value)
    return called.value(path, str(value))


def _in_order(group: Mapping[str, Any], path: str) -> list[tuple[str, Any]]:
    """The parts of a group as the schema has them: in which order somebody typed them is no difference."""
    field = field_at(path)
    names = [part.name for part in field.parts] if field else []
    return sorted(group.items(), key=lambda part: names.index(part[0]) if part[0] in names else len(names))


def values_text(value: Any) -> str:
    """The words of a front-matter value without the names of its parts; *non disponibile* left out."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return "\n".join(filter(None, map(values_text, value)))
    return "" if value in (None, UNKNOWN) or isinstance(value, bool) else str(value)


def words(old: str, new: str, *, named: bool = False) -> tuple[Run, ...]:
    """Word-level differences, whole clauses where they were rewritten (`rewritten`).

    Longer texts are compared by lines, or as a whole, to bound the time. ``named``: values with their names.
    """
    cuts = (_cut(split(old), split(new)) for split in (WORD.findall, _lines, _whole))
    head, before, after, tail = next(cut for cut in cuts if len(cut[1]) + len(cut[2]) <= MAX_WORDS)
    far, near = "".join(head[:-AROUND]), head[-AROUND:]
    pairs = [*_kept(near), *_pairs(before, after), *_kept(tail[:AROUND])]
    rest = "".join(tail[AROUND:])
    return tuple(_runs([Piece(far, far), *readable(pairs, "\n;:" if named else "\n"), Piece(rest, rest)]))


def _cut(before: list[str], after: list[str]) -> tuple[list[str], list[str], list[str], list[str]]:
    """The start both share, what lies between in each, and the end both share."""
    head = _shared(before, after)
    tail = _shared(before[head:][::-1], after[head:][::-1])
    end, new_end = len(before) - tail, len(after) - tail
    return before[:head], before[head:end], after[head:new_end], before[end:]


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def _whole(text: str) -> list[str]:
    return [text]


def _shared(before: Sequence[str], after: Sequence[str]) -> int:
    """How many pieces from the start are the same."""
    return next(
        (n for n, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), min(len(before), len(after))
    )


def _kept(words: Iterable[str]) -> Iterator[tuple[str, str]]:
    return ((word, word) for word in words)


def _pairs(before: list[str], after: list[str]) -> Iterator[tuple[str, str]]:
    """What stands in the old text and what in its place in the new one, word by word."""
    # The matcher leaves out pieces that stand everywhere in a long text: it would take the cube of its length.
    keys = [_bare(word) for word in before], [_bare(word) for word in after]
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, *keys, autojunk=True).get_opcodes():
        if tag == "equal":
            for one, other in zip(before[i1:i2], after[j1:j2], strict=True):
                yield from _respaced(one, other)
        else:
            yield "".join(before[i1:i2]), "".join(after[j1:j2])


def _bare(word: str) -> str:
    """A word without the space after it: a comma put behind it makes it no other word."""
    return word.rstrip() or word


def _respaced(one: str, other: str) -> Iterator[tuple[str, str]]:
    shared = one if one == other else _bare(one)
    yield shared, shared
    if one != other:
        yield one[len(shared) :], other[len(shared) :]


def _runs(pieces: Iterable[Piece]) -> Iterator[Run]:
    """Each piece as runs; the space that both texts have at its end is no part of the change."""
    same = ""
    for piece in pieces:
        if piece.kept:
            same += piece.old
            continue
        space = _shared_space(piece.old, piece.new)
        removed, added = piece.old.removesuffix(space), piece.new.removesuffix(space)
        yield from (run for run in (Run("same", same), Run("removed", removed), Run("added", added)) if run.text)
        same = space
    if same:
        yield Run("same", same)


def _shared_space(old: str, new: str) -> str:
    """The space both end with; the end of a line belongs to what changed."""
    ends = (len(text) - len(text.rstrip(" ")) for text in (old, new))
    return " " * min(ends)
