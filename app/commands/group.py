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


def away(error: DBAPIError) -> str:
    """What the database answers, and where to look first."""
    # What follows the first line repeats the statement, which tells an administrator nothing.
    told = str(error.orig).partition("\n")[0]
    full = any(word in told for word in ("disk I/O error", "disk is full", "No space left"))
    look = ", il disco forse è pieno" if full else ", o è vuota"
    if "readonly database" in told:
        look = ": il suo file non si può scrivere, forse appartiene a un altro utente"
    return f"la base di dati non risponde{look} ({told})"


@contextmanager
def tables_named(database: Database) -> Iterator[None]:
    """Where the database is away, or its tables are those of another release, that is said in a line."""
    try:
        yield
    except (OperationalError, ProgrammingError) as error:
        with database.reading() as session:
            applied = schema.applied(session)
        if applied == schema.expected():
            raise
        if not applied:
            told = f"{away(error)}. Se è vuota, il rimedio è flask db upgrade"
        elif applied > schema.expected():
            told = f"la base di dati è di una versione più recente ({applied}): aggiornare il programma"
        else:
            told = f"la base di dati è di una versione precedente ({applied}). Il rimedio è flask db upgrade"
        raise click.ClickException(told) from error


class WithTables(AppGroup):
    """Commands that need the tables of this release."""

    def invoke(self, ctx: click.Context) -> Any:
        with tables_named(ctx.ensure_object(ScriptInfo).load_app().extensions["database"]):
            return super().invoke(ctx)
