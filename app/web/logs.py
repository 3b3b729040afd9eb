# SPDX-License-Identifier: AGPL-3.0-or-later
"""Structured logs: one line of JSON per request with its identifier, no address and no typed words."""

import logging
import re
import sys
import time
import traceback
import uuid
from contextlib import suppress
from typing import TextIO, cast

import structlog
from flask import Flask, Response, g, request
from sqlalchemy.exc import OperationalError
from structlog.typing import EventDict

GIVEN = re.compile(r"^[A-Za-z0-9-]{8,64}$")
log = structlog.get_logger("twinmetro")


class Lasting:
    """A stream that never fails who logs: a full disk or a closed pipe costs the line, not the answer."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        with suppress(OSError, ValueError):
            self.stream.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            self.stream.flush()


def configure(level: str) -> None:
    """Set the shape and the level of every log line. Run once at start."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _with_trace,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper(), logging.INFO)),
        logger_factory=structlog.PrintLoggerFactory(cast(TextIO, Lasting(sys.stderr))),
        cache_logger_on_first_use=False,
    )


def _with_trace(_logger: object, _method: str, event: EventDict) -> EventDict:
    error = event.pop("exc_info", None)
    if isinstance(error, BaseException):
        event["exception"] = trace(error)
    return event


def trace(error: BaseException) -> str:
    """Where an error came from, with the first line of what each says: what follows in a database's own report are the
    values of a row. A database that is away is told in that line alone, for as long as it is away."""
    told = f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"
    if isinstance(error, OperationalError):
        return told
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    first = f"{trace(before)}\n\n" if before is not None else ""
    return f"{first}Traceback:\n{''.join(traceback.format_tb(error.__traceback__))}{told}"


def register(app: Flask) -> None:
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if GIVEN.match(given) else uuid.uuid4().hex
    g.began = time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _end(response: Response) -> Response:
    response.headers["X-Request-ID"] = g.get("request_id", "")
    took = time.perf_counter() - g.get("began", time.perf_counter())
    log.info(
        "request",
        method=request.method,
        page=request.endpoint or "-",
        status=response.status_code,
        ms=round(took * 1000, 1),
    )
    return response
