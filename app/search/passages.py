# SPDX-License-Identifier: AGPL-3.0-or-later
"""What of a document a snippet may show, and where in it each indexed word stands: written with the index, so that no
text is analysed again while somebody waits."""

from bisect import bisect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.search.document import SearchDocument
from app.search.excerpt import Marks, Match
from app.search.terms import Terms, is_comma, place_terms, text_begins

#: A line as short as this, without a full stop, is a heading or a cell: no part of a sentence.
HEADING = 60
ENDS = (".", "!", "?", ";", ":", ",")
#: Most letters between two words of one form, as in `unico per le attività`.
AROUND = 60
MAX_MATCHES = 400
HIDDEN = 2**32 - 1
#: An act where a document cites it: its slug, start, end, and the terms of its articles.
Cited = tuple[str, int, int, list[str]]
#: As the index stores it: where the lines stand, the words and the acts, the first word.
Stored = tuple[bytes, bytes, list[Cited], int]

Spans = NDArray[np.uint32]
#: The places in a document of each stem that it holds, in order.
Places = Mapping[str, Sequence[int]]


@dataclass(frozen=True)
class Passage:
    """The sentences of a document, and from ``asked`` on its questions, a line each. ``spans`` hold start and end of
    each of its words in turn, the first of which is the word number ``first`` of the stream; ``cited`` the acts."""

    text: str
    asked: int
    first: int
    spans: "memoryview[int]"
    cited: Sequence[Cited]


def _lines(document: SearchDocument) -> list[tuple[int, int]]:
    """Where lines stand: those of the text without headings and cells, or all where nothing else is there; then the
    questions."""
    every, kept, asked, place = [], [], [], 0
    for line in document.shown.split("\n"):
        bare = line.strip()
        if bare:
            start = place + line.index(bare[0])
            found = (start, start + len(bare))
            if place > len(document.text):
                asked.append(found)
            else:
                every.append(found)
                if len(bare) > HEADING or bare.endswith(ENDS):
                    kept.append(found)
        place += len(line) + 1
    return (kept or every) + asked


def stored(document: SearchDocument, terms: Terms) -> Stored:
    """The places of words and acts as the index stores them."""
    begins, lines = text_begins(document), _lines(document)
    end = begins + len(document.shown)
    inside = [(token.start, token.end) for token in terms.tokens if begins <= token.start and token.end <= end]
    first = sum(token.start < begins for token in terms.tokens)
    spans = _moved(np.array(inside, np.int64).reshape(-1, 2) - begins, lines)
    acts = np.array([(item.start, item.end) for item in terms.citations], np.int64).reshape(-1, 2) - begins
    places = _moved(acts, lines).tolist()
    cited = [
        (item.reference.slug, start, end, place_terms(item.reference))
        for item, (start, end) in zip(terms.citations, places, strict=True)
        if start != HIDDEN
    ]
    return np.array(lines, np.uint32).tobytes(), spans.tobytes(), cited, first


def _moved(spans: NDArray[np.int64], lines: Sequence[tuple[int, int]]) -> Spans:
    """Places in a text as places in its sentences."""
    if not len(spans) or not lines:
        return np.full((len(spans), 2), HIDDEN, np.uint32)
    starts, ends = np.array(lines, np.int64).T
    shown_at = np.cumsum(ends - starts + 1) - (ends - starts + 1)
    line = np.searchsorted(starts, spans[:, 0], side="right") - 1
    shown = (line >= 0) & (spans[:, 1] <= ends[line])
    moved: NDArray[np.int64] = spans + (shown_at - starts)[line][:, None]
    return np.where(shown[:, None], moved, HIDDEN).astype(np.uint32)


def from_stored(document: SearchDocument, stored: Stored) -> Passage:
    """The passage of a document back from what the index stores beside it."""
    lines, spans, cited, first = stored
    edges = memoryview(lines).cast("I").tolist()
    text, starts = document.shown, edges[::2]
    shown = [text[start:end] for start, end in zip(starts, edges[1::2], strict=True)]
    said = bisect(starts, len(document.text))
    asked = sum(map(len, shown[:said])) + said
    return Passage("\n".join(shown), asked, first, memoryview(spans).cast("I"), cited)


def matches(passage: Passage, marks: Marks, places: Places) -> list[Match]:
    """What is to be marked, in order: stems anywhere, forms where they stand whole, acts."""
    found = list(_acts(passage, marks))
    marked = {place: stem for stem in marks.stems for place in places.get(stem, ())}
    for form in marks.forms:
        marked.update(_whole(passage, form, places))
    spans, first = passage.spans, passage.first
    last = first + len(spans) // 2
    for number, place in enumerate(sorted(place for place in marked if first <= place < last)):
        start, end = spans[2 * (place - first) : 2 * (place - first) + 2]
        # Those of the questions, which stand last, count whatever the text before holds.
        if start != HIDDEN and (number < MAX_MATCHES or start >= passage.asked):
            found.append(Match(start, end, marked[place]))
    return sorted(found, key=lambda match: (match.start, -match.end)) if marks.acts else found


def _acts(passage: Passage, marks: Marks) -> Iterator[Match]:
    """Where the acts are cited; of one whose article or comma is asked for, where that is cited, if it is anywhere."""
    held = [item for item in passage.cited if item[0] in marks.acts]
    exact = [max((1 + is_comma(term) for term in item[3] if term in marks.places), default=0) for item in held]
    best: dict[str, int] = {}
    for (slug, *_), near in zip(held, exact, strict=True):
        best[slug] = max(near, best.get(slug, 0))
    for (slug, start, end, _places), near in zip(held, exact, strict=True):
        if near == best[slug]:
            yield Match(start, end, slug)


def _whole(passage: Passage, form: Sequence[str], places: Places) -> Iterator[tuple[int, str]]:
    """Places of the words of a form where they follow each other, stop words apart."""
    begins = set(places.get(form[0], ()))
    for step, stem in enumerate(form[1:], 1):
        if begins:
            begins.intersection_update([place - step for place in places.get(stem, ())])
    for place in begins:
        if _near(passage, place, len(form)):
            yield from ((place + step, stem) for step, stem in enumerate(form))


def _near(passage: Passage, place: int, words: int) -> bool:
    at = place - passage.first
    if at < 0 or 2 * (at + words) > len(passage.spans):
        return False
    edges = passage.spans[2 * at : 2 * (at + words)].tolist()
    return all(0 <= begin - end <= AROUND for end, begin in zip(edges[1:-1:2], edges[2::2], strict=True))
