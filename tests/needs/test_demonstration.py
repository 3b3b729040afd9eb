# SPDX-License-Identifier: AGPL-3.0-or-later
"""The requests made up for trying the site: in every state, made once, labelled where they are shown."""

from datetime import UTC, datetime

from flask import Flask

from app.accounts import demonstration as accounts
from app.accounts import queries as people
from app.db import Database
from app.needs import demonstration, queries
from app.needs.rules import STATES
from app.solutions import queries as library
from tests.needs.network import begin


def test_requests_in_every_state_are_made_once_and_labelled(app: Flask, database: Database) -> None:
    assert app.test_cli_runner().invoke(args=["content", "import"]).exit_code == 0
    now = datetime.now(UTC)
    with database.work() as session:
        accounts.make(session, [theme.slug for theme in library.themes(session)], now)
        found = {
            made.mailbox: people.by_email(session, f"{made.mailbox}@{accounts.DOMAIN}") for made in accounts.wanted([])
        }
        known = {mailbox: person.id for mailbox, person in found.items() if person is not None}
        assert demonstration.make(session, known, now, begin) > 5
        assert demonstration.make(session, known, now, begin) == 0
        needs = queries.board(session, STATES)
        assert {need.state for need in needs} == set(STATES)
        assert all(need.demonstration for need in needs)
    client = app.test_client()
    assert client.get("/richieste").text.count("dati dimostrativi") >= 6
    for need in needs:
        answer = client.get(f"/richieste/{need.id}-{need.slug}")
        assert answer.status_code == 404 or "dati dimostrativi" in answer.text or "Accedi" in answer.text
