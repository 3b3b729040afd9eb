# SPDX-License-Identifier: AGPL-3.0-or-later
"""Workers as they run: several at once send each letter once; one that is killed loses none."""

import os
import signal
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.config import ROOT, Settings
from app.db import Database
from app.outbox import queries, rules
from app.outbox.service import post
from tests.outbox.sink import Sink

LETTERS = 60
LONG_AGO = datetime.now(UTC) - timedelta(hours=1)


def start_worker(settings: Settings, *arguments: str) -> "subprocess.Popen[bytes]":
    environment = {
        **os.environ,
        "TWINMETRO_DATA": settings.data,
        "TWINMETRO_DATABASE_URL": settings.database_url,
        "TWINMETRO_SMTP_HOST": "127.0.0.1",
        "TWINMETRO_SMTP_PORT": str(settings.smtp_port),
        "TWINMETRO_SMTP_SECURITY": "none",
        "TWINMETRO_BASE_URL": "https://twinmetro.example",
        "TWINMETRO_LOG_LEVEL": "ERROR",
    }
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "worker", "--chore", "mail", *arguments]
    return subprocess.Popen(command, cwd=ROOT, env=environment)


def make_letters(database: Database, number: int) -> list[str]:
    recipients = [f"persona{count}@ente.example" for count in range(number)]
    with database.work() as session:
        for count, recipient in enumerate(recipients):
            post(session, LONG_AGO, "password-changed", recipient, "it", {}, once=f"trial:{count}")
    return recipients


def all_sent(database: Database) -> bool:
    with database.reading() as session:
        return queries.counts(session, LONG_AGO)["waiting"] == 0


@pytest.mark.slow
def test_three_workers_at_once_send_each_letter_once(database: Database, posting: Settings, sink: Sink) -> None:
    recipients = make_letters(database, LETTERS)
    workers = [start_worker(posting, "--once") for _ in range(3)]
    assert [worker.wait(120) for worker in workers] == [0, 0, 0]
    assert all_sent(database)
    assert sorted(sink.recipients) == sorted(recipients)


@pytest.mark.slow
def test_a_worker_killed_while_sending_loses_no_letter(database: Database, posting: Settings, sink: Sink) -> None:
    """The server accepts the letter and the worker dies before it can note so: the worst instant there is."""
    recipients = make_letters(database, 10)
    killed: list[int] = []

    def kill(_recipient: str) -> None:
        if len(sink.taken) == 5 and not killed:
            killed.append(worker.pid)
            os.kill(worker.pid, signal.SIGKILL)

    sink.on_data = kill
    worker = start_worker(posting)
    assert worker.wait(60) == -signal.SIGKILL
    let_claims_end(database)
    assert start_worker(posting, "--once").wait(60) == 0
    assert all_sent(database)
    assert set(sink.recipients) == set(recipients)
    sent = Counter(sink.recipients)
    twice = [recipient for recipient, times in sent.items() if times > 1]
    assert len(twice) == 1, "the letter in doubt, and no other"
    names = {message["Message-ID"] for recipient, message in sink.taken if recipient == twice[0]}
    assert len(names) == 1, "who gets it twice can see that it is one"


def let_claims_end(database: Database) -> None:
    """As if the time had passed after which a claimed letter is taken again."""
    with database.work() as session:
        for letter in queries.waiting(session, LETTERS):
            if letter.claimed_at is not None:
                letter.claimed_at -= rules.CLAIM_LASTS * 2


@pytest.mark.slow
def test_a_worker_told_to_stop_stops_at_once(database: Database, posting: Settings, sink: Sink) -> None:
    recipients = make_letters(database, 30)
    told: list[int] = []

    def stop(_recipient: str) -> None:
        if len(sink.taken) == 3 and not told:
            told.append(worker.pid)
            worker.terminate()

    sink.on_data = stop
    worker = start_worker(posting)
    assert worker.wait(15) == 0
    assert 3 <= len(sink.taken) < len(recipients), "it finished the letter in its hands and began no other"
    assert start_worker(posting, "--once").wait(60) == 0
    assert sorted(sink.recipients) == sorted(recipients)


def test_letters_of_a_worker_without_a_mail_server_are_files(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    make_letters(database, 2)
    environment = {"TWINMETRO_DATA": settings.data, "TWINMETRO_DATABASE_URL": settings.database_url}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "worker", "--once", "--chore", "mail"]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, check=False, capture_output=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert len(list((tmp_path / "mail").glob("*.eml"))) == 2
