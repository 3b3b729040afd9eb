# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the worker does for whoever runs the site: prove once a day that the journal is whole."""

from flask import Flask

from app.db import Database
from app.journal.queries import total
from app.journal.service import broken


class ChainBroken(Exception):
    """A row of the journal does not follow from the one before."""


def verify_chain(app: Flask) -> int:
    """Check every row of the journal. Answers how many there are. Raises ``ChainBroken``."""
    database: Database = app.extensions["database"]
    with database.reading() as session:
        first = broken(session)
        if first is not None:
            raise ChainBroken(f"row {first} does not follow from the one before it")
        return total(session)
