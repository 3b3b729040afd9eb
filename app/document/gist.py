# SPDX-License-Identifier: AGPL-3.0-or-later
"""The first sentences of a section, to be read by themselves: what only announces goes on with what it announces."""

import re
from collections.abc import Iterator
from itertools import dropwhile
from typing import NamedTuple

from app.document.pictures import ALONE
from app.document.plain import plain_text

#: What a box holds: about so many characters, more where a list belongs to the sentence, or one sentence is long.
LENGTH, LONGEST = 280, 430
#: Fewer characters than these leave a reader asking.
ENOUGH = 120
#: What the first sentences are not taken from: quotations, code, boxes.
NESTED = re.compile(r"<(blockquote|pre)\b.*?</\1>|<div class=\"admonition.*?</div>", re.DOTALL)
BLOCK = re.compile(r"<(p|ul|ol|dl|table)\b[^>]*>(.*?)</\1>", re.DOTALL)
ITEM = re.compile(r"<(?:li|dt)\b[^>]*>(.*?)</(?:li|dd)>", re.DOTALL)
TERM_END = re.compile(r"</dt>\s*<dd>")
ROW = re.compile(r"<tr>(.*?)</tr>", re.DOTALL)
CELL = re.compile(r"<t[hd]\b[^>]*>(.*?)</t[hd]>", re.DOTALL)
SENTENCE_END = re.compile(r"[.?!…][»”\")]*\s+(?=[^a-zà-ÿ\s])")
APOSTROPHES = re.compile("['’]")
RUN_IN = re.compile(r"^\s*<strong>([^<]*)\.</strong>(?=\s)")
#: Words whose full stop ends no sentence, beside single letters and what has a full stop inside (`D.Lgs.`).
SHORT_WORDS = frozenset(
    "art artt c cc cfr co comm coord cpv del delib dott dott.ssa dr ecc es fig ing lett lgs n nn nr pag pagg par "
    "prof prot p ss seg segg sez sig tab tel vol avv arch geom rag on sen".split()
)


def gist(markup: str) -> str:
    """The first paragraph of safe HTML that has sentences, and as much of what follows as it takes to stand by itself.

    A sentence is whole wherever it has an end within ``LONGEST`` characters.
    """
    text, most = "", LENGTH
    pieces = list(_pieces(NESTED.sub("", ALONE.sub("", markup))))
    prose = dropwhile(lambda piece: piece.kind != "p", pieces)
    for piece in list(prose) or pieces:
        announced = text.endswith(":")
        if text and not announced and (len(text) >= ENOUGH or piece.kind == "table"):
            break
        most = LONGEST if announced and piece.kind != "p" else most
        text = f"{text} {piece.text}".strip()
    return _shortened(text, most)


class _Piece(NamedTuple):
    """A paragraph (`p`), a list or a table (`ul`, `ol`, `dl`, `table`), as one line."""

    kind: str
    text: str


def _pieces(markup: str) -> Iterator[_Piece]:
    """What stands there in the order of reading."""
    for block in BLOCK.finditer(markup):
        text = _line(block[2]) if block[1] == "p" else _listed(block[1], block[2])
        if text:
            yield _Piece(block[1], text)


def _listed(tag: str, inner: str) -> str:
    """A list or a table as a sentence."""
    found = list(_rows(inner)) if tag == "table" else [_line(TERM_END.sub(": ", item)) for item in ITEM.findall(inner)]
    items = [item for item in found if item]
    if all(item.endswith(".") for item in items):
        return " ".join(items)
    return "; ".join(item.rstrip(".;,") for item in items) + "."


def _rows(inner: str) -> Iterator[str]:
    """Each row below the head: its first cell, then the others, named where there is more than one."""
    head, *rows = [[_line(cell) for cell in CELL.findall(row)] for row in ROW.findall(inner)] or [[]]
    for first, *rest in filter(None, rows):
        named = [
            f"{name} {cell}".strip() if len(rest) > 1 else cell for name, cell in zip(head[1:], rest, strict=False)
        ]
        yield f"{first}: {', '.join(named)}"


def _line(markup: str) -> str:
    """The words of one block; a heading that runs into its text leads up to it."""
    return " ".join(plain_text(RUN_IN.sub(r"\1:", markup)).split())


def _shortened(text: str, most: int) -> str:
    """Whole sentences up to a length; one alone may be longer; words and dots where it has no end even then."""
    shown = ""
    for sentence in _sentences(text):
        longer = f"{shown} {sentence}".strip()
        if shown and len(longer) > (most if len(shown) >= ENOUGH else LONGEST):
            break
        shown = longer
    if len(shown) <= LONGEST:
        return shown
    return shown[: shown.rfind(" ", 0, LONGEST - 2)].rstrip(",;:") + " …"


def _is_abbreviation(word: str) -> bool:
    """Whether the full stop after a word may be its own: `art`, `D.Lgs`, `n`, `dall'art`."""
    bare = APOSTROPHES.split(word)[-1].lstrip('«“"(').lower()
    return "." in bare or bare in SHORT_WORDS or (len(bare) == 1 and not bare.isdigit())


def _sentences(text: str) -> Iterator[str]:
    start = 0
    for match in SENTENCE_END.finditer(text):
        if _is_abbreviation(text[text.rfind(" ", 0, match.start()) + 1 : match.start()]):
            continue
        yield text[start : match.end()].strip()
        start = match.end()
    if start < len(text):
        yield text[start:].strip()
