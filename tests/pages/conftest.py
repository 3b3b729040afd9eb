# SPDX-License-Identifier: AGPL-3.0-or-later
"""What checks of whole pages share: a browser page that keeps what went wrong, and a site where work is under way."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from app.config import Settings
from tests.pages.furnished import Furnished, opened
from tests.pages.watching import Watch
from tests.webserver import WebServer


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
