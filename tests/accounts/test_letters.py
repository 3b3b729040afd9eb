# SPDX-License-Identifier: AGPL-3.0-or-later
"""The letters of accounts can be made in both languages, and lead to pages of the site."""

from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask

from app.access import NOBODY, Role
from app.accounts.addresses import ask_change
from app.accounts.invitations import invite
from app.accounts.models import Link
from app.accounts.service import ask_reset
from app.config import Settings
from app.db import Database
from app.outbox.letters import message
from app.outbox.models import Letter
from tests import makers

SITE = Settings(base_url="https://twin.example")
KINDS: dict[str, dict[str, Any]] = {
    "second-factor-added": {"what": "totp"},
    "second-factor-removed": {"what": "passkey"},
    "recovery-code-used": {"left": 9},
    "email-changed": {},
    "role-taken": {"role": "referent", "scope_name": "Città metropolitana di Bologna"},
    "account-disabled": {},
}


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_letter_of_accounts_is_written_in_both_languages(library_app: Flask, kind: str) -> None:
    subjects = set()
    for language in ("it", "en"):
        letter = Letter(
            id=1, kind=kind, recipient="a@ente.example", language=language, data=KINDS[kind], created_at=makers.NOW
        )
        with library_app.app_context():
            made = message(letter, SITE)
        subjects.add(str(made["Subject"]))
        text = made.get_body(("plain",))
        assert text is not None
        assert "https://twin.example" in text.get_content()
    assert len(subjects) == 2


def test_an_invitation_names_the_day_in_italy_until_which_it_opens(registered: Database) -> None:
    late = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    with registered.work() as session:
        invite(session, NOBODY, late, "a@ente.example", Role.EXPERT, "suap", "it")
        [letter] = session.query(Letter)
        assert letter.data["expires_on"] == "2026-07-16"


def test_every_letter_with_a_link_that_ends_knows_when(registered: Database) -> None:
    with registered.work() as session:
        person = makers.make_person(session, (Role.OFFICIAL, "bologna"))
        invitation, _ = invite(session, NOBODY, makers.NOW, "a@ente.example", Role.EXPERT, "suap", "it")
        ask_reset(session, person.email, makers.NOW)
        ask_change(session, person, "nuova@ente.example", makers.NOW)
        session.flush()
        ends = {link.purpose: link.expires_at for link in session.query(Link)}
        assert {letter.kind: letter.expires_at for letter in session.query(Letter)} == {
            "invitation": invitation.expires_at,
            "reset": ends["reset"],
            "email-change": ends["change-email"],
        }
