# SPDX-License-Identifier: AGPL-3.0-or-later
"""How long a client may keep the server waiting for what it sends."""

import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from gunicorn.workers.gthread import ThreadWorker

from app.web import server
from app.web.server import ANSWERING_SECONDS, SENDING_SECONDS, SLOWEST, PatientWorker


class Sending:
    """A client whose form comes piece by piece, and the hour until which the server waits for each of them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, pieces: list[tuple[float, bytes]]) -> None:
        self.now, self.pieces, self.waited = 100.0, pieces, list[float]()
        self.worker = PatientWorker.__new__(PatientWorker)
        self.worker._held, self.worker._guard = {}, threading.Lock()
        self.connection = SimpleNamespace()
        self.request = SimpleNamespace(req_number=1, unreader=Unreader(self.piece))
        monkeypatch.setattr(server, "time", SimpleNamespace(monotonic=lambda: self.now))

    @property
    def until(self) -> float:
        return self.worker._held[id(self.connection)][0]

    def piece(self) -> bytes:
        self.waited.append(self.until - self.now)
        seconds, octets = self.pieces.pop(0)
        self.now += seconds
        return octets

    def answer(self, monkeypatch: pytest.MonkeyPatch, page: Callable[[Any], object]) -> None:
        monkeypatch.setattr(ThreadWorker, "handle_request", lambda _worker, request, _connection: page(request))
        self.worker.handle_request(self.request, self.connection)


class Unreader:
    def __init__(self, piece: Callable[[], bytes]) -> None:
        self._piece = piece

    def chunk(self, _size_hint: int | None = None) -> bytes:
        return self._piece()


def test_a_form_that_comes_by_drops_is_waited_for_as_long_as_the_head_of_a_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = Sending(monkeypatch, [(1.0, b"x")] * 3)
    client.answer(monkeypatch, lambda request: [request.unreader.chunk() for _ in range(3)])
    assert client.waited == pytest.approx([SENDING_SECONDS, SENDING_SECONDS - 1, SENDING_SECONDS - 2], abs=0.01)


def test_a_large_file_over_a_slow_line_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice as fast as the slowest line that is served: the more has come, the longer it may take."""
    client = Sending(monkeypatch, [(1.0, b"x" * 2 * SLOWEST)] * 50)
    client.answer(monkeypatch, lambda request: [request.unreader.chunk() for _ in range(50)])
    assert min(client.waited) >= SENDING_SECONDS
    assert client.until == 100.0 + ANSWERING_SECONDS


def test_a_page_that_is_made_after_its_form_came_has_the_time_of_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    client = Sending(monkeypatch, [(3.0, b"x")])
    seen = []

    def page(request: Any) -> None:
        request.unreader.chunk()
        seen.append(client.until)

    client.answer(monkeypatch, page)
    assert seen == [100.0 + ANSWERING_SECONDS]
    assert "chunk" not in vars(client.request.unreader), "the next head is waited for as long as any"
