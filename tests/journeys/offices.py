# SPDX-License-Identifier: AGPL-3.0-or-later
"""A small site served as in production with its worker at hand, and what people do on it."""

from email import message_from_bytes, policy

from flask import Flask
from playwright.sync_api import Page, expect

from app.db import Database
from tests import makers


class Office:
    """A small site with its worker at hand: a turn of it, the letters it sent, the years that pass."""

    def __init__(self, address: str, app: Flask) -> None:
        self.address = address
        self.app = app
        self.database: Database = app.extensions["database"]

    def turn(self) -> None:
        """What the worker does in some seconds: notices, then their letters, and the index."""
        result = self.app.test_cli_runner().invoke(
            args=["worker", "--once", "--chore", "notices", "--chore", "evidence", "--chore", "mail"]
        )
        assert result.exit_code == 0, result.output

    def letters(self, recipient: str) -> list[str]:
        """Subject and text of each letter a person got, the oldest first."""
        folder = self.app.config["SETTINGS"].mail_folder
        read = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in sorted(folder.glob("*.eml"))]
        mine = [letter for letter in read if letter["To"] and recipient in letter["To"]]
        texts = [(letter["Subject"], letter.get_body(("plain",))) for letter in mine]
        return [f"{subject}\n{body.get_content() if body else ''}" for subject, body in texts]

    def told(self, recipient: str, *words: str) -> None:
        """The last letter to a person says these words."""
        self.turn()
        letters = self.letters(recipient)
        assert letters, f"no letter to {recipient}"
        for word in words:
            assert word in letters[-1], letters[-1]


def enter(page: Page, office: Office, email: str) -> Page:
    page.goto(f"{office.address}/accedi")
    page.get_by_label("Indirizzo di posta dell’ufficio").fill(email)
    page.get_by_label("Password", exact=True).fill(makers.PASSWORD)
    page.locator("main").get_by_role("button", name="Accedi", exact=True).click()
    return page


def at_the_desk(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Scrivania")


def desk(page: Page, office: Office) -> Page:
    page.goto(f"{office.address}/scrivania")
    at_the_desk(page)
    return page


def press(page: Page, name: str) -> None:
    page.locator("main").get_by_role("button", name=name).click()


def said(page: Page, sentence: str) -> None:
    expect(page.locator("body")).to_contain_text(sentence)
