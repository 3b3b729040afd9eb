# SPDX-License-Identifier: AGPL-3.0-or-later
"""What programmes that watch over the site are told: read as Prometheus reads it, by who may, whatever is away."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client import parser
from prometheus_client.openmetrics import parser as open_parser
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from app.access import Actor, Role
from app.accounts import rules, service_accounts
from app.config import ROOT
from app.db import Database
from app.document.schema import BADGES
from app.needs.models import Need
from app.operations import chores
from app.operations.service import note_run
from app.outbox.models import Letter
from app.search.models import SearchChange
from app.web import counted
from tests.makers import NOW, make_person, make_solution, sign_in, tamper_with_journal

#: As Prometheus 3 asks; and what reads its answer.
ACCEPTED = (
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;"
    "q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
)
FORMS = {"": parser, ACCEPTED: open_parser}
CHIEF = Actor(1, frozenset({(Role.ADMINISTRATOR, "")}))
Told = dict[tuple[str, tuple[str, ...]], float]


def bearer(database: Database, *scopes: str) -> dict[str, str]:
    with database.work() as session:
        made = service_accounts.create(
            session, CHIEF, datetime.now(UTC), "-".join(scopes), frozenset(scopes), 90, "bologna"
        )
    return {"Authorization": f"Bearer {made[1]}"}


@pytest.fixture
def watcher(registered: Database) -> dict[str, str]:
    """What Prometheus sends to say who it is."""
    return bearer(registered, "read-metrics")


def read(answer: TestResponse, by: Any = parser) -> Told:
    """Every figure of an answer by its name and the values of its labels."""
    assert answer.status_code == 200, answer.text
    families = list(by.text_string_to_metric_families(answer.text))
    assert all(family.documentation.isascii() and len(family.documentation.split()) > 3 for family in families)
    return {
        (sample.name, tuple(sample.labels[name] for name in sorted(sample.labels))): sample.value
        for family in families
        for sample in family.samples
    }


def read_text(client: FlaskClient, watcher: dict[str, str]) -> str:
    return client.get("/metrics", headers=watcher).text


def ask(client: FlaskClient, watcher: dict[str, str]) -> Told:
    return read(client.get("/metrics", headers=watcher))


@pytest.mark.parametrize("accepted", FORMS)
def test_it_is_read_by_the_parser_of_the_form_that_was_asked_for(
    client: FlaskClient, watcher: dict[str, str], accepted: str
) -> None:
    answer = client.get("/metrics", headers={**watcher, "Accept": accepted})
    told = read(answer, FORMS[accepted])
    assert answer.content_type.startswith("application/openmetrics-text" if accepted else "text/plain; version=0.0.4")
    assert told["twinmetro_release_info", ("0.1.0",)] == 1
    assert told["twinmetro_ready", ("database",)] == told["twinmetro_ready", ("migrations",)] == 1
    assert told["twinmetro_ready", ("index",)] == 0, "this site has none yet"
    assert 0 < told["twinmetro_data_disk_free_bytes", ()] < told["twinmetro_data_disk_size_bytes", ()]
    assert "no-store" in answer.headers["Cache-Control"]
    assert "ETag" not in answer.headers


@pytest.mark.parametrize("accepted", ["application/openmetrics-text; version=x", "text/plain; version=1.x", "È, ;;=,"])
def test_a_form_that_does_not_exist_is_answered_in_a_usual_one(
    client: FlaskClient, watcher: dict[str, str], accepted: str
) -> None:
    assert ("twinmetro_http_errors_total", ()) in read(
        client.get("/metrics", headers={**watcher, "Accept": accepted.encode().decode("latin-1")})
    )


def test_it_is_told_to_administrators_and_to_programmes_with_the_scope_alone(
    client: FlaskClient, registered: Database, app: Flask
) -> None:
    asking = {"Accept": ACCEPTED}
    refused = client.get("/metrics", headers=asking)
    assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, 'Bearer realm="Twin Metro"')
    assert client.get("/metrics", headers={**asking, "Authorization": "Bearer twm_nessuno"}).status_code == 401
    others = bearer(registered, "read-library", "read-members", "write-drafts")
    assert client.get("/metrics", headers={**asking, **others}).status_code == 403
    watcher = bearer(registered, "read-metrics")
    assert client.post("/metrics", headers=watcher).status_code == 405
    with registered.work() as session:
        people = {role: make_person(session, (role, "")) for role in (Role.ADMINISTRATOR, Role.COORDINATOR)}
    answers = {role: sign_in(app.test_client(), person).get("/metrics") for role, person in people.items()}
    assert {role: answer.status_code for role, answer in answers.items()} == {
        Role.ADMINISTRATOR: 200,
        Role.COORDINATOR: 403,
    }


def test_a_programme_that_watches_opens_nothing_that_is_not_public(
    client: FlaskClient, registered: Database, watcher: dict[str, str]
) -> None:
    with registered.work() as session:
        make_solution(session, "riservata", visibility="members")
    assert client.get("/soluzioni/riservata.json", headers=watcher).status_code == 404
    for path in ("/profilo", "/amministrazione/registro.json", "/amministrazione/lavori"):
        assert client.get(path, headers=watcher).status_code in {403, 404}
    assert client.post("/api/v1/bozze/x.json", data="x", headers=watcher).status_code == 403


def test_no_label_holds_what_somebody_typed(client: FlaskClient, app: Flask, watcher: dict[str, str]) -> None:
    for path in ("/soluzioni/segreta-7", "/nessuna-7", "/cerca?q=segreta-7", "/citta/segreta-7", "/EN/segreta-7"):
        client.get(path, headers={"X-Request-ID": "segreta-7", "User-Agent": "segreta-7"})
    client.open("/", method="SEGRETA-7")
    client.post("/accedi", data={"email": "segreta-7@ente.example", "password": "segreta-7"})
    answer = client.get("/metrics", headers=watcher)
    assert "segreta" not in answer.text.lower()
    counted_here = [labels for (name, labels) in read(answer) if name == "twinmetro_http_requests_total"]
    assert {method for method, _page, _status in counted_here} <= {*counted.METHODS, counted.OTHER}
    assert {page for _method, page, _status in counted_here} <= {*app.view_functions, counted.UNKNOWN}
    assert (counted.OTHER, counted.UNKNOWN, "4xx") in counted_here


def test_requests_are_counted_with_their_seconds_and_accidents_apart(
    client: FlaskClient, app: Flask, watcher: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = ask(client, watcher)
    client.get("/robots.txt")
    client.get("/robots.txt")
    monkeypatch.setitem(app.view_functions, "pages.robots", lambda: 1 / 0)
    assert client.get("/robots.txt").status_code == 500
    after = ask(client, watcher)

    def rise(name: str, *labels: str) -> float:
        return after[name, labels] - before.get((name, labels), 0)

    assert rise("twinmetro_http_requests_total", "GET", "pages.robots", "2xx") == 2
    assert rise("twinmetro_http_requests_total", "GET", "pages.robots", "5xx") == 1
    assert rise("twinmetro_http_errors_total") == 1
    assert rise("twinmetro_http_request_duration_seconds_count", "pages.robots") == 3
    assert rise("twinmetro_http_request_duration_seconds_bucket", "+Inf", "pages.robots") == 3
    assert 0 < rise("twinmetro_http_request_duration_seconds_sum", "pages.robots") < 60


def letter(**more: Any) -> Letter:
    return Letter(kind="news", recipient="a@b.it", language="it", data={}, created_at=NOW, due_at=NOW, **more)


def test_what_waits_and_what_was_given_up_is_told(
    client: FlaskClient, registered: Database, watcher: dict[str, str]
) -> None:
    an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
    with registered.work() as session:
        session.execute(text("DELETE FROM search_changes"))
        session.execute(text("DELETE FROM letters"))
    empty = ask(client, watcher)
    assert empty["twinmetro_index_changes_waiting", ()] == empty["twinmetro_index_oldest_change_age_seconds", ()] == 0
    with registered.work() as session:
        session.add_all([SearchChange(kind="solution", slug=slug, noted_at=an_hour_ago) for slug in ("a", "b")])
        session.add_all([letter(), letter(), letter(), letter(attempts=2), letter(attempts=38, failed_at=NOW)])
        session.add(letter(attempts=1, sent_at=NOW))
    told = ask(client, watcher)
    assert told["twinmetro_index_changes_waiting", ()] == 2
    assert 3_600 <= told["twinmetro_index_oldest_change_age_seconds", ()] < 3_700
    letters = {labels[0]: value for (name, labels), value in told.items() if name == "twinmetro_letters"}
    assert letters == {"waiting": 3, "retried": 1, "failed": 1}


def test_a_worker_that_is_away_and_a_chore_that_fails_can_be_told(
    client: FlaskClient, app: Flask, registered: Database, watcher: dict[str, str]
) -> None:
    with registered.work() as session:
        note_run(session, "mail", NOW, 3)
        note_run(session, "mail", NOW + timedelta(minutes=5), 0, "OSError: away")
    told = ask(client, watcher)
    every = {chore.name: chore.every_seconds for chore in app.extensions["chores"]}
    assert {name: told["twinmetro_chore_interval_seconds", (name,)] for name in every} == every
    assert told["twinmetro_chore_last_success_timestamp_seconds", ("mail",)] == NOW.timestamp()
    assert told["twinmetro_chore_last_run_timestamp_seconds", ("mail",)] == NOW.timestamp() + 300
    assert told["twinmetro_chore_failing", ("mail",)] == 1
    assert told["twinmetro_chore_last_success_timestamp_seconds", ("pages",)] == 0, "never"
    assert told["twinmetro_chore_failing", ("pages",)] == 0


def test_whether_the_journal_is_whole_is_told_from_its_first_proof_on(
    client: FlaskClient, app: Flask, registered: Database, watcher: dict[str, str]
) -> None:
    intact, verified, rows = (
        (f"twinmetro_journal_{name}", ()) for name in ("intact", "verified_timestamp_seconds", "rows")
    )
    with registered.work() as session:
        session.execute(text("DELETE FROM chore_runs"))
    assert not {intact, verified, rows} & ask(client, watcher).keys()
    with registered.work() as session:
        note_run(session, "chain", NOW, chores.verify_chain(app))
    told = ask(client, watcher)
    assert (told[intact], told[verified]) == (1, NOW.timestamp())
    assert told[rows] >= 1, "the service was made"
    with registered.work() as session:
        note_run(session, "chain", NOW + timedelta(days=1), 0, "OperationalError: away")
    assert ask(client, watcher)[intact] == 1, "that it could not be proved says nothing against it"
    with registered.work() as session:
        tamper_with_journal(session, "UPDATE journal SET action = 'other'")
    with pytest.raises(chores.ChainBroken) as wrong:
        chores.verify_chain(app)
    with registered.work() as session:
        note_run(session, "chain", NOW + timedelta(days=2), 0, f"ChainBroken: {wrong.value}")
    told = ask(client, watcher)
    assert (told[intact], told[verified]) == (0, NOW.timestamp())
    assert rows not in told


def test_what_the_library_and_the_exchange_hold_is_told(
    client: FlaskClient, registered: Database, watcher: dict[str, str]
) -> None:
    with registered.work() as session:
        first = make_solution(session, "prima")
        make_solution(session, "bozza", badge=None)
        common = {"title": "R", "problem": "P", "constraints": {}, "formats": [], "themes": [], "updated_at": NOW}
        city = first.bodies[0].city
        session.add_all(
            Need(slug=state, state=state, city=city, created_at=NOW, published_at=NOW, **common)
            for state in ("open", "draft", "closed")
        )
    told = ask(client, watcher)
    solutions = {labels[0]: value for (name, labels), value in told.items() if name == "twinmetro_solutions"}
    assert solutions.keys() == set(BADGES)
    assert sum(solutions.values()) == solutions[first.badge] == 1
    assert told["twinmetro_needs_open", ()] == 1
    assert told["twinmetro_twinnings_running", ()] == 0


def test_it_asks_the_database_few_questions(client: FlaskClient, registered: Database, watcher: dict[str, str]) -> None:
    ask(client, watcher)
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    event.listen(registered.engine, "before_cursor_execute", note)
    ask(client, watcher)
    event.remove(registered.engine, "before_cursor_execute", note)
    asked = [statement for statement in sent if statement.startswith("SELECT")]
    assert len(asked) <= 10, "\n".join(asked)


@pytest.fixture
def away(registered: Database) -> Iterator[Callable[[], None]]:
    """Takes the database away, from when it is called on."""

    def refuse(_connection: Any) -> None:
        raise OperationalError("BEGIN", None, ValueError("connection refused"))

    yield lambda: event.listen(registered.engine, "engine_connect", refuse)
    event.remove(registered.engine, "engine_connect", refuse)


def test_while_the_database_is_away_it_says_so_to_who_was_known(
    client: FlaskClient, registered: Database, watcher: dict[str, str], away: Callable[[], None]
) -> None:
    stranger = bearer(registered, "read-metrics", "read-library")
    ask(client, watcher)
    away()
    told = ask(client, watcher)
    assert told["twinmetro_ready", ("database",)] == told["twinmetro_ready", ("migrations",)] == 0
    assert told["twinmetro_http_requests_total", ("GET", "metrics.show", "2xx")] >= 1
    assert ("twinmetro_data_disk_free_bytes", ()) in told
    assert not [name for name, _labels in told if name.startswith(("twinmetro_letters", "twinmetro_chore"))]
    assert client.get("/metrics", headers=stranger).status_code == 503, "this process has never seen it"
    assert client.get("/citta.json", headers=watcher).status_code == 503


def test_who_was_known_is_forgotten_when_it_is_revoked_and_after_a_day() -> None:
    watching = Actor(-1, frozenset({(Role.SERVICE, "")}), frozenset({"read-metrics", "read-members"}))
    reading = Actor(-2, frozenset({(Role.SERVICE, "")}), frozenset({"read-members"}))
    known, later = service_accounts.Watchers(), NOW + timedelta(days=90)
    known.keep("a", watching, later, NOW)
    known.keep("b", reading, later, NOW)
    recalled = known.recall("a", NOW + timedelta(hours=1))
    assert recalled is not None
    assert recalled.scopes == {"read-metrics"}, "and nothing else is open to it"
    assert known.recall("b", NOW) is None
    assert known.recall("a", NOW + rules.WATCHER_KNOWN) is None
    known.keep("a", watching, NOW + timedelta(minutes=1), NOW)
    assert known.recall("a", NOW + timedelta(minutes=2)) is None, "its token has expired"
    known.keep("a", watching, later, NOW)
    known.keep("a", None, NOW, NOW)
    assert known.recall("a", NOW) is None


def test_an_administrator_gives_the_scope_on_the_page_of_services(app: Flask, registered: Database) -> None:
    with registered.work() as session:
        chief = make_person(session, (Role.ADMINISTRATOR, ""))
    page = sign_in(app.test_client(), chief).get("/amministrazione/servizi").text
    assert 'value="read-metrics"' in page
    assert "sorvegliare il sito: leggere le sue misure (/metrics)" in page


def test_the_documentation_names_every_figure_and_its_rules_no_other(
    client: FlaskClient, registered: Database, watcher: dict[str, str]
) -> None:
    with registered.work() as session:
        note_run(session, "chain", NOW, 1)
    client.get("/robots.txt")
    families = {family.name: family for family in parser.text_string_to_metric_families(read_text(client, watcher))}
    written = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    named = {name.removesuffix("_total").removesuffix("_bucket") for name in re.findall(r"twinmetro_[a-z_]+", written)}
    assert named == families.keys()
    (rules_of_site,) = [
        yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", written, re.DOTALL) if "groups:" in block
    ]
    alerts = rules_of_site["groups"][0]["rules"]
    assert all(rule["alert"].startswith("TwinMetro") and rule["expr"] for rule in alerts)
    labelled = re.findall(r'(twinmetro_\w+)\{(\w+)="([^"]+)"\}', " ".join(rule["expr"] for rule in alerts))
    assert labelled
    for name, label, value in labelled:
        assert value in {sample.labels[label] for sample in families[name].samples}
