# SPDX-License-Identifier: AGPL-3.0-or-later
"""Requests are counted by several processes as by one, whichever of them ends, and counting never costs an answer."""

import http.client
import os
import resource
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import prometheus_client
import psutil
import pytest
from flask import Flask
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.parser import text_string_to_metric_families

from app.access import NOBODY
from app.accounts import service_accounts
from app.config import Settings
from app.db import Database
from app.web import counted
from app.web.counted import Counts
from tests.stores import SqliteStores
from tests.webserver import WebServer

PAGE = ("GET", "pages.home", "2xx")
SECONDS = 60
Sharing = Callable[[], Counts]


@pytest.fixture
def sharing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sharing]:
    """What another process of the same server counts with, where the home page was asked for once; this process is as
    before when the test ends."""
    monkeypatch.setattr(prometheus_client.values, "ValueClass", prometheus_client.values.ValueClass)
    monkeypatch.setenv(counted.VARIABLE, "")
    Counts(tmp_path / "metrics").begin()
    made: list[Counts] = []

    def process() -> Counts:
        counts = Counts(tmp_path / "metrics")
        counts.share()
        made.append(counts)
        # At once: in one process the library counts with what was shared last.
        counts.note("pages.home", "GET", 200, 0.01)
        return counts

    yield process
    for counts in made:
        end(counts)


def end(counts: Counts) -> None:
    """As the system does when a process dies, however it dies."""
    if counts._held is not None:
        os.close(counts._held)
        counts._held = None


def number(counts: Counts, *labels: str) -> float:
    """How many requests were counted, of a method, page and status."""
    wanted = dict(zip(("method", "page", "status"), labels, strict=True))
    samples = [sample for family in counts.collect() for sample in family.samples]
    (found,) = [s.value for s in samples if s.name == "twinmetro_http_requests_total" and s.labels == wanted] or [0.0]
    return found


def test_what_several_processes_count_adds_up_for_whichever_is_asked(sharing: Sharing) -> None:
    first, second = sharing(), sharing()
    for counts, times in ((first, 3), (second, 4)):
        for _ in range(times):
            counts.note("pages.home", "GET", 200, 0.01)
    assert number(first, *PAGE) == number(second, *PAGE) == 2 + 3 + 4


def test_the_next_process_goes_on_with_the_file_of_one_that_ended(sharing: Sharing, tmp_path: Path) -> None:
    living = sharing()
    for _ in range(5):
        end(sharing())
        living.note("pages.home", "GET", 200, 0.01)
    assert number(living, *PAGE) == 1 + 5 + 5
    assert len(list((tmp_path / "metrics").glob("*.db"))) == 4, "two files of each of the two that lived together"


def test_another_start_begins_anew_and_clears_what_was_left(sharing: Sharing, tmp_path: Path) -> None:
    end(sharing())
    Counts(tmp_path / "metrics").begin()
    assert number(sharing(), *PAGE) == 1


def test_without_room_on_the_disk_nothing_is_counted_and_nothing_fails(sharing: Sharing) -> None:
    well = sharing()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, hard))
    try:
        poor = sharing()
        well.note("pages.city", "GET", 200, 0.01)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert number(poor, *PAGE) == number(well, *PAGE) == 1
    assert number(well, "GET", "pages.city", "2xx") == 1, "who had its room before needs no more of it"
    end(poor)
    sharing()
    assert number(well, *PAGE) == 2


def test_a_folder_that_cannot_be_made_costs_no_answer(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="ascii")
    counts = Counts(tmp_path / "file" / "metrics")
    counts.begin()
    counts.share()
    counts.note("pages.home", "GET", 200, 0.01)
    assert list(counts.collect()) == []


@pytest.mark.parametrize("damage", [b"", b"\xff" * 4_096, b"\x40\x00\x00\x00\x00\x00\x00\x00\xff\xff\xff\x7f" * 400])
def test_a_damaged_file_costs_the_counts_only(sharing: Sharing, tmp_path: Path, damage: bytes) -> None:
    counts = sharing()
    (tmp_path / "metrics" / "counter_7.db").write_bytes(damage)
    assert counts.collect() is not None
    (tmp_path / "metrics" / "counter_7.db").unlink()
    assert number(counts, *PAGE) == 1


def test_the_room_of_each_file_is_enough_for_every_page_there_is(library_app: Flask, sharing: Sharing) -> None:
    """Else the file would grow without its room, and a full disk would end the process that writes there."""
    pages = [*library_app.view_functions, counted.UNKNOWN]
    counts = sharing()
    for page in pages:
        for method in (*counted.METHODS, counted.OTHER):
            for status in (200, 303, 404, 503):
                counts.note(page, method, status, 0.01)
    for path in counts.folder.glob("*.db"):
        assert path.stat().st_size == counted.ROOM
    assert number(counts, counted.OTHER, pages[-1], "5xx") == 1


# --- a real server ---


@pytest.fixture
def settings(tmp_path: Path, sqlite_stores: SqliteStores) -> Settings:
    return Settings(data=str(tmp_path), database_url=sqlite_stores.new(), log_level="ERROR")


@pytest.fixture
def token(database: Database) -> str:
    with database.work() as session:
        scopes = frozenset({"read-metrics"})
        return service_accounts.create(session, NOBODY, datetime.now(UTC), "Prometheus", scopes, 30)[1]


def get(server: WebServer, path: str, token: str = "") -> tuple[int, str]:
    """The answer to a request on a connection of its own, which whichever process is free takes."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def counted_by(server: WebServer, token: str, page: str = "pages.robots") -> float:
    status, text = get(server, "/metrics", token)
    assert status == 200
    return sum(
        sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == "twinmetro_http_requests_total" and sample.labels["page"] == page
    )


def ask(server: WebServer, times: int) -> int:
    """Asks a page some times, several at once; how often it was answered."""

    def once(_number: int) -> bool:
        try:
            return get(server, "/robots.txt")[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    with ThreadPoolExecutor(8) as callers:
        return sum(callers.map(once, range(times)))


def files_with_counts(folder: Path) -> int:
    read: Callable[[str], Iterator[tuple[str, float, float, int]]] = MmapedDict.read_all_values_from_file
    paths = (folder / "metrics").glob("counter_*.db")
    return sum(any(value for _key, value, *_rest in read(str(path))) for path in paths)


def workers(server: WebServer) -> list[psutil.Process]:
    assert server.process is not None
    found: list[psutil.Process] = psutil.Process(server.process.pid).children()
    return found


@pytest.mark.slow
def test_two_processes_of_the_server_add_up_and_none_that_dies_takes_its_counts_with_it(
    settings: Settings, token: str
) -> None:
    with WebServer(settings.data_folder, settings.database_url, WEB_CONCURRENCY="2") as server:
        asked, deadline = 0, time.monotonic() + SECONDS
        while files_with_counts(settings.data_folder) < 2 and time.monotonic() < deadline:
            asked += ask(server, 40)
        assert files_with_counts(settings.data_folder) == 2, "both processes were asked"
        assert {counted_by(server, token) for _ in range(12)} == {asked}
        dying = workers(server)[0]
        dying.kill()
        while (len(workers(server)) < 2 or dying in workers(server)) and time.monotonic() < deadline:
            ask(server, 1)
        asked = int(counted_by(server, token))
        asked += ask(server, 40)
        assert {counted_by(server, token) for _ in range(12)} == {asked}
        assert len(list((settings.data_folder / "metrics").glob("*.db"))) == 4


@pytest.mark.slow
def test_processes_that_are_replaced_now_and_then_lose_no_count_and_leave_no_files(
    settings: Settings, token: str
) -> None:
    often = {"GUNICORN_CMD_ARGS": "--max-requests 15 --max-requests-jitter 0"}
    with WebServer(settings.data_folder, settings.database_url, WEB_CONCURRENCY="2", **often) as server:
        first = {process.pid for process in workers(server)}
        asked, before, deadline = 0, 0.0, time.monotonic() + SECONDS
        while first & {process.pid for process in workers(server)} and time.monotonic() < deadline:
            asked += ask(server, 20)
            found = counted_by(server, token)
            assert found >= max(before, asked), "a counter never falls"
            before = found
        assert not first & {process.pid for process in workers(server)}, "both were replaced"
        assert len(list((settings.data_folder / "metrics").glob("*.db"))) == 4
