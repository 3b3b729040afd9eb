# SPDX-License-Identifier: AGPL-3.0-or-later
"""A group of commands that need the tables of this release."""

from typing import Any

import click
from flask.cli import AppGroup, ScriptInfo
from sqlalchemy.exc import OperationalError, ProgrammingError

from app import schema
from app.db import Database


class WithTables(AppGroup):
    """Where the database is away, or its tables are those of another release, the command says so in a line."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (OperationalError, ProgrammingError) as error:
            database: Database = ctx.ensure_object(ScriptInfo).load_app().extensions["database"]
            with database.reading() as session:
                applied = schema.applied(session)
            if applied == schema.expected():
                raise
            told = f"la base di dati non risponde, o non ha le tabelle di questa versione ({error.orig})"
            raise click.ClickException(f"{told}. Se risponde, il rimedio è flask db upgrade") from error
