# SPDX-License-Identifier: AGPL-3.0-or-later
"""An official writes between two meetings: the form saves by itself, survives a lost line, and never loses a word."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from app import create_app
from app.access import Role
from app.config import Settings
from tests import makers
from tests.stores import SqliteStores
from tests.webserver import WebServer

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SLUG = "sportello-unico-bologna"
PEOPLE = {"Maria Rossi": "maria@ente.example", "Luca Bianchi": "luca@ente.example"}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a small site where two people of Bologna may write."""
    folder = tmp_path_factory.mktemp("office")
    address = SqliteStores(Path(folder)).new()
    made = create_app(Settings(data=str(folder), database_url=address, log_level="ERROR"))
    with made.extensions["database"].work() as session:
        makers.make_registers(session)
        makers.make_solution(session, SLUG)
        for name, email in PEOPLE.items():
            makers.make_person(session, (Role.OFFICIAL, "bologna"), name=name, email=email, password=makers.PASSWORD)
    made.test_cli_runner().invoke(args=["search", "rebuild"])
    made.extensions["database"].close()
    with WebServer(Path(folder), address) as server:
        yield server.address


def enter(page: Page, site: str, name: str) -> Page:
    page.goto(f"{site}/accedi")
    page.locator("input[name=email]").fill(PEOPLE[name])
    page.locator("input[name=password]").fill(makers.PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(re.compile("^(?!.*/accedi)"))
    return page


@pytest.fixture
def maria(desk: Page, office: str) -> Page:
    return enter(desk, office, "Maria Rossi")


@pytest.fixture
def luca(browser: Browser, office: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield enter(context.new_page(), office, "Luca Bianchi")
    context.close()


def begun(page: Page, site: str, title: str) -> str:
    """The address of a new draft."""
    page.goto(f"{site}/soluzioni/nuova")
    page.get_by_label("Titolo").fill(title)
    page.get_by_role("button", name="Comincia a scrivere").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    return page.url


def saved(page: Page) -> None:
    expect(page.locator("[data-state]")).to_have_text(re.compile(r"Salvato alle \d\d:\d\d"))


def test_the_page_is_called_as_the_solution_is_once_it_is_saved(maria: Page, office: str) -> None:
    begun(maria, office, "Concorsi")
    for typed, called in (("", "Senza titolo"), ("Concorsi insieme, a $& costi", "Concorsi insieme, a $& costi")):
        maria.get_by_label("Titolo").first.fill(typed)
        expect(maria.get_by_role("heading", level=1)).to_have_text(called)
        expect(maria).to_have_title(re.compile(f"Modifica di {re.escape(called)}"))
    saved(maria)


def test_the_form_saves_by_itself_and_says_what_is_still_missing(maria: Page, office: str) -> None:
    address = begun(maria, office, "Ufficio unico dei concorsi")
    expect(maria.locator("#manca")).to_contain_text("Problema affrontato")
    maria.locator("[name='section.1']").fill("Ogni comune bandisce da solo, con tempi di un anno.")
    summary = maria.locator("#campo-summary")
    for typed, counted in (("a" * 290, "caratteri rimasti: 10"), ("a" * 305, "caratteri di troppo: 5")):
        summary.locator("textarea").fill(typed)
        expect(summary.locator(".form-count")).to_have_text(counted)
    saved(maria)
    expect(maria.locator("#manca")).not_to_contain_text("Problema affrontato")
    maria.goto(address)
    expect(maria.locator("[name='section.1']")).to_have_value("Ogni comune bandisce da solo, con tempi di un anno.")


def test_a_lost_connection_loses_no_word(maria: Page, office: str) -> None:
    address = begun(maria, office, "Centrale di committenza")
    maria.context.set_offline(True)
    maria.locator("[name='section.1']").fill("Scritto in treno, in galleria.")
    expect(maria.locator("#barra")).to_contain_text("la rete non risponde")
    maria.context.set_offline(False)
    saved(maria)
    maria.goto(address)
    expect(maria.locator("[name='section.1']")).to_have_value("Scritto in treno, in galleria.")


def opened_again(maria: Page, address: str, untaken: str) -> Page:
    """A form opened anew, once it was closed with a text that the network did not take."""
    maria.context.set_offline(True)
    maria.locator("[name='section.2']").fill(untaken)
    expect(maria.locator("#barra")).to_contain_text("la rete non risponde")
    context = closed_without_a_word(maria)
    context.set_offline(False)
    again = context.new_page()
    again.goto(address)
    return again


def test_what_a_browser_kept_is_offered_back_at_the_next_opening(maria: Page, office: str) -> None:
    maria = opened_again(maria, begun(maria, office, "Piano strategico"), "Testo che la rete non ha preso.")
    expect(maria.locator("[name='section.2']")).to_have_value("")
    maria.get_by_role("button", name="Riprendilo").click()
    expect(maria.locator("[name='section.2']")).to_have_value("Testo che la rete non ha preso.")


def closed_without_a_word(page: Page) -> BrowserContext:
    """The browser of a page that ended without saving anything more."""
    context = page.context
    # What a page saves when it is left may outlive it, and find the network again.
    page.evaluate(
        "for (const name of ['pagehide', 'visibilitychange'])"
        " addEventListener(name, (event) => event.stopImmediatePropagation(), true)"
    )
    page.close()
    return context


def test_what_a_browser_kept_is_offered_until_it_is_answered_whatever_is_saved_meanwhile(
    maria: Page, office: str
) -> None:
    address = begun(maria, office, "Protezione civile")
    maria.context.set_offline(True)
    maria.locator("[name='section.2']").fill("Scritto senza rete.")
    expect(maria.locator("#barra")).to_contain_text("la rete non risponde")
    context = closed_without_a_word(maria)
    context.set_offline(False)
    maria = context.new_page()
    maria.goto(address)
    maria.locator("[name='section.1']").fill("Scritto prima di rispondere.")
    saved(maria)
    maria.get_by_role("button", name="Salva", exact=True).click()
    expect(maria.locator("[data-state]")).to_have_text(re.compile("Salvato il"))
    maria.get_by_role("button", name="Riprendilo").click()
    expect(maria.locator("[name='section.2']")).to_have_value("Scritto senza rete.")
    expect(maria.locator("[name='section.1']")).to_have_value("Scritto prima di rispondere.")
    expect(maria.get_by_role("button", name="Riprendilo")).to_have_count(0)


def test_what_was_saved_on_the_way_to_another_page_is_not_offered_back(maria: Page, office: str) -> None:
    address = begun(maria, office, "Anagrafe degli edifici")
    maria.locator("[name='section.1']").fill("Da vedere in anteprima.")
    maria.get_by_role("button", name="Anteprima").last.click()
    expect(maria.locator("article")).to_contain_text("Da vedere in anteprima.")
    maria.goto(address)
    maria.locator("[name='section.1']").fill("Scritto dopo.")
    saved(maria)
    maria.reload()
    expect(maria.locator("[name='section.1']")).to_have_value("Scritto dopo.")
    expect(maria.get_by_role("button", name="Riprendilo")).to_have_count(0)


def test_a_form_sent_without_a_line_is_offered_back_from_the_page_it_was_sent_from(maria: Page, office: str) -> None:
    begun(maria, office, "Illuminazione pubblica")
    maria.locator("[name='section.1']").fill("Salvato.")
    maria.get_by_role("button", name="Salva", exact=True).click()
    expect(maria.locator("[data-state]")).to_have_text(re.compile("Salvato il"))
    expect(maria).to_have_url(re.compile("^(?!.*salvato=).*#barra"))
    address = maria.url
    maria.context.set_offline(True)
    maria.locator("[name='section.2']").fill("Inviato senza rete.")
    maria.get_by_role("button", name="Salva", exact=True).click()
    maria.wait_for_url("chrome-error://**")
    maria.context.set_offline(False)
    maria.goto(address)
    maria.get_by_role("button", name="Riprendilo").click()
    expect(maria.locator("[name='section.2']")).to_have_value("Inviato senza rete.")


def as_one_text(page: Page, address: str) -> tuple[str, str]:
    """Opens the draft as Markdown; its address there, and the text."""
    there = address.split("?")[0].replace("/modifica", "/markdown")
    page.goto(there)
    return there, page.locator("#text").input_value()


def type_in_the_document(page: Page, text: str) -> None:
    page.locator("#text").fill(text)
    expect(page.locator("form [data-state]")).to_contain_text("al sicuro in questo browser")


def test_what_is_typed_in_the_whole_document_is_offered_back_when_its_page_was_closed(maria: Page, office: str) -> None:
    address, text = as_one_text(maria, begun(maria, office, "Catasto unico"))
    type_in_the_document(maria, text.replace("Catasto unico", "Catasto unico dei ponti"))
    context = closed_without_a_word(maria)
    maria = context.new_page()
    maria.goto(address.replace("/markdown", "/modifica"))
    expect(maria.get_by_role("button", name="Riprendilo")).to_have_count(0)
    maria.goto(address)
    expect(maria.locator("#text")).to_have_value(text)
    expect(maria.locator("[data-bar-notices]")).to_contain_text("che non era stato salvato")
    maria.get_by_role("button", name="Riprendilo").click()
    expect(maria.locator("#text")).to_have_value(re.compile("Catasto unico dei ponti"))
    maria.goto(address)
    expect(maria.locator("#text")).to_have_value(re.compile("Catasto unico dei ponti"))
    expect(maria.get_by_role("button", name="Riprendilo")).to_have_count(0)


def test_a_whole_document_that_was_saved_or_typed_back_is_not_offered(maria: Page, office: str) -> None:
    address, text = as_one_text(maria, begun(maria, office, "Verde pubblico"))
    type_in_the_document(maria, text + "\nAltro.")
    maria.locator("#text").fill(text)
    expect(maria.locator("form [data-state]")).to_have_text("")
    maria.reload()
    expect(maria.get_by_role("button", name="Riprendilo")).to_have_count(0)
    type_in_the_document(maria, text.replace("Verde pubblico", "Verde pubblico insieme"))
    maria.get_by_role("button", name="Salva", exact=True).click()
    expect(maria.locator("#text")).to_have_value(re.compile("Verde pubblico insieme"))
    maria.goto(address)
    expect(maria.get_by_role("button", name="Riprendilo")).to_have_count(0)


def test_a_whole_document_sent_after_the_log_in_has_expired_is_offered_after_the_next_one(
    maria: Page, office: str
) -> None:
    address, text = as_one_text(maria, begun(maria, office, "Cimiteri"))
    typed = text.replace("Cimiteri", "Cimiteri, gestiti insieme")
    type_in_the_document(maria, typed)
    maria.context.clear_cookies()
    maria.get_by_role("button", name="Salva", exact=True).click()
    expect(maria.get_by_role("heading", level=1)).to_have_text("Serve l’accesso")
    enter(maria, office, "Maria Rossi").goto(address)
    maria.get_by_role("button", name="Riprendilo").click()
    expect(maria.locator("#text")).to_have_value(re.compile("Cimiteri, gestiti insieme"))


def test_a_whole_document_that_somebody_else_changed_too_is_kept_until_the_two_are_settled(
    maria: Page, luca: Page, office: str
) -> None:
    form = begun(maria, office, "Parcheggi")
    address, text = as_one_text(maria, form)
    luca.goto(form)
    luca.get_by_label("Titolo").first.fill("Parcheggi di Luca")
    saved(luca)
    type_in_the_document(maria, text.replace("Parcheggi", "Parcheggi di Maria"))
    maria.get_by_role("button", name="Salva", exact=True).click()
    expect(maria.get_by_role("heading", level=1)).to_have_text("Unire le modifiche")
    maria.goto(address)
    maria.get_by_role("button", name="Riprendilo").click()
    expect(maria.get_by_role("heading", level=1)).to_have_text("Unire le modifiche")
    maria.get_by_role("button", name="Salva il testo unito").click()
    maria.wait_for_url("**/modifica*")
    maria.goto(address)
    expect(maria.get_by_role("button", name="Riprendilo")).to_have_count(0)


def test_a_text_typed_beside_a_chosen_file_is_offered_after_the_file_was_saved(maria: Page, office: str) -> None:
    _address, text = as_one_text(maria, begun(maria, office, "Biblioteche"))
    type_in_the_document(maria, text.replace("Biblioteche", "Biblioteche scritte"))
    brought = text.replace("Biblioteche", "Biblioteche caricate").encode()
    maria.locator("#file").set_input_files({"name": "b.md", "mimeType": "text/markdown", "buffer": brought})
    maria.get_by_role("button", name="Salva", exact=True).click()
    expect(maria.locator("#text")).to_have_value(re.compile("Biblioteche caricate"))
    expect(maria.get_by_role("button", name="Riprendilo")).to_have_count(1)


def test_what_is_typed_after_a_conflict_is_kept_in_this_browser_too(maria: Page, luca: Page, office: str) -> None:
    address = begun(maria, office, "Catasto delle strade")
    luca.goto(address)
    maria.locator("[name='section.1']").fill("Di Maria.")
    saved(maria)
    luca.locator("[name='section.1']").fill("Di Luca.")
    expect(luca.locator("#barra")).to_contain_text("Maria Rossi ha cambiato le stesse parti")
    luca.locator("[name='section.2']").fill("Scritto dopo il conflitto.")
    held = "() => Object.values(localStorage).some((text) => text.includes('Scritto dopo il conflitto.'))"
    luca.wait_for_function(held)
    luca = closed_without_a_word(luca).new_page()
    luca.goto(address)
    luca.get_by_role("button", name="Riprendilo").click()
    expect(luca.get_by_role("heading", level=1)).to_have_text("Unire le modifiche")
    luca.get_by_label("Testo unito").fill("Di Luca e di Maria.")
    expect(luca.get_by_label("Tieni questo, fatto dei due")).to_be_checked()
    luca.get_by_role("button", name="Salva il testo unito").click()
    expect(luca.locator("[name='section.1']")).to_have_value("Di Luca e di Maria.")
    expect(luca.locator("[name='section.2']")).to_have_value("Scritto dopo il conflitto.")


def test_what_is_typed_while_the_others_text_is_on_its_way_takes_the_place_of_nothing(
    maria: Page, luca: Page, office: str
) -> None:
    address = begun(maria, office, "Stazione unica appaltante")
    luca.goto(address)
    luca.locator("[name='section.1']").fill("Di Luca.")
    saved(luca)

    def slowly(route: Route) -> None:
        answer = route.fetch()
        maria.locator("[name='section.1']").fill("Di Maria.")
        route.fulfill(response=answer)

    maria.route(re.compile("/bozza$"), slowly, times=1)
    maria.locator("[name='section.2']").fill("Un’altra parte.")
    expect(maria.locator("#barra")).to_contain_text("prima di continuare vanno aggiunte")
    maria.get_by_role("button", name="Aggiungile").click()
    expect(maria.get_by_role("heading", level=1)).to_have_text("Unire le modifiche")
    for typed in ("Di Luca.", "Di Maria."):
        expect(maria.locator("main")).to_contain_text(typed)


def test_a_refusal_that_says_nothing_of_the_conflict_is_not_told_as_saved(maria: Page, office: str) -> None:
    begun(maria, office, "Anagrafe degli impianti")
    refusal = {"error": 409, "problems": {}, "request_id": ""}
    maria.route(re.compile("/bozza$"), lambda route: route.fulfill(status=409, json=refusal))
    maria.locator("[name='section.1']").fill("Scritto e non salvato.")
    expect(maria.locator("#barra")).to_contain_text("Non salvato")
    assert maria.evaluate("() => Object.values(localStorage).some((text) => text.includes('Scritto e non salvato.'))")


def test_lists_and_ticks_that_somebody_else_changed_come_into_the_open_page(
    maria: Page, luca: Page, office: str
) -> None:
    address = begun(maria, office, "Patrimonio edilizio")
    luca.goto(address)
    luca.locator("input[name=themes]").first.check()
    luca.locator("#n-office").check()
    luca.locator("[name='steps.1.name']").fill("Convenzione con i comuni")
    saved(luca)
    maria.locator("[name='section.1']").fill("Di Maria.")
    saved(maria)
    expect(maria.locator("#barra")).to_contain_text("Sono state aggiunte le modifiche salvate altrove")
    maria.locator("[name='section.2']").fill("Ancora di Maria.")
    expect(maria.locator("#barra")).not_to_contain_text("salvate altrove")
    for page in (maria, luca):
        page.goto(address)
        expect(page.locator("input[name=themes]").first).to_be_checked()
        expect(page.locator("#n-office")).to_be_checked()
        expect(page.locator("[name='steps.1.name']")).to_have_value("Convenzione con i comuni")
        expect(page.locator("[name='section.2']")).to_have_value("Ancora di Maria.")


def test_a_save_takes_neither_the_focus_nor_what_was_folded(maria: Page, office: str) -> None:
    begun(maria, office, "Trasporto scolastico")
    maria.locator("#manca summary").first.click()
    maria.locator("[name='section.1']").fill("Di Maria.")
    group = maria.locator("#indice-gruppi a").nth(3)
    group.focus()
    saved(maria)
    expect(group).to_be_focused()
    assert not maria.locator("#manca details").first.evaluate("(fold) => fold.open")


def test_a_draft_that_is_gone_is_said_to_be_and_its_text_is_there_to_copy(maria: Page, luca: Page, office: str) -> None:
    address = begun(maria, office, "Bozza di prova")
    luca.goto(address.split("?")[0].replace("/modifica", "/scarta"))
    luca.locator("main button.danger").click()
    maria.locator("[name='section.1']").fill("Scritto mentre spariva.")
    expect(maria.locator("#barra")).to_contain_text("la bozza non c’è più")
    maria.get_by_role("button", name="Mostra il testo da copiare").click()
    expect(maria.locator("textarea[readonly]").filter(has_text="Scritto mentre spariva.")).to_have_count(1)


def test_an_expired_log_in_keeps_the_text_and_goes_on_after_the_next_one(maria: Page, office: str) -> None:
    begun(maria, office, "Sportello edilizio")
    maria.context.clear_cookies()
    maria.locator("[name='section.1']").fill("Scritto dopo la scadenza.")
    expect(maria.locator("#barra")).to_contain_text("l’accesso è scaduto")
    other = maria.context.new_page()
    enter(other, office, "Maria Rossi")
    other.close()
    maria.locator("[name='section.1']").press_sequentially(" E ancora.")
    expect(maria.locator("[data-state]")).to_have_text(re.compile("Salvato alle"), timeout=20_000)
    expect(maria.locator("#barra")).not_to_contain_text("l’accesso è scaduto")


def test_two_people_at_once_keep_both_their_texts(maria: Page, luca: Page, office: str) -> None:
    address = begun(maria, office, "Gestione associata")
    luca.goto(address)
    maria.locator("[name='section.1']").fill("Il problema visto da Maria.")
    saved(maria)
    luca.locator("[name='section.2']").fill("La soluzione vista da Luca.")
    saved(luca)
    expect(luca.locator("[name='section.1']")).to_have_value("Il problema visto da Maria.")
    maria.locator("[name='section.2']").fill("La soluzione vista da Maria.")
    expect(maria.locator("#barra")).to_contain_text("Luca Bianchi")
    maria.get_by_role("button", name="Confronta e unisci").click()
    expect(maria.get_by_role("heading", level=1)).to_have_text("Unire le modifiche")
    expect(maria.locator(".merge-sides")).to_contain_text("La soluzione vista da Luca.")
    maria.get_by_label("Tieni questo, fatto dei due").check()
    maria.get_by_label("Testo unito").fill("La soluzione vista da tutti e due.")
    maria.get_by_role("button", name="Salva il testo unito").click()
    expect(maria.locator("[name='section.2']")).to_have_value("La soluzione vista da tutti e due.")
    expect(maria.locator("[name='section.1']")).to_have_value("Il problema visto da Maria.")


def test_rows_are_added_moved_and_taken_away_in_the_page(maria: Page, office: str) -> None:
    address = begun(maria, office, "Formazione comune")
    rows = maria.locator("ol[data-rows='roles'] > li")
    rows.first.locator("input").fill("responsabile")
    maria.locator("[data-add='roles']").click()
    rows.nth(1).locator("input").fill("informatico")
    rows.nth(1).locator("[data-move='up']").click()
    saved(maria)
    maria.goto(address)
    expect(rows.locator("input[type=text]").first).to_have_value("informatico")
    rows.first.locator("[data-move='remove']").click()
    saved(maria)
    maria.goto(address)
    expect(rows.locator("input[type=text]")).to_have_count(1)
    expect(rows.locator("input[type=text]").first).to_have_value("responsabile")


def test_the_keyboard_keeps_its_place_among_rows_and_their_numbers_are_true(maria: Page, office: str) -> None:
    begun(maria, office, "Bandi insieme")
    rows = maria.locator("ol[data-rows='roles'] > li")
    rows.first.locator("input").fill("responsabile")
    maria.locator("[data-add='roles']").press("Enter")
    maria.keyboard.type("informatico")
    assert [row.get_attribute("aria-label") for row in rows.locator("input").all()] == [
        "Figure necessarie 1",
        "Figure necessarie 2",
    ]
    rows.nth(1).locator("[data-move='up']").press("Enter")
    expect(rows.first.locator("input")).to_have_value("informatico")
    expect(rows.first.locator("[data-move='down']")).to_be_focused()
    maria.keyboard.press("Enter")
    expect(rows.nth(1).locator("input")).to_have_value("informatico")
    expect(rows.nth(1).locator("[data-move='up']")).to_be_focused()
    expect(rows.nth(1).locator("input")).to_have_attribute("aria-label", "Figure necessarie 2")


def test_the_keyboard_keeps_its_place_among_suggestions(maria: Page, office: str) -> None:
    begun(maria, office, "Pratiche edilizie e SUAP")
    chips = maria.locator(".hints button[data-tick]")
    expect(chips.first).to_be_visible()
    tick = maria.locator(f"[id='{chips.first.get_attribute('data-tick')}']")
    chips.first.press("Enter")
    expect(tick).to_be_checked()
    assert maria.evaluate("document.activeElement.matches('.hints *, [name=title]')")
    # What is asked anew takes the place of what is there.
    link = maria.locator(".hints a").first
    title = link.inner_text()
    maria.get_by_label("Titolo").first.fill("Pratiche edilizie e lo sportello SUAP")
    with maria.expect_response(re.compile("/suggerimenti$")):
        link.focus()
    maria.wait_for_function("() => document.activeElement.closest('.hints')")
    assert title in maria.evaluate("document.activeElement.innerText")


def test_what_opens_above_the_bar_closes_by_escape_and_with_the_focus(maria: Page, office: str) -> None:
    begun(maria, office, "Menu")
    more = maria.locator(".bar-more")
    opener = more.locator("summary")
    opener.press("Enter")
    maria.keyboard.press("Tab")
    maria.keyboard.press("Escape")
    expect(more).not_to_have_attribute("open", "")
    expect(opener).to_be_focused()
    opener.press("Enter")
    maria.keyboard.press("Shift+Tab")
    expect(more).not_to_have_attribute("open", "")


def test_all_that_is_missing_can_be_scrolled_into_sight_above_the_bar(maria: Page, office: str) -> None:
    begun(maria, office, "Indice lungo")
    maria.set_viewport_size({"width": 1366, "height": 650})
    maria.locator("#manca details").evaluate_all("every => every.forEach(each => { each.open = true; })")
    maria.evaluate("scrollTo({ top: 3000, behavior: 'instant' })")
    maria.locator("nav.side-index").evaluate("index => { index.scrollTop = index.scrollHeight; }")
    ends, begins = "each => each.getBoundingClientRect().bottom", "each => each.getBoundingClientRect().top"
    assert maria.locator("#manca a").last.evaluate(ends) <= maria.locator("#barra").evaluate(begins)


@pytest.mark.parametrize("width", [320, 360, 390])
def test_what_opens_above_the_bar_is_whole_on_a_phone(maria: Page, office: str, width: int) -> None:
    begun(maria, office, f"Menu a {width}")
    maria.set_viewport_size({"width": width, "height": 740})
    maria.locator(".bar-more summary").click()
    for item in maria.locator(".bar-menu > *").all():
        place = item.bounding_box()
        assert place is not None
        assert 0 <= place["x"] < place["x"] + place["width"] <= width


def test_a_text_kept_here_and_thrown_away_by_keyboard_leaves_the_focus_in_the_bar(maria: Page, office: str) -> None:
    maria = opened_again(maria, begun(maria, office, "Da scartare"), "Da non riprendere.")
    maria.get_by_role("button", name="Scartalo").press("Enter")
    expect(maria.get_by_role("button", name="Scartalo")).to_have_count(0)
    assert maria.evaluate("document.activeElement.closest('#barra') !== null")


def test_a_box_is_read_aloud_as_wrong_while_it_is_and_no_longer(maria: Page, office: str) -> None:
    begun(maria, office, "Date")
    box = maria.locator("[name='period.start']")
    box.fill("l’anno scorso")
    expect(box).to_have_attribute("aria-invalid", "true")
    described = box.get_attribute("aria-describedby") or ""
    expect(maria.locator(f"[id='{described.split()[-1]}']")).to_have_text(re.compile(".+"))
    maria.get_by_role("button", name="Salva", exact=True).click()
    expect(maria.locator("[data-state]")).to_have_text(re.compile("Salvato il"))
    box.fill("2018")
    expect(box).not_to_have_attribute("aria-invalid", "true")
    expect(box).not_to_have_attribute("aria-describedby", re.compile("errore-"))


def test_the_toolbar_marks_and_the_preview_shows_what_readers_will_see(maria: Page, office: str) -> None:
    begun(maria, office, "Open data")
    story = maria.locator("#campo-section\\.1")
    story.locator("textarea").fill("importante")
    story.locator("textarea").select_text()
    story.get_by_role("button", name="Grassetto").click()
    expect(story.locator("textarea")).to_have_value("**importante**")
    story.get_by_role("button", name="Anteprima").click()
    expect(story.locator(".story-preview strong")).to_have_text("importante")


def test_acts_named_in_the_text_are_added_by_one_click(maria: Page, office: str) -> None:
    maria.goto(f"{office}/soluzioni/nuova")
    maria.get_by_label("Titolo").fill("Sportello unico per le imprese")
    expect(maria.locator(".hints")).to_contain_text("Soluzioni simili")
    begun(maria, office, "Conferenza di servizi")
    maria.locator("[name='section.1']").fill("I tempi della legge 7 agosto 1990, n. 241 non bastavano.")
    maria.locator(".hints").get_by_role("button", name="241").click()
    expect(maria.locator("ol[data-rows='legal_basis'] input[type=text]").first).to_have_value(re.compile("241"))
    saved(maria)


def test_without_javascript_the_form_is_saved_by_its_button(plain: Page, office: str) -> None:
    enter(plain, office, "Maria Rossi")
    begun(plain, office, "Senza script")
    plain.locator("[name='section.1']").fill("Scritto senza JavaScript.")
    plain.locator("#barra").get_by_role("button", name="Salva", exact=True).click()
    expect(plain.locator("[name='section.1']")).to_have_value("Scritto senza JavaScript.")
    plain.locator("button[name=add][value=roles]").click()
    expect(plain.locator("[name='roles.1']")).to_be_visible()
    plain.locator("#barra").get_by_role("button", name="Anteprima").click()
    expect(plain.locator("article")).to_contain_text("Scritto senza JavaScript.")


def test_a_tick_beside_a_text_is_asked_about_only_where_no_script_shows_what_it_does(
    maria: Page, plain: Page, office: str
) -> None:
    address = begun(maria, office, "Sportello con le spunte")
    months, tick = "[name='resources.months']", "#n-resources\\.months"
    for page, script in ((enter(plain, office, "Luca Bianchi"), False), (maria, True)):
        page.goto(address)
        page.locator(months).fill("9")
        page.locator(tick).check()
        page.locator("#barra").get_by_role("button", name="Salva", exact=True).click()
        if not script:
            expect(page.get_by_role("alert").filter(has_text="La bozza non è stata salvata")).to_be_visible()
            expect(page.locator(months)).to_have_value("9")
            expect(page.locator(tick)).to_be_checked()
            continue
        expect(page).to_have_url(re.compile("#barra"))
        expect(page.locator(tick)).to_be_checked()
        page.locator(months).fill("8")
        expect(page.locator(tick)).not_to_be_checked()
