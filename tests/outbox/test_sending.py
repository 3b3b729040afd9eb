# SPDX-License-Identifier: AGPL-3.0-or-later
"""A letter posted is sent once, later where the server is busy, never where the work was undone."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

from app.config import Settings
from app.db import Database
from app.outbox import chores, queries, rules, service
from app.outbox.models import Letter
from app.outbox.service import post
from tests.makers import NOW
from tests.outbox.conftest import Send
from tests.outbox.sink import Sink

RESET: dict[str, Any] = {"link": "/nuova-password/segreto", "minutes": 60}


def make_letter(database: Database, recipient: str = "mario@ente.example", **named: Any) -> int:
    with database.work() as session:
        letter = post(session, NOW, "reset", recipient, "it", RESET, **named)
        assert letter is not None
        return letter.id


def letter(database: Database, number: int) -> Letter:
    with database.reading() as session:
        found = queries.by_number(session, number)
        assert found is not None
        return found


def test_a_letter_is_sent_once_and_its_secret_forgotten(database: Database, send: Send, sink: Sink) -> None:
    number = make_letter(database)
    assert send() == 1
    assert send() == 0
    assert sink.recipients == ["mario@ente.example"]
    sent = letter(database, number)
    assert sent.sent_at == NOW
    assert sent.data == {"minutes": 60}


def test_a_letter_waits_until_it_is_due(database: Database, send: Send, sink: Sink) -> None:
    make_letter(database, due_at=NOW + timedelta(hours=1))
    assert send() == 0
    assert send(NOW + timedelta(hours=1)) == 1


def test_nothing_is_sent_of_work_that_was_undone(database: Database, send: Send, sink: Sink) -> None:
    with pytest.raises(RuntimeError, match="undone"), database.work() as session:
        post(session, NOW, "reset", "mario@ente.example", "it", RESET)
        raise RuntimeError("undone")
    assert send() == 0
    assert not sink.taken


def test_a_second_letter_with_the_same_key_is_not_posted(database: Database, send: Send, sink: Sink) -> None:
    make_letter(database, once="digest:1:2026-11-22")
    with database.work() as session:
        assert post(session, NOW, "reset", "x@ente.example", "it", RESET, once="digest:1:2026-11-22") is None
    assert send() == 1
    assert sink.recipients == ["mario@ente.example"]


def test_the_key_holds_after_the_letter_was_sent_and_forgotten(database: Database, send: Send) -> None:
    number = make_letter(database, once="notice:1")
    send()
    with database.work() as session:
        assert service.forget_old(session, NOW + rules.SENT_KEPT + timedelta(days=1)) == 1
    assert letter(database, number).recipient == ""
    with database.work() as session:
        assert service.forget_old(session, NOW + rules.SENT_KEPT + timedelta(days=2)) == 0
        assert post(session, NOW, "reset", "x@ente.example", "it", RESET, once="notice:1") is None


def test_a_busy_server_is_asked_again_later(database: Database, send: Send, sink: Sink) -> None:
    number = make_letter(database)
    sink.on_recipient = lambda _: "451 4.3.0 try again later"
    assert send() == 0
    waiting = letter(database, number)
    assert waiting.due_at == NOW + timedelta(minutes=1)
    assert waiting.last_error == "451 4.3.0 try again later"
    assert waiting.data["link"], "the link is still needed"
    sink.on_recipient = lambda _: None
    assert send(NOW + timedelta(seconds=59)) == 0
    assert send(NOW + timedelta(minutes=1)) == 1
    assert letter(database, number).last_error == ""


def test_a_server_that_is_away_is_asked_again_until_the_last_attempt(
    database: Database, send: Send, posting: Settings, sink: Sink
) -> None:
    number = make_letter(database)
    away = replace(posting, smtp_port=1)
    at = NOW
    for attempt in range(1, rules.MOST_ATTEMPTS + 1):
        assert send(at, away) == 0
        tried = letter(database, number)
        assert tried.attempts == attempt
        at = tried.due_at
    assert tried.failed_at is not None
    assert "Refused" in tried.last_error
    assert send(NOW + timedelta(days=9)) == 0, "a letter given up is not tried by itself"
    with database.work() as session:
        service.retry(session, number, at)
    assert send(at) == 1


def test_a_weekend_without_a_mail_server_costs_no_letter(
    database: Database, send: Send, posting: Settings, sink: Sink
) -> None:
    number = make_letter(database)
    at, monday = NOW, NOW + timedelta(days=3)
    while at < monday:
        send(at, replace(posting, smtp_port=1))
        at = letter(database, number).due_at
    assert letter(database, number).failed_at is None
    assert send(at) == 1


@pytest.mark.parametrize("wrong", [{"smtp_port": 1}, {"smtp_user": "twinmetro", "smtp_password": "sbagliata"}])
def test_before_a_shut_door_one_letter_is_tried_and_the_others_wait(
    database: Database, send: Send, posting: Settings, wrong: dict[str, Any]
) -> None:
    """Each try may take as long as a server that does not answer, and all other chores wait for the end of the turn."""
    numbers = [make_letter(database, f"{name}@ente.example") for name in ("uno", "due", "tre")]
    assert send(NOW, replace(posting, **wrong)) == 0
    assert [letter(database, number).attempts for number in numbers] == [1, 0, 0]
    assert send(NOW + timedelta(minutes=1)) == 3


def test_a_slow_server_leaves_the_other_chores_their_turn(
    database: Database, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chores, "TURN_SECONDS", -1.0)
    make_letter(database)
    assert send() == 0
    monkeypatch.undo()
    assert send() == 1


def test_a_letter_whose_link_expired_while_the_server_was_away_is_given_up_and_says_why(
    database: Database, send: Send, posting: Settings, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    logged: list[Any] = []
    monkeypatch.setattr(chores, "log", SimpleNamespace(warning=lambda *_, **said: logged.append(said)))
    ends = NOW + timedelta(hours=1)
    number, other = make_letter(database, expires_at=ends), make_letter(database, "altra@ente.example")
    assert send(NOW, replace(posting, smtp_port=1)) == 0
    assert send(ends) == 1, "the letter without an end is sent"
    assert sink.recipients == ["altra@ente.example"]
    assert letter(database, other).sent_at == ends
    left = letter(database, number)
    assert (left.sent_at, left.failed_at) == (None, ends)
    assert left.last_error == "its link has expired: a new letter is needed"
    assert (logged[-1]["letter"], logged[-1]["error"]) == (number, left.last_error)


def test_a_letter_is_sent_until_the_last_moment_of_its_link(database: Database, send: Send) -> None:
    ends = NOW + timedelta(hours=1)
    make_letter(database, expires_at=ends)
    assert send(ends - timedelta(seconds=1)) == 1


@pytest.mark.parametrize("when", ["on_recipient", "on_data"])
def test_a_refusal_for_good_fails_at_once_with_what_the_server_said(
    database: Database, send: Send, sink: Sink, when: str
) -> None:
    number = make_letter(database)
    setattr(sink, when, lambda _: "550 5.1.1 <mario@ente.example>: mailbox unknown")
    assert send() == 0
    failed = letter(database, number)
    assert failed.failed_at == NOW
    assert failed.last_error == "550 5.1.1 <m***@ente.example>: mailbox unknown"


def test_a_wrong_password_is_no_fault_of_the_letter(database: Database, send: Send, posting: Settings) -> None:
    number = make_letter(database)
    assert send(NOW, replace(posting, smtp_user="twinmetro", smtp_password="sbagliata")) == 0
    assert letter(database, number).failed_at is None


def test_a_letter_that_is_refused_does_not_hold_up_the_others(database: Database, send: Send, sink: Sink) -> None:
    for name in ("uno", "due", "tre"):
        make_letter(database, f"{name}@ente.example")
    sink.on_recipient = lambda address: "451 later" if address.startswith("due") else None
    assert send() == 2
    assert sorted(sink.recipients) == ["tre@ente.example", "uno@ente.example"]


def test_a_letter_of_a_worker_that_died_is_taken_again_after_a_while(
    database: Database, send: Send, sink: Sink
) -> None:
    number = make_letter(database)
    with database.work() as session:
        assert service.claim(session, NOW) is not None
    assert send(NOW + rules.CLAIM_LASTS - timedelta(seconds=1)) == 0
    assert send(NOW + rules.CLAIM_LASTS + timedelta(seconds=1)) == 1
    assert letter(database, number).attempts == 2


def test_a_worker_held_up_too_long_leaves_its_letter_to_the_other(database: Database, send: Send) -> None:
    number = make_letter(database)
    with database.work() as session:
        service.claim(session, NOW)
    later = NOW + rules.CLAIM_LASTS * 2
    with database.work() as session:
        service.claim(session, later)
    with database.work() as session:
        service.mark_failed(session, number, NOW, later, "451 late news", for_good=True)
    assert letter(database, number).failed_at is None
    assert letter(database, number).claimed_at == later


def test_a_letter_in_doubt_travels_under_the_same_name_again(database: Database, send: Send, sink: Sink) -> None:
    number = make_letter(database)
    send()
    with database.work() as session:
        found = queries.locked(session, number)
        assert found is not None
        found.sent_at, found.claimed_at, found.data = None, NOW, RESET
    send(NOW + rules.CLAIM_LASTS * 2)
    names = [message["Message-ID"] for _, message in sink.taken]
    assert len(names) == 2
    assert len(set(names)) == 1


def test_a_letter_that_ends_its_worker_each_time_is_given_up(database: Database, send: Send) -> None:
    number = make_letter(database)
    at = NOW
    for _ in range(rules.MOST_ATTEMPTS):
        with database.work() as session:
            assert service.claim(session, at) is not None
        at += rules.CLAIM_LASTS * 2
    assert send(at) == 0
    assert letter(database, number).failed_at == at


def test_without_a_mail_server_letters_are_files_while_developing(
    app: Flask, database: Database, settings: Settings
) -> None:
    with app.app_context(), database.work() as session:
        long_ago = NOW - timedelta(days=400)
        posted = post(session, long_ago, "reset", "mario@ente.example", "it", RESET)
        assert posted is not None
    with app.app_context():
        assert chores.send_mail(app) == 1
    [path] = settings.mail_folder.iterdir()
    assert path.name == f"{posted.id:06}-reset.eml"
    assert path.read_bytes().startswith(b"Subject: ")


def test_without_a_mail_server_letters_wait_in_production_and_the_log_says_so_once_an_hour(
    app: Flask, database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    logged: list[Any] = []
    monkeypatch.setattr(chores, "log", SimpleNamespace(warning=lambda *_, **said: logged.append(said["error"])))
    with database.work() as session:
        posted = post(session, NOW - timedelta(days=400), "reset", "mario@ente.example", "it", RESET)
        assert posted is not None
    app.config["SETTINGS"] = replace(settings, environment="production")
    with app.app_context():
        assert [chores.send_mail(app) for _ in range(3)] == [0, 0, 0]
    assert logged == ["no mail server is configured: letters wait"]
    assert letter(database, posted.id).attempts == 0


def test_forgetting_a_mailbox_leaves_nothing_of_it(database: Database, send: Send, sink: Sink) -> None:
    make_letter(database)
    kept = make_letter(database, once="notice:2")
    send()
    waiting = make_letter(database, due_at=NOW + timedelta(days=1))
    other = make_letter(database, "altra@ente.example", due_at=NOW + timedelta(days=1))
    with database.work() as session:
        service.forget_recipient(session, "mario@ente.example")
    with database.reading() as session:
        assert not queries.to_recipient(session, "mario@ente.example")
        assert queries.by_number(session, waiting) is None
        assert queries.by_number(session, kept) is not None
        assert queries.by_number(session, other) is not None
