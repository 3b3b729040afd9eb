# SPDX-License-Identifier: AGPL-3.0-or-later
"""The second factor: set up with a first code, asked for after the password, spent once, removed by its owner only."""

import re
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import unquote

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.access import Role
from app.accounts import queries, rules
from app.accounts.models import Person
from app.db import Database
from tests import makers
from tests.accounts.conftest import STRANGE, Clock, come_in, heading, is_in, letters, make, send

APP = "/profilo/sicurezza/app"
ASK = "/accedi/secondo-fattore"


def set_up(client: FlaskClient, clock: Clock) -> tuple[pyotp.TOTP, list[str]]:
    """The app of a person who is in, and their recovery codes; the code just used is past."""
    secret = re.search(r'class="secret">([A-Z2-7 ]+)<', client.get(APP).text)
    assert secret
    app = pyotp.TOTP(secret[1].replace(" ", ""))
    shown = send(client, APP, APP, code=app.at(clock.at))
    assert shown.status_code == 200
    clock.pass_by(minutes=2)
    return app, re.findall(r"<li><code>([a-z0-9-]+)</code>", shown.text)


def owe(client: FlaskClient) -> None:
    """Sign out, then give the password: what is missing is the second factor."""
    send(client, "/esci", "/profilo")
    assert come_in(client, next="/profilo/dati").headers["Location"] == ASK


def test_the_code_of_the_app_is_asked_after_the_password(anna: Person, client: FlaskClient, clock: Clock) -> None:
    come_in(client)
    app, codes = set_up(client, clock)
    assert len(set(codes)) == 10
    owe(client)
    assert not is_in(client)
    assert send(client, ASK, ASK, code="000000").status_code == 422
    answer = send(client, ASK, ASK, code=app.at(clock.at))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/profilo/dati")
    assert is_in(client)


def test_a_code_is_used_once(anna: Person, client: FlaskClient, clock: Clock) -> None:
    come_in(client)
    app, _ = set_up(client, clock)
    code = app.at(clock.at)
    owe(client)
    send(client, ASK, ASK, code=code)
    owe(client)
    assert send(client, ASK, ASK, code=code).status_code == 422
    assert not is_in(client)


def test_codes_of_the_steps_aside_count_others_do_not() -> None:
    secret, now = rules.new_totp_secret(), makers.NOW
    app = pyotp.TOTP(secret)
    here = int(now.timestamp()) // 30
    for aside in range(-3, 4):
        found = rules.totp_step(secret, app.at((here + aside) * 30), now, 0)
        assert found == (here + aside if abs(aside) <= 1 else 0)
    assert rules.totp_step(secret, f" {app.at(now)[:3]} {app.at(now)[3:]} ", now, 0) == here
    assert rules.totp_step("", "000000", now, 0) == 0


def test_the_secret_is_kept_only_after_a_right_code(
    anna: Person, client: FlaskClient, clock: Clock, database: Database
) -> None:
    come_in(client)
    before = client.get(APP).text
    wrong = send(client, APP, APP, code="123 45")
    assert wrong.status_code == 422
    secret = re.search(r'class="secret">([A-Z2-7 ]+)<', before)
    assert secret
    assert secret[1] in wrong.text
    with database.reading() as session:
        assert not (queries.person(session, anna.id) or anna).totp_secret
    assert letters(database, "second-factor-added") == []
    set_up(client, clock)
    assert len(letters(database, "second-factor-added")) == 1
    assert client.get(APP).status_code == 409


def test_failures_at_the_second_factor_make_the_account_wait(anna: Person, client: FlaskClient, clock: Clock) -> None:
    come_in(client)
    app, _ = set_up(client, clock)
    owe(client)
    for _ in range(rules.MOST_FOR_ACCOUNT):
        assert send(client, ASK, ASK, code="000000").status_code == 422
    assert "Troppi tentativi" in send(client, ASK, ASK, code=app.at(clock.at)).text
    assert not is_in(client)


def test_who_waits_too_long_begins_again(anna: Person, client: FlaskClient, clock: Clock) -> None:
    come_in(client)
    app, _ = set_up(client, clock)
    owe(client)
    assert 'href="/accedi?next=/profilo/dati">Ricomincia' in client.get(ASK).text
    token = makers.csrf(client, ASK)
    clock.pass_by(minutes=11)
    answer = client.post(ASK, data={"csrf_token": token, "code": app.at(clock.at)})
    assert answer.headers["Location"] == "/accedi?problema=late&next=/profilo/dati"
    shown = client.get(answer.headers["Location"]).text
    assert "più di dieci minuti" in shown
    assert 'name="next" value="/profilo/dati"' in shown
    assert not is_in(client)


def test_the_page_of_the_second_factor_is_for_those_who_gave_the_password(client: FlaskClient) -> None:
    assert client.get(ASK).headers["Location"] == "/accedi"


def test_a_recovery_code_stands_in_once_and_its_use_is_told(
    anna: Person, client: FlaskClient, clock: Clock, database: Database
) -> None:
    come_in(client)
    _, codes = set_up(client, clock)
    owe(client)
    assert send(client, ASK, ASK, code=codes[0].upper().replace("-", " ")).status_code == 303
    assert letters(database, "recovery-code-used")[0].data == {"left": 9}
    owe(client)
    assert send(client, ASK, ASK, code=codes[0]).status_code == 422
    assert send(client, ASK, ASK, code=codes[1]).status_code == 303


def test_new_recovery_codes_make_the_earlier_ones_void(anna: Person, client: FlaskClient, clock: Clock) -> None:
    come_in(client)
    _, codes = set_up(client, clock)
    page = "/profilo/sicurezza/codici-di-recupero"
    shown = send(client, page, page)
    newer = re.findall(r"<li><code>([a-z0-9-]+)</code>", shown.text)
    file = re.search(r'href="data:text/plain;charset=utf-8,([^"]+)"', shown.text)
    assert file
    assert unquote(file[1]).split() == ["Twin", "Metro", *newer]
    owe(client)
    assert send(client, ASK, ASK, code=codes[3]).status_code == 422
    assert send(client, ASK, ASK, code=newer[3]).status_code == 303


def test_recovery_codes_are_kept_as_slow_digests(
    anna: Person, client: FlaskClient, clock: Clock, database: Database
) -> None:
    come_in(client)
    _, codes = set_up(client, clock)
    with database.reading() as session:
        kept = {row.code_digest for row in queries.recovery_codes(session, anna.id)}
    assert kept == {rules.recovery_digest(anna.id, code) for code in codes}
    assert kept.isdisjoint({rules.digest(code) for code in codes})


def test_setting_up_and_removing_ask_again_who_one_is(
    anna: Person, client: FlaskClient, clock: Clock, database: Database
) -> None:
    come_in(client)
    set_up(client, clock)
    clock.pass_by(minutes=31)
    for path in (f"{APP}/togli", APP, "/profilo/sicurezza/codici-di-recupero", "/profilo/sicurezza/passkey"):
        assert client.get(path).headers["Location"].startswith("/conferma-identita?next=")
    refused = send(client, f"{APP}/togli", "/profilo")
    assert refused.status_code == 401
    assert heading(refused) == "Serve di nuovo la conferma"
    confirm = f"/conferma-identita?next={APP}/togli"
    assert send(client, confirm, confirm, password="un’altra frase").status_code == 422
    assert send(client, confirm, confirm, password=makers.PASSWORD).headers["Location"] == f"{APP}/togli"
    send(client, f"{APP}/togli", f"{APP}/togli")
    assert len(letters(database, "second-factor-removed")) == 1
    with database.reading() as session:
        assert queries.all_recovery_codes(session, anna.id) == []
    send(client, "/esci", "/profilo")
    assert come_in(client).headers["Location"] == "/scrivania"


def test_who_has_no_password_confirms_with_a_code(
    anna: Person, client: FlaskClient, clock: Clock, database: Database
) -> None:
    come_in(client)
    app, _ = set_up(client, clock)
    with database.work() as session:
        person = queries.person(session, anna.id)
        assert person
        person.password_hash = ""
    clock.pass_by(minutes=31)
    page = "/conferma-identita?next=/profilo/cancella"
    assert 'name="password"' not in client.get(page).text
    assert send(client, page, page, code="000000", password="").status_code == 422
    assert send(client, page, page, code=app.at(clock.at)).headers["Location"] == "/profilo/cancella"


@pytest.mark.parametrize(
    ("role", "scope"),
    [(Role.REFERENT, "bologna"), (Role.EXPERT, "suap"), (Role.COORDINATOR, ""), (Role.ADMINISTRATOR, "")],
)
def test_those_whose_roles_weigh_are_urged(registered: Database, client: FlaskClient, role: Role, scope: str) -> None:
    makers.sign_in(client, make(registered, (role, scope)))
    for page in ("/profilo", "/profilo/sicurezza"):
        assert "il secondo fattore è raccomandato" in client.get(page).text


def test_officials_are_not_urged(anna: Person, client: FlaskClient) -> None:
    makers.sign_in(client, anna)
    assert "il secondo fattore è raccomandato" not in client.get("/profilo").text


def test_where_it_is_required_nothing_else_opens_before_it(registered: Database, app: Flask, clock: Clock) -> None:
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], require_second_factor=True)
    client = app.test_client()
    makers.sign_in(client, make(registered, (Role.ADMINISTRATOR, ""), email="capo@ente.example"))
    for page in ("/amministrazione/persone", "/amministrazione/servizi", "/profilo", "/profilo/dati.json"):
        assert client.get(page).headers["Location"] == "/profilo/sicurezza", page
    assert client.get("/accedi/passkey/sfida").status_code == 405
    secret = re.search(r'class="secret">([A-Z2-7 ]+)<', client.get(APP).text)
    assert secret
    send(client, APP, APP, code=pyotp.TOTP(secret[1].replace(" ", "")).at(clock.at))
    assert client.get("/amministrazione/persone").status_code == 200


def test_where_it_is_required_officials_work_on(anna: Person, app: Flask) -> None:
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], require_second_factor=True)
    client = makers.sign_in(app.test_client(), anna)
    assert client.get("/profilo").status_code == 200


@pytest.mark.parametrize("language", ["", "/en"])
def test_every_page_of_it_speaks_both_languages(anna: Person, client: FlaskClient, clock: Clock, language: str) -> None:
    come_in(client)
    for page in (APP, "/profilo/sicurezza/passkey", "/profilo/sicurezza", "/profilo/sicurezza/codici-di-recupero"):
        answer = client.get(f"{language}{page}")
        assert answer.status_code == 200
        assert f'<html lang="{language[1:] or "it"}">' in answer.text


def test_strange_codes_and_answers_are_refused_politely(
    anna: Person, client: FlaskClient, clock: Clock, browsers: Callable[[], FlaskClient]
) -> None:
    come_in(client)
    set_up(client, clock)
    owe(client)
    token = makers.csrf(client, ASK)
    for sent in STRANGE:
        assert client.post(ASK, data={"csrf_token": token, "code": sent}).status_code in {422, 429}, sent
    other = browsers()
    token = makers.csrf(other)
    shapes = ["{}", "[]", "null", '{"id":1}', '{"id":"a","rawId":"a","type":"public-key","response":{}}', "[" * 9000]
    for sent in (*STRANGE, *shapes):
        other.post("/accedi/passkey/sfida", data={"csrf_token": token})
        answer = other.post("/accedi/passkey", data={"csrf_token": token, "credential": sent})
        assert answer.status_code == 303, sent
        assert "problema=" in answer.headers["Location"]
