# SPDX-License-Identifier: AGPL-3.0-or-later
"""The search engine: one question in, ranked hits, facets, snippets and corrections out; no pages, no tables."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, repeat
from pathlib import Path
from typing import TypeVar

import numpy as np

from app.search import concepts, index, italian
from app.search.concepts import Plan, Stays, all_stay
from app.search.document import SearchDocument
from app.search.excerpt import Marks, Runs, excerpt, question
from app.search.facets import LIKE
from app.search.index import IndexDamaged
from app.search.nearby import meanings, near_themes, only_beside
from app.search.passages import Passage, Places, matches
from app.search.query import Question, as_typed, corrected, read_whole, without
from app.search.ranker import Mask, Scores
from app.search.results import Apart, Hit, Results, Row
from app.search.segments import Reader
from app.search.semantic import Meaning
from app.search.snapshot import (
    Snapshot,
    apart,
    of_kinds,
    of_regions,
    uncited,
    understood,
    with_named,
    with_phrases,
)
from app.search.suggest import Suggestion, answering
from app.search.terminology import load_vocabulary
from app.text.stems import inflections
from app.text.vocabulary import Vocabulary

#: A document that scores less than this share of the best is no answer; it would only swell counts and facets. Where
#: one thing is asked for, all that hold it are answers: a law is cited by many, once each, beside its own page.
LEAST_SHARE = 0.2
#: A generation that does not open is tried again after this time, not at every search.
AGAIN_SECONDS = 1.0
#: Rows of a table that bring their snippet, each of which is read from the disk: a fifteenth of a second for them all.
MOST_SNIPPETS = 200

Filters = Mapping[str, Sequence[str]]
T = TypeVar("T")


@dataclass(frozen=True)
class Meant:
    """What was searched for a text, and what there is to say about it."""

    plan: Plan
    scores: Scores
    instead: str
    uncited: tuple[str, ...]
    meanings: tuple[str, ...]
    apart: Apart


@dataclass(frozen=True)
class Found:
    """What answers a question: the kinds asked for, the filters, the documents ``among`` which these choose, the scores
    of those shown."""

    snapshot: Snapshot
    meant: Meant
    kinds: Sequence[str]
    filters: Filters
    among: Mask
    shown: Scores


class Engine:
    """Searches the index of a folder; threads share it, and it follows the generations on disk."""

    #: Told why the vocabulary cannot be read: then one searches without.
    unread: Callable[[Exception], None] = staticmethod(lambda _error: None)

    def __init__(self, folder: Path, vocabulary: Path | None = None, meaning: Meaning | None = None) -> None:
        self.folder = folder
        self.meaning = meaning
        self._vocabulary_file = vocabulary
        self._snapshot: Snapshot | None = None
        self._resting: Snapshot | None = None
        self._refreshing = threading.Lock()
        self._refused: tuple[tuple[str, ...], float] = (("never",), 0.0)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """Read by who searches: a third of a start, which a command, or the process that starts the server, can do
        without."""
        return load_vocabulary(self._vocabulary_file, self.unread)

    def generation(self) -> tuple[str, ...]:
        """Changes with every commit of the index; empty where there is none."""
        return index.generation(self.folder)

    def ready(self) -> bool:
        """Whether a search would be answered from the index now."""
        with suppress(IndexDamaged):
            return bool(self.snapshot())
        return False

    def snapshot(self) -> Snapshot:
        """The newest generation that opens; the one before while another thread opens it. Raises ``IndexDamaged``."""
        current = self._snapshot
        if current is not None and current.reader.generation == index.generation(self.folder):
            return current
        if not self._refreshing.acquire(blocking=current is None):
            return current or self.snapshot()
        try:
            return self._refresh()
        finally:
            self._refreshing.release()

    def _refresh(self) -> Snapshot:
        current, seen = self._snapshot, index.generation(self.folder)
        if current is not None and current.reader.generation == seen:
            return current
        try:
            fresh = self._opened(seen, current or self._resting)
        except IndexDamaged:
            # What is in memory is whole: better an answer of a minute ago than none, while the indexer rebuilds.
            if current is None:
                raise
            return current
        self._snapshot, self._resting = fresh, None
        return fresh

    def _opened(self, seen: tuple[str, ...], before: Snapshot | None) -> Snapshot:
        """The generation of now, with what the one before has read of it. Raises ``IndexDamaged``."""
        if self._refused_lately(seen):
            raise IndexDamaged("damaged a moment ago")
        try:
            reader = Reader(self.folder, before.reader if before else None)
            with index.damage_named():
                return self._rested(reader) or Snapshot(reader, self.vocabulary)
        except IndexDamaged:
            self._refused = (seen, time.monotonic())
            raise

    def _rested(self, reader: Reader) -> Snapshot | None:
        known = self._resting
        return known if known is not None and known.reader.generation == reader.generation else None

    def prepare(self) -> None:
        """Read the commonest terms before the first questions, where the index opens."""
        if (snapshot := self._at_hand()) is not None:
            with suppress(IndexDamaged):
                snapshot.prepare()

    def rest(self) -> None:
        """Close the files and keep what was computed: a process that is forked now shares it, and opens its own."""
        italian.listed()
        if self._snapshot is not None:
            for part in self._snapshot.reader.parts:
                part.close()
            self._snapshot, self._resting = None, self._snapshot

    def _refused_lately(self, seen: tuple[str, ...]) -> bool:
        return seen == self._refused[0] and time.monotonic() - self._refused[1] < AGAIN_SECONDS

    def title(self, kind: str, slug: str, english: bool = False) -> str:
        """Title of a document by kind and slug, empty where it is not in the index, or where there is none."""
        title, title_en = self.named().get((kind, slug), ("", ""))
        return (english and title_en) or title

    def named(self) -> Mapping[tuple[str, str], tuple[str, str]]:
        """(kind, slug) -> title in Italian, title in English; empty while the index is away."""
        snapshot = self._at_hand()
        return snapshot.titles if snapshot else {}

    def count(self, kind: str) -> int:
        """How many documents of a kind there are; 0 while the index is away."""
        snapshot = self._at_hand()
        return int((snapshot.kinds == kind).sum()) if snapshot else 0

    def comparable(self) -> list[tuple[str, str]]:
        """Cities that others are like, as (slug, short name); none while the index is away."""
        snapshot = self._at_hand()
        return snapshot.comparable if snapshot else []

    def _at_hand(self) -> Snapshot | None:
        """The generation that answered last, as a page asks for dozens of titles; None while the index is away."""
        try:
            return self._snapshot or self.snapshot()
        except IndexDamaged:
            return None

    def suggest(self, typed: str, limit: int = 8) -> list[Suggestion]:
        """Things whose title has a word that starts as typed, then solutions that say all of it. Raises
        ``IndexDamaged``."""
        snapshot = self.snapshot()
        found = snapshot.suggestions.starting(typed, limit)
        more: list[Suggestion] = []
        if len(found) < limit:
            # What was found in memory is shown whatever state the files are in.
            with suppress(IndexDamaged):
                more = answering(snapshot.ranking, typed)
        return list(dict.fromkeys([*found, *more]))[:limit]

    def search(
        self,
        text: str,
        filters: Filters | None = None,
        sort: str = "relevance",
        page: int = 1,
        per_page: int = 10,
        kinds: Sequence[str] = (),
        correct: bool = True,
    ) -> Results:
        """Answer a question; an empty one lists everything. Raises ``IndexDamaged``."""
        return _twice(lambda: self._page(self._found(text, filters or {}, kinds, correct), text, sort, page, per_page))

    def listed(
        self, text: str, filters: Filters, sort: str, most: int, kinds: Sequence[str] = (), correct: bool = True
    ) -> list[Row]:
        """The answers to a question, the first ``most`` of all, as lines of a table. Raises ``IndexDamaged``."""
        return _twice(lambda: _rows(self._found(text, filters, kinds, correct), sort, most))

    def titles(self, text: str, filters: Filters, kinds: Sequence[str], correct: bool = True) -> dict[str, str]:
        """Slug -> title of every answer to a question, the best first, without reading any. Raises ``IndexDamaged``."""
        found = _twice(lambda: self._found(text, filters, kinds, correct))
        rows = found.snapshot.ranking.rows
        numbers = _ordered(found.snapshot, found.shown, "relevance", len(rows))
        return {rows[number]["slug"]: rows[number]["title"] for number in numbers}

    def values(self, text: str, kinds: Sequence[str]) -> dict[str, float]:
        """Slug -> how well it answers a text of sentences, read whole as prose. Raises ``IndexDamaged``."""
        snapshot = self.snapshot()
        scores, rows = self._of_prose(snapshot, text, kinds).scores, snapshot.ranking.rows
        return {str(rows[number]["slug"]): float(scores[number]) for number in np.flatnonzero(scores > 0)}

    def like(self, text: str, kinds: Sequence[str], most: int) -> list[Hit]:
        """What answers such a text best. Raises ``IndexDamaged``."""
        return _twice(lambda: self._like(self.snapshot(), text, kinds, most))

    def _like(self, snapshot: Snapshot, text: str, kinds: Sequence[str], most: int) -> list[Hit]:
        meant = self._of_prose(snapshot, text, kinds)
        return list(shown_hits(snapshot, snapshot.ranking.best(meant.scores, most), meant.scores, meant.plan))

    def _of_prose(self, snapshot: Snapshot, text: str, kinds: Sequence[str]) -> Meant:
        return self._meant(snapshot, read_whole(text), kinds, self._right)

    def _found(self, text: str, filters: Filters, kinds: Sequence[str], correct: bool) -> Found:
        snapshot = self.snapshot()
        stays = self._right if correct else all_stay
        meant = self._meant(snapshot, understood(snapshot, text), kinds, stays, text if correct else "")
        every = with_named(snapshot, filters, meant.plan.question)
        among = (meant.scores > 0) & snapshot.of_alike(every.pop(LIKE, ()))
        return Found(
            snapshot, meant, kinds, every, among, np.where(among & snapshot.facets.filter(every), meant.scores, 0.0)
        )

    def _page(self, found: Found, text: str, sort: str, page: int, per_page: int) -> Results:
        snapshot, meant, plan, shown = found.snapshot, found.meant, found.meant.plan, found.shown
        total = int((shown > 0).sum())
        pages = -(-total // per_page)
        page = min(max(page, 1), max(pages, 1))
        numbers = _ordered(snapshot, shown, sort, page * per_page)[(page - 1) * per_page :]
        rows = [snapshot.ranking.rows[number] for number in numbers] if total == len(numbers) else []
        titles = [(str(row["kind"]), str(row["title"])) for row in rows]
        beside = "solution" in (found.kinds or ("solution",)) and only_beside(plan.question.words, titles)
        return Results(
            query=text,
            corrected=meant.instead,
            suggestion="" if meant.instead or not plan.changes else corrected(text, plan.changes),
            total=total,
            page=page,
            pages=pages,
            hits=tuple(shown_hits(snapshot, numbers, shown, plan)),
            facets=snapshot.facets.counts(found.among, found.filters),
            near_themes=() if total and not beside else self._near_themes(snapshot, plan),
            beside=beside,
            uncited=meant.uncited,
            missing=as_typed(meant.instead or text, plan.missing),
            meanings=tuple(other for other in meant.meanings if other != meant.instead),
            apart=meant.apart,
        )

    def _near_themes(self, snapshot: Snapshot, plan: Plan) -> tuple[Suggestion, ...]:
        return near_themes(plan.question.words, self.vocabulary, snapshot.themes, snapshot.ranking.idf)

    def _meant(
        self, snapshot: Snapshot, question: Question, kinds: Sequence[str], stays: Stays, typed: str = ""
    ) -> Meant:
        """What is searched for a question: as it is, else ``typed`` corrected, else the first meaning of an ambiguous
        form; what is searched instead is told. Without ``typed`` nothing is."""
        question = of_regions(snapshot, question)
        slugs = uncited(snapshot, question)
        left = without(question, slugs)
        plan = concepts.plan(question if left.empty else left, self.vocabulary, snapshot.ranking, stays)
        scores = self._scores(snapshot, plan, kinds)
        left_out = tuple(cited for slug, cited in zip(question.acts, question.cited, strict=True) if slug in slugs)
        means = meanings(question.plain, self.vocabulary, snapshot.ranking) if typed else ()
        other = ""
        if typed and plan.changes and not plan.known:
            other = corrected(typed, plan.changes)
        elif means and not scores.any():
            # Nobody writes the short form: better its first meaning, named above the answer, than nothing.
            other = means[0]
        if other:
            plan = concepts.plan(understood(snapshot, other), self.vocabulary, snapshot.ranking, stays)
            scores = self._scores(snapshot, plan, kinds)
        return Meant(
            plan, scores, other, left_out, means, "" if plan.missing else apart(snapshot, plan.question, kinds)
        )

    def _right(self, word: str) -> bool:
        """Whether a word is right as it was typed: it is no mistake that nobody wrote of it yet."""
        return word in self.vocabulary.words or italian.right(word)

    def _scores(self, snapshot: Snapshot, plan: Plan, kinds: Sequence[str]) -> Scores:
        ranking = snapshot.ranking
        allowed = with_phrases(snapshot, of_kinds(snapshot, kinds), plan.question.phrases)
        for stems in plan.question.excluded:
            allowed &= ~ranking.holding(stems)
        for word in plan.question.unwanted:
            # By its stem `-comunicazione` would leave out whatever says `comune`.
            allowed &= ~ranking.spelling(inflections(word))
        if plan.question.empty:
            return np.where(allowed, ranking.prior, 0.0)
        scores = ranking.score(plan.concepts, plan.pairs)
        answers: Mask = (scores > 0) & (len(plan.concepts) == 1)
        if self.meaning is not None:
            scores = self.meaning.added(scores, ranking, plan)
        scores = np.where(allowed, scores, 0.0)
        best = float(scores.max(initial=0.0))
        scores = np.where(answers | (scores >= best * LEAST_SHARE), scores, 0.0)
        if plan.places:
            scores += np.where(scores > 0, ranking.score(plan.places, ()), 0.0)
        named = snapshot.named(plan.question.plain)
        if named and allowed[named[0]]:
            number, share = named
            scores[number] = max(scores[number], best * share)
        return scores


def _rows(found: Found, sort: str, most: int) -> list[Row]:
    rows, shown = found.snapshot.ranking.rows, found.shown
    numbers = _ordered(found.snapshot, shown, sort, most)
    hits = shown_hits(found.snapshot, numbers[:MOST_SNIPPETS], shown, found.meant.plan)
    said = chain((hit.said for hit in hits), repeat(""))
    return [Row.of(rows[number], shown[number], snippet) for number, snippet in zip(numbers, said, strict=False)]


def _twice(answer: Callable[[], T]) -> T:
    try:
        return answer()
    except IndexDamaged:
        # A switch may have taken the files away while they were opened: once more, on the generation of now.
        return answer()


def _ordered(snapshot: Snapshot, scores: Scores, sort: str, wanted: int) -> list[int]:
    ranking = snapshot.ranking
    if sort == "relevance":
        return ranking.best(scores, wanted)
    found = np.flatnonzero(scores > 0)
    first = (-scores[found], -ranking.reused[found]) if sort == "reused" else (-ranking.age[found],)
    return [int(number) for number in found[np.lexsort((ranking.order[found], *first))][:wanted]]


def shown_hits(snapshot: Snapshot, numbers: Sequence[int], scores: Scores, plan: Plan) -> Iterator[Hit]:
    """What is shown of some documents, in this order."""
    where = [snapshot.ranking.place(number) for number in numbers]
    places = {
        part: part.places(plan.marks.every_stem, [inner for other, inner in where if other is part])
        for part in dict.fromkeys(part for part, _inner in where)
    }
    for number, (part, inner) in zip(numbers, where, strict=True):
        yield _hit(part.document(inner), float(scores[number]), plan.marks, places[part][inner])


def _hit(told: tuple[SearchDocument, Passage], score: float, marks: Marks, places: Places) -> Hit:
    document, passage = told
    summary: Runs = ((document.summary, False),)
    if marks.none:
        return Hit(document, score, summary)
    found = matches(passage, marks, places)
    asked = question(passage.text, passage.asked, found)
    if asked:
        return Hit(document, score, asked, asked=True)
    text = passage.text[: passage.asked].rstrip("\n")
    lead = len(document.summary) if text.startswith(document.summary) else 0
    return Hit(document, score, excerpt(text, [match for match in found if match.end <= len(text)], lead))
