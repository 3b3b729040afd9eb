# SPDX-License-Identifier: AGPL-3.0-or-later
"""Passkeys in a real Chromium with an authenticator made of software: added, used to come in, named, removed."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from app import create_app
from app.access import Role
from app.accounts import queries, rules, service
from app.config import Settings
from app.db import Database
from tests import makers
from tests.stores import SqliteStores
from tests.webserver import WebServer

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

EMAIL = "rita.neri@ente.example"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Database, str]]:
    """The database of a site of its own, with the address of the site; authenticators know hosts by name only."""
    folder = tmp_path_factory.mktemp("passkeys")
    address = SqliteStores(folder).new()
    app = create_app(Settings(data=str(folder), database_url=address, log_level="ERROR"))
    database: Database = app.extensions["database"]
    with database.work() as session:
        makers.make_registers(session)
    app.test_cli_runner().invoke(args=["search", "rebuild"])
    with WebServer(Path(folder), address) as server:
        yield database, server.address.replace("127.0.0.1", "localhost")
    database.close()


@pytest.fixture
def site_address(store: tuple[Database, str]) -> str:
    """The site with Rita's account anew: a password, no passkey."""
    database, address = store
    with database.work() as session:
        old = queries.by_email(session, EMAIL)
        if old is not None:
            session.delete(old)
        session.flush()
        makers.make_person(session, (Role.REFERENT, "bologna"), email=EMAIL, name="Rita Neri", password=makers.PASSWORD)
    return address


class Authenticator:
    """A device that holds passkeys and confirms, or refuses, whoever holds it."""

    def __init__(self, page: Page) -> None:
        self.session: CDPSession = page.context.new_cdp_session(page)
        self.session.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        self.number = self.session.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]

    def send(self, command: str, **arguments: Any) -> Any:
        return self.session.send(f"WebAuthn.{command}", {"authenticatorId": self.number, **arguments})

    def refuse(self) -> None:
        self.send("setUserVerified", isUserVerified=False)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="it-IT")
    yield context.new_page()
    context.close()


def with_password(page: Page, address: str) -> None:
    page.goto(f"{address}/accedi?next=/profilo/sicurezza")
    page.get_by_label("Indirizzo di posta dell’ufficio").fill(EMAIL)
    page.get_by_label("Password", exact=True).fill(makers.PASSWORD)
    page.get_by_role("button", name="Accedi", exact=True).click()


def add(page: Page, name: str = "computer dell’ufficio") -> None:
    page.get_by_role("link", name="Aggiungi una passkey").click()
    page.get_by_label("Nome", exact=True).fill(name)
    page.get_by_role("button", name="Crea la passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Codici di recupero")


def sign_out(page: Page, address: str) -> None:
    page.goto(f"{address}/profilo")
    page.get_by_role("button", name="Esci").click()
    expect(page.get_by_text("Uscita effettuata.")).to_be_visible()


def test_a_passkey_is_added_and_lets_its_owner_in_without_a_password(page: Page, site_address: str) -> None:
    Authenticator(page)
    with_password(page, site_address)
    add(page)
    assert page.locator(".codes li").count() == 10
    sign_out(page, site_address)
    page.goto(f"{site_address}/accedi?next=/profilo/dati")
    page.get_by_role("button", name="Entra con una passkey").click()
    expect(page).to_have_url(re.compile(r"localhost:\d+/profilo/dati$"))
    page.goto(f"{site_address}/profilo/sicurezza")
    expect(page.get_by_text("con una passkey").first).to_be_visible()
    expect(page.get_by_text("Passkey «computer dell’ufficio»", exact=True)).to_be_visible()


def test_a_stranger_who_guesses_passwords_keeps_no_owner_of_a_passkey_out(
    page: Page, site_address: str, store: tuple[Database, str]
) -> None:
    Authenticator(page)
    with_password(page, site_address)
    add(page)
    sign_out(page, site_address)
    with store[0].work() as session:
        for _ in range(rules.MOST_FOR_ACCOUNT):
            service.note_failure(session, datetime.now(UTC), EMAIL, "192.0.2.7")
    with_password(page, site_address)
    expect(page.get_by_text("Troppi tentativi")).to_be_visible()
    page.get_by_role("button", name="Entra con una passkey").click()
    expect(page).to_have_url(re.compile(r"localhost:\d+/profilo/sicurezza$"))


def test_a_site_reached_by_the_numbers_of_its_address_says_why_there_are_no_passkeys(
    page: Page, site_address: str
) -> None:
    numbers = site_address.replace("localhost", "127.0.0.1")
    with_password(page, numbers)
    page.get_by_role("link", name="Aggiungi una passkey").click()
    page.get_by_label("Nome", exact=True).fill("computer dell’ufficio")
    page.get_by_role("button", name="Crea la passkey").click()
    expect(page.get_by_text("vogliono un sito con un nome")).to_be_visible()


def test_with_a_passkey_the_password_alone_is_not_enough(page: Page, site_address: str) -> None:
    Authenticator(page)
    with_password(page, site_address)
    add(page)
    sign_out(page, site_address)
    with_password(page, site_address)
    expect(page).to_have_url(re.compile("/accedi/secondo-fattore$"))
    page.get_by_role("button", name="Usa una passkey").click()
    expect(page).to_have_url(re.compile(r"localhost:\d+/profilo/sicurezza$"))


def test_who_does_not_unlock_the_device_does_not_come_in(page: Page, site_address: str) -> None:
    device = Authenticator(page)
    with_password(page, site_address)
    add(page)
    sign_out(page, site_address)
    device.refuse()
    page.goto(f"{site_address}/accedi")
    page.get_by_role("button", name="Entra con una passkey").click()
    expect(page.get_by_text("Il dispositivo non ha confermato la passkey.")).to_be_visible()
    page.goto(f"{site_address}/profilo")
    expect(page).to_have_url(re.compile("/accedi"))


def test_a_passkey_is_named_anew_and_removed(page: Page, site_address: str) -> None:
    Authenticator(page)
    with_password(page, site_address)
    add(page)
    page.goto(f"{site_address}/profilo/sicurezza")
    page.get_by_label("Nuovo nome della passkey").fill("chiave blu")
    page.get_by_role("button", name="Rinomina").click()
    expect(page.get_by_text("Passkey «chiave blu»", exact=True)).to_be_visible()
    page.get_by_role("link", name="Togli la passkey «chiave blu»").click()
    page.get_by_role("button", name="Togli").click()
    expect(page.get_by_text("Non serve più per entrare.")).to_be_visible()
    sign_out(page, site_address)
    page.goto(f"{site_address}/accedi")
    page.get_by_role("button", name="Entra con una passkey").click()
    expect(page.get_by_text("La passkey non è stata riconosciuta.")).to_be_visible()


def test_an_answer_sent_twice_lets_nobody_in(page: Page, site_address: str, browser: Browser) -> None:
    Authenticator(page)
    with_password(page, site_address)
    add(page)
    sign_out(page, site_address)
    page.goto(f"{site_address}/accedi")
    sent: list[str] = []
    kept: list[Any] = []
    page.on("request", lambda request: sent.append(request.post_data or "") if _answers(request.url) else None)
    page.on("response", lambda answer: kept.extend(page.context.cookies()) if answer.url.endswith("/sfida") else None)
    page.get_by_role("button", name="Entra con una passkey").click()
    expect(page).to_have_url(re.compile("/scrivania$"))
    thief = browser.new_context()
    thief.add_cookies(kept)
    answer = thief.request.post(
        f"{site_address}/accedi/passkey",
        data=sent[0],
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        max_redirects=0,
    )
    assert answer.headers["location"] == "/accedi?problema=passkey"
    thief.close()


def _answers(address: str) -> bool:
    return address.endswith("/accedi/passkey")


def test_without_javascript_there_is_no_button_that_does_nothing(browser: Browser, site_address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site_address}/accedi")
    expect(page.get_by_role("button", name="Entra con una passkey")).to_be_hidden()
    expect(page.get_by_role("button", name="Accedi", exact=True)).to_be_visible()
    context.close()


def test_a_passkey_confirms_who_one_is(page: Page, site_address: str, store: tuple[Database, str]) -> None:
    Authenticator(page)
    with_password(page, site_address)
    add(page)
    with store[0].work() as session:
        person = queries.by_email(session, EMAIL)
        assert person is not None
        for sign_in in queries.open_sign_ins(session, person.id):
            sign_in.confirmed_at = makers.NOW.replace(year=2020)
    page.goto(f"{site_address}/profilo/cancella")
    expect(page).to_have_url(re.compile("/conferma-identita"))
    page.get_by_role("button", name="Usa una passkey").click()
    expect(page).to_have_url(re.compile(r"localhost:\d+/profilo/cancella$"))


def test_the_challenge_names_the_site_and_asks_to_unlock(page: Page, site_address: str) -> None:
    page.goto(f"{site_address}/accedi")
    token = page.locator("form[data-passkey] input[name=csrf_token]").get_attribute("value") or ""
    answer = page.request.post(f"{site_address}/accedi/passkey/sfida", form={"csrf_token": token})
    asked = json.loads(answer.json()["options"])
    assert (asked["rpId"], asked["userVerification"]) == ("localhost", "required")
    assert answer.headers["cache-control"] == "no-store"
