# SPDX-License-Identifier: AGPL-3.0-or-later
"""`make bench`: every benchmark in turn, a few minutes in all; `python -m bench --full` adds the 10,000 documents."""

import argparse
import subprocess
import sys
import time

from bench.aims import MARK, MISSED
from bench.public_data import CORE, FOLDER

QUICK = (
    ("bench.known_items", ()),
    ("bench.acts", ()),
    ("bench.relevance", ("--docs", str(FOLDER / CORE), "--limit", "150")),
    ("bench.spelling", ("--words", "600")),
    ("bench.search_speed", ("--docs", "1000", "--questions", "120")),
    ("bench.edits", ("--docs", "1000", "--edits", "10")),
    ("bench.pages", ("--docs", "1000", "--requests", "120")),
    ("bench.matching", ("--loads", "50,500")),
)
FULL = (
    ("bench.known_items", ()),
    ("bench.acts", ()),
    ("bench.relevance", ("--robustness", "--acronyms")),
    ("bench.spelling", ()),
    ("bench.search_speed", ()),
    ("bench.edits", ()),
    ("bench.pages", ()),
    ("bench.matching", ()),
)
#: What reads the public data, which stand beside the project.
PUBLIC = {"bench.relevance", "bench.spelling", "bench.search_speed", "bench.edits", "bench.pages"}


#: Every line that tells of an aim, with the benchmark that said it.
AIMED: list[tuple[str, str]] = []


def run(name: str, arguments: tuple[str, ...]) -> bool:
    """One benchmark in a process of its own, so that none warms the memory of the next."""
    print(f"\n== python -m {name} {' '.join(arguments)}".rstrip(), flush=True)
    if name in PUBLIC and not FOLDER.is_dir():
        print(f"left out: no public data in {FOLDER.name}/ (BENCH_DATA names another folder)")
        return True
    began = time.monotonic()
    command = [sys.executable, "-W", "ignore", "-m", name, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        for line in running.stdout or ():
            print(line, end="", flush=True)
            if line.startswith(MARK):
                AIMED.append((name, line))
    ended = running.returncode == 0
    print(f"-- {time.monotonic() - began:.0f} s" if ended else f"-- {name} FAILED", flush=True)
    return ended


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="also 10,000 documents and every public question")
    began = time.monotonic()
    results = [run(name, arguments) for name, arguments in (FULL if parser.parse_args().full else QUICK)]
    print(f"\n{sum(results)} of {len(results)} benchmarks, {time.monotonic() - began:.0f} s")
    missed = [(name, line) for name, line in AIMED if line.rstrip().endswith(MISSED)]
    print(f"{len(AIMED) - len(missed)} of {len(AIMED)} aims reached")
    for name, line in missed:
        print(f"{name:20}{line}", end="")
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
