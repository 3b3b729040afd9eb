# SPDX-License-Identifier: AGPL-3.0-or-later
"""`flask content`: check, import and export the library of a folder."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import yaml
from flask import current_app
from flask.cli import AppGroup

from app.cities.service import import_register
from app.config import Settings
from app.db import Database
from app.document.model import Problem, located
from app.pages.folder import texts
from app.pages.service import import_pages
from app.solutions import folder, queries
from app.solutions.service import Imported, Outcome, import_document, import_themes, rerender
from app.web.messages import problem_sentence

content = AppGroup("content", help="The library of a folder: solutions, cities, themes, pages.")

FOLDER = click.argument("path", required=False, type=click.Path(file_okay=False, path_type=Path))
WORDS = {
    Outcome.ADDED: "nuove",
    Outcome.CHANGED: "aggiornate",
    Outcome.UNCHANGED: "invariate",
    Outcome.CONFLICT: "in conflitto",
    Outcome.REFUSED: "rifiutate",
}


def store() -> Database:
    found: Database = current_app.extensions["database"]
    return found


def chosen(path: Path | None) -> Path:
    settings: Settings = current_app.config["SETTINGS"]
    return path or settings.content_folder


@content.command("check")
@FOLDER
def check(path: Path | None) -> None:
    """Say what is wrong in the documents of a folder, changing nothing."""
    entries = list(folder.entries(chosen(path)))
    for entry in entries:
        tell(entry.path, entry.problems)
    wrong = sum(bool(entry.problems) for entry in entries)
    click.echo(f"{len(entries)} documenti controllati, {wrong} con errori.")
    if wrong:
        raise SystemExit(1)


@content.command("import")
@FOLDER
def import_(path: Path | None) -> None:
    """Bring a folder into the database; everything that is right is imported, the rest is named."""
    source = chosen(path)
    _import_registers(source)
    entries = list(folder.entries(source))
    outcomes: Counter[Outcome] = Counter()
    refused: list[tuple[folder.Entry, Imported]] = []
    with click.progressbar(entries, label="Soluzioni", show_pos=True) as progress:
        for entry in progress:
            result = _import_entry(entry)
            outcomes[result.outcome] += 1
            if result.outcome in (Outcome.REFUSED, Outcome.CONFLICT):
                refused.append((entry, result))
    for entry, result in refused:
        tell(entry.path, located(result.problems, entry.lines))
        if result.outcome is Outcome.CONFLICT:
            click.echo(f"{entry.path}: modificata sul sito dopo l'ultima importazione, lasciata com'è", err=True)
    click.echo("Soluzioni: " + ", ".join(f"{outcomes[outcome]} {word}" for outcome, word in WORDS.items()) + ".")
    if outcomes[Outcome.REFUSED]:
        raise SystemExit(1)


def _import_entry(entry: folder.Entry) -> Imported:
    if entry.document is None or entry.problems:
        return Imported(entry.slug, Outcome.REFUSED, entry.problems)
    with store().work() as session:
        return import_document(session, entry.slug, entry.document, datetime.now(UTC))


def _import_registers(source: Path) -> None:
    with store().work() as session:
        counts = {
            "Città ed enti": import_register(session, load(source / "cities.yml")),
            "Temi": import_themes(session, load(source / "themes.yml")),
            "Pagine": import_pages(session, texts(source)),
        }
    for name, count in counts.items():
        click.echo(f"{name}: {count['added']} nuovi, {count['changed']} aggiornati, {count['unchanged']} invariati.")


def load(path: Path) -> Any:
    """A YAML file of the content folder."""
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise click.ClickException(f"{path}: {error}") from error


def tell(path: Path, problems: Iterable[Problem]) -> None:
    """One line per problem: file, line, field, what is wrong, an example of what is right."""
    for item in problems:
        example = f" Esempio: {item.example}" if item.example else ""
        sentence = problem_sentence(item.key, item.detail)
        click.echo(f"{path}:{item.line}: {item.field}: {sentence}.{example}", err=True)


@content.command("render")
def render() -> None:
    """Make the HTML and the columns of every solution anew from its documents, after the renderer changed."""
    with store().reading() as session:
        slugs = [slug for slug, _text in queries.every_current(session)]
    with click.progressbar(slugs, label="Soluzioni", show_pos=True) as progress:
        for slug in progress:
            with store().work() as session:
                solution = queries.by_slug(session, slug)
                for revision in queries.revisions(session, solution) if solution else ():
                    rerender(session, revision, revision.solution)
    click.echo(f"{len(slugs)} soluzioni rigenerate.")


@content.command("export")
@FOLDER
def export(path: Path | None) -> None:
    """Write every solution of the database to a folder, loss-free."""
    target = chosen(path)
    written = 0
    with store().reading() as session:
        every = queries.every_current(session)
        with click.progressbar(every, label="Soluzioni", show_pos=True) as progress:
            for slug, text in progress:
                written += folder.write(target, slug, text)
    click.echo(f"{len(every)} soluzioni esportate in {target}, {written} file scritti.")
