# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pictures of the main pages in `build/screenshots/`, and `docs/search.png` for the README: `make screenshots`.

Pages of signed-in people are those of a site where every kind of work is under way.
"""

import shutil
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from app import create_app
from app.config import ROOT, Settings
from tests.pages import signed_kinds
from tests.pages.furnished import Furnished, opened
from tests.pages.kinds import LANGUAGES, address
from tests.stores import SqliteStores
from tests.webserver import WebServer, chromium_path

FOLDER = ROOT / "build" / "screenshots"
PICTURE = ROOT / "docs" / "search.png"
SHOWN = ("home", "search", "search-nothing", "browse", "solution", "differences", "cities", "city", "themes", "help")
SIGNED = (
    "desk",
    "form-full",
    "queue-to-approve",
    "review-to-approve",
    "need-new",
    "shortlist",
    "proposal-waiting",
    "twinning-receiver",
    "round-preview",
    "preferences",
    "people",
    "chores",
    "register",
)
WIDTHS = (1280, 390)
COLOURS = 128
QUESTION = "gare per i piccoli comuni"


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        address_of_database = _library(folder)
        with WebServer(folder, address_of_database) as server, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
            _pages(browser, server.address)
            _search(browser, server.address)
            _signed(browser, folder)
            browser.close()


def _library(folder: Path) -> str:
    """The shipped library in a database of its own; its address."""
    address_of_database = SqliteStores(folder).new()
    made = create_app(Settings(data=str(folder), database_url=address_of_database, log_level="ERROR"))
    for command in (["content", "import"], ["search", "rebuild"]):
        made.test_cli_runner().invoke(args=command, catch_exceptions=False)
    made.extensions["database"].close()
    return address_of_database


def _pages(browser: Browser, site: str) -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    for width in WIDTHS:
        page = browser.new_page(viewport={"width": width, "height": 900})
        for kind in SHOWN:
            for language in LANGUAGES:
                page.goto(site + address(kind, language), wait_until="networkidle")
                page.screenshot(path=FOLDER / f"{kind}-{language}-{width}.png", full_page=True)
        page.close()


def _signed(browser: Browser, library: Path) -> None:
    """Each page as whoever works on it sees it."""
    with tempfile.TemporaryDirectory() as name:
        furnished = opened(library, Path(name) / "furnished")
        settings: Settings = furnished.app.config["SETTINGS"]
        with WebServer(settings.data_folder, settings.database_url, TWINMETRO_DEMONSTRATION="true") as server:
            for kind in SIGNED:
                _shown(browser, server.address, furnished, kind)
        furnished.database.close()


def _shown(browser: Browser, site: str, furnished: Furnished, name: str) -> None:
    kind = signed_kinds.PAGES[name]
    for width in WIDTHS:
        context = browser.new_context(viewport={"width": width, "height": 900})
        context.add_cookies([{"name": "twinmetro", "value": furnished.cookie(kind.who), "url": site}])
        page = context.new_page()
        for language in LANGUAGES:
            page.goto(site + furnished.address(kind.path, language), wait_until="networkidle")
            page.screenshot(path=FOLDER / f"signed-{name}-{language}-{width}.png", full_page=True)
        context.close()


def _search(browser: Browser, site: str) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 860})
    page.goto(site)
    page.locator("input[role=combobox]").fill(QUESTION)
    page.keyboard.press("Enter")
    page.locator(".hits").wait_for()
    page.mouse.move(0, 0)
    page.screenshot(path=PICTURE)
    page.close()
    with Image.open(PICTURE) as picture:
        fewer = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    fewer.save(PICTURE, optimize=True)


if __name__ == "__main__":
    main()
