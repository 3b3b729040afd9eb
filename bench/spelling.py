# SPDX-License-Identifier: AGPL-3.0-or-later
"""Spelling: how often the word that was meant is the first of the corrections, beside the most frequent near word.

`python -m bench.spelling [--words 2500]`. Words of the public questions that the public passages hold, each spoilt in
the four ways people mistype (J. Pollock and A. Zamora, 1984) by a seeded chance; what is a word by itself is left out.
"""

import argparse
import random
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from app.search import spelling
from app.search.query import read
from app.search.spelling import Frequencies, corrections, near_words
from bench import aims
from bench.public_data import FOLDER, passages, rows
from bench.relevance import site_engine

#: Shares of the kinds of mistake among all.
SHARES = {"missing": 34.0, "added": 27.0, "changed": 19.0, "swapped": 12.5}
SHORTEST = 6
Correct = Callable[[str], Sequence[str]]


def spoilt(word: str, kind: str, chance: random.Random) -> str:
    """A word with one mistake of a kind, never in its first or last letter."""
    place = chance.randrange(1, len(word) - 1)
    head, letter, tail = word[:place], word[place], word[place + 1 :]
    if kind == "missing":
        return head + tail
    if kind == "swapped":
        return head + tail[0] + letter + tail[1:]
    if kind == "added":
        return head + (letter if chance.random() < 0.5 else beside(letter, chance)) + letter + tail
    return head + (beside(letter, chance) if chance.random() < 0.6 else chance.choice(spelling.LETTERS)) + tail


def beside(letter: str, chance: random.Random) -> str:
    """A neighbour on the keyboard."""
    return chance.choice(sorted(spelling.NEIGHBOURS.get(letter, "e")))


def mistakes(frequencies: Frequencies, count: int) -> dict[str, list[tuple[str, str]]]:
    """By kind of mistake, the words meant and what was typed."""
    chance = random.Random(5)
    files = [FOLDER / f"{name}.queries.jsonl.gz" for name in ("squad", "faq", "heading")]
    words = [word.form for file in files for row in rows(file) for word in read(row["query"]).words]
    known = [word for word in words if word.isalpha() and len(word) >= SHORTEST and frequencies({word})]
    chosen = chance.sample(known, min(count, len(known)))
    typed = {kind: [(word, spoilt(word, kind, chance)) for word in chosen] for kind in SHARES}
    return {kind: [(word, wrong) for word, wrong in pairs if not frequencies({wrong})] for kind, pairs in typed.items()}


def measure(name: str, correct: Correct, cases: Mapping[str, Sequence[tuple[str, str]]]) -> float:
    """Print and answer the share of words that are the first correction, the kinds weighed by how common they are."""
    first = {kind: sum(correct(typed)[:1] == [meant] for meant, typed in pairs) for kind, pairs in cases.items()}
    shares = {kind: first[kind] / len(pairs) for kind, pairs in cases.items()}
    whole = sum(SHARES[kind] * share for kind, share in shares.items()) / sum(SHARES.values())
    print(f"{name:28}" + "".join(f"{share:10.3f}" for share in shares.values()) + f"{whole:10.3f}")
    return whole


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--words", type=int, default=2500)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        frequencies = site_engine(passages(10_037), Path(folder)).snapshot().ranking.frequencies
        cases = mistakes(frequencies, options.words)

        def most_frequent(typed: str) -> list[str]:
            found = frequencies(near_words(typed).keys())
            return sorted(found, key=lambda near: (-found[near], near))

        print(f"{'right word first':28}" + "".join(f"{kind:>10}" for kind in cases) + f"{'together':>10}")
        site = measure("twin metro", lambda typed: corrections(typed, frequencies), cases)
        reference = measure("the most frequent near word", most_frequent, cases)
    aims.at_least("right word first, beside the most frequent near word", site - reference, 0.02)


if __name__ == "__main__":
    main()
