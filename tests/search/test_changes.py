# SPDX-License-Identifier: AGPL-3.0-or-later
"""The change log: every change of a searchable thing, in the transaction of the change."""

import pytest
from sqlalchemy import select, update

from app.db import Database
from app.search.changes import BulkChangeRefused
from app.search.models import SearchChange
from app.solutions.models import Solution
from tests.makers import make_solution


def noted(database: Database) -> set[tuple[str, str]]:
    with database.reading() as session:
        return {(row.kind, row.slug) for row in session.scalars(select(SearchChange))}


def forget(database: Database) -> None:
    with database.work() as session:
        for row in session.scalars(select(SearchChange)):
            session.delete(row)


def test_a_new_solution_and_its_acts_are_noted(registered: Database) -> None:
    forget(registered)
    with registered.work() as session:
        make_solution(session, "uno")
    assert noted(registered) == {("solution", "uno"), ("act", "dpr-160-2010")}


def test_a_change_is_noted_even_when_it_was_flushed_before_the_commit(registered: Database) -> None:
    with registered.work() as session:
        solution = make_solution(session, "uno")
    forget(registered)
    with registered.work() as session:
        found = session.get_one(Solution, solution.id)
        found.title = "Altro titolo"
        session.flush()
    assert noted(registered) == {("solution", "uno")}


def test_a_deletion_is_noted(registered: Database) -> None:
    with registered.work() as session:
        solution = make_solution(session, "uno")
    forget(registered)
    with registered.work() as session:
        session.delete(session.get_one(Solution, solution.id))
    assert ("solution", "uno") in noted(registered)


def test_nothing_is_noted_when_the_transaction_is_rolled_back(registered: Database) -> None:
    forget(registered)
    with pytest.raises(ZeroDivisionError), registered.work() as session:
        make_solution(session, "uno")
        _ = 1 / 0
    assert noted(registered) == set()


def test_a_bulk_change_of_a_searchable_table_is_refused(registered: Database) -> None:
    with pytest.raises(BulkChangeRefused), registered.work() as session:
        session.execute(update(Solution).values(title="tutti uguali"))
