# SPDX-License-Identifier: AGPL-3.0-or-later
"""How much a page weighs over the network, the first time and the second, and how much it asks of the database."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, CDPSession
from sqlalchemy import event

from tests.pages.furnished import Furnished
from tests.pages.kinds import PAGES, STATUS, address
from tests.pages.signed_kinds import PAGES as SIGNED

FIRST_VIEW, SECOND_VIEW = 150_000, 20_000
MOST_HTML = 150_000
STATEMENTS = 5
#: Pages of the exchange that ask more: what they ask today is their limit, whatever stands in the tables.
ASKING_MORE = {"shortlist-read": 10, "shortlist": 13, "round-published": 7, "archived-read": 6}
#: Pages of the search differ in words, not in weight: the fullest stands for all.
WEIGHED = [kind for kind in PAGES if kind == "search" or not kind.startswith("search")]


class Meter:
    """Bytes a page received over the network, headers included; what the cache gives costs nothing."""

    def __init__(self, context: BrowserContext) -> None:
        self.page = context.new_page()
        self.received = 0.0
        session: CDPSession = context.new_cdp_session(self.page)
        session.send("Network.enable")
        session.on("Network.loadingFinished", self._finished)

    def _finished(self, message: dict[str, Any]) -> None:
        self.received += message["encodedDataLength"]

    def view(self, url: str) -> float:
        self.received = 0
        self.page.goto(url, wait_until="networkidle")
        return self.received


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
@pytest.mark.parametrize("page_kind", WEIGHED)
def test_a_page_is_light_the_first_time_and_lighter_the_second(browser: Browser, site: str, page_kind: str) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    try:
        meter = Meter(context)
        url = site + address(page_kind, "it")
        first = meter.view(url)
        assert 5_000 < first <= FIRST_VIEW
        assert meter.view(url) <= SECOND_VIEW
    finally:
        context.close()


@pytest.fixture
def statements(library_app: Flask) -> Iterator[list[str]]:
    """The SQL statements sent while the test runs."""
    sent: list[str] = []
    engine = library_app.extensions["database"].engine

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("page_kind", PAGES)
def test_a_page_asks_the_database_few_questions(library_app: Flask, statements: list[str], page_kind: str) -> None:
    answer = library_app.test_client().get(address(page_kind, "it"))
    assert answer.status_code == STATUS.get(page_kind, 200)
    asked = [text for text in statements if not text.startswith(("PRAGMA", "BEGIN", "COMMIT", "ROLLBACK"))]
    assert len(asked) <= STATEMENTS, "\n".join(asked)


@pytest.mark.slow
@pytest.mark.xdist_group("signed")
@pytest.mark.parametrize(
    "page_kind", ["shortlist", *(name for name, kind in SIGNED.items() if kind.who == "nobody" and not kind.typed)]
)
def test_a_page_of_the_exchange_asks_few_questions_of_who_reads_and_the_shortlist_of_whose_it_is(
    furnished: Furnished, page_kind: str
) -> None:
    kind, sent = SIGNED[page_kind], list[str]()
    engine = furnished.database.engine
    if page_kind.startswith(("shortlist", "need-")):
        # What the library says is learnt once for each state of its index.
        furnished.clients[kind.who].get(furnished.address(kind.path))

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        answer = furnished.clients[kind.who].get(furnished.address(kind.path))
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert answer.status_code == kind.status
    assert len(answer.data) < MOST_HTML
    asked = [text for text in sent if not text.startswith(("PRAGMA", "BEGIN", "COMMIT", "ROLLBACK"))]
    assert len(asked) <= ASKING_MORE.get(page_kind, STATEMENTS), "\n".join(asked)
