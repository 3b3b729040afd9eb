# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pages: latency beside a bare Flask page on the same server, throughput, bytes, memory, edit to searchable.

`python -m bench.pages [--docs 1000 10000] [--requests 200]`; requests alternate with the bare page, on loopback only.
Ends with an error when an answer is not 200, when a caller dies, or when a process of the server does.
"""

import argparse
import http.client
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psutil

from app.config import Settings
from bench import aims
from bench.corpus import library
from bench.public_data import FOLDER, ROOT, rows
from tests.webserver import WebServer

CLIENTS = 8
#: Seconds of a page, and of the bare page before and after it: what else the machine does changes within a minute.
THROUGHPUT_SECONDS, FLOOR_SECONDS = 6.0, 1.5
SEARCHES = ("search, keywords", "search, sentence")
#: With thousands of solutions the first of these has some thousands with those below it.
THEMES, CITIES = ("semplificazione", "suap", "appalti"), ("torino", "bologna", "roma")
#: What was aimed at beside the bare page: median, p95, throughput; and the megabytes of the server.
AIMS = {**dict.fromkeys(SEARCHES, (5.0, 7.0, 0.2)), "solution": (1.8, 3.0, 0.6)}
MEMORY = 120.0
#: No process is replaced on schedule, so that one which is gone has died; a crash leaves its stack on stderr.
WATCHED = {"PYTHONFAULTHANDLER": "1", "GUNICORN_CMD_ARGS": "--max-requests 0"}


class Broken(Exception):
    """The figures mean nothing: something died, or answered with an error."""


class Caller:
    """One keep-alive connection; answers (status, seconds, bytes, ETag)."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def get(self, path: str, tag: str = "") -> tuple[int, float, int, str]:
        headers = {"Accept-Encoding": "gzip"} | ({"If-None-Match": tag} if tag else {})
        began = time.perf_counter()
        self.connection.request("GET", path, headers=headers)
        answer = self.connection.getresponse()
        body = answer.read()
        return answer.status, time.perf_counter() - began, len(body), answer.headers.get("ETag", "")


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def latency(port: int, paths: Callable[[], str], count: int, tag: str = "") -> dict[str, float]:
    """Milliseconds of ``paths`` and of the bare page, asked in turns."""
    caller, page, floor, size = Caller(port), [], [], 0
    for number in range(count + 10):
        status, took, size, _tag = caller.get(paths(), tag)
        if status not in (200, 304):
            raise Broken(f"status {status}")
        _status, bare, _size, _tag = caller.get("/bare/")
        if number >= 10:
            page.append(took * 1000)
            floor.append(bare * 1000)
    median, bare_median = statistics.median(page), statistics.median(floor)
    p95, bare_p95 = percentile(page, 0.95), percentile(floor, 0.95)
    return {"median": median, "p95": p95, "ratio": median / bare_median, "p95 ratio": p95 / bare_p95, "bytes": size}


def throughput(port: int, paths: Callable[[], str], seconds: float = THROUGHPUT_SECONDS) -> float:
    """Answers per second of ``CLIENTS`` callers for some seconds."""
    end = time.monotonic() + seconds

    def ask(_number: int) -> int:
        caller, count = Caller(port), 0
        while time.monotonic() < end:
            path = paths()
            status, _took, _size, _tag = caller.get(path)
            if status != 200:
                raise Broken(f"status {status} of {path}")
            count += 1
        return count

    with ThreadPoolExecutor(CLIENTS) as callers:
        # What a caller raises is raised here.
        return sum(callers.map(ask, range(CLIENTS))) / seconds


def beside_floor(port: int, paths: Callable[[], str]) -> tuple[float, float]:
    """Answers per second of a page, and as a share of the bare page's just before and after."""
    before = throughput(port, lambda: "/bare/", FLOOR_SECONDS)
    rate = throughput(port, paths)
    after = throughput(port, lambda: "/bare/", FLOOR_SECONDS)
    return rate, rate / ((before + after) / 2)


def processes(server: WebServer) -> frozenset[int]:
    """The server and its workers, by number; a process that is born again has another."""
    assert server.process is not None
    top = psutil.Process(server.process.pid)
    every = (top, *top.children(recursive=True))
    return frozenset(process.pid for process in every if process.status() != psutil.STATUS_ZOMBIE)


@contextmanager
def all_alive(server: WebServer, doing: str) -> Iterator[None]:
    """Raises ``Broken`` when a process of the server died meanwhile, whatever else went wrong with it."""
    before = processes(server)
    try:
        yield
    except (http.client.HTTPException, OSError) as error:
        raise Broken(f"{doing}: a caller died: {type(error).__name__}: {error}{_dead(server, before)}") from error
    if gone := _dead(server, before):
        raise Broken(f"{doing}{gone}")


def _dead(server: WebServer, before: frozenset[int]) -> str:
    try:
        gone = before - processes(server)
    except psutil.NoSuchProcess:
        gone = before
    return f": processes of the server died: {sorted(gone)}" if gone else ""


def quoted(text: str) -> str:
    return "/cerca?q=" + "".join(
        letter if letter.isalnum() and letter.isascii() else f"%{byte:02X}"
        for letter in text
        for byte in letter.encode()
    )


def questions() -> tuple[list[str], list[str]]:
    """Full public questions, and short keyword queries made of their longest words."""
    asked = [row["query"] for row in rows(FOLDER / "squad.queries.jsonl.gz")][:400]
    short = [" ".join(sorted(text.strip("?").split(), key=len)[-2:]) for text in asked]
    return asked, short


def prepare(server: WebServer) -> None:
    """Let the pages of solutions be rendered as the worker beside a site does: the benchmark serves without one."""
    subprocess.run([sys.executable, "-m", "bench.prepared"], env=server.environment, cwd=ROOT, check=True)


def memory(server: WebServer) -> float:
    """Megabytes of the server's processes; what they share is counted once (on Linux)."""
    assert server.process is not None
    top = psutil.Process(server.process.pid)
    every = [process.memory_full_info() for process in (top, *top.children(recursive=True))]
    return float(sum(getattr(info, "pss", info.uss) for info in every)) / 1e6


class BareServer(WebServer):
    """A bare page with the libraries of the site, served as the site is."""

    config = "python:bench.bare"


def least_memory(settings: Settings) -> float:
    """Megabytes such a server takes once warm: no site with these libraries takes less."""
    with BareServer(settings.data_folder, app="bench.bare:app") as server:
        caller = Caller(server.port)
        for _ in range(300):
            caller.get("/")
        throughput(server.port, lambda: "/")
        return memory(server)


def measure(settings: Settings, name: str, slugs: list[str], count: int) -> None:
    asked, short = questions()
    chance = random.Random(1)
    with WebServer(settings.data_folder, app="bench.served:app", **WATCHED) as server:
        prepare(server)
        _status, _took, _size, tag = Caller(server.port).get(f"/soluzioni/{slugs[0]}")
        pages: dict[str, Callable[[], str]] = {
            "home": lambda: "/",
            "search, keywords": lambda: quoted(chance.choice(short)),
            "search, sentence": lambda: quoted(chance.choice(asked)),
            "suggestions": lambda: "/cerca/suggerimenti?q=" + chance.choice(("sport", "pian", "appa", "citt")),
            "solution": lambda: f"/soluzioni/{chance.choice(slugs)}",
            # A question in the address: such a page is never kept.
            "solution, not kept": lambda: f"/soluzioni/{chance.choice(slugs)}?x",
            "theme": lambda: f"/temi/{chance.choice(THEMES)}?pagina={chance.randint(1, 20)}",
            "city": lambda: f"/citta/{chance.choice(CITIES)}?pagina={chance.randint(1, 20)}",
            "sitemap": lambda: "/sitemap.xml",
        }
        print(f"\n{name}: page (ms) beside a bare Flask page on the same server")
        print(f"{'page':20}{'median':>8}{'p95':>8}{'x bare':>8}{'x p95':>8}{'kB':>7}{'req/s':>8}{'x bare':>8}")
        found = {}
        for page, paths in pages.items():
            with all_alive(server, page):
                row = latency(server.port, paths, count)
                rate, share = beside_floor(server.port, paths)
            found[page] = (row["ratio"], row["p95 ratio"], share)
            print(
                f"{page:20}{row['median']:8.2f}{row['p95']:8.2f}{row['ratio']:8.2f}{row['p95 ratio']:8.2f}"
                f"{row['bytes'] / 1000:7.1f}{rate:8.0f}{share:8.2f}"
            )
        row = latency(server.port, lambda: f"/soluzioni/{slugs[0]}", count, tag)
        print(f"{'304 answer':20}{row['median']:8.2f}{row['p95']:8.2f}{row['ratio']:8.2f}{row['p95 ratio']:8.2f}")
        _judge(found, memory(server))


def _judge(found: Mapping[str, tuple[float, float, float]], megabytes: float) -> None:
    for page, (median, p95, throughput_) in found.items():
        if page in AIMS:
            most, most_p95, least = AIMS[page]
            aims.at_most(f"{page}, median beside the bare page", median, most, "x")
            aims.at_most(f"{page}, p95 beside the bare page", p95, most_p95, "x")
            aims.at_least(f"{page}, throughput beside the bare page", throughput_, least, "x")
    aims.at_most("memory of the server with two workers", megabytes, MEMORY, " MB")


def shipped_library() -> tuple[Settings, list[str]]:
    """The library of `content/`, imported and indexed under ``build/``."""
    from app import create_app

    settings = Settings(data=str(ROOT / "build" / "bench" / "shipped"), log_level="ERROR")
    runner = create_app(settings).test_cli_runner()
    for command in (["db", "upgrade"], ["content", "import"], ["search", "ensure"]):
        runner.invoke(args=command)
    return settings, sorted(path.stem for path in (ROOT / "content" / "solutions").glob("*.md"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--docs", nargs="*", type=int, default=[1000, 10000])
    parser.add_argument("--requests", type=int, default=200)
    options = parser.parse_args()
    settings, slugs = shipped_library()
    print(f"a bare page with the libraries of the site, two workers: {least_memory(settings):.0f} MB")
    measure(settings, f"shipped library ({len(slugs)} solutions)", slugs, options.requests)
    for docs in options.docs:
        measure(
            library(docs),
            f"generated library ({docs} solutions)",
            [f"soluzione-{n}" for n in range(0, docs, 7)],
            options.requests,
        )


if __name__ == "__main__":
    try:
        main()
    except Broken as error:
        sys.exit(f"bench.pages: {error}")
