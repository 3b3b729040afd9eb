# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the worker forgets of accounts: attempts, ended log-ins, used links, invitations of long ago."""

from datetime import UTC, datetime

from flask import Flask

from app.accounts.service import forget_old
from app.db import Database


def forget_traces(app: Flask) -> int:
    """Forget what is no longer needed. Answers how many rows."""
    database: Database = app.extensions["database"]
    with database.work() as session:
        return forget_old(session, datetime.now(UTC))
