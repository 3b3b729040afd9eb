# SPDX-License-Identifier: AGPL-3.0-or-later
"""Requests no browser sends, to the site served as in production: refused with its headers, and nothing believed."""

import socket
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from app.web.errors import MAX_ADDRESS
from app.web.server import CONNECTION_REQUESTS

pytestmark = pytest.mark.browser
#: The line of a request, in `gunicorn.conf.py`.
SERVER_LIMIT = 8_190


def sent(site: str, request: str) -> str:
    """What the site answers to some lines sent as they are."""
    place = urlsplit(site)
    with socket.create_connection((place.hostname or "", place.port or 0), timeout=20) as connection:
        connection.sendall(request.replace("HOST", place.netloc).encode())
        answer = b""
        while piece := connection.recv(65_536):
            answer += piece
    return answer.decode("utf-8", "replace")


POST = (
    "POST /accedi HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n"
    "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
)


@pytest.mark.parametrize("body", ["zz\r\nabc", "-5\r\nabcde\r\n0\r\n\r\n"])
def test_a_chunked_body_that_makes_no_sense_is_refused_with_a_page(site: str, body: str) -> None:
    answer = sent(site, POST + body)
    assert answer.startswith("HTTP/1.1 400 ")
    assert "Content-Security-Policy:" in answer
    assert "Errore 400" in answer


@pytest.mark.parametrize("header", ["SCRIPT_NAME: /evil", "X-Forwarded-Proto: https", "X-Forwarded-Host: evil.example"])
def test_no_header_of_a_client_says_where_the_site_stands(site: str, header: str) -> None:
    answer = sent(site, f"GET /richieste HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n{header}\r\n\r\n")
    assert answer.startswith("HTTP/1.1 200 ")
    assert "evil" not in answer
    assert "Strict-Transport-Security" not in answer


def asked(site: str, address: str) -> str:
    return sent(site, f"GET {address} HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n")


@pytest.mark.parametrize(
    ("start", "heading"), [("/cerca?q=", "Indirizzo troppo lungo"), ("/en/cerca?q=", "Address too long")]
)
def test_an_address_that_is_too_long_is_refused_with_a_page_that_says_what_to_do(
    site: str, start: str, heading: str
) -> None:
    limit = MAX_ADDRESS - len(start)
    assert asked(site, start + "a" * limit).startswith("HTTP/1.1 200 ")
    # As long as the server reads: the method, the version and two spaces are part of its line.
    for length in (limit + 1, SERVER_LIMIT - len("GET  HTTP/1.1") - len(start)):
        answer = asked(site, start + "a" * length)
        assert answer.startswith("HTTP/1.1 414 "), length
        assert f"<h1>{heading}</h1>" in answer
        assert "4.094" in answer or "4,094" in answer
        assert "Content-Security-Policy:" in answer
        assert "no-store" in answer


def test_an_address_longer_than_the_server_reads_is_refused_by_the_server(site: str) -> None:
    answer = asked(site, "/cerca?q=" + "a" * SERVER_LIMIT)
    assert answer.startswith("HTTP/1.1 414 ")
    assert "<h1>Indirizzo troppo lungo</h1>" not in answer


def test_a_connection_is_ended_politely_after_a_while_so_that_callers_find_the_other_process(site: str) -> None:
    connection = HTTPConnection(urlsplit(site).netloc, timeout=20)
    told = []
    for _ in range(CONNECTION_REQUESTS):
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        assert answer.status == 200
        answer.read()
        told.append(answer.headers["Connection"])
    connection.close()
    assert told == ["keep-alive"] * (CONNECTION_REQUESTS - 1) + ["close"]
