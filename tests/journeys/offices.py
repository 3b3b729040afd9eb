# SPDX-License-Identifier: AGPL-3.0-or-later
"""A small site served as in production with its worker at hand, and what people do on it."""

import gettext
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from email import message_from_bytes, policy
from pathlib import Path

from flask import Flask
from playwright.sync_api import FilePayload, Locator, Page, expect
from sqlalchemy.orm import Session

from app import create_app
from app.accounts.models import Person
from app.config import ROOT, Settings
from app.db import Database
from app.text.bodies import named
from tests import makers
from tests.journeys.hands import Hands
from tests.webserver import WebServer

#: What the interface says in English, by what it says in Italian.
ENGLISH = gettext.translation("messages", ROOT / "app" / "translations", ["en"]).gettext


class Office:
    """A small site with its worker at hand: a turn of it, the letters it sent, the years that pass."""

    def __init__(self, address: str, app: Flask) -> None:
        self.address = address
        self.app = app
        self.database: Database = app.extensions["database"]
        self.settings: Settings = app.config["SETTINGS"]
        self.first = self.settings.data_folder / "first-day.sqlite3"

    def keep_first_day(self) -> None:
        """Remember what stands in the database now."""
        _copy(self._file(), self.first)

    def begin_anew(self, language: str = "it") -> None:
        """Everything is as on the first day, under the running site; everybody's letters are in this language."""
        _copy(self.first, self._file())
        for letter in self.settings.mail_folder.glob("*.eml"):
            letter.unlink()
        with self.database.work() as session:
            for person in session.query(Person):
                person.language = language
        self.app.test_cli_runner().invoke(args=["search", "rebuild"], catch_exceptions=False)

    def _file(self) -> Path:
        return Path(self.settings.database_url.removeprefix("sqlite:///"))

    def turn(self) -> None:
        """What the worker does in some seconds: notices, then their letters, and the index."""
        result = self.app.test_cli_runner().invoke(
            args=["worker", "--once", "--chore", "notices", "--chore", "evidence", "--chore", "mail"]
        )
        assert result.exit_code == 0, result.output

    def letters(self, recipient: str) -> list[str]:
        """Subject and text of each letter a person got, the oldest first."""
        paths = sorted(self.settings.mail_folder.glob("*.eml"))
        read = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in paths]
        mine = [letter for letter in read if letter["To"] and recipient in letter["To"]]
        texts = [(letter["Subject"], letter.get_body(("plain",))) for letter in mine]
        return [f"{subject}\n{body.get_content() if body else ''}" for subject, body in texts]


def _copy(source: Path, target: Path) -> None:
    """One database over another, which may be in use."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


@contextmanager
def opened(folder: Path, database_url: str, furnish: Callable[[Session], None]) -> Iterator[Office]:
    """The site in a folder, with the registers and what else it is furnished with on its first day."""
    app = create_app(Settings(data=str(folder), database_url=database_url, log_level="ERROR"))
    database: Database = app.extensions["database"]
    with database.work() as session:
        makers.make_registers(session)
        furnish(session)
    with WebServer(folder, database_url) as server:
        office = Office(server.address, app)
        office.keep_first_day()
        yield office
    database.close()


class Visitor:
    """Somebody at a browser of their own, who reads one language and has one kind of hands."""

    def __init__(self, page: Page, office: Office, language: str, hands: Hands) -> None:
        self.page = page
        self.office = office
        self.language = language
        self.hands = hands
        self.email = ""
        # From now on the browser hands its file dialogs over, instead of beginning when the first one is due.
        page.on("filechooser", lambda _asked: None)

    def words(self, italian: str, **parts: str) -> str:
        """A sentence of the interface in the language of this person."""
        said = italian if self.language == "it" else ENGLISH(italian)
        return said % parts if parts else said

    def naming(self, body: str, preposition: str) -> str:
        """A body as a sentence of the interface names it in the language of this person."""
        return named(body, preposition) if self.language == "it" else body

    def go(self, path: str) -> None:
        """Type an address of the site, or a whole one of it."""
        prefix = "" if self.language == "it" else f"/{self.language}"
        self.page.goto(path if path.startswith("http") else f"{self.office.address}{prefix}{path}")

    def at(self, selector: str) -> Locator:
        """The first thing of this kind in the main part of the page."""
        return self.page.locator("main").locator(selector).first

    def press(self, name: str, within: str = "") -> None:
        """The button with these words of the interface."""
        place = self.at(within) if within else self.page.locator("main")
        self.hands.press(place.get_by_role("button", name=self.words(name)))

    def follow(self, selector: str) -> None:
        """A link, or whatever else is pressed."""
        self.hands.press(self.at(selector))

    def unfold(self, name: str, within: str = "", **parts: str) -> None:
        """The fold with these words of the interface."""
        place = self.at(within) if within else self.page.locator("main")
        self.hands.press(place.locator("summary", has_text=self.words(name, **parts)).first)

    def write(self, selector: str, text: str) -> None:
        self.hands.write(self.at(selector), text)

    def tick(self, selector: str) -> None:
        self.hands.tick(self.at(selector))

    def choose(self, selector: str, value: str) -> None:
        self.hands.choose(self.at(selector), value)

    def give(self, selector: str, file: FilePayload) -> None:
        self.hands.give(self.at(selector), file)

    def reads(self, name: str, within: str = "body", **parts: str) -> None:
        """The page, or a part of it, says this sentence of the interface, or this text of somebody."""
        expect(self.page.locator(within)).to_contain_text(self.words(name, **parts))

    def headed(self, name: str) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_have_text(self.words(name))

    def enter(self, email: str, path: str = "/accedi") -> None:
        self.go(path)
        self.email = email
        self.write("#email", email)
        self.write("#password", makers.PASSWORD)
        self.press("Accedi", "form:has(#email)")

    def at_the_desk(self) -> None:
        self.go("/scrivania")
        self.headed("Scrivania")

    def open_task(self, kind: str) -> None:
        """What waits on the desk is one press away."""
        self.at_the_desk()
        waiting = self.page.locator("section[aria-labelledby='per-me'] li", has_text=self.words(kind))
        self.hands.press(waiting.get_by_role("link"))

    def noticed(self, sentence: str, **parts: str) -> None:
        self.at_the_desk()
        self.reads(sentence, "section[aria-labelledby='avvisi']", **parts)

    def told(self, sentence: str, **parts: str) -> str:
        """The last letter to this person says it, in their language; the letter."""
        self.office.turn()
        letters = self.office.letters(self.email)
        assert letters, f"no letter to {self.email}"
        assert self.words(sentence, **parts) in letters[-1], letters[-1]
        return letters[-1]

    def link_of(self, letter: str, pattern: str) -> str:
        """The address a letter brings."""
        found = re.search(pattern, letter)
        assert found, letter
        return self.office.address + found[0]


#: Seats somebody at a browser of their own.
Seat = Callable[..., Visitor]
