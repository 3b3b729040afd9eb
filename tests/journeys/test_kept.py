# SPDX-License-Identifier: AGPL-3.0-or-later
"""A page of many forms: what is typed into one of them is still there when another one was sent."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from app.accounts.models import Person
from app.needs.service import Deed
from app.twinnings import queries, sharing
from tests import makers
from tests.journeys.offices import Office, opened
from tests.stores import SqliteStores
from tests.twinnings.exchange import LATER, SLUG, Exchange

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
PATH = f"/gemellaggi/1-{SLUG}"
WORDS = "Si parte dai moduli; Bologna manda la convenzione."


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, sqlite_stores: SqliteStores) -> Iterator[Office]:
    """A transfer with two pieces of a kit, and a meeting."""
    with opened(tmp_path_factory.mktemp("kept"), sqlite_stores.new(), lambda session: None) as made:
        exchange = Exchange(made.database)
        with made.database.work() as session:
            sharing.add_piece(session, exchange.number, "Regolamento", exchange.deed())
            sharing.set_meeting(session, exchange.number, 0, "Avvio", LATER, 60, "", exchange.deed())
        made.keep_first_day()
        yield made


@pytest.fixture
def transfer(office: Office, browser: Browser) -> Iterator[Page]:
    """Its page, before somebody of the body that receives."""
    office.begin_anew()
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    come_in(office, page, "Receiver")
    yield page
    page.context.close()


def come_in(office: Office, page: Page, name: str) -> None:
    """The page of the transfer before somebody who has just signed in."""
    with office.database.reading() as session:
        person = session.query(Person).filter_by(name=name).one()
    cookie = makers.sign_in(office.app.test_client(), person).get_cookie("twinmetro")
    assert cookie is not None
    page.context.add_cookies([{"name": "twinmetro", "value": cookie.value, "url": office.address}])
    page.goto(f"{office.address}{PATH}")


def send(page: Page, form: str) -> None:
    """Press the button of a form, until its page is there."""
    with page.expect_navigation():
        page.locator(f"form:has({form}) button[type=submit]").click()


def count_hours(page: Page, what: str = "") -> None:
    """Send the form of hours, with others typed into it or as it stands."""
    if not page.locator("#hours").is_visible():
        unfold(page, "Segna le ore")
    if what:
        page.locator("#hours").fill("2")
        page.locator("#what").fill(what)
    send(page, "#hours")


def unfold(page: Page, summary: str) -> None:
    page.locator("summary", has_text=summary).first.click()


def test_what_is_typed_beside_a_form_stays_when_that_one_is_saved_or_refused(transfer: Page) -> None:
    transfer.locator("#new-note").fill(WORDS)
    unfold(transfer, "Segna le ore")
    transfer.locator("#hours").fill("due")
    unfold(transfer, "Rispondi")
    transfer.locator("select[name=answer]").first.select_option("planned")
    unfold(transfer, "Racconta com’è andata per Torino")
    transfer.locator("input[name=result][value=adapted]").check()
    transfer.locator("#received-1").check()
    transfer.locator("#adapted-2").check()
    send(transfer, "#received-1")
    expect(transfer.locator("#new-note")).to_have_value(WORDS)
    send(transfer, "#hours")
    expect(transfer.locator(".notice-wrong")).to_be_visible()
    assert transfer.url.endswith("/ore")
    # The hours that were refused are saved nowhere: they stay too.
    unfold(transfer, "Aggiungi un pezzo")
    transfer.locator("#piece-title").fill("Capitolato")
    send(transfer, "#piece-title")
    expect(transfer.locator("#new-note")).to_have_value(WORDS)
    for kept in ("#hours", "input[name=result][value=adapted]", "select[name=answer] >> nth=0"):
        expect(transfer.locator(kept)).to_be_visible()
    expect(transfer.locator("#hours")).to_have_value("due")
    expect(transfer.locator("select[name=answer]").first).to_have_value("planned")
    expect(transfer.locator("input[name=result][value=adapted]")).to_be_checked()
    for tick in ("#received-1", "#received-2", "#adapted-2"):
        expect(transfer.locator(tick)).to_be_checked()
    transfer.reload()
    expect(transfer.locator("#new-note")).to_have_value("")


def test_what_stayed_over_the_press_of_another_button_overwrites_nothing_unread(office: Office, transfer: Page) -> None:
    unfold(transfer, "Sposta, o scrivi il verbale")
    transfer.locator("#minutes-1").fill(WORDS)
    with office.database.work() as session:
        giver = session.query(Person).filter_by(name="Giver").one().id
        sharing.keep_minutes(session, 1, 1, "Si parte dalle tariffe.", Deed(giver, LATER))
    transfer.locator("#received-1").check()
    send(transfer, "#received-1")
    expect(transfer.locator("#minutes-1")).to_have_value(WORDS)
    send(transfer, "#minutes-1")
    expect(transfer.locator(".notice-wrong")).to_contain_text("un’altra persona ha salvato altro")
    expect(transfer.locator("details[open] .minute")).to_contain_text("Si parte dalle tariffe.")
    with office.database.reading() as session:
        assert queries.meetings(session, 1)[0].minutes_text == "Si parte dalle tariffe."


def test_hours_sent_again_from_the_page_behind_count_once_and_typed_anew_they_count_again(transfer: Page) -> None:
    counted = transfer.locator("li:has(form[action$='/togli'])", has_text="Visita")
    count_hours(transfer, "Visita")
    transfer.go_back()
    expect(transfer.locator("#what")).to_have_value("Visita")
    count_hours(transfer)
    expect(counted).to_have_count(1)
    count_hours(transfer, "Visita")
    expect(counted).to_have_count(2)


@pytest.mark.parametrize("lost", ["log-in", "token"])
def test_what_was_sent_after_the_log_in_had_ended_is_in_its_form_again_for_the_same_person_once(
    office: Office, transfer: Page, lost: str
) -> None:
    unfold(transfer, "Racconta com’è andata per Torino")
    transfer.locator("input[name=result][value=adapted]").check()
    transfer.locator("input[name=months]").fill("7")
    transfer.locator("textarea[name=failed]").fill("Poco.")
    if lost == "log-in":
        transfer.context.clear_cookies()
    else:
        come_in(office, transfer.context.new_page(), "Receiver")
    send(transfer, "input[name=months]")
    expect(transfer.locator("h1")).to_have_text("Serve l’accesso" if lost == "log-in" else "Richiesta non valida")
    if lost == "log-in":
        transfer.get_by_role("link", name="Accedere di nuovo").click()
        come_in(office, transfer, "Receiver")
    else:
        transfer.get_by_role("link", name="Riaprire la pagina").click()
    expect(transfer.locator("input[name=months]")).to_be_in_viewport()
    expect(transfer.locator("input[name=months]")).to_have_value("7")
    expect(transfer.locator("textarea[name=failed]")).to_have_value("Poco.")
    expect(transfer.locator("input[name=result][value=adapted]")).to_be_checked()
    transfer.goto(f"{office.address}{PATH}")
    expect(transfer.locator("input[name=months]")).to_have_value("")


def test_what_was_sent_after_the_log_in_had_ended_is_shown_to_nobody_else(office: Office, transfer: Page) -> None:
    transfer.locator("#new-note").fill(WORDS)
    transfer.context.clear_cookies()
    send(transfer, "#new-note")
    box = transfer.get_by_label("Testo 1").bounding_box()
    assert box is not None
    assert box["width"] > 600, "whoever typed it sees the whole of it"
    for name in ("Giver", "Receiver"):
        come_in(office, transfer, name)
        expect(transfer.locator("#new-note")).to_have_value("")


def test_what_was_saved_is_not_put_back(transfer: Page) -> None:
    transfer.locator("#new-note").fill(WORDS)
    send(transfer, "#new-note")
    expect(transfer.locator(".as-typed", has_text=WORDS)).to_be_visible()
    expect(transfer.locator("#new-note")).to_have_value("")


def test_what_was_done_is_said_beside_its_form_where_the_page_opens(transfer: Page) -> None:
    transfer.locator("textarea[name=note]").fill(WORDS)
    send(transfer, "textarea[name=note]")
    said = transfer.locator("section[aria-labelledby=note] [role=status]")
    expect(said).to_have_text("Salvato.")
    expect(said).to_be_in_viewport()
    expect(transfer.get_by_role("status").filter(has_text="Salvato.")).to_have_count(1)
