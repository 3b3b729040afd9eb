# SPDX-License-Identifier: AGPL-3.0-or-later
"""Logs are lines of JSON that tell the page and the time, never who asked nor what was typed."""

import errno
import io
import json
import logging

import pytest
from flask.testing import FlaskClient
from sqlalchemy.exc import IntegrityError, OperationalError

from app.web import logs
from app.web.server import Unnamed


@pytest.fixture
def lines(library: FlaskClient, capsys: pytest.CaptureFixture[str]) -> "list[dict[str, object]]":
    logs.configure("INFO")
    library.get("/cerca?q=parola-segreta", headers={"User-Agent": "Navigatore", "X-Forwarded-For": "203.0.113.7"})
    library.get("/pagina-segreta")
    captured = capsys.readouterr().err
    logs.configure("ERROR")
    for secret in ("parola-segreta", "Navigatore", "203.0.113.7", "127.0.0.1", "pagina-segreta"):
        assert secret not in captured
    return [json.loads(line) for line in captured.splitlines()]


def test_each_request_leaves_one_line_with_its_identifier(lines: "list[dict[str, object]]") -> None:
    assert [(line["page"], line["status"]) for line in lines] == [("search.results", 200), ("-", 404)]
    assert all(line["request_id"] and line["timestamp"] for line in lines)


REPORT = 'violates check constraint "ck"\nDETAIL:  Failing row contains (7, anna@ente.example, parola-segreta).'


def test_what_a_database_says_of_a_row_stays_out_of_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("ERROR")
    try:
        raise IntegrityError("INSERT", None, ValueError(REPORT)) from ValueError(REPORT)
    except IntegrityError as error:
        logs.log.error("database", exc_info=error)
    line = json.loads(capsys.readouterr().err)
    assert "anna@ente.example" not in line["exception"]
    assert "violates check constraint" in line["exception"]
    assert "test_logs.py" in line["exception"], "and where it happened"


def test_a_database_that_is_away_takes_one_line_of_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    """It is said at each turn of each chore, for as long as it is away."""
    logs.configure("ERROR")
    try:
        raise OperationalError("SELECT", None, ValueError("connection refused\nIs the server running?"))
    except OperationalError as error:
        logs.log.error("chore", exc_info=error)
    line = json.loads(capsys.readouterr().err)
    assert line["exception"] == "OperationalError: (builtins.ValueError) connection refused"


class FullDisk(io.StringIO):
    """Where the log goes when its disk is full."""

    def write(self, _text: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_log_that_cannot_be_written_costs_no_reader_an_answer(
    library: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr", FullDisk())
    logs.configure("INFO")
    try:
        assert library.get("/cerca?q=imprese").status_code == 200
        assert library.get("/nessuna-pagina").status_code == 404
    finally:
        monkeypatch.undo()
        logs.configure("ERROR")


def test_of_a_request_that_cannot_be_read_the_server_keeps_neither_who_sent_it_nor_the_words() -> None:
    """gunicorn's own lines, as `handle_error` of its workers writes them."""
    written, server = io.StringIO(), logging.Logger("gunicorn.error")
    server.addHandler(logging.StreamHandler(written))
    server.addFilter(Unnamed())
    server.warning("Invalid request from ip=192.0.2.7: Invalid HTTP request line: 'GET /cerca?q=segreto'")
    server.error("Error handling request %s %s", "GET", "/cerca?q=segreto")
    server.warning("Worker exiting (pid: 7)")
    assert written.getvalue() == "a request that cannot be read\na request fell over\nWorker exiting (pid: 7)\n"


def test_a_stream_that_was_closed_costs_the_line_and_not_the_answer() -> None:
    gone = io.StringIO()
    gone.close()
    lasting = logs.Lasting(gone)
    assert lasting.write("una riga\n") == 9
    lasting.flush()
