# SPDX-License-Identifier: AGPL-3.0-or-later
"""The top ten equals two exhaustive scorings of the same formula: in plain Python, and by Whoosh's own matchers."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from whoosh.filedb.filestore import FileStorage
from whoosh.util.numeric import byte_to_length, length_to_byte

from app.search import concepts, index, italian
from app.search.concepts import Plan
from app.search.document import SearchDocument
from app.search.engine import LEAST_SHARE, Engine
from app.search.query import read
from app.search.ranker import (
    ASKED_WEIGHT,
    IN_PIECES,
    K1,
    KIND_WEIGHT,
    PAIR_WEIGHT,
    TITLE_WEIGHT,
    WORD_WEIGHT,
    B,
    Concept,
)
from app.search.snapshot import apart
from app.search.terms import PAIR, STEM, WORD, of_document
from app.text.stems import inflections, stem
from app.text.vocabulary import Vocabulary

WORDS = (
    "sportello",
    "sportelli",
    "unico",
    "comune",
    "comuni",
    "suap",
    "appalti",
    "centrale",
    "piano",
    "legge",
    "uffici",
)
VOCABULARY = Vocabulary(
    [{"term": "sportello unico per le attività produttive", "acronyms": ["SUAP"], "synonyms": ["sportello unico"]}]
)
Scored = list[tuple[str, float]]
Value = TypeVar("Value")

texts = st.lists(st.sampled_from(WORDS), min_size=0, max_size=14).map(" ".join)
#: Title, text, kind, theme, questions.
Body = tuple[str, str, str, str, tuple[str, ...]]
kinds_of = st.sampled_from(("solution", "city", "theme"))
bodies = st.tuples(texts, texts, kinds_of, st.sampled_from("abc"), st.lists(texts, max_size=3).map(tuple))
questions = st.lists(st.sampled_from((*WORDS, "-piano", '"sportello unico"', "D.P.R. 160/2010")), max_size=5).map(
    " ".join
)
libraries = st.lists(st.lists(st.tuples(st.integers(0, 11), bodies), min_size=1, max_size=7), min_size=1, max_size=4)


@dataclass(frozen=True)
class Held:
    """The terms of one document, counted, and the lengths the index keeps of it (one byte each)."""

    document: SearchDocument
    stems: list[str]
    counts: dict[str, Counter[str]]
    lengths: dict[str, int]
    title: set[str]


def held(document: SearchDocument) -> Held:
    terms = of_document(document)
    # The acts stand beside the text: counted as stems, side by side with nothing.
    counts = {
        STEM: Counter([*terms.stems, *terms.acts]),
        WORD: Counter(terms.words),
        PAIR: Counter(f"{a}_{b}" for a, b in zip(terms.stems, terms.stems[1:], strict=False)),
    }
    words = kept(len(terms.words))
    # An empty place stands before each act.
    lengths = {STEM: kept(sum(counts[STEM].values())), WORD: words, PAIR: max(words - 1, 0)}
    return Held(document, terms.stems, counts, lengths, set(terms.stems[: terms.titled(document.title)]))


def kept(length: int) -> int:
    return int(byte_to_length(length_to_byte(length))) if length else 0


def rarity(field: str, term: str, holders: float, count: float, length: float) -> float:
    """idf, among the documents and a hundred everyday texts of their length."""
    if field != PAIR:
        words, stems = italian.listed()
        holders += 100 * (1 - (1 - (stems if field == STEM else words).share(term)) ** length)
        count += 100
    return math.log(1 + (count - holders + 0.5) / (holders + 0.5))


class Exhaustive:
    """The formula of `app/search/ranker.py`, one document and one term at a time."""

    def __init__(self, documents: Sequence[SearchDocument]) -> None:
        self.all = [held(document) for document in documents]
        count = max(len(self.all), 1)
        self.average = {field: sum(item.lengths[field] for item in self.all) / count for field in (STEM, WORD, PAIR)}

    def bm25(self, item: Held, field: str, term: str) -> float:
        count = item.counts[field][term]
        if not count:
            return 0.0
        holders = sum(1 for other in self.all if other.counts[field][term])
        idf = rarity(field, term, holders, len(self.all), self.average[field])
        norm = K1 * (1 - B + B * item.lengths[field] / max(self.average[field], 1e-9))
        return idf * count * (K1 + 1) / (count + norm)

    def own(self, item: Held, concept: Concept) -> float:
        return sum(self.bm25(item, STEM, s) + WORD_WEIGHT * self.bm25(item, WORD, w) for s, w in concept.words)

    def in_pieces(self, concept: Concept) -> bool:
        if len(concept.words) < 2 or not concept.alternatives:
            return False
        joined = "".join(word for _stem, word in concept.words)
        stems = [stem for stem, _word in concept.words]
        return not any(item.counts[WORD][joined] or side_by_side(item, stems) for item in self.all)

    def concept(self, item: Held, concept: Concept) -> float:
        pieces = self.in_pieces(concept)
        ways = [self.own(item, concept) * (IN_PIECES if pieces else 1)]
        scale = len(concept.words) if pieces else max(len(concept.words), 1) ** 0.5
        for way in concept.alternatives:
            terms = [(WORD, way.word)] if way.word else [(STEM, stem) for stem in way.stems]
            mean = sum(self.bm25(item, field, term) for field, term in terms) / len(way.stems)
            ways.append(mean * way.weight * scale if side_by_side(item, way.stems) else 0.0)
        return max(ways)

    def idf(self, stem: str) -> float:
        holders = sum(1 for other in self.all if other.counts[STEM][stem])
        return rarity(STEM, stem, holders, len(self.all), self.average[STEM])

    def titled(self, item: Held, plan: Plan) -> float:
        most = sum(self.idf(stem) for concept in plan.concepts for stem, _word in concept.words)
        held = sum(self.concept_in_title(item, concept) for concept in plan.concepts)
        return TITLE_WEIGHT * held * held / most if most else 0.0

    def concept_in_title(self, item: Held, concept: Concept) -> float:
        ways = [sum(self.idf(stem) for stem, _word in concept.words if stem in item.title)]
        for way in concept.alternatives:
            stems = set(way.stems)
            mean = sum(self.idf(stem) for stem in stems) / len(stems)
            ways.append(mean * way.weight * max(len(concept.words), 1) ** 0.5 if stems <= item.title else 0.0)
        return max(ways)

    def asked(self, item: Held, plan: Plan) -> float:
        """What the best of its questions holds of the words asked."""
        stems = {typed for concept in plan.concepts for typed, _word in concept.words}
        held = [stems & set(map(stem, question.split())) for question in item.document.questions]
        return ASKED_WEIGHT * max((sum(map(self.idf, found)) for found in held), default=0.0)

    def score(self, item: Held, plan: Plan) -> float:
        total = sum(self.concept(item, concept) for concept in plan.concepts) + self.titled(item, plan)
        total += self.asked(item, plan)
        total += sum(PAIR_WEIGHT * self.bm25(item, PAIR, pair) for pair in plan.pairs)
        return total * KIND_WEIGHT.get(item.document.kind, 1.0)

    def ranked(self, plan: Plan, kinds: Sequence[str]) -> Scored:
        question = plan.question
        allowed = [item for item in self.all if not kinds or item.document.kind in kinds]
        quoted = [item for item in allowed if all(side_by_side(item, phrase) for phrase in question.phrases)]
        allowed = [i for i in quoted or allowed if not any(side_by_side(i, stems) for stems in question.excluded)]
        out = {form for word in question.unwanted for form in inflections(word)}
        allowed = [item for item in allowed if not out & item.counts[WORD].keys()]
        if question.empty:
            found = [(place(item.document), KIND_WEIGHT[item.document.kind]) for item in allowed]
        else:
            found = [(place(item.document), self.score(item, plan)) for item in allowed]
        return cut(found, 0.0 if question.empty or len(plan.concepts) == 1 else LEAST_SHARE)


def side_by_side(item: Held, stems: Sequence[str]) -> bool:
    if len(stems) == 1:
        return bool(item.counts[STEM][stems[0]])
    runs = zip(*(item.stems[start:] for start in range(len(stems))), strict=False)
    return tuple(stems) in set(runs)


def place(document: SearchDocument) -> str:
    """What parts documents of one score: their titles, here of plain words only."""
    return f"{document.title}\0{document.identity}"


def cut(found: Scored, share: float) -> Scored:
    best = max((score for _identity, score in found), default=0.0)
    answers = [pair for pair in found if pair[1] > 0 and pair[1] >= best * share]
    return sorted(answers, key=lambda pair: (-round(pair[1], 9), pair[0]))


def make(number: int, body: Body) -> SearchDocument:
    title, text, kind, theme, asked = body
    cited = " D.P.R. 160/2010" if number % 3 == 0 else ""
    facets = {"theme": (theme,)}
    return SearchDocument(kind, f"d{number:02d}", title, text + cited, f"/{number}", questions=asked, facets=facets)


def write(folder: Path, library: list[list[tuple[int, Body]]]) -> list[SearchDocument]:
    """The library written as several commits that add, replace and delete; answers what must be left."""
    index.rebuild(folder, [])
    left: dict[str, SearchDocument] = {}
    for number, commit in enumerate(library):
        documents = {document.identity: document for document in (make(n, body) for n, body in commit)}
        gone = sorted(left)[:1] if number else []
        index.write(folder, [item for key, item in documents.items() if key not in gone], gone)
        left.update(documents)
        for key in gone:
            left.pop(key, None)
    return list(left.values())


def same(answer: Scored, expected: Scored) -> None:
    assert [round(score, 6) for _identity, score in answer] == [round(score, 6) for _identity, score in expected]
    by_score = sorted(expected, key=lambda pair: (-round(pair[1], 9), pair[0]))
    assert [identity for identity, _score in answer] == [identity for identity, _score in by_score]


def answer_of(engine: Engine, question: str, kinds: Sequence[str], themes: Sequence[str]) -> Scored:
    found = engine.search(question, {"theme": themes}, kinds=kinds, correct=False, per_page=10)
    return [(place(hit.document), hit.score) for hit in found.hits]


relaxed = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@relaxed
@given(libraries, questions, st.sampled_from([(), ("solution",), ("city", "theme")]), st.sampled_from([(), ("a", "b")]))
def test_the_first_ten_equal_the_exhaustive_scoring(
    tmp_path_factory: pytest.TempPathFactory,
    library: list[list[tuple[int, Body]]],
    question: str,
    kinds: Sequence[str],
    themes: Sequence[str],
) -> None:
    folder = tmp_path_factory.mktemp("oracle")
    documents = write(folder, library)
    engine = Engine(folder)
    engine.vocabulary = VOCABULARY
    plan = concepts.plan(read(question), VOCABULARY, engine.snapshot().ranking)
    # Who types the name of a city or theme and nothing else gets its page, whatever the formula says: tested by itself.
    assume(engine.snapshot().named(plan.question.plain) is None)
    # A phrase that only other kinds hold is looked for in pieces, of which the plan does not tell.
    assume(apart(engine.snapshot(), plan.question, kinds) != "phrases")
    expected = Exhaustive(documents).ranked(plan, kinds)
    themed = {place(document) for document in documents if not themes or document.facets["theme"][0] in themes}
    same(answer_of(engine, question, kinds, themes), [pair for pair in expected if pair[0] in themed][:10])
    counts = Counter(d.facets["theme"][0] for d in documents if place(d) in {key for key, _score in expected})
    assert (
        dict(engine.search(question, {"theme": themes}, kinds=kinds, correct=False).facets.get("theme", [])) == counts
    )


class ByWhoosh:
    """The words and pairs of the formula, from Whoosh's own matchers, lengths and phrase search."""

    def __init__(self, folder: Path) -> None:
        self.reader = FileStorage(str(index.current_folder(folder)), supports_mmap=False).open_index().reader()
        self.count = self.reader.doc_count()
        self.numbers = list(self.reader.all_doc_ids())

    def length(self, number: int, field: str) -> int:
        return int(self.reader.doc_field_length(number, WORD if field == PAIR else field) or 0) - (field == PAIR)

    def counts(self, field: str, term: str) -> dict[int, float]:
        if field != PAIR:
            return self.postings(field, term, lambda matcher: float(matcher.weight()))
        first, second = (self.postings(STEM, stem, lambda m: set(m.value_as("positions"))) for stem in term.split("_"))
        pairs = {n: len({place + 1 for place in first[n]} & second[n]) for n in first.keys() & second.keys()}
        return {number: float(count) for number, count in pairs.items() if count}

    def postings(self, field: str, term: str, read_one: Callable[[Any], Value]) -> dict[int, Value]:
        if (field, term) not in self.reader:
            return {}
        matcher = self.reader.postings(field, term)
        found: dict[int, Value] = {}
        while matcher.is_active():
            found[matcher.id()] = read_one(matcher)
            matcher.next()
        return found

    def scores(self, plan: Plan) -> dict[str, float]:
        weighted = [(STEM, s, 1.0) for c in plan.concepts for s, _word in c.words]
        weighted += [(WORD, w, WORD_WEIGHT) for c in plan.concepts for _stem, w in c.words]
        weighted += [(PAIR, pair, PAIR_WEIGHT) for pair in plan.pairs]
        total: defaultdict[str, float] = defaultdict(float)
        for field, term, weight in weighted:
            counts = self.counts(field, term)
            average = sum(max(self.length(n, field), 0) for n in self.numbers) / max(self.count, 1)
            idf = rarity(field, term, len(counts), self.count, average)
            for number, count in counts.items():
                norm = K1 * (1 - B + B * max(self.length(number, field), 0) / max(average, 1e-9))
                stored = self.reader.stored_fields(number)["identity"]
                total[stored] += weight * idf * count * (K1 + 1) / (count + norm)
        for identity, share in self.titles(plan).items():
            total[identity] += share
        for identity, worth in self.asked(plan).items():
            total[identity] += worth
        return {key: score * KIND_WEIGHT[key.split(":")[0]] for key, score in total.items()}

    def asked(self, plan: Plan) -> dict[str, float]:
        """What the best question of each document holds of the words asked: the stems that have a place in it."""
        held: defaultdict[tuple[str, int], float] = defaultdict(float)
        for item in {item for concept in plan.concepts for item, _word in concept.words}:
            found = self.postings(STEM, item, lambda matcher: matcher.value_as("positions"))
            average = sum(max(self.length(n, STEM), 0) for n in self.numbers) / max(self.count, 1)
            for number, places in found.items():
                stored = self.reader.stored_fields(number)
                edges = memoryview(stored["asked"]).cast("I").tolist()
                inside = [any(a <= place < b for place in places) for a, b in pairwise(edges)]
                for which in (which for which, there in enumerate(inside) if there):
                    held[stored["identity"], which] += rarity(STEM, item, len(found), self.count, average)
        best: defaultdict[str, float] = defaultdict(float)
        for (identity, _which), worth in held.items():
            best[identity] = max(best[identity], ASKED_WEIGHT * worth)
        return best

    def titles(self, plan: Plan) -> Counter[str]:
        """What titles hold of the question: the stems whose first place is before the end of the title."""
        total: Counter[str] = Counter()
        most = 0.0
        for item in (item for concept in plan.concepts for item, _word in concept.words):
            places = self.postings(STEM, item, lambda matcher: min(matcher.value_as("positions")))
            average = sum(max(self.length(n, STEM), 0) for n in self.numbers) / max(self.count, 1)
            idf = rarity(STEM, item, len(places), self.count, average)
            most += idf
            for number, place in places.items():
                stored = self.reader.stored_fields(number)
                total[stored["identity"]] += idf * (place < stored["titled"])
        return Counter({key: TITLE_WEIGHT * held * held / most for key, held in total.items()})


@relaxed
@given(libraries, st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join))
def test_the_first_ten_equal_what_whoosh_itself_holds(
    tmp_path_factory: pytest.TempPathFactory,
    library: list[list[tuple[int, Body]]],
    question: str,
) -> None:
    folder = tmp_path_factory.mktemp("whoosh")
    index.rebuild(folder, write(folder, library))
    engine = Engine(folder)
    plan = concepts.plan(read(question), Vocabulary(), engine.snapshot().ranking)
    plain = Plan(plan.question, tuple(Concept(c.words) for c in plan.concepts), plan.pairs)
    own = engine.snapshot().ranking
    scores = own.score(plain.concepts, plain.pairs)
    names = {str(row["identity"]): f"{row['title']}\0{row['identity']}" for row in own.rows}
    answer = [(names[own.rows[n]["identity"]], float(scores[n])) for n in own.best(scores, 10)]
    whoosh = ByWhoosh(folder)
    expected = sorted(
        ((names[key], score) for key, score in whoosh.scores(plain).items()),
        key=lambda pair: (-round(pair[1], 9), pair[0]),
    )
    whoosh.reader.close()
    same(answer, expected[:10])


def test_words_that_stand_in_one_question_of_a_sheet_count_more_than_the_same_in_two(tmp_path: Path) -> None:
    together, apart = ("sportello legge", "comune piano"), ("sportello comune", "legge piano")
    documents = [make(1, ("", "uffici", "solution", "a", apart)), make(2, ("", "uffici", "solution", "a", together))]
    index.rebuild(tmp_path, documents)
    found = Engine(tmp_path).search("legge per lo sportello")
    assert [hit.slug for hit in found.hits] == ["d02", "d01"]


def test_equal_scores_keep_their_order_over_pages_and_rebuilds(tmp_path: Path) -> None:
    documents = [make(number * 3 + 1, ("sportello unico", "", "solution", "a", ())) for number in range(35)]
    index.rebuild(tmp_path, reversed(documents))
    engine = Engine(tmp_path)
    paged = [hit.slug for page in (1, 2, 3, 4) for hit in engine.search("sportello", page=page, per_page=10).hits]
    assert paged == sorted(document.slug for document in documents)
    index.write(tmp_path, documents[5:9], [])
    assert paged == [hit.slug for page in (1, 2, 3, 4) for hit in engine.search("sportello", page=page).hits]


def test_what_is_made_up_stands_behind_what_is_real(tmp_path: Path) -> None:
    text = "Uno sportello unico per chi apre un negozio."
    real = SearchDocument("solution", "vera", "Sportello unico per i negozi", text, "/vera")
    made_up = SearchDocument("solution", "finta", "A: sportello unico per i negozi", text, "/finta", demonstration=True)
    index.rebuild(tmp_path, [made_up, real])
    assert [hit.slug for hit in Engine(tmp_path).search("sportello unico").hits] == ["vera", "finta"]
