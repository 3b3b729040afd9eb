# SPDX-License-Identifier: AGPL-3.0-or-later
"""The same journeys without JavaScript, and with nothing but a keyboard."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.hands import FOCUS_SEEN

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

MOST_TABS = 60


def test_searching_and_reading_need_no_javascript(plain: Page, site: str) -> None:
    plain.goto(site)
    plain.get_by_role("searchbox").fill("sportello unico metropolitano Bologna")
    plain.locator("main").get_by_role("button", name="Cerca").click()
    expect(plain).to_have_url(re.compile(r"/cerca\?q="))
    filters = plain.locator("details.filters")
    expect(filters.locator(".facet a").first).to_be_visible()
    plain.locator(".hits h3 a").first.click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("SUAP metropolitano di Bologna")
    expect(plain.locator("nav.side-index a").first).to_be_visible()
    expect(plain.get_by_role("button", name="Copia il collegamento")).to_have_count(0)
    plain.locator("nav.side-index a[href='#fonti']").click()
    expect(plain.locator("#fonti")).to_be_in_viewport()


def test_filters_open_on_a_phone_without_javascript(plain: Page, site: str) -> None:
    plain.set_viewport_size({"width": 390, "height": 800})
    plain.goto(f"{site}/soluzioni")
    link = plain.locator(".facet a[href*='stato=concluso']")
    expect(link).to_be_hidden()
    plain.locator("details.filters > summary").click()
    link.click()
    expect(plain).to_have_url(re.compile("stato=concluso"))


@pytest.mark.parametrize("path", ["/cerca?q=suap&pagina=1", "/citta", "/temi", "/norme", "/en/soluzioni", "/aiuto"])
def test_lists_and_paging_need_no_javascript(plain: Page, site: str, path: str) -> None:
    plain.goto(site + path)
    expect(plain.locator("main a").first).to_be_visible()
    expect(plain.locator("h1")).to_be_visible()


def test_a_keyboard_alone_searches_and_reads(desk: Page, site: str) -> None:
    desk.goto(site)
    desk.keyboard.press("Tab")
    expect(desk.get_by_role("link", name="Vai al contenuto")).to_be_focused()
    expect(desk.get_by_role("link", name="Vai al contenuto")).to_be_in_viewport()
    desk.keyboard.press("Enter")
    tab_to(desk, "input[type=search]")
    desk.keyboard.type("sportello unico metropolitano Bologna")
    desk.keyboard.press("Enter")
    expect(desk).to_have_url(re.compile(r"/cerca\?q="))
    tab_to(desk, ".skiplinks a")
    desk.keyboard.press("Enter")
    tab_to(desk, ".hits h3 a")
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("heading", level=1)).to_have_text("SUAP metropolitano di Bologna")
    tab_to(desk, "nav.side-index a")
    desk.keyboard.press("Enter")
    expect(desk).to_have_url(re.compile("#"))


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until an element of this kind has the focus; each one on the way shows that it has it."""
    for _step in range(MOST_TABS):
        page.keyboard.press("Tab")
        assert page.evaluate(FOCUS_SEEN), page.evaluate("document.activeElement.outerHTML")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
    raise AssertionError(f"{selector} is not reached in {MOST_TABS} steps")


def test_the_filters_of_a_phone_open_by_keyboard(page: Page, site: str) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{site}/soluzioni")
    page.locator("details.filters > summary").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".facet a").first).to_be_visible()
