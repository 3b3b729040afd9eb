# SPDX-License-Identifier: AGPL-3.0-or-later
"""A disk without room: who saves is told to come back, reading goes on, and all is well when there is room again."""

import gc
import io
import resource
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from werkzeug.test import TestResponse

from app.access import Role
from app.accounts.models import SignIn
from app.db import Database
from app.journal.service import broken
from app.writing.queries import known_digests
from tests.makers import csrf, make_draft, make_person, make_registers, make_solution, sign_in

SLUG, READ = "bozza-di-prova", "/soluzioni/sportello-unico-bologna"
SAID = {"title": "Schema", "document_kind": "accordo", "licence": "CC-BY-4.0", "visibility": "public"}


@pytest.fixture
def official(app: Flask) -> FlaskClient:
    with app.extensions["database"].work() as session:
        make_registers(session)
        make_solution(session)
        person = make_person(session, (Role.OFFICIAL, "bologna"))
        make_draft(session, person.id, SLUG)
    return sign_in(app.test_client(), person)


@contextmanager
def full_disk(room: int = 4_096) -> Iterator[None]:
    """No file may grow beyond so many bytes, a page: what a full disk says to who writes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_who_came_in_a_while_ago_reads_on(app: Flask, official: FlaskClient) -> None:
    with app.extensions["database"].work() as session:
        for log_in in session.scalars(select(SignIn)):
            log_in.seen_at = datetime.now(UTC) - timedelta(hours=1)
    with full_disk():
        assert official.get(READ).status_code == 200
        assert official.get("/profilo").status_code == 200


def save(client: FlaskClient, token: str, problem: str) -> TestResponse:
    boxes = {"title": problem, "problem": problem, "by_when": "2027-06-30", "themes": "suap", "do": "draft"}
    return client.post("/richieste/nuova", data={**boxes, "looked": "1", "csrf_token": token})


def upload(client: FlaskClient, token: str) -> TestResponse:
    sent = (io.BytesIO(b"Schema di convenzione.\n" * 2_000), "schema.txt")
    return client.post(f"/soluzioni/{SLUG}/kit", data={**SAID, "csrf_token": token, "file": sent})


def upload_large(client: FlaskClient, token: str) -> TestResponse:
    """A file of which the server keeps what arrives on its disk, as a browser sends it."""
    fields = [(f'name="{name}"', value.encode()) for name, value in {**SAID, "csrf_token": token}.items()]
    parts = [*fields, ('name="file"; filename="schema.txt"', b"Schema di convenzione.\n" * 40_000)]
    named = (
        b"--edge\r\nContent-Disposition: form-data; %s\r\n\r\n%s\r\n" % (name.encode(), sent) for name, sent in parts
    )
    body = b"".join(named) + b"--edge--\r\n"
    kind = "multipart/form-data; boundary=edge"
    with warnings.catch_warnings():
        # The file that could not be written is closed when it is found to be rubbish.
        warnings.simplefilter("ignore", ResourceWarning)
        answer = client.post(
            f"/soluzioni/{SLUG}/kit", input_stream=io.BytesIO(body), content_length=len(body), content_type=kind
        )
        gc.collect()
    return answer


def test_a_large_file_that_the_disk_does_not_take_may_be_sent_again_later(app: Flask, official: FlaskClient) -> None:
    token = csrf(official, "/richieste/nuova")
    with full_disk():
        answer = upload_large(official, token)
    assert (answer.status_code, answer.headers.get("Retry-After")) == (503, "30")
    assert upload_large(official, token).status_code == 303


def whole(database: Database) -> bool:
    with database.reading() as session:
        return session.execute(text("PRAGMA integrity_check")).scalar() == "ok" and broken(session) is None


def test_a_full_disk_refuses_to_save_and_goes_on_showing(app: Flask, database: Database, official: FlaskClient) -> None:
    token = csrf(official, "/richieste/nuova")
    problem = "Uno sportello unico per le imprese dei comuni piccoli."
    reader = app.test_client()
    with full_disk():
        answers = [save(official, token, problem), upload(official, token), save(official, token, problem)]
        seen = reader.get(READ).status_code
    assert [answer.status_code for answer in answers] == [503, 503, 503]
    assert all(answer.headers["Retry-After"] for answer in answers)
    assert seen == 200
    assert whole(database)
    with database.reading() as session:
        assert known_digests(session) == set()
        assert session.execute(text("SELECT count(*) FROM needs")).scalar() == 0
    assert save(official, token, problem).status_code == 303
    assert upload(official, token).status_code == 303
    assert whole(database)


def test_a_command_on_a_full_disk_says_so_in_a_line(app: Flask) -> None:
    with full_disk(room=100_000):
        result = app.test_cli_runner().invoke(args=["content", "import"])
    assert isinstance(result.exception, SystemExit)
    assert (result.exit_code, result.output.count("\n")) == (1, 1), result.output
    assert "il disco forse è pieno" in result.output


def test_an_archive_for_which_there_is_no_room_is_not_said_to_be_damaged(
    app: Flask, official: FlaskClient, tmp_path: Path
) -> None:
    run, archive = app.test_cli_runner(), str(tmp_path / "copia.tar.gz")
    run.invoke(args=["backup", "create", archive])
    with full_disk():
        result = run.invoke(args=["backup", "verify", archive])
    assert (result.exit_code, "non c'è posto per aprire l'archivio" in result.output) == (1, True), result.output
    assert run.invoke(args=["backup", "verify", archive]).exit_code == 0
