# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the worker does for review: evidence that falls when nobody confirms the facts, addresses erased in time."""

from datetime import UTC, datetime

from flask import Flask

from app.db import Database
from app.review import ageing, queries, upkeep


def lower_evidence(app: Flask) -> int:
    """Write every level of evidence as it counts today. Answers how many fell."""
    database: Database = app.extensions["database"]
    now = datetime.now(UTC)
    with database.reading() as session:
        numbers = queries.to_lower(session, ageing.day_of(now))
    fallen = 0
    for number in numbers:
        with database.work() as session:
            fallen += upkeep.lower_evidence(session, number, now)
    return fallen


def tell_due(app: Flask) -> int:
    """Tell owners whose facts wait to be confirmed. Answers how many solutions."""
    database: Database = app.extensions["database"]
    now = datetime.now(UTC)
    with database.reading() as session:
        numbers = queries.due(session, ageing.day_of(now))
    told = 0
    for number in numbers:
        with database.work() as session:
            told += upkeep.tell_due(session, number, now)
    return told


def erase_addresses(app: Flask) -> int:
    """Forget the addresses readers left with old reports. Answers how many."""
    database: Database = app.extensions["database"]
    with database.work() as session:
        return upkeep.erase_addresses(session, datetime.now(UTC))
