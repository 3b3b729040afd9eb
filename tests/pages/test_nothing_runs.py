# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whatever was stored, in a real browser it is read and never run: pages as they come, and what their scripts add."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, expect

from app import create_app
from app.accounts import queries
from app.config import Settings
from tests.makers import sign_in
from tests.pages.strange_site import TITLES, Strange, furnish
from tests.pages.watching import Watch
from tests.stores import SqliteStores
from tests.webserver import WebServer

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

#: What the lines would call, in the page or in a frame of it.
CAUGHT = "for (const name of ['alert', 'confirm', 'prompt', 'print']) window[name] = () => window.ran(name);"
#: Elements and attributes that only a line that was not quoted could have brought into a page.
BROUGHT = """() => [...document.querySelectorAll(`
    script:not([src], [type='application/ld+json']), style, iframe, math, base, meta[http-equiv],
    img[src='x'], [onerror], [onload], [onfocus], [ontoggle],
    [href^='javascript:' i], [href^='data:text' i], [href*='evil.example'], [src*='evil.example']`)]
    .filter(element => !element.closest('head') || !element.matches('style'))
    .map(element => element.outerHTML.slice(0, 200))"""


class Trial:
    """A browser page that keeps what ran, what it complained of, and what should not stand in it."""

    def __init__(self, context: BrowserContext, site: str) -> None:
        self.ran: list[str] = []
        context.expose_binding("ran", lambda _source, name: self.ran.append(name))
        context.add_init_script(CAUGHT)
        self.page = context.new_page()
        self.page.on("dialog", self._asked)
        self.watch = Watch(self.page, site)

    def _asked(self, dialog: Dialog) -> None:
        self.ran.append(dialog.type)
        dialog.dismiss()

    def open(self, path: str) -> Page:
        self.watch.open(path)
        self.look()
        return self.page

    def look(self) -> None:
        """Raises where something ran, was refused by the policy, or is there that nobody wrote."""
        assert self.ran == [], self.page.url
        assert self.watch.complaints == []
        assert self.page.evaluate(BROUGHT) == [], self.page.url
        expect(self.page.locator("h1")).to_be_visible()


@pytest.fixture(scope="module")
def strange(
    tmp_path_factory: pytest.TempPathFactory, sqlite_stores: SqliteStores
) -> Iterator[tuple[Strange, str, str]]:
    """What stands where, the address of the site, and the cookie of who sees everything."""
    folder, address = Path(tmp_path_factory.mktemp("strange")), sqlite_stores.new()
    app = create_app(Settings(data=str(folder), database_url=address, log_level="ERROR"))
    made = furnish(app)
    with app.extensions["database"].reading() as session:
        person = queries.person(session, made.person)
    assert person is not None
    cookie = sign_in(app.test_client(), person).get_cookie("twinmetro")
    assert cookie is not None
    with WebServer(folder, address) as server:
        yield made, server.address, cookie.value
    app.extensions["database"].close()


@pytest.fixture
def trial(browser: Browser, strange: tuple[Strange, str, str]) -> Iterator[Trial]:
    _made, site, cookie = strange
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.add_cookies([{"name": "twinmetro", "value": cookie, "url": site}])
    yield Trial(context, site)
    context.close()


PAGES = (
    "/",
    "/en/",
    "/cerca?q=script",
    "/soluzioni",
    "/soluzioni/strana",
    "/en/soluzioni/strana",
    "/soluzioni/strana/versioni",
    "/soluzioni/strana/versioni/differenze?da=1&a=2",
    "/soluzioni/strana-1/revisione",
    "/soluzioni/attesa/revisione",
    "/soluzioni/bozza/modifica",
    "/soluzioni/bozza/anteprima",
    "/soluzioni/bozza/kit",
    "/soluzioni/bozza/markdown",
    "/citta/torino",
    "/temi/suap",
    "/redazione/da-approvare",
    "/redazione/segnalazioni",
    "/scrivania",
    "/en/scrivania",
    "/avvisi",
    "/seguiti",
    "/profilo",
    "/amministrazione/persone",
    "/amministrazione/servizi",
    "/amministrazione/registro",
    "/richieste",
    "/richieste/{need}",
    "/en/richieste/{need}",
    "/richieste/{need}/abbinamenti?numeri",
    "/richieste/{need}/modifica",
    "/richieste/{need}/offri",
    "/proposte/{proposal}",
    "/abbinamenti",
    "/gemellaggi",
    "/gemellaggi/{twinning}",
    "/en/gemellaggi/{twinning}",
    "/rete",
)


def test_stored_lines_are_shown_on_every_page_and_run_on_none(trial: Trial, strange: tuple[Strange, str, str]) -> None:
    for path in PAGES:
        trial.open(path.format(**strange[0].pages))
    assert "<script>alert(1)</script>" in trial.open("/soluzioni/strana").locator("main").inner_text()


def test_what_scripts_add_to_a_page_is_text_as_well(trial: Trial) -> None:
    page = trial.open("/")
    page.locator("input[role=combobox]").press_sequentially("script")
    expect(page.get_by_role("option").first).to_contain_text("<")
    trial.look()
    page = trial.open("/soluzioni/nuova")
    page.locator("#title").fill(TITLES[1])
    page.locator("main form button[type=submit]").last.click()
    story = page.locator("#campo-section\\.1")
    story.locator("textarea").fill(f"{TITLES[0]} {TITLES[1]}")
    story.get_by_role("button", name="Anteprima").click()
    expect(story.locator(".story-preview")).to_contain_text("<script>")
    expect(page.locator(".hints")).to_contain_text("<")
    trial.look()
    page = trial.open("/richieste/nuova")
    page.locator("#problem").fill(TITLES[1])
    expect(page.locator("[data-near-box]")).to_contain_text("<")
    trial.look()


def test_the_trial_sees_what_runs(trial: Trial) -> None:
    trial.page.set_content(
        "<h1>x</h1><img src=x onerror=alert(1)><iframe srcdoc='<script>confirm(1)</script>'></iframe>"
    )
    expect(trial.page.locator("iframe")).to_be_attached()
    trial.page.wait_for_function("true")
    assert len(trial.page.evaluate(BROUGHT)) == 2
    assert trial.ran
