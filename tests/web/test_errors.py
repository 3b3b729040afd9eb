# SPDX-License-Identifier: AGPL-3.0-or-later
"""Refusals and accidents: what happened and what to do, as a page or as data, never how the site is made."""

import errno
import json
import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask, abort, redirect, request
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from app import create_app
from app.access import Action
from app.config import Settings
from app.db import Tidy
from app.errors import Conflict, Forbidden, Invalid, NotFound, Refused, Unavailable
from app.web import logs
from app.web.errors import MAX_ADDRESS, RETRY_AFTER
from app.web.gate import permits
from app.web.sent import MOST_FIELDS

SECRET = "parola-segreta"
RAISED: dict[str, Exception] = {
    "refused": Refused("key"),
    "missing": NotFound("key"),
    "forbidden": Forbidden("key"),
    "conflict": Conflict("key"),
    "invalid": Invalid({"title": "missing", "summary": "too_long"}),
    "unavailable": Unavailable("pdf_libraries_missing"),
    "accident": RuntimeError(SECRET),
    "recursion": RecursionError(SECRET),
    "lookup": KeyError(SECRET),
    "full disk": OSError(errno.ENOSPC, SECRET),
    "file": FileNotFoundError(errno.ENOENT, SECRET),
}
STATUS = {
    "refused": 400, "missing": 404, "forbidden": 403, "conflict": 409, "invalid": 422, "unavailable": 503,
    "accident": 500, "recursion": 500, "lookup": 500, "full disk": 503, "file": 500,
}  # fmt: skip
DATA = {"Accept": "application/json"}


def raising(error: Exception) -> Callable[[], str]:
    def page() -> str:
        raise error

    return permits(Action.PROBE)(page)


@pytest.fixture(scope="module")
def trial_app(library_settings: Settings) -> Iterator[Flask]:
    """The site with one page more for each way to fail."""
    made = create_app(library_settings)
    for name, error in RAISED.items():
        for suffix in ("", ".json"):
            made.add_url_rule(f"/prova/{name}{suffix}", f"{name}{suffix.replace('.', '-')}", raising(error))
    made.add_url_rule("/prova/abort/<int:code>", "abort", permits(Action.PROBE)(abort))
    made.add_url_rule("/prova/altrove", "elsewhere", permits(Action.PROBE)(lambda: redirect("/citta")))
    made.add_url_rule("/prova/cartella/", "folder", permits(Action.PROBE)(lambda: ""))
    made.add_url_rule("/prova/invio", "send", permits(Action.PROBE)(lambda: str(len(request.form))), methods=["POST"])
    yield made
    made.extensions["database"].close()


@pytest.fixture
def trial(trial_app: Flask) -> Iterator[FlaskClient]:
    """A client of that site, silent: the accidents of these tests are meant to happen."""
    logs.configure("CRITICAL")
    yield trial_app.test_client()
    logs.configure("ERROR")


@pytest.mark.parametrize("name", RAISED)
def test_every_failure_is_a_page_with_its_status_and_a_way_on(trial: FlaskClient, name: str) -> None:
    answer = trial.get(f"/prova/{name}")
    assert answer.status_code == STATUS[name]
    assert answer.mimetype == "text/html"
    assert answer.text.count("<h1>") == 1
    assert 'href="/soluzioni"' in answer.text
    assert answer.headers["X-Request-ID"] in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("name", RAISED)
@pytest.mark.parametrize(("suffix", "headers"), [(".json", {}), ("", DATA)])
def test_every_failure_asked_as_data_is_data(
    trial: FlaskClient, name: str, suffix: str, headers: dict[str, str]
) -> None:
    answer = trial.get(f"/prova/{name}{suffix}", headers=headers)
    assert (answer.status_code, answer.mimetype) == (STATUS[name], "application/json")
    assert answer.get_json().keys() == {"error", "problems", "request_id"}
    assert (answer.get_json()["error"], answer.get_json()["request_id"]) == (
        STATUS[name],
        answer.headers["X-Request-ID"],
    )


def test_problems_are_rows_where_a_programme_reads_and_fields_for_the_scripts_of_pages(trial: FlaskClient) -> None:
    assert trial.get("/prova/invalid", headers=DATA).get_json()["problems"] == {
        "title": "missing",
        "summary": "too_long",
    }
    assert trial.get("/prova/missing", headers=DATA).get_json()["problems"] == {}
    rows = trial.get("/prova/invalid.json").get_json()["problems"]
    assert [(row["field"], row["key"]) for row in rows] == [("title", "missing"), ("summary", "too_long")]
    assert {*rows[0]} == {"line", "field", "key", "wrong", "example"}
    assert rows[0]["wrong"] == "il campo manca"
    assert trial.get("/en/prova/invalid.json").get_json()["problems"][0]["wrong"] == "the field is missing"
    token = {"Authorization": "Bearer twm_falso"}
    for answer in (trial.get("/prova/missing.json"), trial.get("/soluzioni.json", headers=token)):
        assert answer.get_json()["problems"] == []


@pytest.mark.parametrize("name", ["accident", "recursion", "lookup", "full disk", "file"])
@pytest.mark.parametrize("headers", [{}, DATA])
def test_an_accident_shows_nothing_of_the_inside(trial: FlaskClient, name: str, headers: dict[str, str]) -> None:
    text = trial.get(f"/prova/{name}", headers=headers).text
    for inside in (SECRET, "Traceback", "Error(", ".py", "raise "):
        assert inside not in text


def test_an_accident_leaves_its_trace_in_the_log_with_the_identifier_of_the_request(
    trial: FlaskClient, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure("ERROR")
    identifier = trial.get("/prova/accident").headers["X-Request-ID"]
    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["level"], line["request_id"]) == ("accident", "error", identifier)
    assert "RuntimeError" in line["exception"]


@pytest.mark.parametrize("path", ["//evil.example/x", "///evil.example/x", "/\\evil.example/x"])
def test_the_way_back_to_the_page_before_stays_on_the_site(library: FlaskClient, path: str) -> None:
    before = {"Referer": f"http://localhost{path}"}
    shown = library.post("/accedi", headers=before).text
    assert 'href="/evil.example/x"' in shown
    assert not re.search(r'href="/[/\\]', shown)


def test_a_refusal_is_not_an_accident(trial: FlaskClient, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("ERROR")
    for name in ("missing", "invalid", "forbidden"):
        trial.get(f"/prova/{name}")
    assert capsys.readouterr().err == ""


def test_what_is_away_may_be_asked_again_later(trial: FlaskClient) -> None:
    assert trial.get("/prova/unavailable").headers["Retry-After"] == RETRY_AFTER
    assert "Retry-After" not in trial.get("/prova/conflict").headers


def test_a_missing_part_of_the_installation_is_named(trial: FlaskClient) -> None:
    assert "mancano le librerie di sistema per il PDF" in trial.get("/prova/unavailable").text


def test_errors_speak_the_language_of_the_address(trial: FlaskClient) -> None:
    page = trial.get("/en/prova/accident").text
    assert '<html lang="en"' in page
    assert "Errore del sito" not in page


@pytest.mark.parametrize(
    "code", [400, 401, 403, 404, 406, 409, 410, 413, 414, 415, 418, 422, 429, 500, 501, 502, 503, 504]
)
def test_every_status_has_its_page(trial: FlaskClient, code: int) -> None:
    answer = trial.get(f"/prova/abort/{code}")
    assert (answer.status_code, answer.mimetype) == (code, "text/html")
    assert ("Retry-After" in answer.headers) == (code == 503)


def test_a_redirect_stays_a_redirect(trial: FlaskClient) -> None:
    assert trial.get("/prova/altrove").headers["Location"] == "/citta"
    answer = trial.get("/en/prova/cartella")
    assert (answer.status_code, answer.headers["Location"]) == (308, "http://localhost/en/prova/cartella/")


def test_a_method_that_is_not_allowed_is_answered_with_those_that_are(trial: FlaskClient) -> None:
    answer = trial.post("/prova/accident")
    assert answer.status_code == 405
    assert {name.strip() for name in answer.headers["Allow"].split(",")} == {"GET", "HEAD", "OPTIONS"}


@pytest.mark.parametrize(
    ("asked", "page"),
    [("/esci", "/"), ("/en/esci", "/en/"), ("/avvisi/letti", "/avvisi"), ("/proposte/1/rifiuta", "/proposte/1")],
)
def test_a_browser_that_asks_for_where_a_form_is_sent_is_led_to_the_page_of_the_form(
    trial: FlaskClient, asked: str, page: str
) -> None:
    led = trial.get(asked, headers={"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"})
    assert (led.status_code, led.headers["Location"]) == (303, page)
    assert trial.get(asked, headers=DATA).status_code == 405


def test_a_body_that_is_too_large_is_refused_unread(trial: FlaskClient) -> None:
    assert trial.post("/prova/invio", data={"a": "b" * 1_100_000}).status_code == 413
    assert trial.post("/prova/invio", data={str(number): "b" for number in range(300)}).status_code in {200, 400, 413}


def test_what_is_refused_for_its_many_fields_is_not_called_larger_than_the_limit(trial: FlaskClient) -> None:
    large = trial.post("/prova/invio", data={"a": "b" * 1_100_000})
    many = trial.post("/prova/invio", data={str(number): "" for number in range(MOST_FIELDS + 1)})
    assert (large.status_code, many.status_code) == (413, 413)
    assert ("il limite è di 1 MB" in large.text, "il limite è di" in many.text) == (True, False)
    assert "ha troppi campi" in many.text


def test_an_address_that_is_too_long_is_refused_with_what_to_do(trial: FlaskClient) -> None:
    for address in ("/cerca?q=" + "a" * MAX_ADDRESS, "/" + "a" * MAX_ADDRESS):
        answer = trial.get(address)
        assert answer.status_code == 414
        assert "accorciare la ricerca" in answer.text
        assert "4.094 caratteri" in answer.text
    data = trial.get("/cerca.json?q=" + "a" * MAX_ADDRESS)
    assert (data.status_code, data.json["error"]) == (414, 414)  # type: ignore[index]
    assert trial.get("/cerca?q=" + "a" * (MAX_ADDRESS - len("/cerca?q="))).status_code == 200


def test_the_path_asked_is_never_repeated_raw(trial: FlaskClient) -> None:
    page = trial.get("/<script>alert(1)</script>").text
    assert "<script>alert" not in page


@pytest.fixture(scope="module", params=["away", "damaged", "empty"])
def stranded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A site whose database cannot be reached, is not a database, or has no tables."""
    folder = tmp_path_factory.mktemp("stranded")
    path = folder / "database.sqlite3"
    if request.param == "away":
        path = folder / "nowhere" / "database.sqlite3"
    elif request.param == "damaged":
        path.write_bytes(b"no database at all, but long enough to be read as one " * 40)
    made = create_app(Settings(data=str(folder), database_url=f"sqlite:///{path}", log_level="CRITICAL"))
    yield made.test_client()
    made.extensions["database"].close()
    logs.configure("ERROR")


@pytest.mark.parametrize("path", ["/", "/citta", "/soluzioni/suap-metropolitano-bologna", "/temi", "/aiuto", "/norme"])
def test_without_its_database_every_page_says_to_come_back(stranded: FlaskClient, path: str) -> None:
    for prefix, sentence in (("", "Riprovare tra qualche secondo"), ("/en", "Please try again")):
        answer = stranded.get(f"{prefix}{path}")
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == RETRY_AFTER
        assert sentence in answer.text
        for inside in ("sqlite", "SELECT", "Traceback", "OperationalError"):
            assert inside not in answer.text


def test_a_database_that_goes_away_after_the_page_was_made_costs_nobody_the_page(
    trial: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_session: Tidy) -> None:
        raise OperationalError("ROLLBACK", None, ValueError("server closed the connection unexpectedly"))

    with monkeypatch.context() as gone:
        gone.setattr(Tidy, "close", fail)
        answer = trial.get("/citta/bologna")
    assert (answer.status_code, "Bologna" in answer.text) == (200, True)
    assert trial.get("/citta/bologna").status_code == 200


@pytest.mark.parametrize("path", ["/citta.json", "/temi.json", "/soluzioni/suap-metropolitano-bologna.json"])
def test_without_its_database_data_is_refused_as_data(stranded: FlaskClient, path: str) -> None:
    answer = stranded.get(path)
    assert (answer.status_code, answer.get_json()["error"]) == (503, 503)
    assert answer.headers["Retry-After"] == RETRY_AFTER


def test_without_its_database_the_site_lives_but_is_not_ready(stranded: FlaskClient) -> None:
    assert stranded.get("/healthz").status_code == 200
    answer = stranded.get("/readyz")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert answer.get_json()["status"] == "not ready"


@pytest.mark.parametrize("path", ["/cerca?q=suap", "/cerca.json?q=suap", "/soluzioni", "/cerca/suggerimenti?q=su"])
def test_without_database_and_index_searching_is_never_an_accident(stranded: FlaskClient, path: str) -> None:
    assert stranded.get(path).status_code in {200, 503}


def test_a_database_with_no_free_connection_is_away_for_a_moment(library_settings: Settings) -> None:
    made = create_app(library_settings)

    def busy() -> str:
        raise PoolExhausted("no connection in time")

    made.add_url_rule("/occupata", "busy", busy)
    answer = made.test_client().get("/occupata")
    made.extensions["database"].close()
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]


@pytest.mark.parametrize("language", ["", "/en"])
def test_an_address_that_leads_nowhere_names_what_is_near_and_fills_the_search_field(
    library: FlaskClient, language: str
) -> None:
    answer = library.get(f"{language}/soluzioni/suap-metropolitano-bolonia")
    assert answer.status_code == 404
    assert f'href="{language}/soluzioni/suap-metropolitano-bologna"' in answer.text
    assert 'name="q" value="suap metropolitano bolonia"' in answer.text
    assert answer.text.count(f'<li><a href="{language}/soluzioni/') <= 5


@pytest.mark.parametrize("language", ["", "/en"])
@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("/soluzioni/", "/soluzioni"),
        ("/temi/suap/", "/temi/suap"),
        ("/SOLUZIONI?pagina=2", "/soluzioni?pagina=2"),
        ("/citta/Torino", "/citta/torino"),
        ("/soluzioni/SUAP-metropolitano-Bologna/", "/soluzioni/suap-metropolitano-bologna"),
    ],
)
def test_an_address_typed_in_capitals_or_with_a_last_stroke_leads_to_the_page(
    library: FlaskClient, language: str, typed: str, meant: str
) -> None:
    answer = library.get(language + typed)
    assert answer.status_code == 301
    assert answer.headers["Location"] == language + meant


@pytest.mark.parametrize("path", ["/%5Cevil.example/", "/nessuna/", "/Nessuna", "/soluzioni/nessuna"])
def test_an_address_that_leads_nowhere_leads_nowhere_else(library: FlaskClient, path: str) -> None:
    assert library.get(path).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/soluzioni/" + "a" * 3000,
        "/soluzioni/" + "-".join(["suap"] * 500),
        "/%00%ff/../..%2f",
        "/soluzioni/tema:suap",
        "/%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
        "/----",
        "/wp-login.php",
    ],
)
def test_a_strange_address_is_answered_shortly_and_harmlessly(library: FlaskClient, path: str) -> None:
    answer = library.get(path)
    assert answer.status_code == 404
    assert "<script>alert" not in answer.text
    typed = answer.text.split('id="q-error" name="q" value="')[1].split('"')[0]
    assert len(typed) <= 8 * 31
    assert ":" not in typed


def test_the_page_of_an_error_stands_when_looking_for_what_is_near_fails(
    library_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = create_app(library_settings)

    def broken(words: str) -> list[tuple[str, str]]:
        raise RuntimeError(words)

    monkeypatch.setitem(made.extensions, "nearest", broken)
    answer = made.test_client().get("/soluzioni/suap-bolonia")
    made.extensions["database"].close()
    assert answer.status_code == 404
    assert "Forse si cercava" not in answer.text
