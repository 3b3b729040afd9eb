# SPDX-License-Identifier: AGPL-3.0-or-later
"""Coming in and going out: the same answer for everybody unknown, waits, cookies that end, places to go to."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Thread

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app import create_app
from app.access import NOBODY, Role
from app.accounts import demonstration, external, passwords, queries, rules, service
from app.accounts.models import Person
from app.accounts.provider import Identity
from app.accounts.roles import disable
from app.config import Settings
from app.db import Database
from tests import makers
from tests.accounts.conftest import EMAIL, STRANGE, Clock, come_in, is_in, letters, link_of, make, send
from tests.applications import Applications

CODE = "/accedi/secondo-fattore"


def visible(text: str) -> str:
    """A page without what differs at every request."""
    return re.sub(r'value="[^"]*"|content="[^"]*"|<code>[0-9a-f-]+</code>', "", text)


def test_a_page_of_an_error_does_not_ask_a_database_that_is_away_who_looks(
    anna: Person, app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    come_in(client)

    def away(*_: object) -> None:
        raise OperationalError("select", {}, Exception("away"))

    app.config["PROPAGATE_EXCEPTIONS"] = False
    monkeypatch.setattr(queries, "sign_in", away)
    for path in ("/", "/citta", "/profilo"):
        answer = client.get(path)
        assert answer.status_code == 503
        assert answer.headers["Retry-After"]
        assert "Servizio momentaneamente non disponibile" in answer.text


def test_address_and_password_let_a_person_in(anna: Person, client: FlaskClient) -> None:
    answer = come_in(client)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/scrivania")
    assert is_in(client)


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(anna: Person, client: FlaskClient) -> None:
    wrong = come_in(client, password="un’altra frase qualunque")
    unknown = come_in(client, email="nessuno@ente.example", password="un’altra frase qualunque")
    assert (wrong.status_code, unknown.status_code) == (422, 422)
    assert visible(wrong.text) == visible(unknown.text)


def test_many_passwords_at_once_are_no_more_than_one_after_the_other(
    anna: Person, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While one is checked, which takes a while, the next one comes."""
    tried: list[str] = []
    check = service.check_password

    def slow(session: Session, email: str, typed: str) -> Person | None:
        tried.append(typed)
        if len(tried) < 3 * rules.MOST_FOR_ACCOUNT:
            another = Thread(target=come_in, args=(app.test_client(),), kwargs={"password": f"frase {len(tried)}"})
            another.start()
            another.join()
        return check(session, email, typed)

    monkeypatch.setattr(service, "check_password", slow)
    come_in(app.test_client(), password="frase sbagliata numero zero")
    assert len(tried) == rules.MOST_FOR_ACCOUNT


def test_who_comes_in_counts_as_no_attempt_of_the_office_they_come_from(
    anna: Person, client: FlaskClient, database: Database
) -> None:
    come_in(client)
    with database.reading() as session:
        assert queries.old_attempts(session, datetime.max.replace(tzinfo=UTC)) == []


def test_a_hash_is_checked_for_unknown_addresses_too(
    anna: Person, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []
    verify = passwords.HASHER.verify

    class Watched:
        def verify(self, held: str, typed: str) -> bool:
            checked.append(held)
            return bool(verify(held, typed))

    monkeypatch.setattr(passwords, "HASHER", Watched())
    come_in(client, password="una frase")
    come_in(client, email="nessuno@ente.example", password="una frase")
    assert len(checked) == 2
    assert [held.split("$")[1:4] for held in checked] == [["argon2id", "v=19", "m=19456,t=2,p=1"]] * 2


def test_six_failures_make_the_account_wait_and_the_right_password_waits_too(
    anna: Person, client: FlaskClient, clock: Clock
) -> None:
    for _ in range(rules.MOST_FOR_ACCOUNT):
        assert come_in(client, password="sbagliata del tutto").status_code == 422
    waiting = come_in(client)
    assert waiting.status_code == 429
    assert "Riprovare tra 15 minuti" in waiting.text
    clock.pass_by(minutes=15, seconds=1)
    assert come_in(client).status_code == 303


def test_who_chose_a_new_password_by_the_link_need_not_wait_for_the_failures_at_the_old_one(
    anna: Person, client: FlaskClient, database: Database
) -> None:
    for _ in range(rules.MOST_FOR_ACCOUNT):
        come_in(client, password="sbagliata del tutto")
    assert come_in(client).status_code == 429
    send(client, "/password-dimenticata", email=EMAIL)
    link, chosen = link_of(database, "reset"), "ponte verde otto lanterne"
    assert send(client, link, link, password=chosen).status_code == 303
    assert come_in(client, password=chosen).status_code == 303


def test_a_stranger_who_guesses_passwords_keeps_nobody_out_who_has_a_second_factor(
    anna: Person, client: FlaskClient, database: Database, clock: Clock
) -> None:
    app = with_app(database, anna)
    for _ in range(rules.MOST_FOR_ACCOUNT):
        come_in(client, password="sbagliata del tutto")
    send(client, "/password-dimenticata", email=EMAIL)
    link, chosen = link_of(database, "reset"), "ponte verde otto lanterne"
    send(client, link, link, password=chosen)
    assert come_in(client, password=chosen).headers["Location"] == CODE
    assert send(client, CODE, CODE, code=app.at(clock.at)).status_code == 303
    assert is_in(client)


def test_a_new_password_does_not_make_codes_easier_to_guess(
    anna: Person, client: FlaskClient, database: Database, clock: Clock
) -> None:
    app = with_app(database, anna)
    come_in(client)
    for _ in range(rules.MOST_FOR_ACCOUNT):
        send(client, CODE, CODE, code="000000")
    send(client, "/password-dimenticata", email=EMAIL)
    link, chosen = link_of(database, "reset"), "ponte verde otto lanterne"
    send(client, link, link, password=chosen)
    come_in(client, password=chosen)
    assert "Troppi tentativi" in send(client, CODE, CODE, code=app.at(clock.at)).text
    assert not is_in(client)


def with_app(database: Database, owner: Person) -> pyotp.TOTP:
    """The app of somebody who has set one up."""
    secret = rules.new_totp_secret()
    with database.work() as session:
        person = queries.person(session, owner.id)
        assert person
        person.totp_secret = secret
    return pyotp.TOTP(secret)


@pytest.mark.parametrize(
    ("passed", "said"),
    [({"minutes": 14, "seconds": 30}, "tra un minuto"), ({"minutes": 13, "seconds": 40}, "tra 2 minuti")],
)
def test_the_wait_is_told_in_whole_minutes_after_which_it_is_over(
    anna: Person, client: FlaskClient, clock: Clock, passed: dict[str, float], said: str
) -> None:
    for _ in range(rules.MOST_FOR_ACCOUNT):
        come_in(client, password="sbagliata del tutto")
    clock.pass_by(**passed)
    assert f"Riprovare {said};" in come_in(client).text


def test_a_wait_whose_end_is_not_known_is_told_as_the_longest(client: FlaskClient, registered: Database) -> None:
    assert "Riprovare tra un quarto d’ora" in client.get("/accedi?problema=throttled").text


def test_an_unknown_address_waits_as_a_known_one(registered: Database, client: FlaskClient) -> None:
    for _ in range(rules.MOST_FOR_ACCOUNT):
        come_in(client, email="nessuno@ente.example")
    assert come_in(client, email="nessuno@ente.example").status_code == 429
    assert come_in(client, email="un.altro@ente.example").status_code == 422


def test_a_network_address_that_fails_at_many_accounts_waits(anna: Person, client: FlaskClient) -> None:
    for number in range(rules.MOST_FOR_ADDRESS):
        # One connection has a whole /64 of IPv6 addresses.
        client.environ_base["REMOTE_ADDR"] = f"2001:db8:1:2::{number:x}"
        come_in(client, email=f"nome{number}@ente.example")
    assert come_in(client).status_code == 429
    client.environ_base["REMOTE_ADDR"] = "2001:db8:1:3::1"
    assert come_in(client).status_code == 303


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_what_counts_as_one_network_address(address: str, counted: str) -> None:
    assert rules.network_of(address) == counted


def test_a_log_in_makes_the_failures_of_the_account_forgotten(anna: Person, client: FlaskClient) -> None:
    for _ in range(rules.MOST_FOR_ACCOUNT - 1):
        come_in(client, password="sbagliata del tutto")
    assert come_in(client).status_code == 303


def test_what_the_cookie_held_before_the_log_in_is_gone(anna: Person, client: FlaskClient) -> None:
    client.get("/accedi")
    with client.session_transaction() as cookie:
        cookie["planted"] = "by somebody else"
        before = cookie["csrf_token"]
    come_in(client)
    with client.session_transaction() as cookie:
        assert "planted" not in cookie
        assert cookie.get("csrf_token") != before


def test_after_the_log_out_a_copied_cookie_opens_nothing(
    anna: Person, client: FlaskClient, browsers: Callable[[], FlaskClient]
) -> None:
    come_in(client)
    copied = client.get_cookie("twinmetro")
    assert copied is not None
    send(client, "/esci", "/profilo")
    thief = browsers()
    thief.set_cookie("twinmetro", copied.value)
    assert not is_in(thief)
    assert not is_in(client)


def test_who_signs_out_or_in_on_a_page_left_open_while_they_did_so_on_another_one_goes_on(
    anna: Person, client: FlaskClient
) -> None:
    before = makers.csrf(client)
    come_in(client)
    typed = {"csrf_token": before, "email": f" {EMAIL.upper()}", "password": "?", "next": "/richieste/nuova"}
    assert client.post("/accedi", data=typed).headers["Location"] == "/richieste/nuova"
    assert client.post("/accedi", data=typed | {"next": "//altrove.it"}).headers["Location"] == "/scrivania"
    assert client.post("/accedi", data=typed | {"email": "bruno@ente.it"}).status_code == 400, "somebody else"
    within = makers.csrf(client)
    assert client.post("/esci", data={"csrf_token": before}).status_code == 400
    assert is_in(client)
    for _ in range(2):
        assert client.post("/esci", data={"csrf_token": within}).headers["Location"] == "/"
    assert "Uscita effettuata" in client.get("/").text


def test_a_log_in_ends_when_idle_and_after_a_week(anna: Person, client: FlaskClient, clock: Clock) -> None:
    come_in(client)
    clock.pass_by(hours=11)
    assert is_in(client)
    clock.pass_by(hours=13)
    assert not is_in(client)
    come_in(client)
    for _ in range(16):
        clock.pass_by(hours=11)
        client.get("/profilo")
    assert not is_in(client)


def test_somebody_disabled_is_out_at_once_and_stays_out(anna: Person, client: FlaskClient, database: Database) -> None:
    come_in(client)
    with database.work() as session:
        person = queries.person(session, anna.id)
        assert person
        disable(session, NOBODY, person, datetime.now(UTC))
    assert not is_in(client)
    assert come_in(client).status_code == 422


@pytest.mark.parametrize("language", ["", "/en"])
def test_one_lands_where_one_wanted_to_go(anna: Person, client: FlaskClient, language: str) -> None:
    asked = client.get(f"{language}/profilo/sicurezza")
    assert asked.headers["Location"].startswith(f"{language}/accedi?next=")
    answer = come_in(client, next=f"{language}/profilo/sicurezza")
    assert answer.headers["Location"] == f"{language}/profilo/sicurezza"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "/a%0d%0aSet-Cookie:x=1\r\nX: y",
        "/a\nb",
        " //evil.example",
        "/\t/evil.example",
        "profilo",
        "",
    ],
)
def test_nobody_is_led_off_the_site(anna: Person, client: FlaskClient, elsewhere: str) -> None:
    answer = come_in(client, next=elsewhere)
    assert answer.headers["Location"] == "/scrivania"
    assert "evil" not in client.get("/accedi", query_string={"next": elsewhere}).headers.get("Location", "")


def test_cookies_in_production_are_for_this_host_and_for_https_only(settings: Settings) -> None:
    safe = Settings(
        environment="production",
        data=settings.data,
        database_url=settings.database_url,
        secret_key="k" * 40,
        base_url="https://twin.example",
        trusted_hosts="twin.example",
        log_level="ERROR",
    )
    app = create_app(safe)
    answer = app.test_client().get("/accedi", base_url="https://twin.example")
    cookie = answer.headers["Set-Cookie"]
    app.extensions["database"].close()
    assert cookie.startswith("__Host-twinmetro=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_pages_of_somebody_signed_in_are_kept_by_no_browser(anna: Person, client: FlaskClient) -> None:
    come_in(client)
    assert "no-store" in client.get("/profilo").headers["Cache-Control"]
    assert "no-store" not in client.application.test_client().get("/accedi").headers.get("Cache-Control", "")


def test_a_new_browser_is_told_by_letter_once(
    anna: Person, client: FlaskClient, browsers: Callable[[], FlaskClient], database: Database
) -> None:
    firefox = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"
    chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"
    for agent, told in ((firefox, 0), (firefox, 0), (chrome, 1), (chrome, 1), (firefox.replace("140", "141"), 1)):
        other = browsers()
        other.environ_base["HTTP_USER_AGENT"] = agent
        come_in(other)
        assert len(letters(database, "new-sign-in")) == told
    assert letters(database, "new-sign-in")[0].data["browser"] == "Chrome, Linux"


def test_one_sees_and_ends_ones_other_log_ins(
    anna: Person, client: FlaskClient, browsers: Callable[[], FlaskClient]
) -> None:
    other = browsers()
    come_in(other)
    come_in(client)
    page = client.get("/profilo/sicurezza").text
    number = re.search(r"/accessi/(\d+)/chiudi", page)
    assert number
    send(client, f"/profilo/sicurezza/accessi/{number[1]}/chiudi", "/profilo")
    assert not is_in(other)
    assert is_in(client)


def test_to_end_a_log_in_that_has_ended_meanwhile_is_no_fault(
    anna: Person, client: FlaskClient, browsers: Callable[[], FlaskClient]
) -> None:
    other = browsers()
    come_in(other)
    come_in(client)
    number = re.search(r"/accessi/(\d+)/chiudi", client.get("/profilo/sicurezza").text)
    assert number
    for _ in range(2):
        answer = send(client, f"/profilo/sicurezza/accessi/{number[1]}/chiudi", "/profilo")
        assert answer.headers["Location"] == "/profilo/sicurezza"
    assert not is_in(other)


def test_who_sends_a_form_after_the_log_in_has_ended_comes_back_to_its_page(
    anna: Person, client: FlaskClient, clock: Clock
) -> None:
    come_in(client)
    token = makers.csrf(client, "/profilo")
    clock.pass_by(hours=13)
    fields, before = (
        {"csrf_token": token, "name": "Anna", "language": "it"},
        {"Referer": "http://localhost/profilo?a=b"},
    )
    answer = client.post("/profilo", data=fields, headers=before)
    assert answer.status_code == 401
    assert '"/accedi?next=/profilo?a%3Db"' in answer.text


def test_a_log_in_that_ended_by_itself_is_not_listed_as_open(
    anna: Person, client: FlaskClient, browsers: Callable[[], FlaskClient], clock: Clock
) -> None:
    come_in(browsers())
    clock.pass_by(hours=13)
    come_in(client)
    page = client.get("/profilo/sicurezza").text
    assert page.count("ultima attività") == 1
    assert "Chiudi tutti gli altri" not in page


def test_nobody_ends_the_log_in_of_another(
    anna: Person, client: FlaskClient, browsers: Callable[[], FlaskClient], database: Database
) -> None:
    other = make(database, email="altra@ente.example")
    stranger = makers.sign_in(browsers(), other)
    come_in(client)
    with database.reading() as session:
        number = queries.open_sign_ins(session, anna.id)[0].id
    assert send(stranger, f"/profilo/sicurezza/accessi/{number}/chiudi", "/profilo").status_code == 404
    assert is_in(client)


def test_strange_words_are_refused_politely(anna: Person, client: FlaskClient) -> None:
    token = makers.csrf(client)
    for sent in STRANGE:
        for fields in ({"email": sent, "password": sent}, {"email": EMAIL, "password": sent, "next": sent}):
            answer = client.post("/accedi", data={"csrf_token": token, **fields})
            assert answer.status_code in {422, 429}, sent
            assert "<script>alert" not in answer.text


@pytest.mark.parametrize(
    ("path", "page", "typed", "wrong"),
    [
        ("/accedi", "/profilo", {"email": "x", "password": ""}, ["email", "password"]),
        ("/password-dimenticata", "/profilo", {"email": "x"}, ["email"]),
        ("/profilo", "/profilo", {"name": "", "language": "it"}, ["name"]),
        ("/profilo/sicurezza/password", "/profilo", {"current": "a", "password": "b"}, ["current"]),
        ("/profilo/sicurezza/app", "/profilo", {"code": ""}, ["code"]),
        ("/profilo/indirizzo", "/profilo", {"email": "x"}, ["email"]),
        ("/profilo/cancella", "/profilo", {"word": "sì", "password": makers.PASSWORD}, ["word"]),
        ("/amministrazione/persone/invita", "/profilo", {"email": "", "role": "official", "language": "it"}, ["email"]),
        ("/amministrazione/servizi", "/profilo", {"name": "", "days": "30"}, ["name", "scopes"]),
    ],
)
def test_a_page_opens_at_what_was_wrong_with_one_link_to_each_field(
    registered: Database, client: FlaskClient, path: str, page: str, typed: dict[str, str], wrong: list[str]
) -> None:
    makers.sign_in(client, make(registered, (Role.ADMINISTRATOR, ""), password=makers.PASSWORD))
    answer = send(client, path, page, **typed)
    assert answer.status_code == 422
    assert answer.text.count(" autofocus") == 1
    notice = answer.text.partition('role="alert"')[2].partition("</div>")[0]
    assert re.findall(r'href="#(\w+)"', notice) == wrong
    for name in wrong:
        assert f'id="{name}"' in answer.text
    assert ("Scegliere almeno una voce" in answer.text) == ("scopes" in wrong)


def test_a_form_without_the_token_of_the_page_changes_nothing(anna: Person, client: FlaskClient) -> None:
    assert client.post("/accedi", data={"email": EMAIL, "password": makers.PASSWORD}).status_code == 400
    assert not is_in(client)


def test_failures_of_long_ago_and_ended_log_ins_are_forgotten(
    anna: Person, client: FlaskClient, app: Flask, database: Database, clock: Clock
) -> None:
    come_in(client, password="sbagliata del tutto")
    come_in(client)
    send(client, "/esci", "/profilo")
    chore = next(chore for chore in app.extensions["chores"] if chore.name == "forget-traces")
    assert chore.run(app) == 0
    with database.work() as session:
        from_then = datetime.now(UTC) - timedelta(days=120)
        for row in queries.all_sign_ins(session, anna.id):
            row.began_at = row.seen_at = row.ended_at = from_then
    assert chore.run(app) == 1
    with database.reading() as session:
        assert not queries.all_sign_ins(session, anna.id)


def test_a_person_without_roles_reads_and_follows_only(registered: Database, client: FlaskClient) -> None:
    makers.sign_in(client, make(registered))
    assert client.get("/amministrazione/persone").status_code == 403
    assert client.get("/amministrazione/servizi").status_code == 403


def test_the_log_in_page_speaks_english(client: FlaskClient) -> None:
    page = client.get("/en/accedi").text
    assert "Office e-mail address" in page
    assert "Sign in with a passkey" in page
    assert "Forgotten your password?" in page


def test_accounts_for_trying_are_shown_and_labelled_only_where_they_were_asked_for(
    settings: Settings, applications: Applications, database: Database, client: FlaskClient
) -> None:
    with database.work() as session:
        makers.make_registers(session)
        demonstration.make(session, ["suap"], makers.NOW)
    names = [made.name for made in demonstration.wanted([])]
    without = client.get("/accedi").text
    assert not [text for text in (*names, demonstration.PASSWORD) if text in without]
    trying = applications.on(replace(settings, demonstration=True))
    shown = trying.test_client().get("/accedi").text
    trying.extensions["database"].close()
    assert not [text for text in (*names, demonstration.PASSWORD) if text not in shown]
    assert all(name.startswith("Prova: ") for name in names)


def test_accounts_for_trying_come_in_nowhere_once_the_site_is_no_longer_for_trying(
    settings: Settings, applications: Applications, registered: Database, client: FlaskClient
) -> None:
    email, known = f"amministratore@{demonstration.DOMAIN}", Identity("https://ente.example", "1", "", "")
    with registered.work() as session:
        demonstration.make(session, ["suap"], makers.NOW)
        made = queries.by_email(session, email)
        assert made is not None
        external.link(session, made.id, known, makers.NOW)
        service.ask_reset(session, email, datetime.now(UTC))
    assert come_in(client, email, demonstration.PASSWORD).status_code == 422
    assert not is_in(makers.sign_in(client, made)), "nor with a cookie of before"
    client.delete_cookie("session")
    send(client, "/password-dimenticata", email=email)
    assert not letters(registered), "nor by a new password"
    with registered.reading() as session:
        assert external.owner(session, known) is None, "nor by the log-in of an office"
        assert queries.administrators_left(session, 0) == 0, "and the last real administrator is the last"
    trying = applications.on(replace(settings, demonstration=True))
    browser = trying.test_client()
    assert come_in(browser, email, demonstration.PASSWORD).status_code == 303
    assert is_in(browser)
    with trying.extensions["database"].reading() as session:
        assert external.owner(session, known) is not None
        assert queries.administrators_left(session, 0) == 1
    trying.extensions["database"].close()


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("/richieste/nuova?q=gare+comuni", "Stavi per chiedere una soluzione"),
        ("/segui?kind=city&key=bari&next=/citta/bari", "Stavi per seguire"),
        ("/soluzioni/nuova", "Stavi per documentare"),
        ("/profilo", "La pagina chiesta è di chi ha un’utenza"),
    ],
)
def test_the_log_in_page_says_what_somebody_was_about_to_do(client: FlaskClient, wanted: str, said: str) -> None:
    assert said in client.get("/accedi", query_string={"next": wanted}).text
    assert "tavi per" not in client.get("/accedi").text
    assert rules.purpose(f"/en{wanted}", "/en") == rules.purpose(wanted)


def test_the_log_in_page_says_whom_to_ask_for_an_account(app: Flask, client: FlaskClient) -> None:
    assert 'href="/segnala?pagina=/"' in client.get("/accedi").text
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], feedback="sito@ente.example")
    assert 'href="mailto:sito@ente.example">sito@ente.example</a>' in client.get("/accedi").text
