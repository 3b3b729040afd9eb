# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the worker does for search besides the index: forget what was searched in vain long ago."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import delete

from app.db import Database
from app.document.dates import today
from app.search.models import UnmetSearch

#: Days kept: the longest time one may look back, and a month.
KEPT = 395


def forget_searches(app: Flask) -> int:
    """Remove the counts of days nobody looks back to. Answers how many."""
    database: Database = app.extensions["database"]
    with database.work() as session:
        gone = session.execute(delete(UnmetSearch).where(UnmetSearch.day < today() - timedelta(days=KEPT)))
        return int(gone.rowcount)  # type: ignore[attr-defined]
