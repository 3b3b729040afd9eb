# SPDX-License-Identifier: AGPL-3.0-or-later
"""`flask db`: migrations up and down, and whether the tables say what the models say."""

import click
from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from flask import current_app
from flask.cli import AppGroup

from app.config import ROOT
from app.db import Database

database = AppGroup("db", help="Migrations of the database.")


def configuration() -> Config:
    """Alembic's settings for the database of this application."""
    store: Database = current_app.extensions["database"]
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["engine"] = store.engine.execution_options(writing=True)
    return config


@database.command("upgrade")
@click.argument("target", default="head")
def upgrade(target: str) -> None:
    """Bring the database up to TARGET (default: the newest)."""
    command.upgrade(configuration(), target)
    click.echo("Migrazioni applicate.")


@database.command("downgrade")
@click.argument("target")
def downgrade(target: str) -> None:
    """Bring the database down to TARGET (`base` for an empty one)."""
    command.downgrade(configuration(), target)
    click.echo(f"Database riportato a {target}.")


@database.command("check")
def check() -> None:
    """Fail when the tables and the models differ."""
    try:
        command.check(configuration())
    except CommandError as error:
        raise click.ClickException(str(error)) from error
