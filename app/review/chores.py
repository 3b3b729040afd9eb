# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the worker does for review: evidence that falls when nobody confirms the facts, addresses erased in time."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime

from flask import Flask
from sqlalchemy.orm import Session

from app.db import Database
from app.document.dates import day_of
from app.review import queries, upkeep


def lower_evidence(app: Flask) -> int:
    """Write every level of evidence as it counts today. Answers how many fell."""
    return _each(app, queries.to_lower, upkeep.lower_evidence)


def tell_due(app: Flask) -> int:
    """Tell owners whose facts wait to be confirmed. Answers how many solutions."""
    return _each(app, queries.due, upkeep.tell_due)


def _each(
    app: Flask, which: Callable[[Session, date], Sequence[int]], act: Callable[[Session, int, datetime], bool]
) -> int:
    """Do the same to every solution it is time for, each in a transaction of its own. Answers to how many."""
    database: Database = app.extensions["database"]
    now = datetime.now(UTC)
    with database.reading() as session:
        numbers = which(session, day_of(now))
    done = 0
    for number in numbers:
        with database.work() as session:
            done += act(session, number, now)
    return done


def erase_addresses(app: Flask) -> int:
    """Forget the addresses readers left with old reports. Answers how many."""
    database: Database = app.extensions["database"]
    with database.work() as session:
        return upkeep.erase_addresses(session, datetime.now(UTC))
