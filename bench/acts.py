# SPDX-License-Identifier: AGPL-3.0-or-later
"""Precision and recall of act citations on the labelled list: `python -m bench.acts [--misses] [--split NAME]`."""

import argparse
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.text.acts import find_acts
from bench import aims

LIST = Path(__file__).parent / "data" / "acts.jsonl"
EACH = 0.98
SPLITS = ("development", "held-out")

#: Where a citation stands, and the URN of the place it names.
Cited = tuple[int, int, str]


@dataclass(frozen=True)
class Score:
    """How the citations found compare with those labelled; one is right if span and URN are both exact."""

    texts: int
    labelled: int
    found: int
    right: int

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.labelled if self.labelled else 1.0


def entries(split: str) -> list[dict[str, Any]]:
    lines = LIST.read_text(encoding="utf-8").splitlines()
    return [entry for entry in map(json.loads, lines) if entry["split"] == split]


def labelled(entry: dict[str, Any]) -> set[Cited]:
    return {(act["start"], act["start"] + len(act["surface"]), act["urn"]) for act in entry["acts"]}


def found(text: str) -> set[Cited]:
    return {(citation.start, citation.end, citation.reference.place_urn) for citation in find_acts(text)}


def score(chosen: Iterable[dict[str, Any]]) -> Score:
    rows = [(labelled(entry), found(entry["text"])) for entry in chosen]
    return Score(
        len(rows),
        sum(len(wanted) for wanted, _ in rows),
        sum(len(got) for _, got in rows),
        sum(len(wanted & got) for wanted, got in rows),
    )


def misses(chosen: Iterable[dict[str, Any]]) -> Iterator[str]:
    """One line for each citation missed or found in excess."""
    for entry in chosen:
        text, wanted, got = entry["text"], labelled(entry), found(entry["text"])
        for start, end, urn in sorted(wanted - got):
            yield f"missed  {text[start:end]!r} {urn} in {text!r}"
        for start, end, urn in sorted(got - wanted):
            yield f"excess  {text[start:end]!r} {urn} in {text!r}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--misses", action="store_true", help="list what was missed or found in excess")
    parser.add_argument("--split", choices=SPLITS, help="only this half")
    chosen = parser.parse_args()
    print(f"{'half':<12} {'texts':>5} {'acts':>5} {'found':>5} {'right':>5} {'precision':>9} {'recall':>6}")
    for split in [chosen.split] if chosen.split else SPLITS:
        rows = entries(split)
        result = score(rows)
        counts = f"{result.texts:>5} {result.labelled:>5} {result.found:>5} {result.right:>5}"
        print(f"{split:<12} {counts} {result.precision:>9.3f} {result.recall:>6.3f}")
        aims.at_least(f"citations of acts, {split}, precision", result.precision, EACH)
        aims.at_least(f"citations of acts, {split}, recall", result.recall, EACH)
        if chosen.misses:
            print(*misses(rows), sep="\n")


if __name__ == "__main__":
    main()
