# SPDX-License-Identifier: AGPL-3.0-or-later
"""`flask db`: migrations up and down, whether the tables say what the models say, and a whole site from elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError

from app import schema
from app.backup import copying, service
from app.commands.backup import installation, said, tell_missing
from app.commands.group import away
from app.config import ROOT, is_database
from app.db import Database
from app.later import later
from app.search.indexer import Indexer

if TYPE_CHECKING:
    from alembic import command, config, util
else:
    # Ten megabytes, its templates included, that no page and no worker needs.
    command, config, util = (later(f"alembic.{name}") for name in ("command", "config", "util"))

#: How PostgreSQL says that somebody may not do what they ask for.
NOT_ALLOWED = "42501"

database = AppGroup("db", help="Tables and rows of the database.")


def configuration() -> "config.Config":
    """Alembic's settings for the database of this application."""
    store: Database = current_app.extensions["database"]
    settings = config.Config()
    settings.set_main_option("script_location", str(ROOT / "migrations"))
    settings.attributes["engine"] = store.engine.execution_options(writing=True)
    return settings


@contextmanager
def _said() -> Iterator[None]:
    """What Alembic refuses, and a database that is away or of another owner, is told in a line."""
    try:
        yield
    except util.CommandError as error:
        raise click.ClickException(str(error)) from error
    except OperationalError as error:
        raise click.ClickException(away(error)) from error
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", "") != NOT_ALLOWED:
            raise
        told = str(error.orig).partition("\n")[0]
        raise click.ClickException(
            f"l’utente della base di dati non può creare tabelle ({told}): deve esserne il proprietario. "
            "Rimedio, da amministratore di PostgreSQL: ALTER DATABASE nome OWNER TO utente"
        ) from error


def _refuse_newer() -> None:
    """Tables of a newer release are named: Alembic says only that it does not know them."""
    store: Database = current_app.extensions["database"]
    with store.reading() as session:
        applied = schema.applied(session)
    if applied > schema.expected():
        told = f"la base di dati è di una versione più recente ({applied}; questa arriva a {schema.expected()})"
        raise click.ClickException(f"{told}: installare quella, o ripristinare un archivio di prima")


def _refuse_narrow() -> None:
    """In another encoding the first dash that somebody types is an error."""
    store: Database = current_app.extensions["database"]
    with store.reading() as session:
        kept_in = schema.encoding(session)
    if kept_in != "UTF8":
        told = f"la base di dati è in {kept_in}, serve UTF8"
        raise click.ClickException(f"{told}: crearne una con createdb --encoding UTF8 --template template0")


@database.command("upgrade")
@click.argument("target", default="head")
def upgrade(target: str) -> None:
    """Bring the database up to TARGET (default: the newest)."""
    _refuse_newer()
    store: Database = current_app.extensions["database"]
    with _said(), store.alone():
        _refuse_narrow()
        command.upgrade(configuration(), target)
    click.echo("Migrazioni applicate.")


@database.command("downgrade")
@click.argument("target")
def downgrade(target: str) -> None:
    """Bring the database down to TARGET (`base` for an empty one)."""
    with _said():
        command.downgrade(configuration(), target)
    click.echo(f"Database riportato a {target}.")


@database.command("check")
def check() -> None:
    """Fail when the tables and the models differ."""
    with _said():
        command.check(configuration())


@database.command("copy")
@click.option("--from", "address", required=True, metavar="ADDRESS", help="Like TWINMETRO_DATABASE_URL.")
def copy(address: str) -> None:
    """Bring the whole site of the database at ADDRESS into this one, new and of whichever kind, and build the index.

    Accounts, requests, twinnings, journal and all else, as they stand when it begins; everything, or nothing. Uploaded
    files stand in the data folder and stay there. Nobody should be writing: stop the site first.
    """
    if not is_database(address):
        raise click.BadParameter("postgresql+psycopg://user@host/name, o sqlite:/// e un percorso", param_hint="--from")
    source = Database(address)
    try:
        with said(), click.progressbar(length=1, label="Righe", show_percent=True) as bar:

            def step(done: int, of: int) -> None:
                bar.length = of
                bar.update(done - bar.pos)

            copied = copying.copy(source, installation().database, step)
    except DBAPIError as error:
        raise click.ClickException(away(error)) from error
    finally:
        source.close()
    for name, count in sorted(copied.items()):
        click.echo(f"{name}: {count}")
    click.echo(f"{sum(copied.values())} righe di {len(copied)} tabelle copiate, rilette e trovate uguali.")
    tell_missing(service.lost(installation()), "manca nella cartella dei dati")
    indexer: Indexer = current_app.extensions["indexer"]
    with said():
        click.echo(f"{indexer.rebuild()} documenti indicizzati.")
