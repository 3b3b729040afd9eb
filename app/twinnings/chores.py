# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the worker does for twinnings: reminders of milestones."""

from datetime import UTC, datetime

from flask import Flask

from app.db import Database
from app.document.dates import day_of
from app.needs.service import Deed
from app.twinnings import queries, rules, service


def remind(app: Flask) -> int:
    """Remind of the milestones due, each twinning in its own transaction. Answers how many reminders."""
    database: Database = app.extensions["database"]
    now = datetime.now(UTC)
    until, site = day_of(now) + rules.REMIND_BEFORE, Deed(None, now)
    return database.each(lambda s: queries.due_milestones(s, until), lambda s, n: service.remind(s, n, site))
