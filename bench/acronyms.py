# SPDX-License-Identifier: AGPL-3.0-or-later
"""Acronyms and their full forms: whether each of the two finds the documents that hold either."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import yaml

from app.search.concepts import plan
from app.search.engine import Engine
from app.search.query import read
from app.search.ranker import Ranking
from app.text.tokens import tokens
from app.text.vocabulary import Vocabulary, form
from bench import aims
from bench.public_data import ROOT, rows

FOUND = 0.95
VOCABULARY = ROOT / "content" / "vocabulary.yml"


def acronyms(engine: Engine, pairs: Sequence[Mapping[str, str]]) -> dict[str, float]:
    """Mean share, over the pairs found in the corpus, of the documents holding the acronym or the full form, side by
    side, that each of the two spellings finds."""
    ranking = engine.snapshot().ranking
    shares: dict[str, list[float]] = {"acronym": [], "expansion": []}
    for pair in pairs:
        union: set[str] = set()
        for name in shares:
            union |= holding(ranking, pair[name])
        for name, values in shares.items() if union else ():
            values.append(len(union & everything(engine, pair[name])) / len(union))
    means = {name: sum(values) / max(len(values), 1) for name, values in shares.items()}
    print("  ".join(f"{name} {value:.3f}" for name, value in means.items()), f" ({len(shares['acronym'])} pairs)")
    return means


def holding(ranking: Ranking, text: str) -> set[str]:
    """Documents that hold the words of a text side by side; an acronym is that very word: `pori` does not hold POR."""
    stems, words = form(text), [token.form for token in tokens(text)]
    if len(words) == 1:
        return {str(ranking.rows[n]["slug"]) for n in np.flatnonzero(ranking.spelling(words) & ranking.live)}
    return {str(ranking.rows[n]["slug"]) for n in np.flatnonzero(ranking.holding(stems))} if stems else set()


def everything(engine: Engine, text: str) -> set[str]:
    """All a search finds, not only its first pages."""
    snapshot = engine.snapshot()
    scores = engine._scores(snapshot, plan(read(text), engine.vocabulary, snapshot.ranking), ())
    return {str(snapshot.ranking.rows[n]["slug"]) for n in np.flatnonzero(scores > 0)}


def full_forms(rows_: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    """Pairs of one acronym and one full form: what stands after a dash is a gloss, not the name."""
    return [
        {"acronym": row["acronym"], "expansion": re.split(r"\s[-–]\s", row["expansion"])[0].strip()} for row in rows_
    ]


def report_acronyms(engine: Engine, path: Path) -> None:
    """Recall with the site's vocabulary, on the pairs it knows and on all, and with the pairs put in it."""
    pairs = full_forms(rows(path))
    own = engine.vocabulary
    known = [pair for pair in pairs if form(pair["expansion"]) in _ways(own, pair["acronym"])]
    print("\nacronyms: share of the documents holding the acronym or the full form that each of the two finds")
    print(f"  {len(known)} pairs of {len(pairs)} the site's vocabulary knows: ", end="")
    for name, share in acronyms(engine, known).items():
        aims.at_least(f"{name} finds both, pairs the vocabulary knows", share, FOUND)
    print("  all, with the site's vocabulary: ", end="")
    acronyms(engine, pairs)
    print("  all, the pairs put in it: ", end="")
    added = [{"term": pair["expansion"], "acronyms": [pair["acronym"]]} for pair in pairs]
    engine.vocabulary = Vocabulary([*yaml.safe_load(VOCABULARY.read_text(encoding="utf-8"))["terms"], *added])
    acronyms(engine, pairs)
    engine.vocabulary = own


def _ways(vocabulary: Vocabulary, text: str) -> set[tuple[str, ...]]:
    stems = form(text)
    return {way.stems for way in vocabulary.alternatives(stems, stems, True)}
