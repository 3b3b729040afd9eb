# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where the public retrieval data stand, and how they are read."""

import gzip
import json
import os
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
#: The public data live beside the project, never in it.
FOLDER = Path(os.environ.get("BENCH_DATA", ROOT.parent / "shared" / "bench"))
CORE, DISTRACTORS = "core.docs.jsonl.gz", "distractors.docs.jsonl.gz"
SENTENCE = re.compile(r"(?<=[.!?;])\s+")


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSON-lines file, compressed or not."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        for line in file:
            if line.strip():
                yield json.loads(line)


def passages(limit: int) -> Iterator[dict[str, Any]]:
    """The first ``limit`` public passages: the core ones, then the distractors; beyond them, mixed ones."""
    public: list[dict[str, Any]] = []
    for name in (CORE, DISTRACTORS):
        for row in rows(FOLDER / name):
            if len(public) == limit:
                return
            public.append(row)
            yield row
    yield from _mixed(public, limit - len(public))


def _mixed(public: list[dict[str, Any]], count: int) -> Iterator[dict[str, Any]]:
    """Passages as long as the public ones, of sentences of theirs in new company: the words are as frequent as there,
    what stands beside what is not. The same for the same count."""
    chance = random.Random(45_000)
    parts = [SENTENCE.split(row["text"]) for row in public]
    pool = [sentence for sentences in parts for sentence in sentences]
    for number in range(count):
        size = len(parts[number % len(parts)])
        text = " ".join(chance.choice(pool) for _ in range(size))
        yield {"id": f"mixed-{number}", "title": chance.choice(public)["title"], "text": text}
