# SPDX-License-Identifier: AGPL-3.0-or-later
"""Matching: does similarity tell real transfers, how good is the score on judged requests, how long does it take.

`python -m bench.matching [--pairs PATH] [--loads 50,500,5000] [--solver highs|ortools] [--judged] [--full]`
Times are processor time of one process, which a busy machine raises too; a figure that has an aim is followed by it.
`--full` adds what takes minutes: a round of 50,000 and its scores. A round is solved by what the site takes for its
size: OR-Tools for very large ones (`requirements-rounds.txt`), HiGHS for others and where that is not installed.
What is measured: docs/matching.md.
"""

import argparse
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from app import create_app
from app.config import Settings
from app.matching import flow
from app.matching.fairness import fairness
from app.matching.round import Arc, RoundInput, RoundResult, solve
from app.matching.shortlist import shortlist
from bench import matching_judged, matching_pairs, matching_weights
from bench.aims import at_most
from bench.matching_loads import KEPT, Load, affinities, make_load, make_round
from bench.public_data import FOLDER

#: Requests of a round -> offers, giving cities.
SIZES = {50: (200, 14), 500: (500, 100), 5_000: (5_000, 1_300), 50_000: (20_000, 8_000)}
#: Aims in seconds: rounds by requests, scoring by (requests, offers). In milliseconds: one request by offers. In MB.
ROUND_AIMS = {50: 0.2, 5_000: 2.0, 50_000: 10.0}
SCORING_AIMS = {(5_000, 5_000): 6.0, (50_000, 20_000): 150.0}
ONE_AIMS = {5_000: 50.0, 20_000: 150.0}
MEMORY_AIM = 1_024
COMMANDS = (["db", "upgrade"], ["content", "import"], ["search", "rebuild"])
REPEATS = 9


def memory() -> float:
    """The most memory this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def served_in_order(given: RoundInput, by_score: bool) -> tuple[int, float]:
    """References: requests one after the other, or proposals from the highest score down. Answers served and total."""
    needs, offers, cities = dict(given.wanted), dict(given.offers), dict(given.cities)
    taken: set[tuple[str, str]] = set()
    served: set[str] = set()
    total = 0.0

    def rank(arc: Arc) -> tuple[float | str, ...]:
        return (-arc.score, arc.need, arc.solution) if by_score else (arc.need, -arc.score, arc.solution)

    for arc in sorted(given.arcs, key=rank):
        offer = (arc.solution, arc.city)
        free = min(needs[arc.need], offers[offer], cities[arc.city]) > 0
        if free and arc.score >= given.floor and (arc.need, arc.city) not in taken:
            needs[arc.need] -= 1
            offers[offer] -= 1
            cities[arc.city] -= 1
            taken.add((arc.need, arc.city))
            served.add(arc.need)
            total += arc.score
    return len(served), total


def rounds(size: int, solver: str) -> None:
    offers, cities = SIZES[size]
    given = make_round(size, offers, cities)
    given = replace(given, solver=solver or flow.fit(len(given.arcs)))
    if not flow.installed(given.solver):
        raise SystemExit("install requirements-rounds.txt")
    # The library of the solver is loaded at its first use: that is no part of a round.
    solve(replace(make_round(2, 2, 2), solver=given.solver))
    began, worked = time.perf_counter(), time.process_time()
    result: RoundResult = solve(given)
    took, cpu = time.perf_counter() - began, time.process_time() - worked
    line = fairness(given, result, given.cities)
    greedy, first = served_in_order(given, by_score=True), served_in_order(given, by_score=False)
    print(
        f"round {size:6} by {given.solver}: {took:7.2f} s, {cpu:.2f} s CPU"
        f"  served {line.served:5.1%}"
        f" (first come {first[0] / size:5.1%}, greedy {greedy[0] / size:5.1%})"
        f"  total {result.total / greedy[1] - 1:+.1%} of greedy"
        f"  worst {line.worst or 0:.0f}, 5th percentile {line.low or 0:.0f}, never proposed {len(line.never)}"
        f"  {memory():.0f} MB",
        flush=True,
    )
    if size in ROUND_AIMS:
        fallback = ", the fallback" if given.solver == flow.USUAL and len(given.arcs) > flow.LARGE else ""
        at_most(f"round of {size} by {given.solver}{fallback}, CPU", cpu, ROUND_AIMS[size], " s")


def median_ms(job: Callable[[int], object]) -> float:
    taken = []
    for number in range(REPEATS):
        began = time.process_time()
        job(number)
        taken.append(1000 * (time.process_time() - began))
    return statistics.median(taken)


def one_need(offers: int) -> None:
    """A whole shortlist with its reasons, the exclusions and the stability; the arrays are made before."""
    load = make_load(REPEATS, offers, max(14, offers // 4))
    close = [dict(zip(_names(load), affinities(load, number).tolist(), strict=True)) for number in range(REPEATS)]
    began = time.perf_counter()
    load.market.table.open_to(load.needs[0])
    made = time.perf_counter() - began
    took = median_ms(lambda number: shortlist(load.needs[number], load.market, close[number]))
    print(f"one request, {offers:6} offers: {took:6.1f} ms CPU (arrays made once in {made:.2f} s)", flush=True)
    if offers in ONE_AIMS:
        at_most(f"one request at {offers} offers, CPU", took, ONE_AIMS[offers], " ms")


def _names(load: Load) -> list[str]:
    return [offer.solution for offer in load.market.offers]


def many_needs(size: int, offers: int) -> None:
    """Every request scored for every offer, the first twenty kept, as a round needs them."""
    load = make_load(size, offers, SIZES[size][1])
    table = load.market.table
    close = [affinities(load, number) for number in range(50)]
    began = time.process_time()
    for number, need in enumerate(load.needs):
        table.best(need, close[number % 50], KEPT)
    took = time.process_time() - began
    print(f"scoring {size:6} x {offers:6}: {took:6.1f} s CPU  {memory():.0f} MB", flush=True)
    if (size, offers) in SCORING_AIMS:
        at_most(f"scoring {size} x {offers}, CPU", took, SCORING_AIMS[size, offers], " s")
    if size == max(SIZES):
        at_most("memory of the largest", memory(), MEMORY_AIM, " MB")


def judged(pairs: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(data=folder, log_level="ERROR"))
        for command in COMMANDS:
            app.test_cli_runner().invoke(args=command)
        matching_judged.report(app)
        matching_weights.report(app, pairs, matching_judged.read())
        app.extensions["database"].close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=Path, default=FOLDER / "real_transfer_pairs.csv")
    parser.add_argument("--loads", default="50,500,5000", help="requests of the generated rounds; empty for none")
    parser.add_argument("--judged", action="store_true", help="the judged requests only")
    parser.add_argument("--solver", choices=sorted(flow.SOLVERS), help="for rounds of every size; usually by size")
    parser.add_argument("--full", action="store_true", help="also a round of 50,000, and its scores for 20,000 offers")
    options = parser.parse_args()
    judged(options.pairs)
    if options.judged:
        return
    matching_pairs.report(options.pairs)
    print(f"load of the machine: {os.getloadavg()[0]:.1f}")
    loads = [int(size) for size in options.loads.split(",") if size]
    if options.full:
        # First: what a process has held at most only grows.
        many_needs(50_000, 20_000)
        loads = [*loads, 50_000]
    for size in loads:
        rounds(size, options.solver or "")
    for offers in (1_000, 5_000, 20_000):
        one_need(offers)
    for size in [size for size in loads if size <= 5_000]:
        many_needs(size, SIZES[size][0])


if __name__ == "__main__":
    main()
