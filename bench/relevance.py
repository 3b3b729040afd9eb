# SPDX-License-Identifier: AGPL-3.0-or-later
"""Search quality on any corpus, through the site's own analyser, query builder and ranking, beside three references.

`python -m bench.relevance --docs D.jsonl [...] --queries Q.jsonl [...] [--limit 600] [--robustness] [--acronyms]
 [--semantic] [--no-references]`
Documents `{"id","title","text"}`, queries `{"id","query","relevant":[id]}`, plain or gzip. Without arguments: the
public data of `shared/bench`.
"""

import argparse
import math
import random
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.search import index
from app.search.document import SearchDocument
from app.search.engine import Engine
from app.search.semantic import Meaning, bundled
from app.text.folding import fold
from bench import aims
from bench.acronyms import report_acronyms
from bench.public_data import CORE, DISTRACTORS, FOLDER, ROOT, rows
from bench.references import Bm25s, Fts5, Tantivy

TOP = 10
ACRONYMS = FOLDER / "acronyms.jsonl.gz"
VOCABULARY = ROOT / "content" / "vocabulary.yml"
Answer = Callable[[str], list[str]]
SITE, ENCODER = "twin metro", "with the encoder"
#: By the set of questions: how much better than the best reference, and what the encoder makes of it.
ABOVE_REFERENCES = {"squad": 0.02, "faq": 0.0, "heading": 0.0}
RECALL = {"squad": 0.92}
TIMES_ENCODED = {"faq": 1.05, "heading": 1.04}
ENGLISH_RECALL = 0.86
TYPO = "one typo"
#: A set of few questions is spoilt in several ways, another letter each time, so that no single one decides.
LEAST_TYPOS = 1_000
SHARES = {"accents omitted": 0.99, TYPO: 0.97, "other apostrophe": 1.0, "capitals": 1.0, "lower case": 1.0}


@dataclass(frozen=True)
class Query:
    """One question and the documents that answer it."""

    text: str
    relevant: frozenset[str]


@dataclass(frozen=True)
class Quality:
    """Means over the questions: share found first, share of the relevant in ten, MRR@10, nDCG@10, share empty."""

    recall_1: float
    recall_10: float
    mrr: float
    ndcg: float
    empty: float


def measure(answer: Answer, queries: Sequence[Query]) -> Quality:
    """Quality of an engine's first ten answers (definitions: Manning, Raghavan and Schuetze 2008, chapter 8)."""
    sums = [0.0] * 5
    for query in queries:
        found = answer(query.text)[:TOP]
        ranks = [rank for rank, identity in enumerate(found, 1) if identity in query.relevant]
        gain = sum(1 / math.log2(rank + 1) for rank in ranks)
        ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(len(query.relevant), TOP) + 1))
        sums[0] += bool(ranks) and ranks[0] == 1
        sums[1] += len(ranks) / min(len(query.relevant), TOP)
        sums[2] += 1 / ranks[0] if ranks else 0
        sums[3] += gain / ideal
        sums[4] += not found
    return Quality(*(value / max(len(queries), 1) for value in sums))


def read_documents(paths: Iterable[Path]) -> list[dict[str, Any]]:
    return [row for path in paths for row in rows(path)]


def read_queries(path: Path, limit: int) -> list[Query]:
    found = [Query(row["query"], frozenset(row["relevant"])) for row in rows(path)]
    if limit and len(found) > limit:
        found = random.Random(7).sample(found, limit)
    return found


def site_engine(documents: Iterable[Mapping[str, Any]], folder: Path) -> Engine:
    """The site's engine over a corpus, with the site's vocabulary."""
    count = index.rebuild(
        folder,
        (
            SearchDocument("solution", str(row["id"]), row.get("title", ""), row["text"], f"/{row['id']}")
            for row in documents
        ),
    )
    engine = Engine(folder, VOCABULARY)
    assert engine.snapshot().ranking.count == count
    return engine


def with_encoder(engine: Engine) -> Engine:
    """The same index with the optional encoder, every vector computed."""
    encoder = bundled()
    assert encoder is not None, "install requirements-semantic.txt"
    other = Engine(engine.folder, VOCABULARY, Meaning(engine.folder, encoder))
    assert other.meaning is not None
    began = time.process_time()
    count = other.meaning.learn(other.snapshot().ranking)
    print(f"{count} vectors, {(time.process_time() - began) / max(count, 1) * 1000:.0f} CPU ms each")
    return other


def ours(engine: Engine) -> Answer:
    return lambda text: [hit.slug for hit in engine.search(text, per_page=TOP).hits]


def table(engines: Mapping[str, Answer], queries: Sequence[Query], name: str) -> dict[str, Quality]:
    print(f"\n{name}: {len(queries)} queries")
    print(f"{'engine':22}{'R@1':>8}{'R@10':>8}{'MRR@10':>8}{'nDCG':>8}{'empty':>8}{'ms':>8}")
    found = {}
    for engine, answer in engines.items():
        began = time.process_time()
        quality = found[engine] = measure(answer, queries)
        took = (time.process_time() - began) / max(len(queries), 1) * 1000
        values = (quality.recall_1, quality.recall_10, quality.mrr, quality.ndcg, quality.empty)
        print(f"{engine:22}" + "".join(f"{value:8.3f}" for value in values) + f"{took:8.2f}")
    return found


def without_accents(text: str) -> str:
    return "".join(fold(letter) if not letter.isascii() and letter.isalpha() else letter for letter in text)


def with_typo(text: str, draw: int = 0) -> str:
    """One letter of one of the longer words dropped, the same one for the same text and draw."""
    chance = random.Random(f"{text}{draw or ''}")
    words = text.split()
    long = [place for place, word in enumerate(words) if len(word) > 5]
    if long:
        place = chance.choice(long)
        at = chance.randrange(1, len(words[place]) - 1)
        words[place] = words[place][:at] + words[place][at + 1 :]
    return " ".join(words)


def judge(found: Mapping[str, Quality], kind: str) -> None:
    """One set of questions beside what was aimed at."""
    site, encoded = found[SITE], found.get(ENCODER)
    references = [quality.mrr for name, quality in found.items() if name not in (SITE, ENCODER)]
    if references and kind in ABOVE_REFERENCES:
        aims.at_least(f"{kind}, MRR@10 beside the best reference", site.mrr, max(references) + ABOVE_REFERENCES[kind])
    if references and kind in RECALL:
        aims.at_least(f"{kind}, recall@10", site.recall_10, RECALL[kind])
    if encoded and kind in TIMES_ENCODED:
        aims.at_least(f"{kind}, MRR@10 with the encoder", encoded.mrr / site.mrr, TIMES_ENCODED[kind], "x")
    if encoded and kind == "english":
        aims.at_least("English questions, recall@10 with the encoder", encoded.recall_10, ENGLISH_RECALL)


VARIANTS: dict[str, Callable[[str], str]] = {
    "accents omitted": without_accents,
    TYPO: with_typo,
    "other apostrophe": lambda text: text.replace("'", "’"),
    "capitals": str.upper,
    "lower case": str.lower,
    "operators around": lambda text: f'?*{text}:( " [*]~',
}


def spoilt(query: Query, variant: str, many: int) -> list[str]:
    """A question in the ways a variant spoils it: in ``many`` draws where there is a choice."""
    if variant == TYPO:
        return [with_typo(query.text, draw) for draw in range(many)]
    return [VARIANTS[variant](query.text)]


def robustness(answer: Answer, queries: Sequence[Query], name: str) -> None:
    whole = measure(answer, queries)
    clean = whole.mrr
    print(f"\n{name}: MRR@10 of spoilt questions as a share of the clean one ({clean:.3f})")
    many = -(-LEAST_TYPOS // max(len(queries), 1))
    for variant in VARIANTS:
        quality = measure(
            answer, [Query(text, query.relevant) for query in queries for text in spoilt(query, variant, many)]
        )
        print(f"  {variant:20}{quality.mrr / clean:8.3f}   without answer {quality.empty:.3f}")
        if variant in SHARES:
            aims.at_least(f"{variant}, share of the clean MRR", round(quality.mrr / clean, 3), SHARES[variant])
        else:
            aims.at_most(f"{variant}, share without answer", quality.empty, whole.empty)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--docs", nargs="*", type=Path, default=[FOLDER / CORE, FOLDER / DISTRACTORS])
    names = ("squad", "faq", "heading")
    parser.add_argument("--queries", nargs="*", type=Path, default=[FOLDER / f"{n}.queries.jsonl.gz" for n in names])
    parser.add_argument("--limit", type=int, default=600, help="queries of each set, sampled; 0 for all")
    parser.add_argument("--robustness", action="store_true")
    parser.add_argument("--acronyms", nargs="?", type=Path, const=ACRONYMS, help="also pairs of acronym and full form")
    parser.add_argument("--semantic", action="store_true", help="core documents only, with the encoder and without")
    parser.add_argument("--no-references", action="store_true")
    options = parser.parse_args()
    if options.semantic:
        options.docs, options.no_references = [FOLDER / CORE], True
        options.queries.append(FOLDER / "english.queries.jsonl.gz")
    documents = read_documents(options.docs)
    with tempfile.TemporaryDirectory() as folder:
        began = time.process_time()
        engine = site_engine(documents, Path(folder))
        rate = len(documents) / (time.process_time() - began)
        print(f"{len(documents)} documents, index built at {rate:.0f} documents per CPU second")
        engines: dict[str, Answer] = {SITE: ours(engine)}
        if not options.no_references:
            engines |= {
                "sqlite fts5, stems": Fts5(documents),
                "bm25s, stems": Bm25s(documents),
                "tantivy": Tantivy(documents),
            }
        if options.semantic:
            engines[ENCODER] = ours(with_encoder(engine))
        for path in options.queries:
            queries = read_queries(path, options.limit)
            judge(table(engines, queries, path.name), path.name.partition(".")[0])
            if options.robustness:
                robustness(engines[SITE], queries, path.name)
        if options.acronyms:
            report_acronyms(engine, options.acronyms)


if __name__ == "__main__":
    main()
