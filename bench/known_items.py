# SPDX-License-Identifier: AGPL-3.0-or-later
"""Known-item queries over the shipped library: what an official types, and what should come first. MRR@10 per kind.

`python -m bench.known_items [--strangers] [--told] [--officials] [--half dev|held-out|third] [--misses] [--semantic]`
Lines of `bench/data/known_items.jsonl`: `{"id","query","kind","half","relevant":["kind:slug", ...]}`; more than one
relevant thing where the question is honestly open. English questions are reported apart: without the optional encoder
they rest on the English forms of the vocabulary alone. `--strangers`: three sets of questions written from the texts of
the practices apart, without knowing the search nor its words (`stranger_items.jsonl`). `--told`: problems as
offices tell them, the first 200 letters of the judged requests that something answers (grade 2 or 3). `--officials`:
what is typed between two meetings, in everyday words, told whole, misspelt or in English (`officials_items.jsonl`).
"""

import argparse
import json
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from app import create_app
from app.config import Settings
from app.search.engine import Engine
from app.search.query import MAX_TEXT
from bench import aims, matching_judged

DATA = Path(__file__).with_name("data") / "known_items.jsonl"
STRANGERS = DATA.with_name("stranger_items.jsonl")
OFFICIALS = DATA.with_name("officials_items.jsonl")
TOP = 10
ENGLISH = "english"
MRR = 0.95

Answer = Callable[[str], list[str]]


@dataclass(frozen=True)
class KnownItem:
    """A question and the things that answer it."""

    identity: str
    query: str
    kind: str
    half: str
    relevant: frozenset[str]


def read(path: Path = DATA) -> list[KnownItem]:
    lines = path.read_text(encoding="utf-8").splitlines()
    found = [json.loads(line) for line in lines if line.strip()]
    return [KnownItem(row["id"], row["query"], row["kind"], row["half"], frozenset(row["relevant"])) for row in found]


def told() -> list[KnownItem]:
    """The judged requests kept apart as the search box would take them, by their first letters and by their title."""
    found = []
    for row in matching_judged.read():
        good = frozenset(f"solution:{slug}" for slug, grade in row.grades.items() if grade >= matching_judged.GOOD)
        if good and int(row.identity[1:]) >= matching_judged.FIRST_KEPT_APART:
            found.append(KnownItem(row.identity, row.text[:MAX_TEXT], "told", "told", good))
            found += [KnownItem(row.identity, row.title, "title", "told", good)] if row.title else []
    return found


def answers_of(engine: Engine) -> Answer:
    """The first ten answers of the site, as `kind:slug`."""
    return lambda text: [f"{hit.kind}:{hit.slug}" for hit in engine.search(text, per_page=TOP).hits]


def reciprocal_rank(answer: Answer, item: KnownItem) -> float:
    ranks = [rank for rank, identity in enumerate(answer(item.query)[:TOP], 1) if identity in item.relevant]
    return 1 / ranks[0] if ranks else 0.0


def mean(answer: Answer, items: Sequence[KnownItem]) -> float:
    """MRR@10."""
    return sum(reciprocal_rank(answer, item) for item in items) / max(len(items), 1)


def italian(items: Iterable[KnownItem]) -> list[KnownItem]:
    return [item for item in items if item.kind != ENGLISH]


def report(answer: Answer, items: Sequence[KnownItem], misses: bool, aimed: bool = True) -> None:
    for kind in dict.fromkeys(item.kind for item in items):
        of_kind = [item for item in items if item.kind == kind]
        ranks = [reciprocal_rank(answer, item) for item in of_kind]
        first, three, five = (sum(rank >= least for rank in ranks) / len(ranks) for least in (1, 1 / 3, 1 / 5))
        among = f"first {first:.3f}, among three {three:.3f}, among five {five:.3f}"
        print(f"{kind:12}{len(of_kind):5}{mean(answer, of_kind):8.3f}  {among}")
    rest = italian(items)
    print(f"{'italian':12}{len(rest):5}{mean(answer, rest):8.3f}")
    if aimed:
        aims.at_least("known items in Italian, MRR@10", mean(answer, rest), MRR)
    for item in items if misses else ():
        rank = reciprocal_rank(answer, item)
        if rank < 1:
            print(f"{item.identity} {item.kind:10} {rank:.2f} «{item.query}» first: {answer(item.query)[:3]}")


def library_engine(folder: Path, semantic: bool) -> Engine:
    """The engine of a fresh installation with the shipped library."""
    app = create_app(Settings(data=str(folder), log_level="ERROR", semantic=semantic))
    runner = app.test_cli_runner()
    for command in (["db", "upgrade"], ["content", "import"], ["search", "rebuild"]):
        runner.invoke(args=command)
    engine: Engine = app.extensions["engine"]
    if engine.meaning is not None:
        engine.meaning.learn(engine.snapshot().ranking)
    return engine


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--strangers", action="store_true", help="the questions written apart from the search")
    parser.add_argument("--told", action="store_true", help="problems as offices tell them")
    parser.add_argument("--officials", action="store_true", help="what officials type between two meetings")
    parser.add_argument("--half", choices=("dev", "held-out", "third"))
    parser.add_argument("--misses", action="store_true", help="list the questions whose answer is not first")
    parser.add_argument("--semantic", action="store_true", help="with the optional encoder")
    options = parser.parse_args()
    written = STRANGERS if options.strangers else OFFICIALS if options.officials else DATA
    every = told() if options.told else read(written)
    items = [item for item in every if options.half in (None, item.half)]
    with tempfile.TemporaryDirectory() as folder:
        answer = answers_of(library_engine(Path(folder), options.semantic))
        report(answer, items, options.misses, aimed=written == DATA and not options.told)


if __name__ == "__main__":
    main()
