# SPDX-License-Identifier: AGPL-3.0-or-later
"""Differences as a reader takes them in: what was rewritten from the ground is shown whole, not as fragments of words.

Texts that say another thing still share articles, commas and the odd word. Kept as they are found, they tear both texts
to pieces. Two rules decide, on the words kept between the same two ends of sentences:

1. A clause with two changes of words or more is rewritten where fewer than `KEPT` of the words of its shorter text are
   kept, or fewer than `KEPT_EACH` for each change. It is taken out and put in as a whole.
2. What is kept between two changes goes with them where it has at most `ISLAND` words, no more than either of the two
   and fewer than they have on average. What parts two lines, or two named values, always stays.

One change by itself, and words changed here and there in a sentence that stays, are shown word by word.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

#: Share of the shorter text that is kept in a clause that was corrected and not rewritten.
KEPT = 0.5
#: Words kept for each change, in such a clause.
KEPT_EACH = 1.5
#: More words in a row than these are always worth seeing as kept.
ISLAND = 4
#: Where a clause ends: the calls of its footnotes belong to it. Each stop looks so far ahead and no further.
CLAUSE_END = re.compile(r"(?:[;:]|[.!?…](?=\S{0,40}\s{1,9}[^a-zà-ÿ\d\s]))(?:[»”\")*_]|\[\^[^\]\s]{1,60}\])*\s+")
COUNTED = re.compile(r"\d+(?:[.,]\d+)+|\w+")


class Piece(NamedTuple):
    """A stretch of the old text and what stands in its place in the new one, each with its number of words.

    ``parts``: no change goes over it.
    """

    old: str
    new: str
    old_words: int = 0
    new_words: int = 0
    parts: bool = False

    @property
    def kept(self) -> bool:
        return self.old == self.new

    @property
    def size(self) -> int:
        """Words a reader has to read, at the most, in one of the two."""
        return max(self.old_words, self.new_words)


def readable(pairs: Iterable[tuple[str, str]], parting: str = "\n") -> list[Piece]:
    """The same two texts, with fewer and larger changes where small ones say nothing.

    No change goes over a kept word that holds one of the signs ``parting``.
    """
    clauses = [_clause(clause) for clause in _clauses([_piece(old, new, parting) for old, new in pairs])]
    return _melted(_joined(piece for clause in clauses for piece in clause))


def _piece(old: str, new: str, parting: str) -> Piece:
    parts = old == new and any(sign in old for sign in parting)
    return Piece(old, new, _count(old), _count(new), parts)


def _clauses(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    """The pieces between two places where a clause or a line ends in both texts."""
    old_ends, new_ends = (
        _ends("".join(texts)) for texts in ((piece.old for piece in pieces), (piece.new for piece in pieces))
    )
    clause: list[Piece] = []
    old = new = 0
    for piece in pieces:
        if piece.parts and clause:
            yield clause
            clause = []
        old, new = old + len(piece.old), new + len(piece.new)
        clause.append(piece)
        if piece.parts or (old in old_ends and new in new_ends):
            yield clause
            clause = []
    if clause:
        yield clause


def _ends(text: str) -> set[int]:
    return {match.end() for match in CLAUSE_END.finditer(text)}


def _clause(pieces: list[Piece]) -> list[Piece]:
    joined = _joined(pieces)
    changes = sum(piece.size > 0 for piece in joined if not piece.kept)
    kept = sum(piece.old_words for piece in joined if piece.kept)
    whole = _one(joined)
    shorter = min(whole.old_words, whole.new_words)
    rewritten = changes > 1 and (kept < KEPT * shorter or kept < KEPT_EACH * changes)
    return [whole] if rewritten else joined


def _melted(pieces: list[Piece]) -> list[Piece]:
    """Without islands. Each one that goes makes the change before it larger, so the ones before are looked at again."""
    done: list[Piece] = []
    for piece in pieces:
        done.append(piece)
        while _has_island(done):
            done[-3:] = [_one(done[-3:])]
    return done


def _has_island(pieces: Sequence[Piece]) -> bool:
    if len(pieces) < 3 or pieces[-1].kept or pieces[-2].parts or pieces[-3].kept:
        return False
    before, island, after = pieces[-3:]
    sizes = before.size, after.size
    return island.size <= min(ISLAND, *sizes) and island.size * 2 < sum(sizes)


def _joined(pieces: Iterable[Piece]) -> list[Piece]:
    """Neighbours of one kind as one; what parts stays by itself."""
    groups = groupby(pieces, key=lambda piece: (piece.kept, piece.parts))
    return [_one(group, parts) for (_, parts), group in groups]


def _one(pieces: Iterable[Piece], parts: bool = False) -> Piece:
    old, new, old_words, new_words, _parts = zip(*pieces, strict=True)
    return Piece("".join(old), "".join(new), sum(old_words), sum(new_words), parts)


def _count(text: str) -> int:
    return sum(1 for _ in COUNTED.finditer(text))
