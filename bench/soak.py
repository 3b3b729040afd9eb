# SPDX-License-Identifier: AGPL-3.0-or-later
"""Minutes at seven tenths of what the site can do, one request in twenty a save: memory, descriptors, waiting times.

`python -m bench.soak [--minutes 10]`: the shipped library in a folder of its own, served by `flask serve` with its
worker, on loopback only. First eight callers ask as fast as they are answered, for ``CAPACITY_SECONDS``; then they keep
to their share of 70 % of that. A line a minute; the first, in which all is asked for the first time, is no measure.
"""

import argparse
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psutil

from app import create_app
from app.access import Role
from app.config import Settings
from app.db import Database
from bench import aims
from bench.buttons import entered
from bench.fault_clients import Drafter, Ledger
from bench.faults import WholeSite
from bench.known_items import STRANGERS, read
from bench.pages import Broken, Caller, percentile

CALLERS = 8
CAPACITY_SECONDS = 15.0
SHARE, WRITES = 0.7, 0.05
MEMORY, DESCRIPTORS, SLOWER = 1.05, 1.05, 1.5


@dataclass
class Minute:
    """What one minute showed: seconds of each answer, then megabytes and descriptors of all processes."""

    seconds: list[float] = field(default_factory=list)
    megabytes: float = 0.0
    descriptors: int = 0

    @property
    def p99(self) -> float:
        """Milliseconds."""
        return percentile(self.seconds, 0.99) * 1000

    def told(self, number: int) -> str:
        median = statistics.median(self.seconds) * 1000
        shown = f"{median:8.1f}{self.p99:8.1f}{self.megabytes:8.0f}{self.descriptors:8}"
        return f"{number:6}{len(self.seconds) / 60:8.0f}{shown}"


@dataclass
class Soak:
    """A running site and those who use it."""

    site: WholeSite
    pages: Sequence[str]
    writers: Sequence[Drafter]
    #: Answers wait here until their minute is over.
    answered: list[float] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def work(self, number: int, rate: Callable[[], float], stop: threading.Event) -> None:
        """One caller, ``rate`` requests a second (0: as many as are answered), until told to stop."""
        chance, caller, writer = random.Random(number), Caller(self.site.port), self.writers[number]
        due = time.monotonic()
        while not stop.is_set():
            wanted = rate()
            due = max(due, time.monotonic() - 1) + (chance.expovariate(wanted) if wanted else 0.0)
            time.sleep(max(due - time.monotonic(), 0.0) if wanted else 0.0)
            began = time.perf_counter()
            try:
                self._ask(chance, caller, writer)
            except Exception as error:
                # Whatever ends a caller lessens the load: no figure holds any more.
                self.broken.append(f"{type(error).__name__}: {error}")
                return
            self.answered.append(time.perf_counter() - began)

    def _ask(self, chance: random.Random, caller: Caller, writer: Drafter) -> None:
        if chance.random() < WRITES:
            # The server lets go of a connection nobody has used for some seconds.
            writer.visitor.again()
            writer.turn()
            return
        path = chance.choice(self.pages)
        status, *_rest = caller.get(path)
        if status != 200:
            raise Broken(f"status {status} of {path}")

    def minute(self) -> Minute:
        """The next sixty seconds."""
        del self.answered[:]
        time.sleep(60)
        assert self.site.process is not None
        top = psutil.Process(self.site.process.pid)
        every = (top, *top.children(recursive=True))
        memory = [process.memory_full_info() for process in every]
        megabytes = sum(getattr(info, "pss", info.uss) for info in memory) / 1e6
        return Minute(list(self.answered), megabytes, sum(process.num_fds() for process in every))


def pages(slugs: Sequence[str]) -> list[str]:
    """What readers ask for: half of it searches, as people type them, a third solutions."""
    asked = [f"/cerca?q={quote(item.query)}" for item in read(STRANGERS)]
    typed = [f"/cerca/suggerimenti?q={quote(item.query[:12])}" for item in read(STRANGERS)]
    solutions = [f"/soluzioni/{slug}" for slug in slugs]
    lists = ["/", "/soluzioni", "/temi/suap", "/citta/bologna", "/citta/milano", "/richieste", "/numeri", "/rete"]
    return [*asked, *typed[: len(asked) // 2], *solutions * 7, *lists * 20]


def soak(soaked: Soak, minutes: int) -> list[Minute]:
    rate, stop = 0.0, threading.Event()
    with ThreadPoolExecutor(CALLERS) as callers:
        for number in range(CALLERS):
            callers.submit(soaked.work, number, lambda: rate, stop)
        time.sleep(CAPACITY_SECONDS)
        capacity = len(soaked.answered) / CAPACITY_SECONDS
        rate = capacity * SHARE / CALLERS
        print(f"capacity {capacity:.0f} requests a second; {minutes} minutes at {capacity * SHARE:.0f}")
        print(f"{'minute':>6}{'req/s':>8}{'median':>8}{'p99 ms':>8}{'MB':>8}{'fds':>8}")
        found = []
        for number in range(1, minutes + 1):
            found.append(soaked.minute())
            print(found[-1].told(number), flush=True)
        stop.set()
    return found


def judged(found: Sequence[Minute], broken: Sequence[str]) -> bool:
    """Say each figure beside its aim: the last minute beside the second, waiting times of the two halves."""
    second, last, half = found[1], found[-1], 1 + len(found) // 2
    early, late = (statistics.median(item.p99 for item in part) for part in (found[1:half], found[half:]))
    reached = [
        aims.at_most("memory, the last minute beside the second", last.megabytes / second.megabytes, MEMORY, "x"),
        aims.at_most(
            "descriptors, the last beside the second", last.descriptors / second.descriptors, DESCRIPTORS, "x"
        ),
        aims.at_most("p99 of the second half beside the first", late / early, SLOWER, "x"),
        aims.at_most("refused or failed answers", len(broken), 0),
    ]
    for line in broken[:5]:
        print(f"    {line}")
    return all(reached)


def main() -> bool:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=int, default=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(data=folder, log_level="ERROR"))
        runner = app.test_cli_runner()
        for command in (["db", "upgrade"], ["content", "import"], ["search", "rebuild"]):
            if runner.invoke(args=command).exit_code:
                raise Broken(" ".join(command))
        slugs = sorted(slug for kind, slug in app.extensions["engine"].snapshot().titles if kind == "solution")
        site, database = WholeSite(Path(folder)), app.extensions["database"]
        site.start()
        try:
            found, broken = _soaked(site, database, slugs, max(options.minutes, 4))
        finally:
            site.end()
            database.close()
    return judged(found, broken)


def _soaked(site: WholeSite, database: Database, slugs: Sequence[str], minutes: int) -> tuple[list[Minute], list[str]]:
    ledger = Ledger()
    writers = [Drafter(entered(site.port, database, Role.OFFICIAL), ledger) for _ in range(CALLERS)]
    for writer in writers:
        writer.seen = {}
    soaked = Soak(site, pages(slugs), writers)
    return soak(soaked, minutes), soaked.broken


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
