# SPDX-License-Identifier: AGPL-3.0-or-later
"""The whole loop in the browser: a request, its shortlist, the answers, the transfer, and what comes back.

Walked from end to end twice: in Italian by keyboard alone, in English with the mouse.
"""

import io
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

import pytest
from playwright.sync_api import ViewportSize, expect
from pypdf import PdfReader
from sqlalchemy.orm import Session

from app.access import Role
from app.needs import rules
from tests import makers
from tests.journeys.hands import Hands, Keyboard, Mouse
from tests.journeys.offices import Office, Seat, Visitor, opened
from tests.stores import SqliteStores

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

VERA, BRUNO, TITO, CARLA = (f"{name}@ente.example" for name in ("vera", "bruno", "tito", "carla"))
PEOPLE = (
    ("Vera Blu", VERA, Role.REFERENT, "venezia"),
    ("Bruno Rossi", BRUNO, Role.REFERENT, "bologna"),
    ("Tito Neri", TITO, Role.REFERENT, "torino"),
    ("Carla Viola", CARLA, Role.COORDINATOR, ""),
)
NEED = "Uno sportello unico per le imprese di tutti i comuni"
PROBLEM = f"{NEED}. Oggi ogni comune ha regole e moduli propri."
#: A day with the number of its month, which is typed alike in every country.
IN_TIME = date(datetime.now(UTC).year + 1, 6, 6).isoformat()
PHONE = ViewportSize(width=390, height=844)
BODY = "Città metropolitana di"


def furnish(session: Session) -> None:
    """Bologna and Torino have a one-stop shop, Venezia has a referent who wants one."""
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


@pytest.fixture(scope="module")
def building(tmp_path_factory: pytest.TempPathFactory, sqlite_stores: SqliteStores) -> Iterator[Office]:
    with opened(tmp_path_factory.mktemp("loop"), sqlite_stores.new(), furnish) as made:
        yield made


@pytest.fixture
def office(building: Office) -> Office:
    building.begin_anew()
    return building


def post(asker: Visitor, problem: str = PROBLEM, visibility: str = "") -> str:
    """Publish a request with two answers; its address."""
    asker.go("/richieste/nuova")
    asker.write("#problem", problem)
    asker.write("#by_when", IN_TIME)
    if visibility:
        asker.unfold("Aggiungi dettagli (facoltativo)")
        asker.tick(f"#visibility-{visibility}")
    # What may answer already is shown while one types; who has seen it is not asked again.
    expect(asker.at("[data-near-box]")).to_be_visible()
    asker.press("Pubblica la richiesta")
    asker.page.wait_for_url(re.compile(r"/richieste/\d+-"))
    return asker.page.url


def ask(asker: Visitor, address: str, city: str) -> None:
    """Pick a city of the shortlist."""
    if not asker.page.url.startswith(f"{address}/abbinamenti"):
        asker.go(f"{address}/abbinamenti")
    asker.unfold("Chiedi %(to_city)s", to_city=asker.naming(f"{BODY} {city}", "a"))
    asker.follow("details.ask[open] button")
    asker.reads("scelta da chi chiede")


def refuse(giver: Visitor) -> None:
    giver.open_task("richiesta di un’altra città: rispondere")
    giver.reads("Perché questa proposta")
    giver.unfold("No, perché…")
    giver.tick("#reason-no-capacity")
    giver.press("Rispondi: no")
    giver.reads("rifiutata", ".page-head")


def accept(giver: Visitor) -> str:
    """Say yes on the page of the proposal; the address of the twinning."""
    giver.unfold("Sì, cominciamo")
    giver.press("Conferma: sì, cominciamo")
    giver.page.wait_for_url(re.compile(r"/gemellaggi/\d+-"))
    return giver.page.url


def accept_from_the_letter(giver: Visitor) -> str:
    """The link of the letter asks who one is, then leads to the proposal: on a phone, between two meetings."""
    letter = giver.told("Una città chiede una tua soluzione: «%(title)s». Rispondi: sì, più avanti, no.", title=NEED)
    giver.page.set_viewport_size(PHONE)
    giver.enter(giver.email, giver.link_of(letter, r"(/en)?/proposte/\d+"))
    giver.reads("Chi chiede, e che cosa")
    return accept(giver)


def accept_at_the_desk(giver: Visitor) -> str:
    giver.open_task("richiesta di un’altra città: rispondere")
    giver.reads("Chi chiede, e che cosa")
    return accept(giver)


def work(receiver: Visitor, address: str) -> None:
    """A milestone, a precondition, a piece of the kit, a file."""
    receiver.go(address)
    first = receiver.words("Primo incontro tra gli uffici")
    receiver.press("Segna compiuta", f"section[aria-labelledby='tappe'] li:has-text('{first}')")
    receiver.reads("compiuta il %(day)s", day="")
    receiver.unfold("Rispondi", "li:has-text('Convenzione con i comuni')")
    receiver.choose("details[open] select[name=answer]", "yes")
    receiver.press("Salva", "details[open] form")
    receiver.reads("1 / 2", ".now")
    receiver.tick("section[aria-labelledby='kit'] [name^=received]")
    receiver.press("Salva", "section[aria-labelledby='kit']")
    receiver.reads("1 / 1", ".now")
    receiver.unfold("Condividi un file")
    receiver.give("#shared", {"name": "accordo-quadro.csv", "mimeType": "text/csv", "buffer": b"a;b\n1;2\n"})
    receiver.press("Carica", "form:has(#shared)")
    receiver.reads("accordo-quadro", "section[aria-labelledby='file']")


def tell(side: Visitor, address: str, body: str, **figures: str) -> None:
    """One side's closing form."""
    side.go(address)
    side.unfold("Racconta com’è andata %(for_body)s", for_body=side.naming(body, "per"))
    side.tick("details[open] input[value=adapted]")
    for name, value in figures.items():
        side.write(f"details[open] input[name={name}]", value)
    side.press("Invia", "details[open] form")
    expect(side.page.locator("details[open] input[value=adapted]")).to_have_count(0)


def bring_back(receiver: Visitor, address: str) -> str:
    """The receiver's variant, from its first word to the library; its address."""
    receiver.go(address)
    receiver.press("Inizia la variante")
    receiver.page.wait_for_url(re.compile("/modifica"))
    receiver.write("[name=title]", "Sportello unico di Venezia")
    receiver.write("[name=summary]", "Lo sportello di Torino, con i moduli di Venezia.")
    receiver.write("[name=office]", "Servizio imprese")
    receiver.write("[name='contact.role']", "Sportello")
    receiver.write("[name='contact.mailbox']", "sportello@ente.example")
    receiver.choose("select[name=status]", "a-regime")
    receiver.write("[name='period.start']", "2026")
    receiver.write("[name='section.2']", "Un unico sportello riceve le pratiche, con i moduli del Veneto.")
    receiver.write("[name='section.8']", "I moduli sono quelli della Regione del Veneto.")
    receiver.follow("#barra button[value=review]")
    receiver.follow("form[action$='/revisione/invia'] button")
    receiver.write("#reason", "Controllata.")
    receiver.press("Approva")
    receiver.reads("Approvata.")
    return receiver.page.url.partition("/revisione")[0]


@pytest.mark.parametrize(("language", "hands"), [("it", Keyboard()), ("en", Mouse())], ids=["keyboard", "english"])
def test_a_request_becomes_a_transfer_and_comes_back_as_a_variant(
    building: Office, seat: Seat, language: str, hands: Hands
) -> None:
    building.begin_anew(language)
    vera, bruno, tito, reader = (seat(building, language, hands) for _ in range(4))
    vera.enter(VERA)
    vera.headed("Scrivania")
    address = post(vera)
    vera.hands.press(vera.page.get_by_role("link", name=vera.words("Scegli una città")))
    vera.headed("Città proposte, con i motivi")
    for word in ("Sportello unico di Bologna", "Sportello unico di Torino", "Tema", "Prontezza"):
        vera.reads(word)
    ask(vera, address, "Bologna")
    bruno.enter(BRUNO)
    bruno.told("Una città chiede una tua soluzione: «%(title)s». Rispondi: sì, più avanti, no.", title=NEED)
    refuse(bruno)
    bologna = vera.naming("Città metropolitana di Bologna", "")
    vera.told("Per «%(title)s» %(who)s risponde di no.", title=NEED, who=bologna)
    tito.email = TITO
    transfer = accept_from_the_letter(tito)
    begun = "Proposta accettata per «%(need)s»: comincia il gemellaggio «%(title)s»."
    vera.told(begun, need=NEED, title="Sportello unico di Torino")
    work(vera, transfer)
    shared = "Nuovo file condiviso nel gemellaggio «%(title)s»: «%(named)s»."
    tito.told(shared, title="Sportello unico di Torino", named="accordo-quadro")
    tell(tito, transfer, "Torino")
    tell(vera, transfer, "Venezia", months="8", cost="12.000")
    vera.reads("Com’è andata")
    vera.go(address)
    vera.reads("risolta con una soluzione trovata qui")
    vera.reads("concluso", "section[aria-labelledby='gemellaggio']")
    variant = bring_back(vera, transfer)
    building.turn()
    read_by_anybody(reader, transfer, variant)


def on_paper(reader: Visitor) -> str:
    """What the printer gets of a page, without blanks and breaks: its words, none of the furniture around them."""
    pages = PdfReader(io.BytesIO(reader.page.pdf(format="A4", prefer_css_page_size=True))).pages
    printed = "".join("".join(page.extract_text() for page in pages).split())
    for furniture in ("Vai al contenuto", "Cerca una soluzione", "Accessibilità", "Si stampa dal browser."):
        assert "".join(reader.words(furniture).split()) not in printed
    return printed


def read_by_anybody(reader: Visitor, transfer: str, variant: str) -> None:
    """The certificate proves itself, the source says who re-used it, the variant what it changed."""
    reader.go(f"{transfer}/attestato")
    reader.follow("a[href*='/attestati/']")
    reader.reads("Attestato autentico: corrisponde a un gemellaggio concluso su questo sito.")
    printed = on_paper(reader)
    for word in (f"{BODY} Torino", f"{BODY} Venezia", "Sportello unico di Torino", reader.page.url):
        assert "".join(word.split()) in printed
    reader.go("/citta/torino/rapporto")
    printed = on_paper(reader)
    for word in (f"{BODY} Torino", "Sportello unico di Torino", "Venezia", "Gare di Torino"):
        assert "".join(word.split()) in printed
    reader.go("/soluzioni/sportello-torino")
    taken = ("8 mesi", "12.000") if reader.language == "it" else ("8 months", "12,000")
    for word in ("5/5", "Tempi e costi dei riusi", *taken, f"{BODY} Venezia"):
        reader.reads(word)
    reader.go(f"{variant}/confronto-con-la-fonte")
    reader.reads("Che cosa è stato adattato")
    reader.reads("I moduli sono quelli della Regione del Veneto.")
    reader.go("/rete")
    reader.reads("gemellaggio concluso")


@pytest.fixture
def person(office: Office, seat: Seat) -> Callable[[str], Visitor]:
    """Somebody at their own browser, with an open log-in."""

    def came_in(email: str) -> Visitor:
        visitor = seat(office)
        visitor.enter(email)
        visitor.headed("Scrivania")
        return visitor

    return came_in


def join_while_typing(other: Visitor, address: str) -> None:
    """The request of another city turns up under what one types; its button joins it, what was typed is kept."""
    other.go("/richieste/nuova")
    other.write("#problem", PROBLEM)
    like = other.page.locator("[data-near-needs] li", has_text=NEED)
    expect(like).to_contain_text("Venezia")
    other.hands.press(like.get_by_role("button", name="Unisciti a questa"))
    other.page.wait_for_url(f"{address}*")
    other.reads("Quello che avevate scritto è tra le bozze del tuo ente")
    other.reads(f"{BODY} Bologna", "main")


def test_others_join_and_a_transfer_that_stops_opens_the_request_again(person: Callable[[str], Visitor]) -> None:
    vera, bruno, tito = person(VERA), person(BRUNO), person(TITO)
    address = post(vera)
    join_while_typing(bruno, address)
    bruno.press("Non partecipare più")
    bruno.reads("Il tuo ente non partecipa più alla richiesta.")
    bruno.unfold("Abbiamo lo stesso problema")
    bruno.press("Unisciti alla richiesta")
    vera.told("Un altro ente si è unito alla richiesta «%(title)s».", title=NEED)
    ask(vera, address, "Torino")
    transfer = accept_at_the_desk(tito)
    for city in ("Venezia", "Bologna"):
        tito.reads(f"{BODY} {city}")
    bruno.go(transfer)
    bruno.reads("Note condivise")
    vera.go(transfer)
    vera.unfold("Ferma il gemellaggio")
    vera.choose("#reason", "funding")
    vera.tick("#public")
    vera.tick("#sure")
    vera.press("Ferma")
    vera.reads("mancano i fondi")
    stopped = "Il gemellaggio «%(title)s» si è fermato: la richiesta «%(need)s» è di nuovo aperta."
    tito.told(stopped, title="Sportello unico di Torino", need=NEED)
    vera.go(address)
    expect(vera.page.get_by_role("link", name="Scegli una città")).to_be_visible()


def test_an_anonymous_request_tells_its_size_until_its_city_chooses(
    office: Office, person: Callable[[str], Visitor], seat: Seat
) -> None:
    vera, tito, reader = person(VERA), person(TITO), seat(office)
    address = post(vera, visibility="anonymous")
    for visitor in (reader, tito):
        visitor.go(address)
        visitor.reads("una città metropolitana tra 650 mila e 1 milione di abitanti")
        expect(visitor.page.locator("main")).not_to_contain_text("Venezia")
    ask(vera, address, "Torino")
    transfer = accept_at_the_desk(tito)
    tito.reads(f"{BODY} Venezia")
    reader.go(transfer)
    reader.reads(f"{BODY} Venezia")


def test_a_round_shares_out_scarce_days_and_says_who_is_left_out(person: Callable[[str], Visitor]) -> None:
    vera, bruno, tito, carla = person(VERA), person(BRUNO), person(TITO), person(CARLA)
    for visitor, city, days in ((bruno, "bologna", rules.DAYS_A_TRANSFER), (tito, "torino", 0)):
        visitor.go(f"/citta/{city}/disponibilita")
        visitor.write("input[name^=days-]", str(days))
        visitor.press("Salva")
    post(vera)
    post(vera, "Un solo sportello per le pratiche delle imprese, con un modulo uguale per tutti i comuni.")
    carla.go("/abbinamenti")
    carla.write("[name=name]", "Turno di prova")
    carla.press("Calcola l’anteprima")
    carla.reads("50% (di 2)")
    carla.reads("le città adatte non hanno giornate per un altro trasferimento")
    carla.press("Ricalcola e confronta")
    carla.reads("il risultato è identico")
    carla.tick("#confirmed")
    carla.press("Pubblica il turno")
    carla.reads("pubblicato il")
    letter = vera.told("ecco che cosa è successo.")
    assert f"Per «{NEED}» il turno di abbinamento ha già interpellato Bologna: la risposta è attesa" in letter
    assert "non propone nessuna città per «Un solo sportello per le pratiche" in letter
    bruno.open_task("richiesta di un’altra città: rispondere")
    bruno.reads("Ti chiedono una tua soluzione")
    tito.at_the_desk()
    tito.reads("Niente aspetta una tua decisione.")
