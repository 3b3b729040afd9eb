# SPDX-License-Identifier: AGPL-3.0-or-later
"""`flask search`: build the index, and prove that it says what the database says."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import click
from flask import current_app

from app.commands.group import WithTables
from app.db import Database
from app.document.dates import today
from app.search.index import IndexDamaged
from app.search.indexer import Indexer
from app.search.queries import most_unmet

#: Searches are kept for less.
MOST_DAYS = 3_660

search = WithTables("search", help="The search index.")


def indexer() -> Indexer:
    found: Indexer = current_app.extensions["indexer"]
    return found


@contextmanager
def machine_trouble() -> Iterator[None]:
    """A full disk or a folder nobody may write to is said in a sentence."""
    try:
        yield
    except OSError as error:
        raise click.ClickException(f"la cartella dell'indice non si può scrivere: {error}") from error


@search.command("rebuild")
def rebuild() -> None:
    """Build the whole index anew; readers keep the old one until the new one is whole."""
    with machine_trouble():
        click.echo(f"{_rebuilt()} documenti indicizzati.")


def _rebuilt() -> int:
    with click.progressbar(length=indexer().count(), label="Indice", show_pos=True) as progress:
        return indexer().rebuild(progress.update)


@search.command("ensure")
def ensure() -> None:
    """Build the index only where it is missing, damaged or out of step."""
    with machine_trouble():
        if indexer().in_step():
            click.echo("Indice già allineato.")
        else:
            click.echo(f"Indice ricostruito: {_rebuilt()} documenti.")


@search.command("check")
def check() -> None:
    """Compare the index with the database; fail when they differ."""
    try:
        with machine_trouble():
            drift = indexer().check()
    except IndexDamaged as error:
        raise click.ClickException(f"l'indice non si legge: {error}. Rimedio: flask search rebuild") from error
    for word, identities in (("manca", drift.missing), ("in più", drift.phantom), ("superato", drift.stale)):
        for identity in identities:
            click.echo(f"{word}: {identity}", err=True)
    if not drift.none:
        raise click.ClickException("indice e base di dati differiscono. Rimedio: flask search rebuild")
    if drift.waiting:
        click.echo(f"{len(drift.waiting)} modifiche in attesa dell'indicizzazione.")
    click.echo("Indice e base di dati coincidono.")


@search.command("unmet")
@click.option("--days", type=click.IntRange(1, MOST_DAYS), default=30, show_default=True, help="How far back to look.")
def unmet(days: int) -> None:
    """List what was searched in vain, the most frequent first."""
    database: Database = current_app.extensions["database"]
    with database.reading() as session:
        for text, count in most_unmet(session, today() - timedelta(days=days), 100):
            click.echo(f"{count:6d}  {text}")
