# SPDX-License-Identifier: AGPL-3.0-or-later
"""The passage of a text that answers best, from the original words, with the words that matched marked."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

LENGTH = 240
#: How far the end of a sentence may reach over the edge of what is read to find it.
EDGE = 8

Runs = tuple[tuple[str, bool], ...]

#: Not after `D.P.R.` and not before a number: an abbreviation ends no sentence. The mark stands first, so that the
#: many letters without one are passed over.
_SENTENCE = re.compile(
    r"[.!?;:\n](?:(?<=\n)\n*|(?<=[^\W_A-ZÀ-Ý][.!?;:])\s+(?=[«\"(]?[A-ZÀ-Ý])|(?<=[)»\"][.!?;:])\s+(?=[A-ZÀ-Ý]))"
)
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True)
class Marks:
    """What a snippet marks: stems anywhere, forms only where their stems stand side by side, acts by slug; of an
    act only where one of the ``places`` (articles) is cited, where the document does so."""

    stems: frozenset[str] = frozenset()
    forms: tuple[tuple[str, ...], ...] = ()
    acts: tuple[str, ...] = ()
    places: frozenset[str] = frozenset()

    @property
    def every_stem(self) -> frozenset[str]:
        """Those to mark anywhere and those of the forms."""
        return self.stems.union(*self.forms)

    @property
    def none(self) -> bool:
        return not (self.stems or self.forms or self.acts)


class Match(NamedTuple):
    """A stretch to mark, and what stands there: a stem or an act."""

    start: int
    end: int
    what: str


def excerpt(text: str, matches: Sequence[Match], lead: int = 0) -> Runs:
    """About ``LENGTH`` characters around the densest matches, as (text, marked) runs; where these lie in the first
    ``lead`` characters, the summary, the whole of it."""
    start, whole = _start(text, _densest(matches)[0])
    end = _end(text, start)
    if end <= lead:
        start, end, whole = 0, lead, True
    runs = _runs(text, start, end, matches)
    if not text[start:end].isprintable():
        runs = [(_SPACES.sub(" ", part), marked) for part, marked in runs]
    head = "" if whole else "… "
    tail = " …" if end < len(text) and text[end - 1] not in ".!?" else ""
    return tuple(run for run in ((head, False), *runs, (tail, False)) if run[0])


def question(text: str, begins: int, matches: Sequence[Match]) -> Runs:
    """Of the lines from ``begins`` on the one that holds the most different things, where no stretch before holds as
    many; else nothing."""
    lines: dict[int, set[str]] = {}
    for match in matches:
        if match.start >= begins:
            lines.setdefault(text.rfind("\n", 0, match.start) + 1, set()).add(match.what)
    if not lines:
        return ()
    start = max(lines, key=lambda place: len(lines[place]))
    if len(lines[start]) <= _densest([match for match in matches if match.start < begins])[1]:
        return ()
    end = start + len(text[start:].partition("\n")[0])
    return tuple(_runs(text, start, end, [match for match in matches if match.start >= start]))


def _densest(matches: Sequence[Match]) -> tuple[int, int]:
    """Where the stretch begins that holds the most different things, then the most matches; and how many things."""
    best, first, ahead = (0, 0), 0, 0
    inside: dict[str, int] = {}
    for number, (start, _end, what) in enumerate(matches):
        last = start + LENGTH
        while ahead < len(matches) and matches[ahead].end <= last:
            held = matches[ahead].what
            inside[held] = inside.get(held, 0) + 1
            ahead += 1
        value = (len(inside), ahead - number)
        if value > best:
            best, first = value, start
        if ahead == len(matches):
            # What begins later holds less.
            break
        if ahead == number:
            # Longer than a whole stretch: nothing of it was counted.
            ahead += 1
        elif inside[what] > 1:
            inside[what] -= 1
        else:
            del inside[what]
    return first, best[0]


def _starts(text: str, first: int, last: int) -> list[int]:
    """Where sentences begin between two places."""
    found = [match.end() for match in _SENTENCE.finditer(text, max(first - EDGE, 0), last + EDGE)]
    return [0] * (first <= 0) + [place for place in found if first <= place <= last]


def _start(text: str, place: int) -> tuple[int, bool]:
    """Where the sentence of a place begins when that is near, else a word some way before; and which of the two."""
    sentences = _starts(text, place - LENGTH // 2, place)
    if sentences:
        return sentences[-1], True
    return text.rfind(" ", 0, place - 40) + 1, False


def _end(text: str, start: int) -> int:
    """The end of the last sentence that fits, when it leaves enough to read; else of a word."""
    last = start + LENGTH
    if last >= len(text):
        return len(text)
    sentences = _starts(text, start + LENGTH // 2 + 1, last + 1)
    if sentences:
        return len(text[start : sentences[-1]].rstrip()) + start
    cut = max(text.rfind(" ", start, last), text.rfind("\n", start, last))
    return cut if cut > start + LENGTH // 2 else last


def _runs(text: str, start: int, end: int, matches: Sequence[Match]) -> list[tuple[str, bool]]:
    runs: list[tuple[str, bool]] = []
    last = start
    for match in matches:
        if match.start < last or match.end > end:
            continue
        gap = text[last : match.start]
        if gap == " " and runs and runs[-1][1]:
            runs[-1] = (f"{runs[-1][0]} {text[match.start : match.end]}", True)
            last = match.end
            continue
        if gap:
            runs.append((gap, False))
        runs.append((text[match.start : match.end], True))
        last = match.end
    if last < end:
        runs.append((text[last:end], False))
    return runs
