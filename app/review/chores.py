# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the worker does for review: evidence that falls when nobody confirms the facts, addresses erased in time."""

from datetime import UTC, datetime

from flask import Flask

from app.db import Database
from app.document.dates import day_of
from app.review import queries, upkeep


def lower_evidence(app: Flask) -> int:
    """Write every level of evidence as it counts today. Answers how many fell."""
    database: Database = app.extensions["database"]
    now = datetime.now(UTC)
    return database.each(lambda s: queries.to_lower(s, day_of(now)), lambda s, n: upkeep.lower_evidence(s, n, now))


def tell_due(app: Flask) -> int:
    """Tell owners whose facts wait to be confirmed. Answers how many solutions."""
    database: Database = app.extensions["database"]
    now = datetime.now(UTC)
    return database.each(lambda s: queries.due(s, day_of(now)), lambda s, n: upkeep.tell_due(s, n, now))


def erase_addresses(app: Flask) -> int:
    """Forget the addresses readers left with old reports. Answers how many."""
    database: Database = app.extensions["database"]
    with database.work() as session:
        return upkeep.erase_addresses(session, datetime.now(UTC))
