# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pages of signed-in people, in both languages, on a desk and on a phone: accessible, quiet, as wide as the screen.

In Italian each is also walked through with the tab key.
"""

from collections.abc import Callable, Iterator
from contextlib import nullcontext

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.pages.auditing import DESK, PHONE, SMALLEST, faults, too_wide
from tests.pages.furnished import Furnished
from tests.pages.signed_kinds import PAGES, WITH_PROVIDER
from tests.pages.test_whole_pages import give
from tests.pages.walking import walk
from tests.pages.watching import Watch

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("signed")]

#: Every page in Italian at both widths; every second one in English on a phone, where longer words would not fit.
EVERY = [(page, "it") for page in [*PAGES, *WITH_PROVIDER]] + [(page, "en") for page in list(PAGES)[::2]]
WIDTHS = {"it": (DESK, PHONE), "en": (PHONE,)}


@pytest.fixture(scope="session")
def contexts(browser: Browser, furnished: Furnished, furnished_site: str) -> Iterator[Callable[[str], BrowserContext]]:
    """A browser for each person, with the cookie of their log-in."""
    made: dict[str, BrowserContext] = {}

    def of(who: str) -> BrowserContext:
        if who not in made:
            made[who] = browser.new_context()
            value = furnished.cookie(who)
            made[who].add_cookies([{"name": "twinmetro", "value": value, "url": furnished_site}] if value else [])
        return made[who]

    yield of
    for context in made.values():
        context.close()


@pytest.mark.parametrize(("page_kind", "language"), EVERY)
def test_a_page_has_no_fault_axe_can_find_and_fits_every_screen(
    contexts: Callable[[str], BrowserContext], furnished: Furnished, furnished_site: str, page_kind: str, language: str
) -> None:
    provided = page_kind in WITH_PROVIDER
    kind = WITH_PROVIDER[page_kind] if provided else PAGES[page_kind]
    page = contexts(kind.who).new_page()
    watch, path = Watch(page, furnished_site), furnished.address(kind.path, language)
    if kind.typed is not None or provided:
        # An answer to a form, or of a site with a provider: the page is the one it gave, shown at its own address.
        with furnished.with_provider() if provided else nullcontext():
            answer = furnished.answered(kind, language)
        page.route(furnished_site + path, lambda route: give(route, answer))
    page.set_viewport_size({"width": DESK, "height": 900})
    watch.open(path, kind.status)
    assert page.locator("html").get_attribute("lang") == language
    if language == "it":
        assert walk(page) == {}
    for width in WIDTHS[language]:
        page.set_viewport_size({"width": width, "height": 900})
        assert not (found := faults(page)), f"at {width} px: {found}"
        assert not (wide := too_wide(page)), f"at {width} px: {wide}"
    page.set_viewport_size({"width": SMALLEST, "height": 700})
    assert not (wide := too_wide(page)), f"at {SMALLEST} px: {wide}"
    page.close()
    assert watch.complaints == []


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("page_kind", [name for name in PAGES if name.startswith(("shortlist", "proposal"))])
def test_with_all_that_unfolds_open_a_page_is_as_wide_as_a_phone(
    contexts: Callable[[str], BrowserContext], furnished: Furnished, furnished_site: str, page_kind: str, language: str
) -> None:
    kind = PAGES[page_kind]
    page = contexts(kind.who).new_page()
    watch = Watch(page, furnished_site)
    page.set_viewport_size({"width": PHONE, "height": 900})
    watch.open(furnished.address(kind.path, language), kind.status)
    page.locator("main details").evaluate_all("every => every.forEach(one => { one.open = true; })")
    for width in (PHONE, SMALLEST):
        page.set_viewport_size({"width": width, "height": 900})
        assert not (wide := too_wide(page)), f"at {width} px: {wide}"
    assert not (found := faults(page)), found
    page.close()
    assert watch.complaints == []


def test_enlarged_to_400_per_cent_the_bar_of_the_form_does_not_cover_what_is_written(
    contexts: Callable[[str], BrowserContext], furnished: Furnished, furnished_site: str
) -> None:
    kind = PAGES["form-full"]
    page = contexts(kind.who).new_page()
    page.set_viewport_size({"width": SMALLEST, "height": 256})
    page.goto(furnished_site + furnished.address(kind.path))
    page.locator("[name=summary]").scroll_into_view_if_needed()
    assert page.locator(".save-bar").evaluate("bar => bar.getBoundingClientRect().top >= innerHeight")
    page.close()


@pytest.mark.parametrize("page_kind", ["desk-referent", "search", "solution", "city", "profile"])
def test_with_letters_half_as_large_again_a_page_is_as_wide_as_a_phone(
    contexts: Callable[[str], BrowserContext], furnished: Furnished, furnished_site: str, page_kind: str
) -> None:
    kind = PAGES[page_kind]
    page = contexts(kind.who).new_page()
    page.set_viewport_size({"width": PHONE, "height": 900})
    Watch(page, furnished_site).open(furnished.address(kind.path, "it"), kind.status)
    page.evaluate("document.documentElement.style.fontSize = '150%'")
    assert too_wide(page) == []
    page.close()


def test_who_is_signed_in_reads_the_details_of_a_sheet_as_everybody_does(
    contexts: Callable[[str], BrowserContext], furnished: Furnished, furnished_site: str
) -> None:
    page = contexts("official").new_page()
    page.set_viewport_size({"width": DESK, "height": 900})
    Watch(page, furnished_site).open(furnished.address(PAGES["solution"].path, "it"), 200)
    heights = "[...document.querySelectorAll('.details')].map(each => each.offsetHeight)"
    signed_in = page.evaluate(heights)
    page.evaluate("document.querySelector('link[href*=\"/work.\"]').disabled = true")
    assert signed_in == page.evaluate(heights) != []
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 673, "height": 900})
    assert too_wide(page) == []
    page.close()
