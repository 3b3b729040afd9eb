# SPDX-License-Identifier: AGPL-3.0-or-later
"""Searching: typing errors, filters, order, paging, suggestions by keyboard, nothing found."""

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_a_typing_error_is_corrected_and_the_original_is_one_click_away(desk: Page, site: str) -> None:
    desk.goto(f"{site}/cerca?q=sportelo+unicco")
    expect(desk.get_by_role("status").filter(has_text="Mostro i risultati per «sportello unico»")).to_be_visible()
    expect(desk.locator(".hits > li").first).to_be_visible()
    desk.get_by_role("link", name="Cerca invece «sportelo unicco»").click()
    expect(desk).to_have_url(re.compile("esatta=1"))
    expect(desk.get_by_text("Mostro i risultati per")).to_have_count(0)


def test_filters_combine_stay_in_the_address_and_come_off(desk: Page, site: str) -> None:
    desk.goto(f"{site}/soluzioni")
    filters = desk.get_by_role("navigation", name="Filtri")
    all_of_them = count(desk)
    filters.locator("a[href*='tema=gestione-associata']").first.click()
    of_theme = count(desk)
    filters.locator("a[href*='stato=concluso']").click()
    both = count(desk)
    assert all_of_them > of_theme > both > 0
    expect(desk).to_have_url(re.compile(r"/soluzioni\?(?=.*tema=gestione-associata)(?=.*stato=concluso)"))
    chosen = desk.get_by_role("list", name="Filtri scelti").get_by_role("link")
    expect(chosen).to_have_count(2)
    desk.reload()
    expect(chosen).to_have_count(2)
    chosen.filter(has_text="concluso").click()
    expect(chosen).to_have_count(1)
    assert count(desk) == of_theme
    desk.get_by_role("link", name="Togli tutti i filtri").click()
    expect(chosen).to_have_count(0)
    assert count(desk) == all_of_them


def count(page: Page) -> int:
    """How many results the page says it found."""
    return int(page.locator("#risultati").inner_text().split()[0])


def test_the_filter_that_has_the_focus_keeps_it_while_the_page_is_enlarged(desk: Page, site: str) -> None:
    desk.goto(f"{site}/soluzioni")
    filters = desk.locator("details.filters")
    link = filters.locator("a").first
    link.focus()
    desk.set_viewport_size({"width": 640, "height": 450})
    desk.wait_for_function("() => document.querySelector('details.filters > summary').tabIndex === 0")
    expect(link).to_be_focused()
    desk.goto(f"{site}/soluzioni")
    expect(filters).not_to_have_attribute("open", "")


def test_the_counts_of_a_filter_are_kept(desk: Page, site: str) -> None:
    desk.goto(f"{site}/soluzioni")
    link = desk.locator(".facet a[href*='stato=concluso']")
    promised = int(link.locator(".number").inner_text())
    link.click()
    expect(desk.get_by_role("list", name="Filtri scelti")).to_be_visible()
    assert count(desk) == promised


def test_a_new_question_keeps_the_filters(desk: Page, site: str) -> None:
    desk.goto(f"{site}/cerca?q=piano&tema=mobilita")
    field = desk.locator("main input[role=combobox]")
    field.fill("bologna")
    field.press("Enter")
    expect(desk).to_have_url(re.compile(r"(?=.*q=bologna)(?=.*tema=mobilita)"))


def test_results_can_be_narrowed_to_one_kind_of_thing(desk: Page, site: str) -> None:
    desk.goto(f"{site}/cerca?q=bologna")
    kinds = desk.get_by_role("navigation", name="Che cosa cercare")
    expect(kinds.locator("[aria-current]")).to_have_text("Tutto")
    kinds.get_by_role("link", name="Città").click()
    expect(kinds.locator("[aria-current]")).to_have_text("Città")
    expect(desk.locator(".hits h3 a").first).to_have_attribute("href", "/citta/bologna")


def test_pages_of_results_follow_one_another_without_repeating(desk: Page, site: str) -> None:
    desk.goto(f"{site}/soluzioni")
    total, seen = count(desk), []
    paging = desk.get_by_role("navigation", name="Pagine dei risultati")
    for number in range(1, (total + 9) // 10 + 1):
        expect(paging.locator("[aria-current=page]")).to_contain_text(str(number))
        seen += [link.get_attribute("href") for link in desk.locator(".hits h3 a").all()]
        if number * 10 < total:
            paging.get_by_role("link", name="Successiva").click()
    expect(paging.get_by_role("link", name="Successiva")).to_have_count(0)
    assert len(seen) == len(set(seen)) == total


def test_the_order_can_be_changed(desk: Page, site: str) -> None:
    desk.goto(f"{site}/cerca?q=riuso")
    desk.get_by_role("link", name="più riusate").click()
    expect(desk).to_have_url(re.compile("ordine=riusate"))
    expect(desk.locator(".sorting [aria-current]")).to_have_text("più riusate")
    expect(desk.locator(".hits > li").first).to_contain_text("riusata da")


def test_suggestions_are_chosen_with_the_arrows(desk: Page, site: str) -> None:
    desk.goto(site)
    field = desk.locator("input[role=combobox]")
    expect(field).to_have_attribute("aria-expanded", "false")
    field.press_sequentially("bolog")
    options = desk.get_by_role("listbox", name="Suggerimenti").get_by_role("option")
    expect(options.first).to_be_visible()
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(desk.locator("main form [role=status]")).to_contain_text("sugger")
    field.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(field).to_have_attribute("aria-activedescendant", str(options.first.get_attribute("id")))
    field.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    expect(options.first).to_have_attribute("aria-selected", "false")
    field.press("ArrowUp")
    field.press("ArrowUp")
    expect(field).not_to_have_attribute("aria-activedescendant", re.compile("."))
    field.press("Escape")
    expect(field).to_have_attribute("aria-expanded", "false")
    expect(field).to_have_value("bolog")


def test_enter_opens_the_chosen_suggestion(desk: Page, site: str) -> None:
    desk.goto(f"{site}/en/")
    field = desk.locator("input[role=combobox]")
    field.press_sequentially("città metropolitana di gen")
    option = desk.get_by_role("option", name="Città metropolitana di Genova").first
    expect(option).to_be_visible()
    while option.get_attribute("aria-selected") != "true":
        field.press("ArrowDown")
    field.press("Enter")
    expect(desk).to_have_url(f"{site}/en/citta/genova")


def test_nothing_found_says_what_to_try(desk: Page, site: str) -> None:
    desk.goto(f"{site}/cerca?q=xylofono+zzyzx")
    expect(desk.get_by_role("heading", name="0 risultati")).to_be_visible()
    expect(desk.get_by_text("Nessuna soluzione risponde a questa ricerca.")).to_be_visible()
    tips = desk.locator(".nothing")
    for name in ("Sfogliare i temi", "le città", "tutte le soluzioni", "Leggere come funziona la ricerca"):
        expect(tips.get_by_role("link", name=name)).to_be_visible()


def test_too_many_filters_can_be_taken_off_where_nothing_is_left(desk: Page, site: str) -> None:
    desk.goto(f"{site}/cerca?q=payflowpa&tema=mobilita")
    desk.get_by_role("link", name="Ripetere la ricerca senza filtri").click()
    expect(desk.locator(".hits > li").first).to_be_visible()
