# SPDX-License-Identifier: AGPL-3.0-or-later
"""`flask backup`: one archive of the whole installation, proved, and brought back on an empty folder."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
from flask import current_app

from app import schema
from app.backup import service
from app.backup.archive import Manifest, Unusable
from app.backup.service import Installation
from app.commands.group import WithTables
from app.config import Settings
from app.errors import Unavailable
from app.search.indexer import Indexer
from app.web.release import VERSION

backup = WithTables("backup", help="One archive of the whole installation.")
ARCHIVE = click.argument("archive", type=click.Path(exists=True, dir_okay=False, path_type=Path))
WORDS = {
    "exists": "{} esiste già: indicare un altro nome",
    "unreadable": "l'archivio non si legge: {}",
    "no_room": "non c'è posto per aprire l'archivio: {}",
    "cut_short": "l'archivio è troncato: manca l'elenco delle somme di controllo",
    "unknown_format": "l'archivio non è di un formato che questa versione conosce",
    "foreign": "l'archivio contiene qualcosa che non gli appartiene: {}",
    "differs": "la somma di controllo non corrisponde: {}",
    "database_damaged": "la base di dati dell'archivio è danneggiata: {}",
    "journal_broken": "la riga {} del registro non segue da quella prima",
    "file_missing": "manca un file che la base di dati nomina: {}",
    "not_copied": "la base di dati non si può copiare: {}",
    "not_empty": "si ripristina solo su una cartella e una base di dati vuote: {} non lo è",
    "newer": "l'archivio viene da una versione più recente ({}): aggiornare prima il programma",
    "for_sqlite": "l'archivio viene da SQLite e quella configurata è PostgreSQL: togliere TWINMETRO_DATABASE_URL",
    "for_postgres": "l'archivio viene da PostgreSQL: indicarne una base vuota con TWINMETRO_DATABASE_URL",
    "no_folder": "la cartella {} non c'è: crearla, o indicarne un'altra",
    "no_program": "serve il programma {}, dei client di PostgreSQL, nel percorso di ricerca",
    "program_failed": "non riuscito: {}",
    "no_source": "la base di partenza {} non c'è",
    "source_empty": "la base di partenza è vuota: --from è quella che ha il sito da copiare",
    "source_tables": "la base di partenza è alla migrazione {}, di un'altra versione: prima, lì, flask db upgrade",
    "target_tables": "questa base di dati è alla migrazione {}. Prima della copia: flask db upgrade",
    "not_empty_table": "si copia solo in una base di dati appena creata, dopo flask db upgrade: {} non è vuota",
    "row_refused": "{}. Correggere la riga nella base di partenza e ripetere: in questa non è rimasto niente",
    "copied_otherwise": "{}: le righe scritte non sono quelle lette. In questa base di dati non è rimasto niente",
}


def installation() -> Installation:
    settings: Settings = current_app.config["SETTINGS"]
    return Installation(current_app.extensions["database"], settings.data_folder)


@contextmanager
def said() -> Iterator[None]:
    """What cannot be done is said in a sentence, and the command fails."""
    try:
        yield
    except Unusable as error:
        raise click.ClickException(WORDS[error.key].format(error.detail)) from error
    except Unavailable as error:
        raise click.ClickException("la cartella dei file non si può scrivere") from error
    except OSError as error:
        raise click.ClickException(f"il disco non risponde: {error}") from error


def counts(manifest: Manifest) -> str:
    return f"base di dati ({manifest.schema}), {manifest.documents} soluzioni, {len(manifest.digests)} file caricati"


def tell_missing(missing: Iterable[str], how: str) -> None:
    for digest in missing:
        click.echo(f"{how}: {digest}", err=True)


@backup.command("create")
@click.argument("archive", type=click.Path(dir_okay=False, path_type=Path))
def create(archive: Path) -> None:
    """Write ARCHIVE: database, uploaded files, documents and checksums. The site may go on working."""
    with said():
        manifest = service.create(installation(), archive.resolve(), datetime.now(UTC), VERSION)
    click.echo(f"{archive}: {counts(manifest)}.")
    tell_missing(manifest.missing, "manca sul disco, o è danneggiato")
    if manifest.missing:
        raise SystemExit(1)


@backup.command("verify")
@ARCHIVE
def verify(archive: Path) -> None:
    """Prove every checksum of ARCHIVE, its database, its journal and its files; fail with the first that is wrong."""
    with said():
        manifest = service.verify(archive.resolve())
    click.echo(f"Archivio integro, del {manifest.made_at}: {counts(manifest)}.")


@backup.command("restore")
@ARCHIVE
def restore(archive: Path) -> None:
    """Bring ARCHIVE back into an empty data folder and database, and build the index."""
    kept = installation()
    with said():
        manifest = service.restore(kept, archive.resolve())
    click.echo(f"Ripristinato l'archivio del {manifest.made_at}: {counts(manifest)}.")
    tell_missing(manifest.missing, "non è nell'archivio")
    if manifest.schema != schema.expected():
        click.echo(
            "L'archivio è di una versione precedente. Ora: flask db upgrade, flask content import, flask search ensure."
        )
        return
    indexer: Indexer = current_app.extensions["indexer"]
    with said():
        click.echo(f"{indexer.rebuild()} documenti indicizzati.")
