# SPDX-License-Identifier: AGPL-3.0-or-later
"""The whole loop in the browser: a request, its shortlist, the answers, the transfer, and what comes back."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from app import create_app
from app.access import Role
from app.config import Settings
from app.needs import rules
from tests import makers
from tests.journeys.offices import Office, desk, enter, press, said
from tests.stores import SqliteStores
from tests.webserver import WebServer

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

VERA, BRUNO, TITO, CARLA = (f"{name}@ente.example" for name in ("vera", "bruno", "tito", "carla"))
PEOPLE = (
    ("Vera Blu", VERA, Role.REFERENT, "venezia"),
    ("Bruno Rossi", BRUNO, Role.REFERENT, "bologna"),
    ("Tito Neri", TITO, Role.REFERENT, "torino"),
    ("Carla Viola", CARLA, Role.COORDINATOR, ""),
)
PROBLEM = "Uno sportello unico per le imprese di tutti i comuni. Oggi ogni comune ha regole e moduli propri."
IN_DAYS = (datetime.now(UTC) + timedelta(days=200)).date().isoformat()
PHONE = ViewportSize(width=390, height=844)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A site where Bologna and Torino have a one-stop shop, Venezia has a referent who wants one."""
    address = SqliteStores(tmp_path).new()
    made = create_app(Settings(data=str(tmp_path), database_url=address, log_level="ERROR"))
    with made.extensions["database"].work() as session:
        makers.make_registers(session)
        for city in ("bologna", "torino"):
            makers.make_solution(
                session,
                f"sportello-{city}",
                title=f"Sportello unico di {city.capitalize()}",
                city=city,
                preconditions=["Convenzione con i comuni", "Piattaforma telematica"],
                kit=[{"title": "Schema di convenzione", "kind": "accordo"}],
                resources={"one_off_cost": 40_000, "months": 14},
            )
        makers.make_solution(session, "gare-torino", title="Gare di Torino", city="torino", themes=["appalti"])
        for name, email, role, scope in PEOPLE:
            makers.make_person(session, (role, scope), name=name, email=email, password=makers.PASSWORD)
    made.test_cli_runner().invoke(args=["search", "rebuild"])
    with WebServer(tmp_path, address) as server:
        yield Office(server.address, made)
    made.extensions["database"].close()


@pytest.fixture
def person(browsing: Callable[[], Page], office: Office) -> Callable[[str], Page]:
    """Somebody at their own browser, with an open log-in."""
    return lambda email: enter(browsing(), office, email)


def post(page: Page, office: Office, problem: str = PROBLEM, visibility: str = "") -> str:
    """Publish a request with two answers; its address."""
    page.goto(f"{office.address}/richieste/nuova")
    page.get_by_label("1. Quale problema volete risolvere?").fill(problem)
    page.get_by_label("2. Entro quando vi serve?").fill(IN_DAYS)
    if visibility:
        page.get_by_text("Aggiungi dettagli").click()
        page.locator(f"#visibility-{visibility}").check()
    press(page, "Pubblica la richiesta")
    again = page.get_by_role("button", name="Pubblica comunque")
    page.wait_for_load_state()
    if again.count():
        again.click()
    page.wait_for_url(re.compile(r"/richieste/\d+-"))
    return page.url


def ask(page: Page, address: str, city: str) -> None:
    """Pick a city of the shortlist."""
    page.goto(f"{address}/abbinamenti")
    page.get_by_text(f"Chiedi a Città metropolitana di {city}").first.click()
    page.locator("details.ask[open] button", has_text="Chiedi").click()
    said(page, "scelta da chi chiede")


def open_task(page: Page, office: Office, kind: str) -> None:
    """What waits on the desk is one click away."""
    desk(page, office)
    page.locator("section[aria-labelledby='per-me'] li", has_text=kind).get_by_role("link").click()


def fold(page: Page, summary: str) -> None:
    page.locator("summary", has_text=summary).first.click()


def refuse(page: Page, office: Office) -> None:
    open_task(page, office, "richiesta di un’altra città")
    said(page, "Perché questa proposta")
    fold(page, "No, perché…")
    page.locator("#reason-no-capacity").check()
    press(page, "Rispondi: no")
    said(page, "Rifiutata")


def accept(page: Page, office: Office) -> str:
    open_task(page, office, "richiesta di un’altra città")
    press(page, "Sì, cominciamo")
    page.wait_for_url(re.compile(r"/gemellaggi/\d+-"))
    return page.url


def work(page: Page, address: str) -> None:
    """A milestone, a precondition, a piece of the kit, a file."""
    page.goto(address)
    page.locator("li", has_text="Primo incontro").get_by_role("button", name="Segna compiuta").click()
    said(page, "compiuta il")
    page.locator("li", has_text="Convenzione con i comuni").locator("summary", has_text="Rispondi").click()
    page.locator("details[open] select[name=answer]").select_option("yes")
    page.locator("details[open]").get_by_role("button", name="Salva").click()
    expect(page.locator(".now")).to_contain_text("1 / 2")
    page.locator("section[aria-labelledby='kit']").get_by_label("ricevuto").check()
    page.locator("section[aria-labelledby='kit'] li").get_by_role("button", name="Salva").click()
    expect(page.locator(".now")).to_contain_text("1 / 1")
    fold(page, "Condividi un file")
    page.locator("#shared").set_input_files({"name": "bozza.csv", "mimeType": "text/csv", "buffer": b"a;b\n1;2\n"})
    press(page, "Carica")
    expect(page.locator("section[aria-labelledby='file']")).to_contain_text("bozza")


def tell(page: Page, address: str, body: str, **figures: str) -> None:
    """One side's closing form."""
    page.goto(address)
    fold(page, f"Racconta com’è andata per {body}")
    page.locator("details[open] input[value=adapted]").check()
    for name, value in figures.items():
        page.locator(f"details[open] input[name={name}]").fill(value)
    page.locator("details[open]").get_by_role("button", name="Invia").click()
    page.wait_for_load_state()


def bring_back(page: Page, address: str) -> str:
    """The receiver's variant, from its first word to the library; its address."""
    page.goto(address)
    press(page, "Inizia la variante")
    page.wait_for_url(re.compile("/modifica"))
    fields = {
        "summary": "Lo sportello di Torino, con i moduli di Venezia.",
        "office": "Servizio imprese",
        "contact.role": "Sportello",
        "contact.mailbox": "sportello@ente.example",
        "period.start": "2026",
    }
    page.locator("[name=title]").fill("Sportello unico di Venezia")
    for name, text in fields.items():
        page.locator(f"[name='{name}']").fill(text)
    page.locator("select[name=status]").select_option("a-regime")
    page.locator("[name='section.8']").fill("I moduli sono quelli della Regione del Veneto.")
    page.locator("[name='section.2']").fill("Un unico sportello riceve le pratiche, con i moduli del Veneto.")
    page.locator("#barra button[value=review]").click()
    press(page, "Invia")
    page.locator("#reason").fill("Controllata.")
    press(page, "Approva")
    said(page, "Approvata.")
    return page.url.partition("/revisione")[0]


def test_a_request_becomes_a_transfer_and_comes_back_as_a_variant(
    office: Office, person: Callable[[str], Page], browser: Browser
) -> None:
    vera, bruno, tito = person(VERA), person(BRUNO), person(TITO)
    address = post(vera, office)
    vera.get_by_role("link", name="Scegli una città").click()
    for word in ("Sportello unico di Bologna", "Sportello unico di Torino", "Tema.", "Prontezza."):
        said(vera, word)
    ask(vera, address, "Bologna")
    office.told(BRUNO, "Una città chiede una tua soluzione")
    refuse(bruno, office)
    office.told(VERA, "risponde di no")
    tito.set_viewport_size(PHONE)
    transfer = accept(tito, office)
    office.told(VERA, "Proposta accettata")
    work(vera, transfer)
    office.told(TITO, "Nuovo file condiviso")
    tell(tito, transfer, "Torino")
    tell(vera, transfer, "Venezia", months="8", cost="12.000")
    said(vera, "Com’è andata")
    vera.goto(address)
    said(vera, "risolta con una soluzione trovata qui")
    expect(vera.locator("section[aria-labelledby='gemellaggio']")).to_contain_text("concluso")
    variant = bring_back(vera, transfer)
    office.turn()
    read_by_anybody(browser, office, transfer, variant)


def read_by_anybody(browser: Browser, office: Office, transfer: str, variant: str) -> None:
    """The certificate proves itself, the source says who re-used it, the variant what it changed."""
    page = browser.new_page()
    page.goto(f"{transfer}/attestato")
    page.locator("a[href*='/attestati/']").click()
    said(page, "Attestato autentico")
    page.goto(f"{office.address}/soluzioni/sportello-torino")
    for word in ("5/5", "Tempi e costi dei riusi", "8 mesi", "12.000", "Città metropolitana di Venezia"):
        said(page, word)
    page.goto(f"{variant}/confronto-con-la-fonte")
    said(page, "Che cosa è stato adattato")
    said(page, "I moduli sono quelli della Regione del Veneto.")
    page.goto(f"{office.address}/rete")
    said(page, "gemellaggio concluso")
    page.close()


def test_others_join_and_a_transfer_that_stops_opens_the_request_again(
    office: Office, person: Callable[[str], Page]
) -> None:
    vera, bruno, tito = person(VERA), person(BRUNO), person(TITO)
    address = post(vera, office)
    bruno.goto(address)
    fold(bruno, "Abbiamo lo stesso problema")
    press(bruno, "Unisciti alla richiesta")
    office.told(VERA, "Un altro ente si è unito")
    ask(vera, address, "Torino")
    transfer = accept(tito, office)
    for city in ("Città metropolitana di Venezia", "Città metropolitana di Bologna"):
        said(tito, city)
    bruno.goto(transfer)
    said(bruno, "Note condivise")
    vera.goto(transfer)
    fold(vera, "Ferma il gemellaggio")
    vera.locator("#reason").select_option("funding")
    vera.locator("#public").check()
    press(vera, "Ferma")
    said(vera, "mancano i fondi")
    office.told(TITO, "si è fermato")
    vera.goto(address)
    expect(vera.get_by_role("link", name="Scegli una città")).to_be_visible()


def test_an_anonymous_request_tells_its_size_until_its_city_chooses(
    office: Office, person: Callable[[str], Page], browser: Browser
) -> None:
    vera, tito = person(VERA), person(TITO)
    address = post(vera, office, visibility="anonymous")
    reader = browser.new_page()
    for page in (reader, tito):
        page.goto(address)
        said(page, "una città metropolitana tra 650 mila e 1 milione di abitanti")
        expect(page.locator("main")).not_to_contain_text("Venezia")
    ask(vera, address, "Torino")
    transfer = accept(tito, office)
    said(tito, "Città metropolitana di Venezia")
    reader.goto(transfer)
    said(reader, "Città metropolitana di Venezia")
    reader.close()


def test_a_round_shares_out_scarce_days_and_says_who_is_left_out(office: Office, person: Callable[[str], Page]) -> None:
    vera, bruno, tito, carla = person(VERA), person(BRUNO), person(TITO), person(CARLA)
    for page, city, days in ((bruno, "bologna", rules.DAYS_A_TRANSFER), (tito, "torino", 0)):
        page.goto(f"{office.address}/citta/{city}/disponibilita")
        page.locator("input[name^=days-]").first.fill(str(days))
        press(page, "Salva")
    post(vera, office)
    post(vera, office, "Un solo sportello per le pratiche delle imprese, con un modulo uguale per tutti i comuni.")
    carla.goto(f"{office.address}/abbinamenti")
    carla.get_by_label("Nome del turno").fill("Turno di prova")
    press(carla, "Calcola l’anteprima")
    said(carla, "50% (di 2)")
    said(carla, "le città adatte hanno finito le giornate")
    press(carla, "Ricalcola e confronta")
    said(carla, "il risultato è identico")
    press(carla, "Pubblica il turno")
    said(carla, "pubblicato il")
    office.told(VERA, "Il turno di abbinamento propone una città")
    open_task(bruno, office, "richiesta di un’altra città")
    said(bruno, "Vi chiedono una vostra soluzione")
    desk(tito, office)
    said(tito, "Niente aspetta una tua decisione.")
