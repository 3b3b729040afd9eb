# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the worker does for review."""

from datetime import UTC, datetime

from flask import Flask

from app.db import Database
from app.review import chores
from app.review.models import Comment
from app.solutions import queries as library
from tests.makers import make_solution

OLD = datetime(2021, 1, 1, tzinfo=UTC)


def test_levels_that_nobody_confirmed_for_years_are_written_down_once(app: Flask, registered: Database) -> None:
    with registered.work() as session:
        old = make_solution(session, "vecchia", evidence_level=4, verified_on="2021-01-01", review_due="2022-01-01")
        library.current_revision(session, old).live_at = OLD
        make_solution(session, "nuova", evidence_level=4, verified_on="2026-11-01", review_due="2027-11-01")
    assert [chores.lower_evidence(app), chores.lower_evidence(app)] == [1, 0]
    with registered.reading() as session:
        levels = {item.slug: item.evidence_level for item in library.published(session)}
    assert levels == {"vecchia": 1, "nuova": 4}


def test_addresses_left_long_ago_are_erased_by_the_worker(app: Flask, registered: Database) -> None:
    with registered.work() as session:
        solution = make_solution(session)
        session.add(
            Comment(
                solution_id=solution.id, kind="report", text="Testo", reader_email="a@posta.example", created_at=OLD
            )
        )
    assert [chores.erase_addresses(app), chores.erase_addresses(app)] == [1, 0]
