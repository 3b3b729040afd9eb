# SPDX-License-Identifier: AGPL-3.0-or-later
"""Headers as they travel: every mail program reads the subject that was meant, and the address to stop letters."""

import re
from dataclasses import replace
from email.header import decode_header
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from typing import Any

import pytest
from flask import Flask
from hypothesis import assume, example, given
from hypothesis import strategies as st

from app.config import Settings
from app.db import Database
from app.outbox import rules
from app.outbox.headers import POLICY
from app.outbox.service import post
from tests.makers import NOW
from tests.outbox.conftest import Send
from tests.outbox.sink import Sink
from tests.outbox.test_letters import make_message

#: Subjects whose spaces were lost.
LOST = (
    "Una richiesta risponde a ciò che state cercando: la città metropolitana di Bologna vi risponderà a metà anno",
    "La vostra risposta alla richiesta dell’Unione dei comuni dell’Appennino bolognese: sì, più avanti, a metà anno",
    "Twin Metro: «Sportello telematico unico dell’Appennino bolognese» è stata approvata ed è ora visibile a tutti",
)
WORDS = st.text(st.sampled_from('abcèùàò’«»—€ 中😀=?_.,:;()<>"0'), max_size=300).map(rules.one_line)


def raw(name: str, value: str) -> bytes:
    message = EmailMessage(policy=POLICY)
    message[name] = value
    return message.as_bytes().partition(b"\r\n\r\n")[0]


def read(head: bytes, name: str = "Subject") -> str:
    """As mail programs do since 1996: unfold, then join encoded words without the space between them (RFC 2047)."""
    found = BytesHeaderParser().parsebytes(head + b"\r\n\r\n")[name]
    unfolded = re.sub(r"\r?\n(?=[ \t])", "", str(found))
    parts = decode_header(unfolded)
    return "".join(part if isinstance(part, str) else part.decode(charset or "ascii") for part, charset in parts)


@given(WORDS | st.text(max_size=400).map(rules.one_line))
@example(LOST[0])
@example(LOST[1])
@example(LOST[2])
@example("a" * 1200)
@example(("parola " * 40).strip())
def test_a_subject_arrives_as_it_was_written(subject: str) -> None:
    assume("=?" not in subject)
    head = raw("Subject", subject)
    assert read(head) == subject
    assert head.isascii()
    assert all(len(line) <= 78 or b"=?" not in line for line in head.split(b"\r\n")), "RFC 2047: 76 for encoded words"
    assert all(len(line) <= 998 for line in head.split(b"\r\n"))


@pytest.mark.parametrize("subject", LOST)
def test_a_subject_with_accents_is_encoded_as_a_whole(subject: str) -> None:
    value = raw("Subject", subject).removeprefix(b"Subject: ")
    assert all(re.fullmatch(rb"=\?utf-8\?[bq]\?[^ ?]+\?=", line.strip()) for line in value.split(b"\r\n"))


def test_a_plain_subject_stays_plain() -> None:
    assert raw("Subject", "Twin Metro: nuova password") == b"Subject: Twin Metro: nuova password"


@pytest.mark.parametrize("length", [10, 60, 78, 200, 900])
def test_the_address_that_stops_letters_stands_in_one_plain_line(app: Flask, settings: Settings, length: int) -> None:
    site = replace(settings, base_url="https://twinmetro.example", feedback="")
    path = "/disiscrizione/" + "firma.-_"[: max(1, length % 8)] + "a" * length
    message = make_message(app, site, "newsletter", unsubscribe=path)
    assert f"\r\nList-Unsubscribe: <https://twinmetro.example{path}>\r\n".encode() in message.as_bytes()


def test_the_address_of_a_site_with_an_accent_is_plain_too(app: Flask, settings: Settings) -> None:
    site = replace(settings, base_url="https://città.example")
    assert b"\r\nList-Unsubscribe: <https://xn--citt-3na.example/" in make_message(app, site, "newsletter").as_bytes()


def test_long_hosts_and_mailboxes_are_not_encoded_either(app: Flask, settings: Settings) -> None:
    host = ".".join(["dipartimento-per-la-trasformazione-digitale"] * 4) + ".example"
    site = replace(settings, base_url=f"https://{host}", sender=f"noreply@{host}")
    head = make_message(app, site, "reset", recipient=f"mario@{host}").as_bytes().partition(b"\r\n\r\n")[0]
    assert f"To: mario@{host}\r\n".encode() in head
    assert f"From: Twin Metro <noreply@{host}>\r\n".encode() in head
    assert f"@{host}>\r\n".encode() in head
    assert b"=?" not in head


def test_a_mail_server_gets_subject_and_address_whole(database: Database, send: Send, sink: Sink) -> None:
    title = "Sportello telematico dell’Appennino bolognese: risponderà sì, più avanti, a metà anno, per città e unioni"
    news: dict[str, Any] = {
        "action": "solution-approved",
        "reason": "mine",
        "data": {"title": title, "path": "/soluzioni/prova", "body": "Bologna"},
    }
    path = "/disiscrizione/" + "x" * 150
    with database.work() as session:
        post(session, NOW, "news", "mario@ente.example", "it", {"news": [news], "unsubscribe": path})
    assert send() == 1
    [head] = [content.partition(b"\r\n\r\n")[0] for content in sink.raw]
    assert title in read(head)
    assert f"List-Unsubscribe: <https://twinmetro.example{path}>".encode() in head.split(b"\r\n")
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in head.split(b"\r\n")


def test_a_mailbox_with_an_accent_leaves_the_other_headers_alone(app: Flask, settings: Settings) -> None:
    message = make_message(app, settings, "newsletter", recipient="niccolò@ente.example")
    head = message.as_bytes().partition(b"\r\n\r\n")[0]
    assert re.search(rb"^List-Unsubscribe: <http[^\s]+>\r$", head, re.MULTILINE)
