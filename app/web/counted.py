# SPDX-License-Identifier: AGPL-3.0-or-later
"""How often each page was asked for and how long it took, added up over the processes of the server: for `/metrics`."""

import fcntl
import os
import shutil
import struct
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from flask import Flask, Response, g, request

from app.later import later
from app.web.logs import log

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

library, multiprocess = later("prometheus_client"), later("prometheus_client.multiprocess")

#: Upper ends, in seconds. A page takes some milliseconds, a search some tens; a PDF and what is uploaded take seconds.
BUCKETS = (0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
#: What reads and what writes; whatever else is asked, or made up, is one.
METHODS = frozenset({"GET", "POST"})
OTHER = "other"
#: Addresses that lead nowhere.
UNKNOWN = "unknown"
#: Bytes of each file: more than every page with every method and answer takes (tests/web/test_counted.py).
ROOM = 1_048_576
KINDS = ("counter", "histogram")
#: Processes that may count at the same time: twice the most the server has, as while it is reloaded.
MOST_PROCESSES = 2_000
#: Where the library looks for the folder.
VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


# Looking through Flask's stand-ins takes longer than counting.
_request: Callable[[], Any] = request._get_current_object  # type: ignore[attr-defined]
_context: Callable[[], Any] = g._get_current_object


class Counters(NamedTuple):
    """What one process counts with."""

    requests: Any
    errors: Any
    seconds: Any
    registry: Any
    #: What is done for one more request: the library looks its labels up more slowly than a page may wait for.
    known: dict[tuple[str, str, str], tuple[Callable[[], None], Callable[[float], None]]]


class Counts:
    """Counts the requests that a process answers: in its memory, or, from ``share`` on, in files that all read.

    Each process has a number that no other living one has, and the files of that number. The next one that takes the
    number goes on where an ended one stopped: nothing that was counted is lost, and files do not pile up.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._shared = False
        self._held: int | None = None
        self._made: Counters | None = None

    def begin(self) -> None:
        """Where the server starts, before its processes: what another start left is no longer counted."""
        shutil.rmtree(self.folder, ignore_errors=True)
        with suppress(OSError):
            self.folder.mkdir(mode=0o700)
        self._counters()

    def share(self) -> None:
        """In each process of the server, before its first request. One that finds no room counts nothing: figures of
        its own beside those of all would leap up and down."""
        self._shared, self._made = True, None
        try:
            number, self._held = _take_number(self.folder)
            for kind in KINDS:
                _make_room(self.folder / f"{kind}_{number}.db")
            os.environ[VARIABLE] = str(self.folder)
            # The module itself, not what stands for it: that is where the library looks.
            values = library.values
            values.ValueClass = values.MultiProcessValue(lambda: number)
            self._made = _counters()
        except OSError as error:
            log.warning("requests are not counted", reason=str(error))

    def note(self, page: str, method: str, status: int, seconds: float) -> None:
        """One request was answered. Never fails: who reads has their page, counted or not."""
        made = self._made or self._counters()
        if made is None:
            return
        labels = page, method, f"{status // 100}xx"
        with suppress(OSError, ValueError):
            if labels not in made.known:
                made.known[labels] = made.requests.labels(*labels).inc, made.seconds.labels(page).observe
            count, observe = made.known[labels]
            count()
            observe(seconds)
            if status >= 500:
                made.errors.inc()

    def collect(self) -> "Iterable[Metric]":
        """What was counted by all processes."""
        try:
            if self._shared:
                return list(multiprocess.MultiProcessCollector(None, str(self.folder)).collect())
            made = self._counters()
            return list(made.registry.collect()) if made else []
        except (OSError, RuntimeError, ValueError, struct.error) as error:
            # Somebody was at the files: the rest is told all the same.
            log.warning("counted requests", exc_info=error)
            return []

    def _counters(self) -> Counters | None:
        if self._made is None and not self._shared:
            library.values.ValueClass = library.values.MutexValue
            self._made = _counters()
        return self._made


def _counters() -> Counters:
    library.disable_created_metrics()
    registry = library.CollectorRegistry()
    return Counters(
        library.Counter(
            "twinmetro_http_requests",
            "Requests answered, by page (its name in the code), method and class of status.",
            ("page", "method", "status"),
            registry=registry,
        ),
        # Without labels it is there, at 0, from the start: the first error is a rise too.
        library.Counter("twinmetro_http_errors", "Requests answered with a status of 500 or more.", registry=registry),
        library.Histogram(
            "twinmetro_http_request_duration_seconds",
            "Seconds from a request to its answer, by page.",
            ("page",),
            registry=registry,
            buckets=BUCKETS,
        ),
        registry,
        {},
    )


def _take_number(folder: Path) -> tuple[int, int]:
    """The first number that no living process holds, and what holds it: the system frees it when the process dies."""
    for number in range(MOST_PROCESSES):
        held = os.open(folder / f"{number}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(held)
            continue
        return number, held
    raise OSError(f"{MOST_PROCESSES} processes count in {folder}")


def _make_room(path: Path) -> None:
    """A file with nothing in it, to its end: what is mapped has its room then, and a disk that fills up later ends no
    process (SQLite does the same for the file its readers share)."""
    if path.exists():
        return
    part = path.with_name(f".part-{path.name}")
    try:
        part.write_bytes(bytes(ROOM))
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def register(app: Flask) -> None:
    counts = app.extensions["counts"] = Counts(app.config["SETTINGS"].data_folder / "metrics")

    def count(response: Response) -> Response:
        asked, now = _request(), time.perf_counter()
        method = asked.method if asked.method in METHODS else OTHER
        counts.note(asked.endpoint or UNKNOWN, method, response.status_code, now - getattr(_context(), "began", now))
        return response

    app.after_request(count)
