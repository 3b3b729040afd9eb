# SPDX-License-Identifier: AGPL-3.0-or-later
"""Service accounts: a token shown once that reads data, or writes drafts of one body, until it ends or is revoked."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.access import Action, Actor, Role, Thing, may, might
from app.accounts import queries, rules
from app.accounts import service_accounts as service
from app.db import Database
from app.document.serialise import serialise
from app.errors import Invalid
from app.journal import queries as journal
from app.web import errors
from tests import makers
from tests.accounts.conftest import STRANGE, Clock, make, send

PAGE = "/amministrazione/servizi"
CHIEF = Actor(1, frozenset({(Role.ADMINISTRATOR, "")}))


def token_of(database: Database, *scopes: str, name: str = "portale", body: str = "") -> str:
    with database.work() as session:
        wanted = frozenset(scopes or ("read-library",))
        return service.create(session, CHIEF, datetime.now(UTC), name, wanted, 90, body)[1]


def ask(client: FlaskClient, token: str, path: str = "/soluzioni.json", method: str = "GET") -> int:
    return client.open(path, method=method, headers={"Authorization": f"Bearer {token}"}).status_code


@pytest.fixture
def chief(registered: Database, client: FlaskClient) -> FlaskClient:
    """The browser of an administrator."""
    return makers.sign_in(client, make(registered, (Role.ADMINISTRATOR, "")))


def test_an_administrator_makes_a_token_that_is_shown_once(chief: FlaskClient, database: Database) -> None:
    answer = send(chief, PAGE, PAGE, name="Portale di Bologna", scopes="read-library", days="30")
    shown = re.search(r"twm_[\w-]{43}", answer.text)
    assert shown
    assert "1 servizio" in answer.text
    assert "twm_" not in chief.get(PAGE).text
    with database.reading() as session:
        (made,) = queries.service_accounts(session)
    assert shown[0] not in str(vars(made))
    assert ask(chief.application.test_client(), shown[0]) == 200


def test_a_programme_reads_and_a_wrong_token_is_refused_while_somebody_writes(
    registered: Database, client: FlaskClient
) -> None:
    """One at a time writes to a file of SQLite: who only reads does not stand in that line."""
    token = token_of(registered)
    with registered.work() as writing:
        writing.connection()
        assert (ask(client, token), ask(client, "twm_nessuno")) == (200, 401)


def test_of_two_who_take_the_same_name_at_once_the_second_is_told_at_its_field(registered: Database) -> None:
    def make_one() -> dict[str, str]:
        try:
            token_of(registered, name="gestionale")
        except Invalid as wrong:
            return wrong.problems
        return {}

    with ThreadPoolExecutor(2) as pool:
        told = [made.result() for made in [pool.submit(make_one) for _ in range(2)]]
    assert sorted(told, key=len) == [{}, {"name": "name_taken"}]


def test_a_name_that_somebody_took_after_the_look_is_no_fault_of_the_site(
    chief: FlaskClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    logged: list[Any] = []

    def note(*said: Any, **more: Any) -> None:
        logged.append((said, more))

    monkeypatch.setattr(errors, "log", SimpleNamespace(warning=note, error=note))
    token_of(database, name="gestionale")
    monkeypatch.setattr(queries, "service_account_named", lambda *_: None)
    answer = send(chief, PAGE, PAGE, name="gestionale", scopes="read-library", days="30")
    assert answer.status_code == 409
    assert "Qualcuno è arrivato prima" in answer.text
    assert logged
    assert "gestionale" not in str(logged), "the log does not repeat what was typed"


def test_only_administrators_make_tokens(registered: Database, client: FlaskClient) -> None:
    makers.sign_in(client, make(registered, (Role.COORDINATOR, "")))
    assert client.get(PAGE).status_code == 403
    assert send(client, PAGE, "/profilo", name="x", scopes="read-library", days="30").status_code == 403


@pytest.mark.parametrize(
    "typed",
    [
        {"name": "", "scopes": "read-library", "days": "30"},
        {"name": "portale", "days": "30"},
        {"name": "portale", "scopes": "administrator", "days": "30"},
        {"name": "portale", "scopes": "read-library", "days": "100000"},
    ],
)
def test_what_is_not_on_the_list_is_refused(chief: FlaskClient, database: Database, typed: dict[str, str]) -> None:
    assert send(chief, PAGE, PAGE, **typed).status_code == 422
    with database.reading() as session:
        assert not queries.service_accounts(session)


def test_two_services_do_not_have_one_name(chief: FlaskClient, database: Database) -> None:
    token_of(database, name="portale")
    answer = send(chief, PAGE, PAGE, name="portale", scopes="read-library", days="30")
    assert answer.status_code == 422
    assert "già usato" in answer.text
    with pytest.raises(Invalid):
        token_of(database, name="portale")


def test_a_revoked_token_opens_nothing(chief: FlaskClient, database: Database) -> None:
    token, programme = token_of(database), chief.application.test_client()
    assert ask(programme, token) == 200
    number = re.search(r"/servizi/(\d+)/revoca", chief.get(PAGE).text)
    assert number
    send(chief, f"{PAGE}/{number[1]}/revoca", PAGE)
    assert ask(programme, token) == 401
    assert "revocato" in chief.get(PAGE).text


def test_an_expired_token_opens_nothing(registered: Database, client: FlaskClient, clock: Clock) -> None:
    token = token_of(registered)
    assert ask(client, token) == 200
    clock.pass_by(days=91)
    assert ask(client, token) == 401


def test_the_last_use_is_noted(registered: Database, client: FlaskClient) -> None:
    ask(client, token_of(registered))
    with registered.reading() as session:
        used = queries.service_accounts(session)[0].used_at
    assert used is not None
    assert datetime.now(UTC) - used < timedelta(minutes=5)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/soluzioni"),
        ("GET", "/profilo"),
        ("POST", "/soluzioni.json"),
        ("POST", "/accedi"),
        ("POST", "/esci"),
        ("DELETE", "/soluzioni.json"),
        ("POST", "/amministrazione/servizi"),
    ],
)
def test_programmes_read_data_and_do_nothing_else(
    registered: Database, client: FlaskClient, method: str, path: str
) -> None:
    assert ask(client, token_of(registered), path, method) in {403, 405}


def test_a_programme_is_told_of_a_wrong_method_and_of_an_address_that_is_none(
    client: FlaskClient, writer: dict[str, str]
) -> None:
    wrong = client.put(DRAFT, headers=writer)
    assert (wrong.status_code, wrong.mimetype) == (405, "application/json")
    assert {"GET", "POST"} <= set(wrong.headers["Allow"].split(", "))
    for path in ("/api/v1/bozze", "/api/v1/bozze/MAIUSCOLE.json", "/soluzioni.xml"):
        missing = client.post(path, headers=writer)
        assert (missing.status_code, missing.mimetype) == (404, "application/json"), path
        assert "private" in missing.headers["Cache-Control"]


def test_data_of_persons_is_not_for_programmes(registered: Database, client: FlaskClient) -> None:
    assert ask(client, token_of(registered), "/profilo/dati.json") == 403


def test_what_a_programme_reads_is_kept_by_nobody_on_the_way(registered: Database, client: FlaskClient) -> None:
    """What is for members is among it, and a proxy that keeps answers looks at their headers only."""
    with registered.work() as session:
        makers.make_solution(session)
    member = bearer(token_of(registered, "read-library", "read-members"))
    for path in ("/richieste.json", "/richieste.csv", "/soluzioni/sportello-unico-bologna.json"):
        assert "private" in client.get(path, headers=member).headers.get("Cache-Control", ""), path
        assert "private" not in client.get(path).headers.get("Cache-Control", ""), path


def test_a_token_beside_a_cookie_is_refused(chief: FlaskClient, database: Database) -> None:
    assert ask(chief, token_of(database)) == 403


def test_strange_tokens_open_nothing(registered: Database, client: FlaskClient) -> None:
    for sent in ("", " ", "twm_", "x" * 5_000, *STRANGE):
        sendable = "".join(letter for letter in sent if " " <= letter < "\x7f")
        assert ask(client, sendable) == 401, sent


@pytest.mark.parametrize("sent", ["bearer twm_falso", "BEARER twm_falso", "Bearer", "Bearer  "])
def test_who_sends_a_token_that_opens_nothing_is_never_taken_for_nobody(
    registered: Database, client: FlaskClient, sent: str
) -> None:
    """The name of the scheme has no case; what a programme sends from an empty setting is no token."""
    answer = client.get("/soluzioni.json", headers={"Authorization": sent})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="Twin Metro", error="invalid_token"'


def test_the_name_of_the_scheme_has_no_case(client: FlaskClient, writer: dict[str, str]) -> None:
    post(client, writer)
    lower = {"Authorization": writer["Authorization"].replace("Bearer", "bearer")}
    assert client.get(DRAFT, headers=lower).status_code == 200
    assert client.application.test_client().get("/soluzioni", headers=lower).status_code == 403, "no pages"


def test_who_says_nothing_of_themselves_is_told_how_to(client: FlaskClient, registered: Database) -> None:
    answer = client.get(DRAFT)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Bearer realm="Twin Metro"')


def test_a_programme_whose_token_opens_nothing_is_told_so_in_every_format(
    registered: Database, client: FlaskClient
) -> None:
    for path in ("/soluzioni.csv", "/soluzioni.json"):
        answer = client.get(path, headers={"Authorization": "Bearer twm_falso"})
        assert (answer.status_code, answer.mimetype) == (401, "application/json")


def test_what_is_for_members_needs_its_scope() -> None:
    thing = Thing(published=True, visibility="members")
    plain, member = (
        Actor(-1, frozenset({(Role.SERVICE, "")}), frozenset(scopes))
        for scopes in (["read-library"], ["read-library", "read-members"])
    )
    assert plain.known
    assert not may(plain, Action.READ_SOLUTION, thing)
    assert may(member, Action.READ_SOLUTION, thing)
    assert not may(member, Action.READ_SOLUTION, Thing(published=False))
    assert not might(member, Action.USE_PROFILE)


def test_scopes_are_a_closed_list() -> None:
    assert rules.SCOPES == ("read-library", "read-members", "write-drafts", "read-metrics")


DOCUMENT = serialise(makers.make_document(badge=None))
DRAFT = "/api/v1/bozze/sportello-unico.json"


@pytest.fixture
def writer(registered: Database) -> dict[str, str]:
    """What a programme of Bologna that writes drafts sends with every request."""
    return bearer(token_of(registered, "write-drafts", body="bologna"))


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def said(answer: TestResponse) -> Any:
    return answer.get_json()


def post(client: FlaskClient, headers: dict[str, str], text: str | bytes = DOCUMENT, **more: str) -> TestResponse:
    return client.post(DRAFT, data=text, content_type="text/markdown", headers={**headers, **more})


def test_a_programme_writes_a_draft_of_its_body_and_writes_it_again(
    registered: Database, client: FlaskClient, writer: dict[str, str]
) -> None:
    made = post(client, writer)
    assert (made.status_code, made.headers["Location"]) == (201, DRAFT)
    assert said(made)["page"] == "http://localhost/soluzioni/sportello-unico/modifica"
    assert datetime.fromisoformat(said(made)["saved_at"]).isoformat() == said(made)["saved_at"], "as ISO 8601 writes it"
    again = post(client, writer, DOCUMENT.replace("cinquanta comuni", "sessanta comuni"))
    assert again.status_code == 200
    read = client.get(DRAFT, headers=writer)
    assert "sessanta comuni" in said(read)["markdown"]
    assert said(read)["version"] == said(again)["version"] != said(made)["version"]
    with registered.reading() as session:
        (row,) = [row for row in journal.page(session, 1, 10) if row.action == "draft-created"]
        assert queries.names(session, [row.actor_id]) == {row.actor_id: "portale"}
        assert row.body == "bologna"
    official = makers.sign_in(client.application.test_client(), make(registered, (Role.OFFICIAL, "bologna")))
    assert "Sportello unico metropolitano" in official.get("/scrivania").text
    assert client.get("/soluzioni/sportello-unico").status_code == 404


def test_nothing_that_somebody_else_wrote_is_written_over_unread(
    registered: Database, client: FlaskClient, writer: dict[str, str]
) -> None:
    first = post(client, writer)
    official = makers.sign_in(client.application.test_client(), make(registered, (Role.OFFICIAL, "bologna")))
    edited = DOCUMENT.replace("cinquanta comuni", "cinquantacinque comuni")
    seen = {"edition": said(first)["version"].split("-")[0], "base": said(first)["version"].split("-")[1]}
    saved = send(official, "/soluzioni/sportello-unico/markdown", "/profilo", text=edited, **seen)
    assert saved.status_code == 303
    assert post(client, writer).status_code == 409
    assert post(client, writer, **{"If-Match": first.headers["ETag"]}).status_code == 412
    read = client.get(DRAFT, headers=writer)
    assert "cinquantacinque comuni" in said(read)["markdown"]
    assert post(client, writer, **{"If-Match": read.headers["ETag"]}).status_code == 200


def test_a_precondition_is_kept_however_it_is_written(client: FlaskClient, writer: dict[str, str]) -> None:
    """A proxy that compresses makes tags weak; a list names several; a star stands for any version, or for none."""
    assert post(client, writer, **{"If-Match": "*"}).status_code == 412
    assert client.get(DRAFT, headers=writer).status_code == 404, "nothing was made"
    current = post(client, writer, **{"If-None-Match": "*"}).headers["ETag"]
    other = DOCUMENT.replace("cinquanta comuni", "sessanta comuni")
    for headers in ({"If-Match": 'W/"99-99"'}, {"If-Match": '"98-1", "99-99"'}, {"If-None-Match": "*"}):
        assert post(client, writer, other, **headers).status_code == 412, headers
    assert "sessanta comuni" not in said(client.get(DRAFT, headers=writer))["markdown"]
    assert post(client, writer, DOCUMENT, **{"If-Match": f"W/{current}"}).status_code == 200
    assert post(client, writer, other, **{"If-Match": f'"97-1", {current}, "98-1", "99-99"'}).status_code == 200
    assert post(client, writer, other, **{"If-Match": "*"}).status_code == 200


@pytest.mark.parametrize(
    ("sent", "line", "field", "key"),
    [
        (b"Solo testo.", 1, "document", "no_front_matter"),
        (b"---\ntitle: Sportello\xff\n---\n", 2, "document", "not_utf8"),
        (b"---\nsummary: Senza titolo.\n---\n", 1, "title", "missing"),
        (b"---\ntitle: Sportello\ncity: torino\n---\n", 3, "city", "not_own_body"),
        (b"---\ntitle: Sportello\n---\n\nprima\n", 5, "document", "text_before_sections"),
    ],
)
def test_a_document_that_cannot_be_kept_is_refused_with_its_line(
    client: FlaskClient, writer: dict[str, str], sent: bytes, line: int, field: str, key: str
) -> None:
    refused = post(client, writer, sent)
    assert refused.status_code == 422
    (problem,) = said(refused)["problems"]
    assert (problem["line"], problem["field"], problem["key"]) == (line, field, key)
    assert problem["wrong"]
    assert client.get(DRAFT, headers=writer).status_code == 404


@pytest.mark.parametrize(
    ("slug", "key", "told"),
    [("nuova", "reserved", "«nuova» è già l'indirizzo"), ("a" * 91, "too_long", "supera il limite di 90 caratteri")],
)
def test_an_address_that_no_draft_can_have_is_refused_with_its_own_reason(
    client: FlaskClient, writer: dict[str, str], slug: str, key: str, told: str
) -> None:
    refused = client.post(f"/api/v1/bozze/{slug}.json", data=DOCUMENT, content_type="text/markdown", headers=writer)
    (problem,) = said(refused)["problems"]
    assert (refused.status_code, problem["field"], problem["key"]) == (422, "slug", key)
    assert told in problem["wrong"]


def test_every_refusal_of_a_draft_has_the_same_shape(client: FlaskClient, writer: dict[str, str]) -> None:
    post(client, writer)
    answers = [
        post(client, writer, **{"If-Match": '"99-99"'}),
        post(client, writer, "x" * 900_000),
        client.post(DRAFT, data={"title": "modulo"}, headers=writer),
        post(client, bearer("twm_falso")),
        client.get("/api/v1/bozze/un-altra.json", headers=writer),
        post(client, writer, "Solo testo."),
        client.get(DRAFT),
    ]
    assert [answer.status_code for answer in answers] == [412, 413, 415, 401, 404, 422, 401]
    for answer in answers:
        assert list(said(answer)) == ["error", "problems", "request_id"]
        assert isinstance(said(answer)["problems"], list)


def test_what_a_draft_lacks_is_told_with_an_example_and_does_not_hinder_it(
    client: FlaskClient, writer: dict[str, str]
) -> None:
    made = post(client, writer, DOCUMENT.replace("status: concluso", "status: boh"))
    assert made.status_code == 201
    (problem,) = said(made)["problems"]
    assert (problem["field"], problem["key"]) == ("status", "not_a_choice")
    assert DOCUMENT.splitlines()[problem["line"] - 1].startswith("status:")
    assert problem["example"]


def test_a_draft_that_is_read_back_says_what_it_lacks_as_when_it_was_sent(
    client: FlaskClient, writer: dict[str, str]
) -> None:
    made = said(post(client, writer, "---\ntitle: Sportello\nstatus: boh\nsummary: ''\nthemes: []\n---\n"))
    read = said(client.get(DRAFT, headers=writer))
    told = {(item["field"], item["key"]) for item in made["problems"]}
    assert told == {(item["field"], item["key"]) for item in read["problems"]}
    assert {("summary", "missing"), ("status", "not_a_choice")} <= told
    assert "city" not in {field for field, _key in told}, "the draft has the body of the programme"
    (line,) = [item["line"] for item in read["problems"] if item["field"] == "status"]
    assert read["markdown"].splitlines()[line - 1] == "status: boh"


def test_the_same_document_sent_twice_is_the_same_draft(client: FlaskClient, writer: dict[str, str]) -> None:
    """Neither is its title cut the first time, nor does it lose its body the second."""
    title = "Sportello unico metropolitano " * 4
    sent = f"---\ntitle: {title.strip()}\n---\n"
    first = said(post(client, writer, sent))
    drafted = said(client.get(DRAFT, headers=writer))["markdown"]
    assert f"title: {title.strip()}\ncity: bologna\n" in drafted
    assert said(post(client, writer, sent)) == first
    assert said(client.get(DRAFT, headers=writer))["markdown"] == drafted
    changed = post(client, writer, f"{sent[:-4]}visibility: members\n---\n")
    assert changed.status_code == 200
    post(client, writer, sent)
    assert "visibility: members" in said(client.get(DRAFT, headers=writer))["markdown"], "nobody said otherwise"


def test_only_the_right_programme_writes(registered: Database, client: FlaskClient, writer: dict[str, str]) -> None:
    post(client, writer)
    torino = bearer(token_of(registered, "write-drafts", name="torino", body="torino"))
    reader = bearer(token_of(registered, "read-library", name="lettore"))
    assert (post(client, torino).status_code, client.get(DRAFT, headers=torino).status_code) == (404, 404)
    assert (post(client, reader).status_code, post(client, bearer("twm_falso")).status_code) == (403, 401)
    elsewhere = client.application.test_client().post("/soluzioni/nuova", data={"title": "x"}, headers=writer)
    assert elsewhere.status_code == 403
    assert post(client, writer, "x" * 900_000).status_code == 413
    assert client.post(DRAFT, data={"title": "modulo"}, headers=writer).status_code == 415
    official = makers.sign_in(client, make(registered, (Role.OFFICIAL, "bologna")))
    assert post(official, {}).status_code in {403, 404}
    assert post(official, writer).status_code == 403


def test_a_programme_that_writes_is_made_for_a_body(chief: FlaskClient, database: Database) -> None:
    typed = {"name": "gestionale", "scopes": "write-drafts", "days": "30"}
    assert "scrive le bozze" in send(chief, PAGE, PAGE, **typed).text
    assert "twm_" in send(chief, PAGE, PAGE, **typed, body="bologna").text
    with database.reading() as session:
        assert [item.body for item in queries.service_accounts(session)] == ["bologna"]
