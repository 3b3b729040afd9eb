# SPDX-License-Identifier: AGPL-3.0-or-later
"""The passage of a text that answers best, from the original words, with the words that matched marked."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from app.text.acts import find_acts
from app.text.stems import is_stop, stem
from app.text.tokens import tokens

LENGTH = 240
MAX_MATCHES = 400
MAX_READ = 60_000
#: Stands for the end of a heading, a paragraph or a cell, where the text is shown on one line.
BETWEEN = " · "
#: Letters of the small words that may stand inside another way of saying it, as in `unico per le attività`.
SMALL_WORDS = 9
#: A line as short as this, without a full stop, is a heading or a cell: no part of a sentence.
HEADING = 60
#: Around the number of an act, where its citation is looked for.
AROUND = 60

Runs = tuple[tuple[str, bool], ...]


def _base(letter: str) -> str:
    plain = unicodedata.normalize("NFKD", letter)[0].casefold()
    return plain if len(plain) == 1 else letter


#: Letter by letter, so that places in the folded text are places in the original.
_SAME_LENGTH = {code: _base(chr(code)) for code in (*range(0x41, 0x5B), *range(0xC0, 0x250))} | {ord("’"): "'"}
#: Not after `D.P.R.` and not before a number: an abbreviation ends no sentence.
_SENTENCE = re.compile(r"(?<=[^\W_A-ZÀ-Ý][.!?;:])\s+(?=[«\"(]?[A-ZÀ-Ý])|(?<=[)»\"][.!?;:])\s+(?=[A-ZÀ-Ý])|\n+")


@dataclass(frozen=True)
class Marks:
    """What a snippet marks: stems anywhere, forms only where their stems stand side by side, acts by slug."""

    stems: frozenset[str] = frozenset()
    forms: tuple[tuple[str, ...], ...] = ()
    acts: tuple[str, ...] = ()

    @property
    def none(self) -> bool:
        return not (self.stems or self.forms or self.acts)


@dataclass(frozen=True)
class _Match:
    start: int
    end: int
    stem: str


@dataclass
class _Found:
    """Matches of a text in order, and where its sentences begin."""

    matches: list[_Match]
    starts: list[int] = field(default_factory=list)


def excerpt(text: str, marks: Marks) -> Runs:
    """About ``LENGTH`` characters around the densest matches, as (text, marked) runs."""
    text = _sentences_only(text[:MAX_READ])
    matches = _matches(text, marks)
    starts = [0, *(match.end() for match in _SENTENCE.finditer(text))]
    start, end = _window(text, _Found(matches, starts))
    runs = [(" ".join(part.split("\n")), marked) for part, marked in _runs(text, start, end, matches)]
    head = "… " if start not in starts else ""
    tail = " …" if end < len(text) and text[end - 1] not in ".!?" else ""
    return tuple(run for run in ((head, False), *runs, (tail, False)) if run[0])


def mark(text: str, marks: Marks) -> Runs:
    """A whole short text, such as a title, with its matches marked."""
    return tuple(_runs(text, 0, len(text), _matches(text, marks)))


def _sentences_only(text: str) -> str:
    """The text without its headings and cells, one paragraph a line; the whole text where nothing else is there."""
    lines = [" ".join(line.split()) for line in text.split("\n")]
    kept = [line for line in lines if len(line) > HEADING or line.endswith((".", "!", "?", ";", ":", ","))]
    return "\n".join(kept or [line for line in lines if line])


def _matches(text: str, marks: Marks) -> list[_Match]:
    cited = [match for slug in marks.acts for match in _citations(text, slug)]
    wanted = {item for item in (*marks.stems, *(item for form in marks.forms for item in form)) if item}
    words = list(_words(text, wanted)) if wanted else []
    whole = {place for form in marks.forms for place in _standing(text, words, form)}
    kept = [word for place, word in enumerate(words) if word.stem in marks.stems or place in whole]
    return sorted([*cited, *kept], key=lambda match: (match.start, -match.end))


def _words(text: str, wanted: set[str]) -> Iterator[_Match]:
    heads = sorted({re.escape(item[: max(3, len(item) - 1)]) for item in wanted}, key=len, reverse=True)
    pattern = re.compile(rf"(?<![^\W_])(?:{'|'.join(heads)})[^\W_]*")
    count = 0
    for match in pattern.finditer(text.translate(_SAME_LENGTH)):
        known = stem(match[0])
        if known in wanted:
            yield _Match(match.start(), match.end(), known)
            count += 1
            if count == MAX_MATCHES:
                return


def _standing(text: str, words: Sequence[_Match], form: tuple[str, ...]) -> Iterator[int]:
    """Places of the words of a form where they follow each other, stop words apart."""
    for place in range(len(words) - len(form) + 1):
        row = words[place : place + len(form)]
        if tuple(word.stem for word in row) == form and all(_near(text, *pair) for pair in pairwise(row)):
            yield from range(place, place + len(form))


def _near(text: str, first: _Match, second: _Match) -> bool:
    between = text[first.end : second.start]
    return len(between) <= AROUND and all(is_stop(token.form) for token in tokens(between))


def _citations(text: str, slug: str) -> Iterator[_Match]:
    """Where an act is cited; only the surroundings of its number are read, as reading acts everywhere takes long."""
    number = slug.rsplit("-", 2)[-2] if slug.count("-") > 1 else ""
    last = 0
    for found in re.finditer(rf"(?<!\d){number}(?!\d)", text) if number.isdigit() else ():
        start = max(found.start() - AROUND, 0)
        for citation in find_acts(text[start : found.end() + AROUND]):
            if citation.reference.slug == slug and start + citation.start >= last:
                last = start + citation.end
                yield _Match(start + citation.start, last, slug)


def _window(text: str, found: _Found) -> tuple[int, int]:
    """The stretch that holds the most different stems, then the most matches; from a sentence, to one if near."""
    best, first = (-1, -1), 0
    for number, match in enumerate(found.matches):
        inside = [other for other in found.matches[number : number + 20] if other.end <= match.start + LENGTH]
        value = (len({other.stem for other in inside}), len(inside))
        if value > best:
            best, first = value, match.start
    start = _start(text, first, found.starts)
    return start, _end(text, start, found.starts)


def _start(text: str, place: int, starts: Iterable[int]) -> int:
    """Where the sentence of a place begins when that is near, else a word some way before."""
    sentence = max(start for start in starts if start <= place)
    if place - sentence <= LENGTH // 2:
        return sentence
    return text.rfind(" ", 0, place - 40) + 1


def _end(text: str, start: int, starts: Sequence[int]) -> int:
    """The end of the last sentence that fits, when it leaves enough to read; else of a word."""
    last = start + LENGTH
    if last >= len(text):
        return len(text)
    sentences = [place for place in starts if start + LENGTH // 2 < place <= last + 1]
    if sentences:
        return len(text[: sentences[-1]].rstrip())
    cut = max(text.rfind(" ", start, last), text.rfind("\n", start, last))
    return cut if cut > start + LENGTH // 2 else last


def _runs(text: str, start: int, end: int, matches: Sequence[_Match]) -> list[tuple[str, bool]]:
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
