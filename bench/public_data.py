# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where the public retrieval data stand, and how they are read."""

import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
#: The public data live beside the project, never in it.
FOLDER = Path(os.environ.get("BENCH_DATA", ROOT.parent / "shared" / "bench"))
CORE, DISTRACTORS = "core.docs.jsonl.gz", "distractors.docs.jsonl.gz"


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSON-lines file, compressed or not."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        for line in file:
            if line.strip():
                yield json.loads(line)


def passages(limit: int) -> Iterator[dict[str, Any]]:
    """The first ``limit`` public passages: the core ones, then the distractors."""
    count = 0
    for name in (CORE, DISTRACTORS):
        for row in rows(FOLDER / name):
            if count == limit:
                return
            count += 1
            yield row
