# SPDX-License-Identifier: AGPL-3.0-or-later
"""What tests of accounts share: people, their browsers, the letters they got, a clock."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.access import Role
from app.accounts import identity
from app.accounts.models import Person
from app.db import Database
from app.outbox.models import Letter
from tests import makers
from tests.naughty import lines_for

#: Strange strings as a browser can send them: a half of a pair has no bytes.
STRANGE = [text.encode("utf-8", "ignore").decode() for text in lines_for("accounts", 120)]
EMAIL = "anna.verdi@ente.example"


class Clock:
    """The clock of the pages, which tests turn forward."""

    def __init__(self) -> None:
        self.at = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.at

    def pass_by(self, **span: float) -> None:
        self.at += timedelta(**span)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, app: Flask) -> Clock:
    """One clock for every page of accounts."""
    made = Clock()
    for blueprint in ("accounts", "profile", "people", "second_factor", "passkeys", "sso", "own", "services"):
        module = __import__(app.blueprints[blueprint].import_name, fromlist=["now"])
        monkeypatch.setattr(module, "now", made)
    monkeypatch.setattr(identity, "now", made)
    return made


@pytest.fixture
def anna(registered: Database) -> Person:
    """An official of Bologna with a password."""
    return make(registered, (Role.OFFICIAL, "bologna"), email=EMAIL, name="Anna Verdi", password=makers.PASSWORD)


def make(database: Database, *roles: tuple[Role, str], **fields: Any) -> Person:
    with database.work() as session:
        return makers.make_person(session, *roles, **fields)


@pytest.fixture
def browsers(app: Flask) -> Callable[[], FlaskClient]:
    """Makes one more browser."""
    return app.test_client


def send(client: FlaskClient, path: str, page: str = "", **fields: Any) -> TestResponse:
    """Send the form of a page as a browser would."""
    token = makers.csrf(client, page or "/accedi")
    return client.post(path, data={"csrf_token": token, **fields})


def come_in(client: FlaskClient, email: str = EMAIL, password: str = makers.PASSWORD, **fields: Any) -> TestResponse:
    return send(client, "/accedi", email=email, password=password, **fields)


def is_in(client: FlaskClient) -> bool:
    return client.get("/profilo").status_code == 200


def letters(database: Database, kind: str = "") -> list[Letter]:
    with database.reading() as session:
        found = session.query(Letter).order_by(Letter.id).all()
    return [letter for letter in found if not kind or letter.kind == kind]


def link_of(database: Database, kind: str) -> str:
    """The link of the newest letter of a kind."""
    return str(letters(database, kind)[-1].data["link"])


def heading(answer: TestResponse) -> str:
    found = re.search(r"<h1>(.*?)</h1>", answer.text, re.S)
    return found[1].strip() if found else ""
