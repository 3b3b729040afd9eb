# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the journeys share: the browser at a desk, without JavaScript, and a small site whose solution has a history."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from app import create_app
from app.access import Role
from app.cities.queries import by_slug
from app.config import Settings
from app.db import Database
from app.document.model import Document
from app.needs.rules import Wanted
from app.needs.service import Deed, publish_new
from app.solutions.service import import_document
from tests import makers
from tests.journeys.hands import Hands, Mouse
from tests.journeys.offices import Office, Seat, Visitor
from tests.pages.test_language import Words, interface
from tests.stores import SqliteStores
from tests.webserver import WebServer

FILE_NAME = "Convenzione_quadro_centrale_unica_committenza_2021_testo_coordinato_allegato_A.pdf"
ADDRESS = f"https://ente.example/amministrazione-trasparente/provvedimenti/{FILE_NAME}"
#: Tells what a page says once it is read.
HEARD = "addEventListener('DOMContentLoaded', () => window.hear(document.documentElement.outerHTML))"


@pytest.fixture
def desk(page: Page) -> Page:
    """A page of a wide screen."""
    page.set_viewport_size({"width": 1280, "height": 900})
    return page


@pytest.fixture
def plain(browser: Browser) -> Iterator[Page]:
    """A page of a browser that runs no JavaScript."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def changing_site(tmp_path_factory: pytest.TempPathFactory, sqlite_stores: SqliteStores) -> Iterator[str]:
    """Address of a small site of its own, with one solution that was changed twice and one in long words."""
    folder = tmp_path_factory.mktemp("changing")
    address = sqlite_stores.new()
    made = create_app(Settings(data=str(folder), database_url=address, log_level="ERROR"))
    _history(made.extensions["database"])
    made.test_cli_runner().invoke(args=["search", "rebuild"])
    made.extensions["database"].close()
    with WebServer(Path(folder), address) as server:
        yield server.address


def _history(database: Database) -> None:
    solved = "Un unico sportello riceve le pratiche"
    texts = [f"{solved} di dieci comuni.", f"{solved} di trenta comuni.", f"{solved} di trenta comuni e due unioni."]
    with database.work() as session:
        makers.make_registers(session)
        for days, text in enumerate(texts):
            sections = {"Problema affrontato": "Le imprese trovano regole diverse.", "Soluzione adottata": text}
            document = makers.make_document(sections=sections, status="in-corso" if days == 0 else "concluso")
            import_document(session, "sportello-unico", document, makers.NOW + timedelta(days=days))
        import_document(session, "nomi-di-file", _in_long_words(), makers.NOW)
        person = makers.make_person(session, (Role.REFERENT, "torino"))
        wanted = Wanted(f"Vedi {ADDRESS}", makers.NOW.date() + timedelta(days=90), FILE_NAME, ("suap",))
        session.flush()
        torino = by_slug(session, "torino")
        assert torino is not None
        publish_new(session, torino, wanted, Deed(person.id, makers.NOW))


def _in_long_words() -> Document:
    """Words as offices have them that are wider than a phone: names of files, addresses, tables of many columns."""
    name, address = FILE_NAME, ADDRESS
    table = "| Procedimento | Amministrazione | Responsabile | Sospensione | Documentazione |\n|---|---|---|---|---|\n"
    row = "| Autorizzazione commerciale | Unione montana | Dirigente competente | Possibile | Modulistica unificata |"
    return makers.make_full_document(
        title=name,
        summary=f"Lo dice {address}",
        steps=[{"name": name}],
        preconditions=[name],
        kit=[{"title": name, "kind": "accordo", "address": address}],
        sources=[{"title": name, "address": address}],
        sections={"Problema affrontato": f"Vedi {address}", "Soluzione adottata": f"Prima.\n\n{table}{row}"},
    )


@pytest.fixture
def seat(browser: Browser) -> Iterator[Seat]:
    """Somebody at a browser of their own; the test fails where a page told an English reader something in Italian."""
    contexts, heard = list[BrowserContext](), dict[str, set[str]]()

    def hear(source: dict[str, Page], text: str) -> None:
        heard[source["page"].url] = Words(text).found

    def sit_down(office: Office, language: str = "it", hands: Hands | None = None) -> Visitor:
        contexts.append(browser.new_context(viewport={"width": 1280, "height": 900}))
        if language == "en":
            contexts[-1].expose_binding("hear", hear)
            contexts[-1].add_init_script(HEARD)
        return Visitor(contexts[-1].new_page(), office, language, hands or Mouse())

    yield sit_down
    for context in contexts:
        context.close()
    if heard:
        sentences = interface()
        italian = set(sentences) - set(sentences.values())
        assert {url: words & italian for url, words in heard.items() if words & italian} == {}
