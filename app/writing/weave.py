# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two changed copies of one text woven into one, word by word: a proposal for the person who settles them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from app.document.compare import MAX_WORDS

#: A word with the marks that stand at it, or the space between two: no word is ever cut or glued to another.
PIECE = re.compile(r"\S+|\s+")


@dataclass(frozen=True)
class Woven:
    """The woven text; ``whole`` where nobody changed words that the other changed too."""

    text: str
    whole: bool


@dataclass(frozen=True)
class _Edit:
    """Words of the base from ``start`` to ``end`` that became others."""

    start: int
    end: int
    words: tuple[str, ...]
    mine: bool

    def touches(self, start: int, end: int) -> bool:
        """Whether it changes words of a stretch, or adds words where the stretch begins or ends."""
        return self.start <= end and start <= self.end


def weave(base: str, mine: str, theirs: str) -> Woven:
    """Both people's changes to ``base``; where they changed the same words, mine come first and theirs follow."""
    pieces, ours, others = (PIECE.findall(text) for text in (base, mine, theirs))
    if max(map(len, (pieces, ours, others))) > MAX_WORDS:
        return Woven(mine, False)
    edits = sorted(
        [*_edits(pieces, ours, True), *_edits(pieces, others, False)], key=lambda edit: (edit.start, edit.end)
    )
    result: list[str] = []
    position, whole = 0, True
    for start, end, group in _groups(edits):
        result += pieces[position:start]
        sides = [_side(pieces, start, end, [edit for edit in group if edit.mine is mine]) for mine in (True, False)]
        both = {edit.mine for edit in group} == {True, False}
        whole = whole and (not both or sides[0] == sides[1])
        result += _one_after_the_other(*sides) if both and sides[0] != sides[1] else sides[0 if group[0].mine else 1]
        position = end
    return Woven("".join(result + pieces[position:]), whole)


def _one_after_the_other(mine: list[str], theirs: list[str]) -> list[str]:
    glued = mine and theirs and not mine[-1].isspace() and not theirs[0].isspace()
    return [*mine, " ", *theirs] if glued else mine + theirs


def _edits(base: list[str], changed: list[str], mine: bool) -> Iterator[_Edit]:
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, base, changed, autojunk=True).get_opcodes():
        if tag != "equal":
            yield _Edit(i1, i2, tuple(changed[j1:j2]), mine)


def _groups(edits: list[_Edit]) -> Iterator[tuple[int, int, list[_Edit]]]:
    """Edits of both that touch each other, with the stretch of the base they change."""
    group: list[_Edit] = []
    start = end = 0
    for edit in edits:
        if group and edit.touches(start, end):
            group.append(edit)
            end = max(end, edit.end)
            continue
        if group:
            yield start, end, group
        group, start, end = [edit], edit.start, edit.end
    if group:
        yield start, end, group


def _side(base: list[str], start: int, end: int, edits: list[_Edit]) -> list[str]:
    """A stretch of the base as one of the two changed it."""
    result: list[str] = []
    position = start
    for edit in edits:
        result += base[position : edit.start] + list(edit.words)
        position = edit.end
    return result + base[position:end]
