# SPDX-License-Identifier: AGPL-3.0-or-later
"""Requests no browser sends, to the site served as in production: refused with its headers, and nothing believed."""

import socket
from urllib.parse import urlsplit

import pytest

pytestmark = pytest.mark.browser


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
