# SPDX-License-Identifier: AGPL-3.0-or-later
"""A reader with no account: from a problem in everyday Italian to the practice, its acts, its city, its files."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Dialog, Page, expect

from tests.pages.auditing import PHONE, SMALLEST, too_wide

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
PRACTICE = "/soluzioni/suap-metropolitano-bologna"


def ask(page: Page, question: str) -> None:
    """Type a question in the field of the page and send it."""
    field = page.locator("main input[role=combobox]")
    field.fill(question)
    field.press("Enter")


def test_an_official_types_a_problem_and_reads_the_right_practice_in_a_minute(desk: Page, site: str) -> None:
    desk.goto(site)
    expect(desk.get_by_role("heading", level=1)).to_have_text("Che problema devi risolvere?")
    ask(desk, "sportello unico metropolitano a Bologna")
    expect(desk).to_have_url(re.compile(r"/cerca\?q=sportello"))
    first = desk.locator(".hits > li").first
    expect(first.get_by_role("heading")).to_have_text("SUAP metropolitano di Bologna")
    expect(first).to_contain_text("Bologna")
    expect(first.locator("mark").first).to_be_visible()
    first.get_by_role("link").first.click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("SUAP metropolitano di Bologna")
    minute = desk.locator(".minute")
    for answer in ("Il problema", "La soluzione", "I risultati", "A chi chiedere", "costo di avvio"):
        expect(minute).to_contain_text(answer)
    for box in minute.locator(".minute-grid p[lang=it]").all():
        expect(box).not_to_be_empty()
    assert minute.bounding_box()["y"] < 900  # type: ignore[index]


@pytest.mark.parametrize(
    ("question", "slug"),
    [
        ("pagamenti digitali payflowpa", "pagamenti-payflowpa-veneto"),
        ("conferenza di servizi Milano", "conferenza-di-servizi-milano"),
        ("lavoro agile vela", "smart-working-vela-trento"),
        ("PUMS Bologna", "pums-metropolitano-bologna"),
    ],
)
def test_the_practice_that_answers_comes_first(desk: Page, site: str, question: str, slug: str) -> None:
    desk.goto(f"{site}/cerca")
    ask(desk, question)
    expect(desk.locator(".hits h3 a").first).to_have_attribute("href", f"/soluzioni/{slug}")


def test_a_practice_leads_to_its_acts_and_its_city(desk: Page, site: str) -> None:
    desk.goto(f"{site}/soluzioni/suap-metropolitano-bologna")
    desk.locator("#norme + ul").get_by_role("link", name="7 settembre 2010, n. 160").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("D.P.R. 160/2010")
    expect(desk.get_by_role("link", name="Testo ufficiale")).to_have_attribute("href", re.compile("normattiva"))
    desk.get_by_role("link", name="SUAP metropolitano di Bologna").first.click()
    desk.locator(".owner-line").get_by_role("link", name="Città metropolitana di Bologna").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("Città metropolitana di Bologna")
    expect(desk.get_by_role("link", name="SUAP metropolitano di Bologna")).to_be_visible()


def test_the_history_of_re_use_leads_to_the_city_that_took_it(desk: Page, site: str) -> None:
    desk.goto(f"{site}/soluzioni/knowledge-territoriale-desk-milano")
    desk.locator("#riuso + ul").get_by_role("link", name="Venezia").click()
    expect(desk.get_by_role("heading", name="Prese da altri enti")).to_be_visible()
    expect(desk.locator("main a[href='/soluzioni/knowledge-territoriale-desk-milano']").first).to_be_visible()


def test_the_document_can_be_taken_away_in_three_formats(desk: Page, site: str, tmp_path: Path) -> None:
    desk.goto(f"{site}/soluzioni/suap-metropolitano-bologna")
    files = desk.get_by_role("list", name="Scarica il documento")
    expect(files.get_by_role("link")).to_have_text(["PDF", "Markdown", "JSON"])
    taken = {
        link.inner_text(): desk.request.get(site + str(link.get_attribute("href"))) for link in files.locator("a").all()
    }
    assert taken["Markdown"].text().startswith("---\n")
    assert json.loads(taken["JSON"].text())["title"] == "SUAP metropolitano di Bologna"
    assert taken["PDF"].body().startswith(b"%PDF-")
    assert [answer.status for answer in taken.values()] == [200, 200, 200]


def test_the_side_index_leads_to_the_sections(desk: Page, site: str) -> None:
    desk.goto(f"{site}/soluzioni/suap-metropolitano-bologna")
    desk.locator("nav.side-index").get_by_role("link", name="Risultati ottenuti").click()
    expect(desk).to_have_url(re.compile("#.*risultati-ottenuti$"))
    expect(desk.locator("article").get_by_role("heading", name="Risultati ottenuti")).to_be_in_viewport()


def test_the_map_and_the_list_lead_to_the_same_city(desk: Page, site: str) -> None:
    desk.goto(f"{site}/citta")
    dots = desk.get_by_role("group", name="Mappa delle città metropolitane").get_by_role("link")
    listed = desk.locator("#elenco + ul a")
    assert sorted(link.get_attribute("href") or "" for link in dots.all()) == sorted(
        link.get_attribute("href") or "" for link in listed.all()
    )
    desk.get_by_role("link", name=re.compile("^Città metropolitana di Genova:")).focus()
    desk.keyboard.press("Enter")
    expect(desk).to_have_url(f"{site}/citta/genova")


def test_a_theme_gathers_the_practices_of_its_family(desk: Page, site: str) -> None:
    desk.goto(site)
    tile = desk.locator(".tile", has_text="Semplificazione")
    count = tile.locator(".number").inner_text().split()[0]
    tile.click()
    expect(desk.get_by_role("heading", name=f"{count} soluzioni")).to_be_visible()


def test_the_language_switch_keeps_the_page_and_its_question(desk: Page, site: str) -> None:
    desk.goto(f"{site}/cerca?q=suap&tema=suap")
    desk.get_by_role("link", name="English").click()
    expect(desk).to_have_url(f"{site}/en/cerca?q=suap&tema=suap")
    expect(desk.locator("html")).to_have_attribute("lang", "en")
    expect(desk.get_by_role("heading", level=1)).to_have_text("What problem do you need to solve?")
    desk.locator(".hits h3 a").first.click()
    expect(desk).to_have_url(re.compile("/en/soluzioni/"))
    expect(desk.get_by_text("The text of this solution is in Italian.")).to_be_visible()
    desk.get_by_role("link", name="Italiano").click()
    expect(desk).to_have_url(re.compile(rf"^{re.escape(site)}/soluzioni/"))


def test_versions_show_what_changed_word_by_word(desk: Page, changing_site: str) -> None:
    desk.goto(f"{changing_site}/soluzioni/sportello-unico/versioni")
    expect(desk.locator(".reuses > li")).to_have_count(3)
    expect(desk.locator(".reuses > li").first).to_contain_text("in vigore")
    desk.get_by_role("link", name="Che cosa è cambiato dalla versione 1").click()
    change = desk.locator(".change", has=desk.get_by_role("heading", name="Soluzione adottata"))
    expect(change.locator("del")).to_have_text("tolto: dieci")
    expect(change.locator("ins")).to_have_text("aggiunto: trenta")
    status = desk.locator(".change", has=desk.get_by_role("heading", name="Stato"))
    expect(status.locator("del")).to_have_text("tolto: in corso")
    expect(status.locator("ins")).to_have_text("aggiunto: concluso")
    expect(desk.get_by_role("heading", name="Problema affrontato")).to_have_count(0)


def test_an_earlier_version_says_so_and_leads_to_the_current_one(desk: Page, changing_site: str) -> None:
    desk.goto(f"{changing_site}/soluzioni/sportello-unico/versioni/1")
    expect(desk.get_by_text("Questa è una versione precedente.")).to_be_visible()
    expect(desk.locator("main")).to_contain_text("dieci comuni")
    desk.get_by_role("link", name="Leggi quella in vigore").click()
    expect(desk).to_have_url(f"{changing_site}/soluzioni/sportello-unico")
    expect(desk.locator("article")).to_contain_text("due unioni")


@pytest.mark.parametrize(
    "path", ["", "richieste", "soluzioni/nomi-di-file", "soluzioni/nomi-di-file/versioni/1", "cerca?q=allegato"]
)
def test_names_of_files_addresses_and_tables_leave_a_page_as_wide_as_a_phone(
    desk: Page, changing_site: str, path: str
) -> None:
    desk.goto(f"{changing_site}/{path}")
    expect(desk.locator("main")).to_contain_text("testo_coordinato_allegato_A")
    for width in (PHONE, SMALLEST):
        desk.set_viewport_size({"width": width, "height": 900})
        assert too_wide(desk) == []


def test_a_wide_table_is_scrolled_by_keyboard(desk: Page, changing_site: str) -> None:
    desk.set_viewport_size({"width": PHONE, "height": 900})
    desk.goto(f"{changing_site}/soluzioni/nomi-di-file")
    table = desk.get_by_role("group", name="Tabella")
    table.press("ArrowRight")
    desk.wait_for_function("() => document.querySelector('.table-scroll').scrollLeft > 0")


def test_a_missing_page_offers_ways_on(desk: Page, site: str) -> None:
    answer = desk.goto(f"{site}/soluzioni/non-esiste")
    assert answer is not None
    assert answer.status == 404
    expect(desk.get_by_role("heading", level=1)).to_have_text("Questa pagina non c’è")
    ask(desk, "suap")
    expect(desk.locator(".hits > li").first).to_be_visible()


def test_a_printed_practice_has_its_words_and_no_furniture(desk: Page, site: str) -> None:
    desk.goto(f"{site}/soluzioni/suap-metropolitano-bologna")
    desk.emulate_media(media="print")
    for selector in (".main-nav", ".site-footer", ".side-index", ".header-search", ".skiplinks"):
        expect(desk.locator(selector)).to_be_hidden()
    expect(desk.locator("article.prose")).to_be_visible()
    expect(desk.locator(".minute")).to_be_visible()


def test_paper_gets_the_words_and_the_addresses_of_a_page_and_none_of_its_buttons(desk: Page, site: str) -> None:
    desk.emulate_media(media="print")
    desk.goto(f"{site}/richieste")
    expect(desk.get_by_role("heading", level=1)).to_be_visible()
    for furniture in ("main form", "main .button", "main button"):
        for item in desk.locator(furniture).all():
            expect(item).to_be_hidden()
    desk.goto(f"{site}/citta/bologna/rapporto")
    # Only its rule would be left, on a page of its own.
    expect(desk.locator(".updated")).to_be_hidden()
    desk.goto(f"{site}/soluzioni/suap-metropolitano-bologna")
    expect(desk.locator(".updated")).to_be_visible()
    shown = "link => getComputedStyle(link, '::after').content.includes(link.href)"
    for links in (".kit a[href^='http']", ".notes > ul a"):
        assert desk.locator(links).first.evaluate(shown), links


def test_where_nothing_may_be_copied_the_address_is_shown_to_copy(desk: Page, site: str) -> None:
    desk.goto(f"{site}{PRACTICE}")
    desk.evaluate("void (navigator.clipboard.writeText = () => Promise.reject(new Error('managed')))")
    shown: list[str] = []

    def close(dialog: Dialog) -> None:
        shown.append(dialog.default_value)
        dialog.dismiss()

    desk.once("dialog", close)
    desk.get_by_role("button", name="Copia il collegamento").click()
    assert [address.endswith(PRACTICE) for address in shown] == [True]


def test_in_colours_of_the_system_the_suggestion_one_is_at_shows(desk: Page, site: str) -> None:
    desk.emulate_media(forced_colors="active")
    desk.goto(f"{site}/citta")
    desk.locator("#q-header").press_sequentially("suap")
    options = desk.locator(".suggestions [role=option]")
    expect(options.first).to_be_visible()
    desk.keyboard.press("ArrowDown")
    line = "element => getComputedStyle(element).outlineStyle"
    assert options.first.evaluate(line) == "solid"
    assert options.last.evaluate(line) == "none"


def test_in_colours_of_the_system_the_present_page_and_the_level_of_evidence_show(desk: Page, site: str) -> None:
    desk.emulate_media(forced_colors="active")
    desk.goto(f"{site}{PRACTICE}")
    line = "element => getComputedStyle(element).borderBottomColor"
    ground = "element => getComputedStyle(element).backgroundColor"
    present, other = (
        desk.locator(f".main-nav a{kind}").first.evaluate(line) for kind in ("[aria-current]", ":not([aria-current])")
    )
    assert present != other
    full, empty = (desk.locator(f".meter .dots span{kind}").first.evaluate(ground) for kind in (".full", ":not(.full)"))
    assert full != empty
