# SPDX-License-Identifier: AGPL-3.0-or-later
"""What checks of whole pages share: a browser page that keeps what went wrong, and a site where work is under way."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page
from sqlalchemy.exc import TimeoutError as PoolExhausted
from werkzeug.test import TestResponse

from app import create_app
from app.access import Action
from app.config import Settings
from app.errors import Unavailable
from app.web import logs
from app.web.gate import permits
from tests.pages.furnished import Furnished, opened
from tests.pages.kinds import LANGUAGES
from tests.pages.watching import Watch
from tests.webserver import WebServer

#: Accidents, and what is missing for a while: of the site, and of a library only one page needs.
FAILURES = {
    "accident": RuntimeError("prova"),
    "overloaded": PoolExhausted(),
    "unavailable": Unavailable("pdf_libraries_missing"),
}


@pytest.fixture(scope="session")
def failures(library_settings: Settings) -> dict[tuple[str, str], TestResponse]:
    """What the site answers where something fails, by failure and language."""
    app = create_app(library_settings)
    for name, error in FAILURES.items():

        def fail(error: Exception = error) -> str:
            raise error

        app.add_url_rule(f"/prova/{name}", name, permits(Action.PROBE)(fail))
    logs.configure("CRITICAL")  # These are meant to happen.
    client, prefixes = app.test_client(), {"it": "", "en": "/en"}
    made = {(name, lang): client.get(f"{prefixes[lang]}/prova/{name}") for name in FAILURES for lang in LANGUAGES}
    logs.configure("ERROR")
    app.extensions["database"].close()
    return made


@pytest.fixture
def watched(page: Page, site: str) -> Iterator[Watch]:
    """A page of the running site; the test fails if it logged an error or asked another host."""
    watch = Watch(page, site)
    yield watch
    assert watch.complaints == []


@pytest.fixture(scope="session")
def furnished(library_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Furnished]:
    """The shipped library with drafts, reviews, requests and people of every role; tests only read it."""
    made = opened(library_folder, tmp_path_factory.mktemp("furnished"))
    yield made
    made.database.close()


@pytest.fixture(scope="session")
def furnished_site(furnished: Furnished) -> Iterator[str]:
    """Address of that site, served as in production."""
    settings: Settings = furnished.app.config["SETTINGS"]
    with WebServer(settings.data_folder, settings.database_url, TWINMETRO_DEMONSTRATION="true") as server:
        yield server.address
