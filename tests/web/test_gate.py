# SPDX-License-Identifier: AGPL-3.0-or-later
"""The gate: no page without a declared action, and a refusal that tells no more than it may."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Blueprint, Flask, g
from flask.testing import FlaskClient

from app import access, create_app, factory
from app.access import HIDDEN, Action
from app.config import Settings
from app.errors import Forbidden, Misconfigured, NotFound
from app.web import gate
from app.web.gate import permits


@dataclass(frozen=True)
class Sheet:
    """Something that is published or not."""

    published: bool


@pytest.fixture
def trial(library_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[FlaskClient]:
    """A site with two pages more: one of a hidden thing, one of an open action that the policy refuses."""
    monkeypatch.setitem(access.POLICY, Action.PROBE, lambda _thing: False)
    made = create_app(library_settings)
    made.add_url_rule("/prova/nascosta", "hidden", permits(Action.READ_SOLUTION)(ask_hidden))
    made.add_url_rule("/prova/aperta", "open", permits(Action.PROBE)(ask_open))
    yield made.test_client()
    made.extensions["database"].close()


def ask_hidden() -> str:
    gate.require(Action.READ_SOLUTION, Sheet(published=False))
    return "segreto"


def ask_open() -> str:
    gate.require(Action.PROBE)
    return "segreto"


@pytest.mark.parametrize("suffix", ["", "/en"])
def test_a_hidden_thing_is_refused_as_if_it_did_not_exist(trial: FlaskClient, suffix: str) -> None:
    refused, missing = trial.get(f"{suffix}/prova/nascosta"), trial.get(f"{suffix}/prova/inesistente")
    assert (refused.status_code, missing.status_code) == (404, 404)
    assert "segreto" not in refused.text
    for answer in (refused, missing):
        assert answer.headers["Cache-Control"] == "no-store"
    assert refused.text.split("<h1>")[1].split("</h1>")[0] == missing.text.split("<h1>")[1].split("</h1>")[0]


def test_an_open_action_that_the_policy_refuses_is_forbidden(trial: FlaskClient) -> None:
    answer = trial.get("/prova/aperta")
    assert answer.status_code == 403
    assert "segreto" not in answer.text


def test_a_refusal_asked_as_data_is_data(trial: FlaskClient) -> None:
    answer = trial.get("/prova/aperta", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.get_json()["error"]) == (403, 403)


def test_what_the_policy_allows_goes_on(library_app: Flask) -> None:
    with library_app.test_request_context():
        gate.require(Action.READ_SOLUTION, Sheet(published=True))
        gate.require(Action.SEARCH)
        assert g.asked == {Action.READ_SOLUTION, Action.SEARCH}


def test_a_refusal_is_noted_as_asked_too(library_app: Flask) -> None:
    with library_app.test_request_context():
        with pytest.raises(NotFound):
            gate.require(Action.READ_SOLUTION, Sheet(published=False))
        assert g.asked == {Action.READ_SOLUTION}


def test_an_action_on_a_thing_is_refused_without_the_thing() -> None:
    with pytest.raises(NotFound):
        access.require(Action.READ_SOLUTION)


def test_only_hidden_actions_are_refused_as_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    for action in Action:
        monkeypatch.setitem(access.POLICY, action, lambda _thing: False)
        with pytest.raises(NotFound if action in HIDDEN else Forbidden):
            access.require(action)


def test_an_application_with_an_undeclared_page_does_not_start(
    library_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    strange = Blueprint("strange", __name__)
    strange.add_url_rule("/segreta", "secret", lambda: "segreto")
    monkeypatch.setattr(factory, "FEATURES", (*factory.FEATURES, strange))
    with pytest.raises(Misconfigured, match=r"strange\.secret"):
        create_app(library_settings)


def test_all_undeclared_pages_are_named_at_once() -> None:
    app = Flask("trial")
    app.add_url_rule("/b", "second", lambda: "")
    app.add_url_rule("/a", "first", lambda: "")
    with pytest.raises(Misconfigured, match="first, second"):
        gate.refuse_undeclared(app)


def test_a_declared_page_and_static_files_may_start() -> None:
    app = Flask("trial", static_folder="web")
    app.add_url_rule("/a", "first", permits(Action.PROBE)(lambda: ""))
    gate.refuse_undeclared(app)
    assert "static" in app.view_functions
