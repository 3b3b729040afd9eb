# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the tests of writing share: an office with two people, a draft, and its form as a browser sends it."""

from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.access import Role
from app.accounts import queries
from app.db import Database
from tests import makers
from tests.stores import SqliteStores

SLUG = "sportello-unico-bologna"
JSON = {"Accept": "application/json"}


@pytest.fixture
def stores(sqlite_stores: SqliteStores) -> SqliteStores:
    """Pages do not depend on the kind of database; the services are tried on both."""
    return sqlite_stores


class Form(HTMLParser):
    """The boxes of the form of the document as a browser without JavaScript would send them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.pairs: list[tuple[str, str]] = []
        self._open: str | None = None
        self._select: tuple[str, list[tuple[str, bool]]] | None = None
        self._inside = self._template = False
        self._text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        held = {name: value or "" for name, value in attributes}
        if tag == "form":
            self._inside = held.get("id") == "modulo"
        if tag == "template":
            self._template = True
        if not self._inside or self._template:
            return
        if tag == "input":
            self._input(held)
        elif tag == "textarea":
            self._open, self._text = held.get("name"), ""
        elif tag == "select":
            self._select = (held["name"], [])
        elif tag == "option" and self._select:
            self._select[1].append((held.get("value", ""), "selected" in held))

    def _input(self, held: dict[str, str]) -> None:
        kind = held.get("type", "text")
        if kind in {"checkbox", "radio"} and "checked" not in held:
            return
        self.pairs.append((held["name"], held.get("value", "")))

    def handle_data(self, data: str) -> None:
        if self._open:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "template":
            self._template = False
        if tag == "form":
            self._inside = False
        if tag == "textarea" and self._open:
            self.pairs.append((self._open, self._text.removeprefix("\n")))
            self._open = None
        if tag == "select" and self._select:
            name, options = self._select
            chosen = [value for value, selected in options if selected] or [options[0][0]]
            self.pairs.append((name, chosen[0]))
            self._select = None


class Desk:
    """A signed-in person at the form of a solution."""

    def __init__(self, client: FlaskClient, slug: str = SLUG) -> None:
        self.client = client
        self.address = f"/soluzioni/{slug}"
        self.form: dict[str, list[str]] = {}

    def open(self) -> "Desk":
        page = self.client.get(f"{self.address}/modifica")
        assert page.status_code == 200, page.text
        self.form = {}
        for name, value in Form(page.text).pairs:
            self.form.setdefault(name, []).append(value)
        return self

    def type(self, **boxes: str | list[str]) -> "Desk":
        """Fill boxes; a double underscore stands for the point in their names."""
        for name, value in boxes.items():
            self.form[name.replace("__", ".")] = value if isinstance(value, list) else [value]
        return self

    def save(self, **more: Any) -> TestResponse:
        return self.client.post(f"{self.address}/modifica", data={**self.form, **more})

    def autosave(self) -> TestResponse:
        return self.client.post(f"{self.address}/bozza", data=self.form, headers=JSON)

    def box(self, name: str) -> str:
        return self.form.get(name, [""])[-1]


@pytest.fixture
def office(registered: Database) -> Database:
    """Bologna's office with a published solution and two people who may write on it; Turin has one of its own."""
    with registered.work() as session:
        makers.make_solution(session, SLUG)
        for name, email, body in (
            ("Maria Rossi", "maria@ente.example", "bologna"),
            ("Luca Bianchi", "luca@ente.example", "bologna"),
            ("Anna Torinese", "anna@ente.example", "torino"),
        ):
            makers.make_person(session, (Role.OFFICIAL, body), name=name, email=email)
    return registered


@pytest.fixture
def people(app: Flask, office: Database) -> dict[str, FlaskClient]:
    """A browser for each person, by first name."""
    with office.reading() as session:
        found = {person.name.split()[0].lower(): person for person in queries.people(session)}
    return {name: makers.sign_in(app.test_client(), person) for name, person in found.items()}


@pytest.fixture
def maria(people: dict[str, FlaskClient]) -> Desk:
    return Desk(people["maria"])


@pytest.fixture
def luca(people: dict[str, FlaskClient]) -> Desk:
    return Desk(people["luca"])
