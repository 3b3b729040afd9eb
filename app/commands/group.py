# SPDX-License-Identifier: AGPL-3.0-or-later
"""A group of commands that need the tables of this release."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from flask.cli import AppGroup, ScriptInfo
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError

from app import schema
from app.db import Database

FULL = ", il disco forse è pieno"
#: Where to look first, by what a database says.
LOOKS = {
    "disk I/O error": FULL,
    "disk is full": FULL,
    "No space left": FULL,
    "is locked": ": altri la tengono occupata",
    "readonly database": ": il suo file non si può scrivere, forse appartiene a un altro utente",
}


def away(error: DBAPIError) -> str:
    """What the database answers, and where to look first."""
    # What follows the first line repeats the statement, which tells an administrator nothing.
    told = str(error.orig).partition("\n")[0]
    look = next((look for words, look in LOOKS.items() if words in told), ", o è vuota")
    return f"la base di dati non risponde{look} ({told})"


@contextmanager
def tables_named(database: Database) -> Iterator[None]:
    """Where the database is away, or its tables are those of another release, that is said in a line."""
    try:
        yield
    except (OperationalError, ProgrammingError) as error:
        with database.reading() as session:
            applied = schema.applied(session)
        if applied == schema.expected() and (isinstance(error, ProgrammingError) or "no such" in str(error.orig)):
            raise
        raise click.ClickException(_told(error, applied)) from error


def _told(error: DBAPIError, applied: str) -> str:
    if not applied:
        return f"{away(error)}. Se è vuota, il rimedio è flask db upgrade"
    if applied > schema.expected():
        return f"la base di dati è di una versione più recente ({applied}): aggiornare il programma"
    if applied < schema.expected():
        return f"la base di dati è di una versione precedente ({applied}). Il rimedio è flask db upgrade"
    return away(error)


class WithTables(AppGroup):
    """Commands that need the tables of this release."""

    def invoke(self, ctx: click.Context) -> Any:
        with tables_named(ctx.ensure_object(ScriptInfo).load_app().extensions["database"]):
            return super().invoke(ctx)
