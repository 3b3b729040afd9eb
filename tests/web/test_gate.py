# SPDX-License-Identifier: AGPL-3.0-or-later
"""The gate: no page without a declared action, and a refusal that tells no more than it may."""

from collections.abc import Iterator
from urllib.parse import unquote

import pytest
from flask import Blueprint, Flask, g
from flask.testing import FlaskClient

from app import access, create_app, factory
from app.access import HIDDEN, NOBODY, Action, Actor, Permission, Role, Thing
from app.config import Settings
from app.errors import Forbidden, Misconfigured, NotFound, SignInNeeded
from app.web import gate
from app.web.gate import permits

CLOSED = Permission(lambda _actor: False, lambda _actor, _thing: False)
SECRET = Thing(published=False)
SOMEBODY = Actor(7, frozenset({(Role.OFFICIAL, "bologna")}))


@pytest.fixture
def trial(library_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[FlaskClient]:
    """A site with two pages more: one of a hidden thing, one of an action that the policy refuses to everybody."""
    monkeypatch.setitem(access.POLICY, Action.PROBE, CLOSED)
    made = create_app(library_settings)
    made.add_url_rule("/prova/nascosta", "hidden", permits(Action.READ_SOLUTION)(ask_hidden))
    made.add_url_rule("/prova/aperta", "open", permits(Action.PROBE)(lambda: "segreto"))
    yield made.test_client()
    made.extensions["database"].close()


def ask_hidden() -> str:
    gate.require(Action.READ_SOLUTION, SECRET)
    return "segreto"


@pytest.mark.parametrize("suffix", ["", "/en"])
def test_a_hidden_thing_is_refused_as_if_it_did_not_exist(trial: FlaskClient, suffix: str) -> None:
    refused, missing = trial.get(f"{suffix}/prova/nascosta"), trial.get(f"{suffix}/prova/inesistente")
    assert (refused.status_code, missing.status_code) == (404, 404)
    assert "segreto" not in refused.text
    for answer in (refused, missing):
        assert answer.headers["Cache-Control"] == "no-store"
    assert refused.text.split("<h1>")[1].split("</h1>")[0] == missing.text.split("<h1>")[1].split("</h1>")[0]


@pytest.mark.parametrize("question", ["?pagina=2", "?q=dove?", "?", ""])
def test_a_page_that_is_not_for_everybody_leads_to_the_log_in_and_back(trial: FlaskClient, question: str) -> None:
    answer = trial.get(f"/en/prova/aperta{question}")
    assert answer.status_code == 303
    path, _, following = answer.headers["Location"].partition("?next=")
    assert path == "/en/accedi"
    assert unquote(following) == f"/en/prova/aperta{question if question != '?' else ''}"


def test_a_change_asked_without_a_log_in_is_refused_and_what_was_typed_is_shown_again(library_app: Flask) -> None:
    typed = "Il problema è che ogni comune chiede moduli diversi alle stesse imprese."
    answer = library_app.test_client().post("/profilo", data={"name": typed, "password": "x" * 60})
    assert answer.status_code == 401
    assert typed in answer.text
    assert "x" * 60 not in answer.text


def test_after_the_log_in_that_was_missing_one_is_back_at_the_page_of_the_form(library_app: Flask) -> None:
    client = library_app.test_client()
    answer = client.post("/profilo", headers={"Referer": "http://localhost/profilo?vista=1"})
    assert answer.status_code == 401
    assert 'href="/accedi?next=/profilo?vista%3D1"' in answer.text or "next=%2Fprofilo%3Fvista%3D1" in answer.text


def test_short_remarks_are_shown_again_and_no_secret_is(library_app: Flask) -> None:
    typed = {"nota-tutto": "Manca la fonte", "password": "tre parole segrete", "visibility": "public"}
    page = library_app.test_client().post("/profilo", data=typed).text
    assert "Manca la fonte</textarea>" in page
    assert "segrete" not in page
    assert "public</textarea>" not in page


def test_a_refusal_asked_as_data_is_data(trial: FlaskClient) -> None:
    answer = trial.get("/prova/aperta", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.get_json()["error"]) == (401, 401)


def test_what_the_policy_allows_goes_on(library_app: Flask) -> None:
    with library_app.test_request_context():
        gate.require(Action.READ_SOLUTION, Thing(published=True))
        gate.require(Action.SEARCH)
        assert g.asked == {(Action.READ_SOLUTION, True), (Action.SEARCH, False)}


def test_a_refusal_is_noted_as_asked_too(library_app: Flask) -> None:
    with library_app.test_request_context():
        with pytest.raises(NotFound):
            gate.require(Action.READ_SOLUTION, SECRET)
        assert g.asked == {(Action.READ_SOLUTION, True)}


def test_only_hidden_actions_are_refused_as_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    for action in Action:
        hidden = action in HIDDEN
        monkeypatch.setitem(access.POLICY, action, CLOSED)
        with pytest.raises(NotFound if hidden else Forbidden):
            access.require(SOMEBODY, action, SECRET)
        with pytest.raises(SignInNeeded):
            access.require(NOBODY, action, SECRET)


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
