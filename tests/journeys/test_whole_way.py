# SPDX-License-Identifier: AGPL-3.0-or-later
"""A solution's whole way: from the invitation of who writes it to its facts confirmed a year later."""

import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Page, expect

from app import create_app
from app.access import Role
from app.accounts.queries import by_email
from app.config import Settings
from app.conversion.export import to_office
from app.document.model import Document, Section
from app.review.upkeep import confirm_facts
from app.solutions.queries import by_slug
from tests import makers
from tests.journeys.offices import Office, at_the_desk, desk, enter, press, said
from tests.stores import SqliteStores
from tests.webserver import WebServer

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

TITLE = "Ufficio unico dei concorsi"
SLUG = "ufficio-unico-dei-concorsi"
RITA, ELENA, UGO = "rita@ente.example", "elena@ente.example", "ugo@ente.example"
SECTIONS = (
    "Problema affrontato",
    "Soluzione adottata",
    "Risultati ottenuti",
    "Cosa serve per riusarla",
    "Fattori di successo e limiti",
    "Difficoltà ed errori da evitare",
)


def a_year_passes(office: Office, slug: str) -> None:
    """The facts were confirmed thirteen months ago, and nobody said anything since."""
    with office.database.work() as session:
        solution, ugo = by_slug(session, slug), by_email(session, UGO)
        assert solution is not None
        assert ugo is not None
        confirm_facts(session, solution, ugo.id, datetime.now(UTC) - timedelta(days=396))


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A site with the referent of Bologna, and an expert of another city."""
    address = SqliteStores(tmp_path).new()
    made = create_app(Settings(data=str(tmp_path), database_url=address, log_level="ERROR"))
    with made.extensions["database"].work() as session:
        makers.make_registers(session)
        people = (("Rita Verdi", RITA, Role.REFERENT, "bologna"), ("Elena Neri", ELENA, Role.EXPERT, "suap"))
        for name, email, role, scope in people:
            makers.make_person(session, (role, scope), name=name, email=email, password=makers.PASSWORD)
    made.test_cli_runner().invoke(args=["search", "rebuild"])
    with WebServer(tmp_path, address) as server:
        yield Office(server.address, made)
    made.extensions["database"].close()


def word_file() -> bytes:
    """What the office had written already: the first two sections."""
    texts = ("Ogni comune bandisce da solo, con tempi di un anno.", "Un ufficio bandisce per tutti i comuni.")
    sections = tuple(Section(heading, text) for heading, text in zip(SECTIONS[:2], texts, strict=True))
    return to_office(Document({"title": TITLE}, sections), "docx")


def invited(rita: Page, ugo: Page, office: Office) -> None:
    """The referent invites, the letter arrives, the official opens an account and protects it."""
    enter(rita, office, RITA)
    at_the_desk(rita)
    rita.get_by_role("link", name="Persone").click()
    rita.get_by_label("Indirizzo di posta dell’ufficio").fill(UGO)
    rita.get_by_label("Ruolo").select_option("official")
    rita.locator("[name=body]").select_option("bologna")
    press(rita, "Spedisci l’invito")
    said(rita, "Invito spedito")
    office.turn()
    link = re.search(r"/invito/[\w-]+", office.letters(UGO)[-1])
    assert link
    ugo.goto(office.address + link[0])
    said(ugo, UGO)
    ugo.get_by_label("Nome e cognome").fill("Ugo Gialli")
    ugo.get_by_label("Password").fill(makers.PASSWORD)
    press(ugo, "Crea l’utenza")
    at_the_desk(ugo)


def second_factor_set_up(ugo: Page, office: Office) -> pyotp.TOTP:
    ugo.goto(f"{office.address}/profilo/sicurezza/app")
    app = pyotp.TOTP(ugo.locator("code.secret").inner_text().replace(" ", ""))
    ugo.get_by_role("textbox", name="Codice").fill(app.now())
    press(ugo, "Attiva")
    expect(ugo.get_by_role("heading", level=1)).to_have_text("Codici di recupero")
    return app


def signed_in_with_both(ugo: Page, office: Office, app: pyotp.TOTP) -> None:
    """Out and in again: first the password, then the code that follows the one already spent."""
    ugo.context.clear_cookies()
    enter(ugo, office, UGO)
    expect(ugo.get_by_role("heading", level=1)).to_have_text("Secondo fattore")
    ugo.get_by_role("textbox", name="Codice").fill(app.at(int(time.time()) + app.interval))
    press(ugo, "Accedi")
    at_the_desk(ugo)


def begun_from_word(ugo: Page) -> None:
    ugo.get_by_role("link", name="Scrivi una soluzione").click()
    ugo.get_by_label("Titolo").fill(TITLE)
    mime = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    ugo.get_by_label("Partire da un file").set_input_files(
        {"name": "scheda.docx", "mimeType": mime, "buffer": word_file()}
    )
    press(ugo, "Comincia a scrivere")
    expect(ugo.locator("[name='section.1']")).to_have_value(re.compile("tempi di un anno"))
    expect(ugo.locator("[name='section.2']")).to_have_value(re.compile("bandisce per tutti"))


def filled_in(ugo: Page) -> None:
    """What the Word file did not say, up to what an expert wants to see."""
    expect(ugo.locator("#manca")).to_contain_text("Per inviarla manca")
    for name, text in {
        "summary": "Un ufficio solo bandisce i concorsi di cinquanta comuni.",
        "office": "Servizio personale",
        "contact.role": "Ufficio concorsi",
        "contact.mailbox": "concorsi@ente.example",
        "period.start": "2018",
        "licence": "CC-BY-4.0",
        "resources.one_off_cost": "40000",
        "resources.months": "14",
        "municipalities.number": "55",
        "legal_basis.1": "D.P.R. 9 maggio 1994, n. 487",
        "preconditions.1": "Convenzione con i Comuni",
    }.items():
        ugo.locator(f"[name='{name}']").fill(text)
    for number, heading in enumerate(SECTIONS[2:], 3):
        ugo.locator(f"[name='section.{number}']").fill(f"Quel che c’è da dire: {heading.lower()}.")
    for name, value in {"status": "a-regime", "visibility": "public"}.items():
        ugo.locator(f"select[name='{name}']").select_option(value)
    ugo.locator("[name=themes][value=suap]").check()
    ugo.locator("[name=evidence_level][value='2']").check()
    expect(ugo.locator("#manca")).to_contain_text("Completa per la validazione")


def kit_added(ugo: Page) -> None:
    press(ugo, "Carica i file del kit")
    mime = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    ugo.get_by_label("File", exact=True).set_input_files(
        {"name": "convenzione.docx", "mimeType": mime, "buffer": word_file()}
    )
    ugo.locator("#title").fill("Schema di convenzione")
    press(ugo, "Carica")
    said(ugo, "Il file è nel kit")
    ugo.get_by_role("link", name="Torna al modulo").click()


def submitted(ugo: Page) -> None:
    press(ugo, "Verso l’invio")
    press(ugo, "Invia: ")
    said(ugo, "Inviata: qui sotto si vede a chi tocca")


def opened_from_the_desk(page: Page, office: Office, task: str) -> None:
    """The notice is there, and what waits for a decision is one click away."""
    desk(page, office)
    waiting = page.locator("section[aria-labelledby='per-me']")
    expect(waiting).to_contain_text(task)
    waiting.get_by_role("link", name=TITLE).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)


def noticed(page: Page, office: Office, sentence: str) -> None:
    expect(desk(page, office).locator("section[aria-labelledby='avvisi']")).to_contain_text(sentence)


def sent_back(rita: Page, office: Office) -> None:
    opened_from_the_desk(rita, office, "da approvare")
    rita.get_by_text("Commenta questa sezione").first.click()
    rita.locator("[name^='nota-']").first.fill("Di quanti comuni si parla?")
    rita.get_by_label("Motivo").fill("Manca il numero dei comuni.")
    press(rita, "Restituisci con i commenti")
    said(rita, "Restituita a chi l’ha scritta")


def corrected(ugo: Page, office: Office) -> None:
    noticed(ugo, office, "è stata restituita con una motivazione")
    ugo.goto(f"{office.address}/soluzioni/{SLUG}/revisione")
    said(ugo, "Manca il numero dei comuni.")
    said(ugo, "Di quanti comuni si parla?")
    ugo.locator("main").get_by_role("link", name="Modifica").first.click()
    ugo.locator("[name='section.1']").fill("Cinquantacinque comuni bandiscono da soli, con tempi di un anno.")
    submitted(ugo)


def judged(page: Page, office: Office, task: str, button: str, sentence: str, reason: str = "") -> None:
    opened_from_the_desk(page, office, task)
    if reason:
        page.locator("[name=evidence][value='2']").check()
        page.get_by_label("Motivo").fill(reason)
    press(page, button)
    said(page, sentence)


def test_from_the_invitation_to_ready_and_confirmed_a_year_later(office: Office, browsing: Callable[[], Page]) -> None:
    rita, ugo, elena, reader = browsing(), browsing(), browsing(), browsing()
    invited(rita, ugo, office)
    app = second_factor_set_up(ugo, office)
    office.told(UGO, "un’app per i codici")
    signed_in_with_both(ugo, office, app)
    begun_from_word(ugo)
    filled_in(ugo)
    kit_added(ugo)
    submitted(ugo)
    office.told(RITA, TITLE, "aspetta la tua decisione")
    sent_back(rita, office)
    office.told(UGO, TITLE, "restituita")
    corrected(ugo, office)
    office.turn()
    judged(rita, office, "da approvare", "Approva", "Approvata.")
    office.told(ELENA, TITLE)
    noticed(ugo, office, "è stata approvata dalla città")
    enter(elena, office, ELENA)
    judged(elena, office, "da validare", "Valida", "Validata.", "Due anni di dati del servizio.")
    office.told(UGO, TITLE, "validata")
    judged(elena, office, "da dichiarare pronta", "Dichiara pronta al riuso", "Ora è pronta al riuso.")
    office.told(UGO, TITLE, "pronta al riuso")
    noticed(ugo, office, "è pronta al riuso")
    found(reader, office)
    a_year_passes(office, SLUG)
    confirmed(ugo, office)


def found(reader: Page, office: Office) -> None:
    """Anybody finds it by words of its text, reads it and takes its kit."""
    reader.goto(office.address)
    box = reader.get_by_role("searchbox").or_(reader.locator("input[role=combobox]")).first
    box.fill("concorsi comuni bandiscono")
    box.press("Enter")
    reader.get_by_role("link", name=TITLE).first.click()
    expect(reader.get_by_role("heading", level=1)).to_have_text(TITLE)
    said(reader, "Cinquantacinque comuni")
    said(reader, "Schema di convenzione")


def confirmed(ugo: Page, office: Office) -> None:
    """The desk says whose facts are old; one button makes them true again."""
    opened_from_the_desk(ugo, office, "fatti da confermare")
    said(ugo, "La verifica dei fatti è scaduta")
    press(ugo, "Conferma che i fatti sono ancora veri")
    expect(ugo.locator("body")).not_to_contain_text("La verifica dei fatti è scaduta")
    expect(desk(ugo, office).locator("section[aria-labelledby='per-me']")).not_to_contain_text(TITLE)


#: Keys pressed at most to reach something: more than a page of the form has stops.
MOST_TABS = 400


def reach(page: Page, selector: str) -> None:
    """Go on with the tab key until the element has the focus."""
    expect(page.locator(selector).first).to_be_attached()
    for _ in range(MOST_TABS):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the tab key does not reach {selector}")


def typed(page: Page, selector: str, text: str) -> None:
    reach(page, selector)
    page.keyboard.type(text)


def pressed(page: Page, selector: str, key: str = "Enter") -> None:
    reach(page, selector)
    page.keyboard.press(key)


def chosen(page: Page, selector: str, value: str) -> None:
    """A value of a list, reached with the arrow."""
    reach(page, selector)
    for _ in range(page.locator(f"{selector} option").count()):
        if page.locator(selector).input_value() == value:
            return
        page.keyboard.press("ArrowDown")
    expect(page.locator(selector)).to_have_value(value)


def entered_by_keyboard(page: Page, office: Office, email: str) -> None:
    page.goto(f"{office.address}/en/accedi")
    typed(page, "input[name=email]", email)
    typed(page, "input[name=password]", makers.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/en/scrivania$"))


def written_by_keyboard(ugo: Page) -> None:
    """A draft from its title, with all that a referent wants to see."""
    pressed(ugo, "main a[href='/en/soluzioni/nuova']")
    typed(ugo, "#title", TITLE)
    ugo.keyboard.press("Enter")
    expect(ugo.get_by_role("heading", level=1)).to_have_text(TITLE)
    typed(ugo, "[name=summary]", "Un ufficio solo bandisce i concorsi di cinquanta comuni.")
    typed(ugo, "[name=office]", "Servizio personale")
    typed(ugo, "[name='contact.role']", "Ufficio concorsi")
    typed(ugo, "[name='contact.mailbox']", "concorsi@ente.example")
    pressed(ugo, "[name=themes][value=suap]", "Space")
    chosen(ugo, "select[name=status]", "a-regime")
    typed(ugo, "[name='period.start']", "2018")
    typed(ugo, "[name='section.1']", "Ogni comune bandisce da solo.")
    typed(ugo, "[name='section.2']", "Un ufficio bandisce per tutti i comuni.")
    if not ugo.locator("[name=licence]").input_value():
        typed(ugo, "[name=licence]", "CC-BY-4.0")
    chosen(ugo, "select[name=visibility]", "public")
    expect(ugo.locator("#manca")).to_contain_text("Ready to be submitted")


def test_in_english_with_the_keyboard_alone(office: Office, browsing: Callable[[], Page]) -> None:
    with office.database.work() as session:
        makers.make_person(session, (Role.OFFICIAL, "bologna"), name="Ugo Gialli", email=UGO, password=makers.PASSWORD)
    ugo, rita = browsing(), browsing()
    entered_by_keyboard(ugo, office, UGO)
    written_by_keyboard(ugo)
    pressed(ugo, "#barra button[value=save]")
    ugo.wait_for_url(re.compile("salvato=1"))
    expect(ugo.locator("[name='section.2']")).to_have_value("Un ufficio bandisce per tutti i comuni.")
    pressed(ugo, "#barra button[value=review]")
    pressed(ugo, "form[action$='/revisione/invia'] button", "Space")
    said(ugo, "Submitted: below you see whose turn it is.")
    entered_by_keyboard(rita, office, RITA)
    pressed(rita, "section[aria-labelledby='per-me'] a")
    typed(rita, "#reason", "Chiara e completa.")
    pressed(rita, "button[formaction$='/approva']", "Space")
    said(rita, "Approved.")
    office.turn()
    ugo.goto(f"{office.address}/en/cerca?q=concorsi")
    pressed(ugo, f"main a[href*='/soluzioni/{SLUG}']")
    expect(ugo.get_by_role("heading", level=1)).to_have_text(TITLE)
