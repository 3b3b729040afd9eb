# SPDX-License-Identifier: AGPL-3.0-or-later
"""gunicorn's threaded worker, with limits on how long one client may hold a thread, and a process."""

import logging
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

#: A client that has not sent the head of its request, or not taken its whole answer, by then is cut off: others need
#: the thread.
SENDING_SECONDS = 4.0
ANSWERING_SECONDS = 60.0
LOOK_SECONDS = 1.0
#: Octets a second that a client must send of what comes after the head, once ``SENDING_SECONDS`` are over.
SLOWEST = 10_000
#: A connection that never ends stays on its process: after one is replaced all of them would be on the other for good.
CONNECTION_REQUESTS = 200


class Unnamed(logging.Filter):
    """What gunicorn says of a request it cannot read, or that fell over: who sent it and what they typed stay out of
    the log, as they do everywhere else."""

    def filter(self, record: logging.LogRecord) -> bool:
        for begun, said in (
            ("Invalid request", "a request that cannot be read"),
            ("Error handling", "a request fell over"),
        ):
            if str(record.msg).startswith(begun):
                record.msg, record.args = said, ()
        return True


class PatientWorker(ThreadWorker):  # type: ignore[misc]
    """Cuts connections that are still being read or written when their time is over, and ends long ones politely."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._held: dict[int, tuple[float, Any]] = {}
        self._guard = threading.Lock()

    def init_process(self) -> None:
        logging.getLogger("gunicorn.error").addFilter(Unnamed())
        threading.Thread(target=self._cut_slow_clients, daemon=True).start()
        super().init_process()

    def handle(self, conn: Any) -> Any:
        self._allow(conn, time.monotonic() + SENDING_SECONDS)
        try:
            return super().handle(conn)
        finally:
            self._forget(conn)

    def handle_request(self, req: Any, conn: Any) -> Any:
        until = time.monotonic() + ANSWERING_SECONDS
        self._allow(conn, until)
        if req.req_number >= CONNECTION_REQUESTS:
            req.force_close()
        req.unreader.chunk = self._hurried(req.unreader.chunk, conn, until)
        try:
            return super().handle_request(req, conn)
        finally:
            # The head of the next request on this connection has a time of its own.
            del req.unreader.chunk

    def _hurried(self, chunk: Callable[..., bytes], conn: Any, until: float) -> Callable[..., bytes]:
        """Reads what comes after the head; who sends it by drops is cut off while it is waited for."""
        begun, received = 0.0, 0

        def read(size_hint: int | None = None) -> bytes:
            nonlocal begun, received
            begun = begun or time.monotonic()
            self._allow(conn, min(until, begun + SENDING_SECONDS + received / SLOWEST))
            data = chunk(size_hint)
            self._allow(conn, until)
            received += len(data)
            return data

        return read

    def _allow(self, conn: Any, until: float) -> None:
        with self._guard:
            self._held[id(conn)] = (until, conn)

    def _forget(self, conn: Any) -> None:
        with self._guard:
            self._held.pop(id(conn), None)

    def _cut_slow_clients(self) -> None:
        while True:
            time.sleep(LOOK_SECONDS)
            now = time.monotonic()
            with self._guard:
                late = [conn for until, conn in self._held.values() if until < now]
            for conn in late:
                try:
                    conn.sock.shutdown(socket.SHUT_RDWR)
                except OSError:
                    self._forget(conn)
