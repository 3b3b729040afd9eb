# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every kind of page, in both languages, on a desk and on a phone: accessible, quiet, never wider than the screen.

In Italian each is also walked through with the tab key.
"""

import pytest
from playwright.sync_api import Page, Route
from werkzeug.test import TestResponse

from tests.pages.auditing import DESK, PHONE, SMALLEST, faults, too_wide
from tests.pages.kinds import LANGUAGES, PAGES, STATUS, address
from tests.pages.walking import walk
from tests.pages.watching import Watch

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

EVERY = [(page, language) for page in PAGES for language in LANGUAGES]


@pytest.mark.parametrize(("page_kind", "language"), EVERY)
def test_a_page_has_no_fault_axe_can_find_and_fits_every_screen(watched: Watch, page_kind: str, language: str) -> None:
    page = watched.page
    page.set_viewport_size({"width": DESK, "height": 900})
    watched.open(address(page_kind, language), STATUS.get(page_kind, 200))
    assert page.locator("html").get_attribute("lang") == language
    if language == "it":
        assert walk(page) == {}
    for width in (DESK, PHONE):
        page.set_viewport_size({"width": width, "height": 900})
        assert faults(page) == [], f"at {width} px"
    page.set_viewport_size({"width": SMALLEST, "height": 700})
    assert too_wide(page) == []


@pytest.mark.parametrize("failure", ["accident", "overloaded", "unavailable"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_that_says_what_failed_is_as_good_as_the_others(
    watched: Watch, failures: dict[tuple[str, str], TestResponse], failure: str, language: str
) -> None:
    page, answer = watched.page, failures[failure, language]
    path = f"{'' if language == 'it' else '/en'}/prova/{failure}"
    page.route(watched.site + path, lambda route: give(route, answer))
    page.set_viewport_size({"width": DESK, "height": 900})
    watched.open(path, 500 if failure == "accident" else 503)
    assert page.locator("html").get_attribute("lang") == language
    assert language == "en" or walk(page) == {}
    for width in (DESK, PHONE, SMALLEST):
        page.set_viewport_size({"width": width, "height": 900})
        assert (faults(page), too_wide(page)) == ([], []), f"at {width} px"


def give(route: Route, answer: TestResponse) -> None:
    """Show an answer that was given elsewhere."""
    route.fulfill(status=answer.status_code, headers=dict(answer.headers), body=answer.data)


def test_the_check_sees_a_fault(page: Page) -> None:
    page.set_content(
        "<html><body><img src='data:,'><p style='width: 3000px'>x</p><p style='color: #ccc'>pale</p></body></html>"
    )
    for _time in range(2):
        assert {"image-alt", "color-contrast"} <= {found["rule"] for found in faults(page)}
    assert too_wide(page)
    page.set_content(
        """<style>:focus { outline: 3px solid }</style>
        <a href="#x">a</a><a href="#y" style="outline: none">unseen</a><button tabindex="2">first</button>
        <summary>not reached</summary>"""
    )
    wrong = walk(page)
    assert "unseen" in wrong["unseen"][0]
    assert "first" in wrong["backwards"][0]
    assert "not reached" in wrong["missed"][0]
    assert wrong["first"]
