# SPDX-License-Identifier: AGPL-3.0-or-later
"""The requests made up for trying the site: in every state, made once, labelled where they are shown."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask import Flask

from app.accounts import demonstration as accounts
from app.accounts import queries as people
from app.config import Settings
from app.db import Database
from app.needs import demonstration, proposal_queries, queries, round_queries
from app.needs.rules import VISIBILITIES, Answer, State
from app.solutions import demonstration as solutions_made
from app.solutions import queries as library
from app.twinnings import demonstration as twinnings
from app.twinnings import queries as transfers
from app.twinnings import rules, service


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, demonstration=True)


def test_what_is_made_up_has_every_state_and_is_made_once_and_labelled(app: Flask, database: Database) -> None:
    for command in (["content", "import"], ["search", "rebuild"]):
        assert app.test_cli_runner().invoke(args=command).exit_code == 0
    engine = app.extensions["engine"]
    now = datetime.now(UTC)
    with database.work() as session:
        accounts.make(session, [theme.slug for theme in library.themes(session)], now)
        found = {
            made.mailbox: people.by_email(session, f"{made.mailbox}@{accounts.DOMAIN}") for made in accounts.wanted([])
        }
        known = {mailbox: person.id for mailbox, person in found.items() if person is not None}
        assert (solutions_made.make(session, now), solutions_made.make(session, now)) == (2, 0)
        assert demonstration.make(session, known, now, service.begin, engine) > 5
        assert demonstration.make(session, known, now, service.begin, engine) == 0
        assert twinnings.make(session, known, now) == 6
        needs = queries.board(session, queries.Sought(tuple(State), VISIBILITIES))
        answers = {item.state for need in needs for item in proposal_queries.proposals(session, need)}
        assert answers == set(Answer), "one waits, one lapsed ..."
        assert {bool(need.receivers) for need in needs if need.state == "open"} == {True, False}, "one is joined"
        assert {found.state for found in round_queries.rounds(session, published_only=False)} == {
            "preview",
            "published",
        }
        (exchange,) = [
            proposal_queries.of_exchanges(session, found.id)
            for found in round_queries.rounds(session, published_only=True)
            if (made := round_queries.round_(session, found.id)) and made.result["chains"]
        ]
        assert {(item.giver.slug, item.need.city.slug) for item in exchange[0]} == {
            ("bologna", "torino"),
            ("torino", "bologna"),
        }
        assert {item.state for item in transfers.listed(session)} == set(rules.State)
        assert {item.phase for item in transfers.listed(session, "running")} == set(rules.PHASES)
        assert {need.state for need in needs} == set(State)
        assert {need.visibility for need in needs} == set(VISIBILITIES)
        source = library.by_slug(session, solutions_made.SOURCE)
        assert source is not None
        assert (source.evidence_level, [tie.city.slug for tie in source.reuses]) == (5, ["bari"])
        assert all(need.demonstration for need in needs)
        solutions = {solution.slug: solution.revision_number for solution in library.published(session)}
    assert set(solutions.values()) == {1}, "what is made up changes no real solution"
    client = app.test_client()
    assert client.get("/gemellaggi").text.count("dati dimostrativi") == 6
    days = [row["ended_on"] or row["began_on"] for row in client.get("/gemellaggi.json").get_json()["twinnings"]]
    assert days == sorted(days, reverse=True), "what ended or began last stands first"
    assert "Dati dimostrativi" in client.get(f"/soluzioni/{solutions_made.VARIANT}").text
    assert "Due depositi" in client.get(f"/soluzioni/{solutions_made.VARIANT}/confronto-con-la-fonte").text
    for city in ("bologna", "bari"):
        assert f"/soluzioni/{solutions_made.VARIANT}/confronto-con-la-fonte" in client.get(f"/citta/{city}").text
    flows = client.get("/rete.json?ente=bari").get_json()["flows"]
    assert [row["variants"] for row in flows if row["solution"] == solutions_made.SOURCE] == [[solutions_made.VARIANT]]
    for need in needs:
        answer = client.get(f"/richieste/{need.id}-{need.slug}")
        assert answer.status_code == 404 or "dati dimostrativi" in answer.text or "Accedi" in answer.text
