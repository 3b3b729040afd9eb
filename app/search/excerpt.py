# SPDX-License-Identifier: AGPL-3.0-or-later
"""The passage of a text that answers best, from the original words, with the words that matched marked."""

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from app.text.stems import stem

LENGTH = 240
MAX_MATCHES = 400
MAX_READ = 60_000

Runs = tuple[tuple[str, bool], ...]


def _base(letter: str) -> str:
    plain = unicodedata.normalize("NFKD", letter)[0].casefold()
    return plain if len(plain) == 1 else letter


#: Letter by letter, so that places in the folded text are places in the original.
_SAME_LENGTH = {code: _base(chr(code)) for code in (*range(0x41, 0x5B), *range(0xC0, 0x250))} | {ord("’"): "'"}


@dataclass(frozen=True)
class _Match:
    start: int
    end: int
    stem: str


def excerpt(text: str, stems: Collection[str]) -> Runs:
    """About ``LENGTH`` characters around the densest matches, as (text, marked) runs."""
    text = " ".join(text[:MAX_READ].split())
    matches = _matches(text, stems)
    start, end = _window(text, matches)
    runs = _runs(text, start, end, matches)
    head, tail = ("… " if start else ""), (" …" if end < len(text) else "")
    return tuple(run for run in ((head, False), *runs, (tail, False)) if run[0])


def mark(text: str, stems: Collection[str]) -> Runs:
    """A whole short text, such as a title, with its matches marked."""
    return tuple(_runs(text, 0, len(text), _matches(text, stems)))


def _matches(text: str, stems: Collection[str]) -> list[_Match]:
    wanted = {item for item in stems if item}
    if not wanted:
        return []
    heads = sorted({re.escape(item[: max(3, len(item) - 1)]) for item in wanted}, key=len, reverse=True)
    pattern = re.compile(rf"(?<![^\W_])(?:{'|'.join(heads)})[^\W_]*")
    folded = text.translate(_SAME_LENGTH)
    found: list[_Match] = []
    for match in pattern.finditer(folded):
        known = stem(match[0])
        if known in wanted:
            found.append(_Match(match.start(), match.end(), known))
            if len(found) == MAX_MATCHES:
                break
    return found


def _window(text: str, matches: Sequence[_Match]) -> tuple[int, int]:
    """The stretch that holds the most different stems, then the most matches; cut at words."""
    best, first = (-1, -1), 0
    for number, match in enumerate(matches):
        inside = [other for other in matches[number : number + 20] if other.end <= match.start + LENGTH]
        value = (len({other.stem for other in inside}), len(inside))
        if value > best:
            best, first = value, match.start
    start = _sentence_start(text, first)
    end = min(len(text), start + LENGTH)
    if end < len(text):
        end = max(text.rfind(" ", start, end), start + LENGTH // 2)
    return start, end


def _sentence_start(text: str, place: int) -> int:
    """A start before ``place``: of its sentence when that is near, else of a word some way before."""
    if place < 60:
        return 0
    near = max(text.rfind(mark, place - 90, place) for mark in (". ", "! ", "? ", "; "))
    if near >= 0:
        return near + 2
    return text.rfind(" ", 0, place - 40) + 1


def _runs(text: str, start: int, end: int, matches: Sequence[_Match]) -> list[tuple[str, bool]]:
    runs: list[tuple[str, bool]] = []
    last = start
    for match in matches:
        if match.start < last or match.end > end:
            continue
        if match.start > last:
            runs.append((text[last : match.start], False))
        runs.append((text[match.start : match.end], True))
        last = match.end
    if last < end:
        runs.append((text[last:end], False))
    return runs
