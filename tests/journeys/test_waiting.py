# SPDX-License-Identifier: AGPL-3.0-or-later
"""A form that takes a while: its button says so, it is sent once, and nothing of what was pressed is lost."""

import pytest
from playwright.sync_api import Page, Route, expect

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_a_pressed_button_says_that_something_happens_and_the_form_is_sent_once(desk: Page, site: str) -> None:
    sent: list[str] = []

    def answer(route: Route) -> None:
        """As a file does, it leaves the page where it is."""
        sent.append(route.request.post_data or "")
        route.fulfill(status=204)

    desk.goto(f"{site}/accedi")
    desk.route("**/accedi", answer)
    form = desk.locator("main form", has=desk.locator("[name=email]"))
    form.locator("[name=email]").fill("nessuno@ente.example")
    form.locator("[name=password]").fill("parole senza legame")
    button = form.locator("button[type=submit]").first
    words = button.inner_text()
    button.evaluate("it => { it.name = 'do'; it.value = 'enter'; }")
    button.click()
    expect(button).to_have_attribute("aria-busy", "true")
    expect(button).to_have_text("Un momento…")
    button.click()
    form.locator("[name=password]").press("Enter")
    assert len(sent) == 1
    assert "do=enter" in sent[0]
    desk.evaluate("dispatchEvent(new Event('pageshow'))")
    expect(button).to_have_text(words)
    button.click()
    expect(button).to_have_attribute("aria-busy", "true")
    assert len(sent) == 2, "back from the memory of the browser it can be sent again"
