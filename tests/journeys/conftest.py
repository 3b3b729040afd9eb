# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the journeys share: the browser at a desk, without JavaScript, and a small site whose solution has a history."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from app import create_app
from app.config import Settings
from app.db import Database
from app.solutions.service import import_document
from tests import makers
from tests.stores import SqliteStores
from tests.webserver import WebServer


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
def changing_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a small site of its own, with one solution that was changed twice."""
    folder = tmp_path_factory.mktemp("changing")
    address = SqliteStores(folder).new()
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


@pytest.fixture
def browsing(browser: Browser) -> Iterator[Callable[[], Page]]:
    """A new person at a browser of their own."""
    contexts = []

    def sit_down() -> Page:
        contexts.append(browser.new_context(viewport={"width": 1280, "height": 900}))
        return contexts[-1].new_page()

    yield sit_down
    for context in contexts:
        context.close()
