# SPDX-License-Identifier: AGPL-3.0-or-later
"""A solution's whole way: from the invitation of who writes it to its facts confirmed a year later.

Walked twice, in Italian and in English, by keyboard alone.
"""

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from playwright.sync_api import FilePayload, expect
from sqlalchemy.orm import Session

from app.access import Role
from app.accounts.queries import by_email
from app.document.model import Document, Section
from app.review.upkeep import confirm_facts
from app.solutions.queries import by_slug
from tests import makers
from tests.journeys.hands import Keyboard
from tests.journeys.offices import Office, Seat, Visitor, opened
from tests.pure.conversion.office import to_office
from tests.stores import SqliteStores

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
#: What the Word file does not say, up to what an expert wants to see, in the order of the form.
FIELDS = {
    "summary": "Un ufficio solo bandisce i concorsi di cinquanta comuni.",
    "office": "Servizio personale",
    "contact.role": "Ufficio concorsi",
    "contact.mailbox": "concorsi@ente.example",
    "period.start": "2018",
    "resources.one_off_cost": "40000",
    "resources.months": "14",
    "municipalities.number": "55",
    "legal_basis.1": "D.P.R. 9 maggio 1994, n. 487",
    "preconditions.1": "Convenzione con i Comuni",
}


def staff(session: Session) -> None:
    """The referent of Bologna, and an expert of another city."""
    people = (("Rita Verdi", RITA, Role.REFERENT, "bologna"), ("Elena Neri", ELENA, Role.EXPERT, "suap"))
    for name, email, role, scope in people:
        makers.make_person(session, (role, scope), name=name, email=email, password=makers.PASSWORD)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, sqlite_stores: SqliteStores) -> Iterator[Office]:
    with opened(tmp_path_factory.mktemp("way"), sqlite_stores.new(), staff) as made:
        yield made


def word_file(name: str) -> FilePayload:
    """What the office had written already: the first two sections."""
    texts = ("Ogni comune bandisce da solo, con tempi di un anno.", "Un ufficio bandisce per tutti i comuni.")
    sections = tuple(Section(heading, text) for heading, text in zip(SECTIONS[:2], texts, strict=True))
    mime = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    return {"name": name, "mimeType": mime, "buffer": to_office(Document({"title": TITLE}, sections), "docx")}


@pytest.mark.parametrize("language", ["it", "en"])
def test_from_the_invitation_to_ready_and_confirmed_a_year_later(office: Office, seat: Seat, language: str) -> None:
    office.begin_anew(language)
    rita, ugo, elena, reader = (seat(office, language, Keyboard()) for _ in range(4))
    invited(rita, ugo)
    app = second_factor_set_up(ugo)
    ugo.told("un’app per i codici")
    signed_in_with_both(ugo, app)
    begun_from_word(ugo)
    filled_in(ugo)
    kit_added(ugo)
    submitted(ugo)
    rita.told("«%(title)s» aspetta la tua decisione.", title=TITLE)
    sent_back(rita)
    ugo.told("«%(title)s» è stata restituita con una motivazione.", title=TITLE)
    corrected(ugo)
    office.turn()
    judged(rita, "da approvare", "Approva", "Approvata.")
    elena.enter(ELENA)
    elena.headed("Scrivania")
    elena.told("«%(title)s» è stata approvata dalla città: ora aspetta la tua validazione.", title=TITLE)
    ugo.noticed("«%(title)s» è stata approvata dalla città.", title=TITLE)
    judged(elena, "da validare", "Valida", "Validata.", "Due anni di dati del servizio.")
    ugo.told("«%(title)s» è stata validata.", title=TITLE)
    judged(elena, "da dichiarare pronta al riuso", "Dichiara pronta al riuso", "Ora è pronta al riuso.")
    ugo.told("«%(title)s» è pronta al riuso.", title=TITLE)
    ugo.noticed("«%(title)s» è pronta al riuso.", title=TITLE)
    found(reader)
    a_year_passes(office)
    confirmed(ugo)


def invited(rita: Visitor, ugo: Visitor) -> None:
    """The referent invites, the letter arrives, the official opens an account."""
    rita.enter(RITA)
    rita.headed("Scrivania")
    rita.follow("a[href$='/amministrazione/persone']")
    rita.headed("Persone")
    rita.write("#email", UGO)
    rita.choose("#role", "official")
    rita.choose("[name=body]", "bologna")
    rita.choose("[name=language]", ugo.language)
    rita.press("Spedisci l’invito")
    rita.reads("Invito in partenza. Il collegamento vale 14 giorni e si può usare una volta sola.")
    ugo.email = UGO
    letter = ugo.told("Per accettare, aprire questo indirizzo e scegliere una password:")
    ugo.go(ugo.link_of(letter, r"(/en)?/invito/[\w-]+"))
    ugo.headed("Invito a Twin Metro")
    ugo.reads(UGO)
    ugo.write("#name", "Ugo Gialli")
    ugo.write("#password", makers.PASSWORD)
    ugo.press("Crea l’utenza")
    ugo.headed("Scrivania")


def second_factor_set_up(ugo: Visitor) -> pyotp.TOTP:
    ugo.go("/profilo/sicurezza/app")
    app = pyotp.TOTP(ugo.at("code.secret").inner_text().replace(" ", ""))
    ugo.write("#code", app.now())
    ugo.press("Attiva")
    ugo.headed("Codici di recupero")
    return app


def signed_in_with_both(ugo: Visitor, app: pyotp.TOTP) -> None:
    """Out and in again: first the password, then the code that follows the one already spent."""
    ugo.page.context.clear_cookies()
    ugo.enter(UGO)
    ugo.headed("Secondo fattore")
    ugo.write("#code", app.at(int(time.time()) + app.interval))
    ugo.press("Accedi", "form:has(#code)")
    ugo.headed("Scrivania")


def begun_from_word(ugo: Visitor) -> None:
    ugo.follow("a[href$='/soluzioni/nuova']")
    ugo.headed("Nuova soluzione")
    ugo.write("#title", TITLE)
    ugo.give("#file", word_file("scheda.docx"))
    ugo.press("Comincia a scrivere")
    ugo.headed(TITLE)
    expect(ugo.at("[name='section.1']")).to_have_value(re.compile("tempi di un anno"))
    expect(ugo.at("[name='section.2']")).to_have_value(re.compile("bandisce per tutti"))


def filled_in(ugo: Visitor) -> None:
    expect(ugo.at("#manca")).not_to_contain_text(ugo.words("Completa per la validazione"))
    ugo.write("[name=summary]", FIELDS["summary"])
    for name in ("office", "contact.role", "contact.mailbox"):
        ugo.write(f"[name='{name}']", FIELDS[name])
    ugo.tick("[name=themes][value=suap]")
    ugo.choose("select[name=status]", "a-regime")
    for name in list(FIELDS)[4:]:
        ugo.write(f"[name='{name}']", FIELDS[name])
    ugo.tick("[name=evidence_level][value='2']")
    for number, heading in enumerate(SECTIONS[2:], 3):
        ugo.write(f"[name='section.{number}']", f"Quel che c’è da dire: {heading.lower()}.")
    if not ugo.at("[name=licence]").input_value():
        ugo.write("[name=licence]", "CC-BY-4.0")
    ugo.choose("select[name=visibility]", "public")
    ugo.reads("Completa per la validazione", "#manca")


def kit_added(ugo: Visitor) -> None:
    ugo.press("Carica i file del kit")
    ugo.headed("Kit di riuso")
    ugo.give("#file", word_file("convenzione.docx"))
    ugo.write("#title", "Schema di convenzione")
    ugo.press("Carica")
    ugo.reads("Il file è nel kit.")
    ugo.follow("a.go[href$='/modifica']")
    ugo.headed(TITLE)


def submitted(ugo: Visitor) -> None:
    ugo.press("Verso l’invio")
    ugo.follow("form[action$='/revisione/invia'] button")
    ugo.reads("Inviata: qui sotto si vede a chi tocca.")


def sent_back(rita: Visitor) -> None:
    opened_from_the_desk(rita, "da approvare")
    rita.unfold("Commenta questa sezione")
    rita.write("[name^='nota-']", "Di quanti comuni si parla?")
    rita.write("#reason", "Manca il numero dei comuni.")
    rita.press("Restituisci con i commenti")
    rita.reads("Restituita a chi l’ha scritta, con il motivo.")


def corrected(ugo: Visitor) -> None:
    ugo.noticed("«%(title)s» è stata restituita con una motivazione.", title=TITLE)
    ugo.go(f"/soluzioni/{SLUG}/revisione")
    ugo.reads("Manca il numero dei comuni.")
    ugo.reads("Di quanti comuni si parla?")
    ugo.follow("a[href$='/modifica']")
    ugo.headed(TITLE)
    ugo.write("[name='section.1']", "Cinquantacinque comuni bandiscono da soli, con tempi di un anno.")
    submitted(ugo)


def opened_from_the_desk(visitor: Visitor, task: str) -> None:
    visitor.open_task(task)
    visitor.headed(TITLE)


def judged(visitor: Visitor, task: str, button: str, sentence: str, reason: str = "") -> None:
    opened_from_the_desk(visitor, task)
    if reason:
        visitor.tick("[name=evidence][value='2']")
        visitor.write("#reason", reason)
    visitor.press(button)
    visitor.reads(sentence)


def found(reader: Visitor) -> None:
    """Anybody finds it by words of its text, reads it and takes its kit."""
    reader.go("/")
    reader.write("input[type=search]", "concorsi comuni bandiscono")
    reader.press("Cerca")
    reader.follow(f".hits a[href$='/soluzioni/{SLUG}']")
    reader.headed(TITLE)
    reader.reads("Cinquantacinque comuni")
    reader.reads("Schema di convenzione")


def a_year_passes(office: Office) -> None:
    """The facts were confirmed thirteen months ago, and nobody said anything since."""
    with office.database.work() as session:
        solution, ugo = by_slug(session, SLUG), by_email(session, UGO)
        assert solution is not None
        assert ugo is not None
        confirm_facts(session, solution, ugo.id, datetime.now(UTC) - timedelta(days=396))


def confirmed(ugo: Visitor) -> None:
    """The desk says whose facts are old; one button makes them true again."""
    opened_from_the_desk(ugo, "fatti da confermare")
    overdue = ugo.words("La verifica dei fatti è scaduta il %(day)s.").partition("%")[0]
    ugo.reads(overdue)
    ugo.press("Conferma che i fatti sono ancora veri")
    expect(ugo.page.locator("body")).not_to_contain_text(overdue)
    ugo.at_the_desk()
    expect(ugo.page.locator("section[aria-labelledby='per-me']")).not_to_contain_text(TITLE)
