# SPDX-License-Identifier: AGPL-3.0-or-later
"""Search speed over public Italian passages: CPU milliseconds a question, beside Whoosh's own searcher and two others.

`python -m bench.search_speed [--docs 1000 10000] [--questions 200]`. One process, full public questions, top ten.
Whoosh answers the same words, joined by OR, from the same index; for facets and highlights, which our index leaves to
us, from an index of its own with sortable columns and stored text. `first time`: every question asked once of a fresh
engine; `again`: once its terms are in memory.
"""

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from whoosh import highlight
from whoosh import index as whoosh_index
from whoosh.analysis import LanguageAnalyzer
from whoosh.fields import ID, TEXT, Schema
from whoosh.query import Or, Term

from app.search import concepts, index
from app.search.document import SearchDocument
from app.search.engine import Engine, shown_hits
from app.search.query import read
from app.search.terms import STEM, WORD
from bench import aims
from bench.public_data import FOLDER, passages, rows
from bench.references import Fts5, Tantivy
from bench.relevance import VOCABULARY

#: Whoosh takes a tenth of a second for a question with facets: a part of the questions says enough.
SLOW_QUESTIONS = 60
#: How often each question is asked of whoever has answered it before.
TIMES = 3
THEMES, CITIES = 14, 15
Answer = Callable[[str], object]
#: How many times faster than Whoosh's own searcher; milliseconds of a whole search by documents; documents a second.
FASTER = {"top ten": 20, "with facets": 50, "with highlights": 10}
WHOLE_MS = {10_000: 5.0, 45_000: 12.0}
INDEXED = 600
SPREAD = 3.0
#: What is aimed at holds from this size on.
AIMED_AT = 10_000


def documents(count: int) -> Iterator[SearchDocument]:
    for number, row in enumerate(passages(count)):
        facets = {"theme": (f"tema-{number % THEMES}",), "city": (f"ente-{number * 7 % CITIES}",)}
        yield SearchDocument("solution", str(row["id"]), row["title"], row["text"], f"/{number}", facets=facets)


def questions(count: int) -> list[str]:
    found = [str(row["query"]) for row in rows(FOLDER / "squad.queries.jsonl.gz")]
    return random.Random(3).sample(found, min(count, len(found)))


class WhooshAlone:
    """Whoosh as its documentation shows it: one reader kept open, BM25F, OR, grouping and highlighting of its own."""

    def __init__(self, folder: Path, own: Path, count: int) -> None:
        self.searcher = whoosh_index.open_dir(str(index.current_folder(folder))).searcher()
        schema = Schema(body=TEXT(LanguageAnalyzer("it"), stored=True), theme=ID(sortable=True), city=ID(sortable=True))
        writer = whoosh_index.create_in(str(own), schema).writer(limitmb=256)
        for item in documents(count):
            body = f"{item.title}\n{item.text}"
            writer.add_document(body=body, theme=item.facets["theme"][0], city=item.facets["city"][0])
        writer.commit()
        self.own = whoosh_index.open_dir(str(own)).searcher()
        self.analyser = schema["body"].analyzer

    def top(self, text: str) -> object:
        words = read(text).words
        terms = [Term(STEM, word.stem) for word in words] + [Term(WORD, word.form) for word in words]
        return [hit["identity"] for hit in self.searcher.search(Or(terms), limit=10)]

    def _or(self, text: str) -> Or:
        return Or([Term("body", token.text) for token in self.analyser(text, mode="query")])

    def facets(self, text: str) -> object:
        found = self.own.search(self._or(text), limit=10, groupedby=["theme", "city"])
        return found.groups("theme"), found.groups("city")

    def highlights(self, text: str) -> object:
        found = self.own.search(self._or(text), limit=10)
        found.fragmenter = highlight.ContextFragmenter(maxchars=240)
        return [hit.highlights("body", top=1) for hit in found]


def ours(engine: Engine) -> dict[str, Answer]:
    """The same three things of our engine, and the whole search as a page asks it: facets, snippets and hints."""
    snapshot = engine.snapshot()

    def top(text: str) -> Any:
        plan = concepts.plan(read(text), engine.vocabulary, snapshot.ranking)
        scores = snapshot.ranking.score(plan.concepts, plan.pairs)
        return plan, scores, snapshot.ranking.best(scores, 10)

    def facets(text: str) -> object:
        _plan, scores, _best = top(text)
        return snapshot.facets.counts(scores > 0, {})

    def highlights(text: str) -> object:
        plan, scores, best = top(text)
        return [hit.snippet for hit in shown_hits(snapshot, best, scores, plan)]

    return {"top ten": top, "with facets": facets, "with highlights": highlights, "whole search": engine.search}


def measure(answer: Answer, asked: Sequence[str], times: int = 1) -> tuple[float, float]:
    """Median and 95th percentile of the CPU milliseconds of an answer, each the least of some ``times`` it was asked:
    what else the machine does meanwhile only adds to them."""
    taken = dict.fromkeys(asked, float("inf"))
    for _time in range(times):
        for text in asked:
            began = time.process_time()
            answer(text)
            taken[text] = min(taken[text], (time.process_time() - began) * 1000)
    return statistics.median(taken.values()), sorted(taken.values())[int(len(taken) * 0.95)]


def line(name: str, found: tuple[float, float], beside: float = 0.0) -> None:
    ratio = f"{beside / found[0]:9.0f}x" if beside else ""
    print(f"{name:44}{found[0]:9.2f}{found[1]:9.2f}{found[1] / found[0]:9.1f}{ratio}")


def compare(count: int, asked: Sequence[str], folder: Path) -> None:
    made = list(documents(count))
    began = time.process_time()
    index.rebuild(folder, made)
    rate = count / (time.process_time() - began)
    began = time.process_time()
    engine = Engine(folder, VOCABULARY)
    engine.snapshot()
    opened = time.process_time() - began
    print(f"\n{count} documents: index built at {rate:.0f} documents per CPU second, opened in {opened:.2f} s")
    print(f"{'CPU ms a question':44}{'median':>9}{'p95':>9}{'p95/med':>9}{'faster':>10}")
    whole_search = measure(engine.search, asked)
    line("twin metro, whole search, first time", whole_search)
    (folder / "own").mkdir()
    alone = WhooshAlone(folder, folder / "own", count)
    few = asked[:SLOW_QUESTIONS]
    beside = {
        "top ten": measure(alone.top, few, TIMES),
        "with facets": measure(alone.facets, few, TIMES),
        "with highlights": measure(alone.highlights, few, TIMES),
    }
    for name, found in beside.items():
        line(f"whoosh, {name}", found)
    times = {}
    for name, answer in ours(engine).items():
        found = measure(answer, asked, TIMES)
        whoosh = beside["with highlights" if name == "whole search" else name][0]
        times[name] = whoosh / found[0]
        line(f"twin metro, {name}, again", found, whoosh)
    stored = [{"id": item.slug, "title": item.title, "text": item.text} for item in made]
    line("sqlite fts5 on stems, top ten", measure(Fts5(stored), asked, TIMES))
    line("tantivy, top ten", measure(Tantivy(stored), asked, TIMES))
    if count >= AIMED_AT:
        _judge(count, times, whole_search, rate)


def _judge(count: int, times: Mapping[str, float], whole_search: tuple[float, float], rate: float) -> None:
    for name, least in FASTER.items():
        aims.at_least(f"{name}, beside Whoosh", times[name], least, "x")
    limits = [most for docs, most in WHOLE_MS.items() if count <= docs]
    if limits:
        aims.at_most("a whole search for the first time, CPU", whole_search[0], limits[0], " ms")
    aims.at_most("its p95 beside its median", whole_search[1] / whole_search[0], SPREAD, "x")
    aims.at_least("documents indexed in a CPU second", rate, INDEXED)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--docs", nargs="*", type=int, default=[1000, 10000])
    parser.add_argument("--questions", type=int, default=200)
    options = parser.parse_args()
    asked = questions(options.questions)
    for count in options.docs:
        with tempfile.TemporaryDirectory() as folder:
            compare(count, asked, Path(folder))


if __name__ == "__main__":
    main()
