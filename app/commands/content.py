# SPDX-License-Identifier: AGPL-3.0-or-later
"""`flask content`: check, import and export the library of a folder."""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click
from flask import current_app
from sqlalchemy.exc import DBAPIError

from app.commands import registers
from app.commands.group import WithTables
from app.config import ROOT, Settings
from app.db import Database
from app.document.model import Problem, located
from app.document.render import TooComplex
from app.errors import NotFound
from app.solutions import folder, queries
from app.solutions.rules import is_made_up, source_of, wrong_source
from app.solutions.service import Imported, Outcome, import_document, rerender, unrenderable
from app.solutions.variant_queries import in_force
from app.web.messages import problem_sentence
from app.writing import queries as writing
from app.writing.service import unsaved

content = WithTables("content", help="The library of a folder: solutions, cities, themes, pages.")

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
    """Say what is wrong in the registers, pages and documents of a folder, changing nothing."""
    source = _present(chosen(path))
    found = registers.read(source)
    _tell_registers(found)
    entries = list(folder.entries(source))
    sources = _published(entries) | _in_library(entries)
    wrong = 0
    for entry in entries:
        problems = _problems(entry, found, sources)
        tell(entry.path, problems)
        wrong += bool(problems)
    click.echo(f"{len(entries)} documenti controllati, {wrong} con errori.")
    click.echo(f"{len(found.pages)} pagine e i registri controllati, {len(found.problems)} file con errori.")
    if wrong or found.problems:
        raise SystemExit(1)


def _published(entries: Iterable[folder.Entry]) -> frozenset[str]:
    """Addresses of the documents of a folder that are published: what variants may be variants of."""
    return frozenset(entry.slug for entry in entries if entry.readable and entry.readable.known("badge"))


def _in_library(entries: Iterable[folder.Entry]) -> frozenset[str]:
    """Sources of variants that the database has, none where there is no database yet."""
    named = {source_of(entry.readable) for entry in entries if entry.readable}
    try:
        with store().reading() as session:
            return in_force(session, named - {""})
    except DBAPIError:
        return frozenset()


def _problems(entry: folder.Entry, found: registers.Registers, sources: Collection[str]) -> tuple[Problem, ...]:
    """Everything wrong with one document: with its text, what it names, and whether a page can be made of it."""
    if entry.readable is None:
        return entry.problems
    more = [
        *registers.strangers(entry.readable, found, entry.problems),
        *wrong_source(entry.readable, entry.slug, sources),
        *unrenderable(entry.slug, entry.readable),
    ]
    told = {item.key for item in entry.problems}
    new = [item for item in more if not (item.field == "document" and item.key in told)]
    return tuple(sorted((*entry.problems, *located(new, entry.lines)), key=lambda item: item.line))


@content.command("import")
@FOLDER
def import_(path: Path | None) -> None:
    """Bring a folder into the database; everything that is right is imported, the rest is named."""
    source = _present(chosen(path))
    with store().alone():
        known = _every_slug()
        problems = _import_registers(source)
        refused = _import_solutions(source)
        _follow_renderer(known)
    if refused or problems:
        click.echo("Importazione incompleta: quello che è segnato qui sopra non è nel sito.", err=True)
        raise SystemExit(1)


def _present(source: Path) -> Path:
    if not source.is_dir():
        raise click.ClickException(f"{source}: la cartella non c'è. Esempio: flask content check content")
    return source


def _import_solutions(source: Path) -> int:
    """Import the documents, tell what became of each. Answers how many were refused."""
    entries = list(folder.entries(source))
    outcomes: Counter[Outcome] = Counter()
    refused: list[tuple[folder.Entry, Imported]] = []
    # One moment for all: what is brought in together has no order of its own.
    now, beside = datetime.now(UTC), _published(entry for entry in entries if not entry.problems)
    with click.progressbar(entries, label="Soluzioni", show_pos=True) as progress:
        for entry in progress:
            result = _import_entry(entry, now, beside)
            outcomes[result.outcome] += 1
            if result.outcome in (Outcome.REFUSED, Outcome.CONFLICT):
                refused.append((entry, result))
    for entry, result in refused:
        tell(entry.path, located(result.problems, entry.lines))
        if result.outcome is Outcome.CONFLICT:
            click.echo(f"{entry.path}: modificata sul sito dopo l'ultima importazione, lasciata com'è", err=True)
    click.echo("Soluzioni: " + ", ".join(f"{outcomes[outcome]} {word}" for outcome, word in WORDS.items()) + ".")
    return outcomes[Outcome.REFUSED]


def _import_entry(entry: folder.Entry, now: datetime, beside: Collection[str]) -> Imported:
    if entry.document is None or entry.problems:
        return Imported(entry.slug, Outcome.REFUSED, entry.problems)
    with store().work() as session:
        return import_document(session, entry.slug, entry.document, now, beside)


def _import_registers(source: Path) -> int:
    """Import registers and pages, tell what is wrong in them. Answers how many files have something wrong."""
    found = registers.read(source)
    with store().work() as session:
        left = registers.left_alone(session, found)
        counts = registers.bring_in(session, found)
    _tell_registers(found)
    for slug in left:
        click.echo(f"{source / registers.CITIES}: {slug}: corretto o chiuso sul sito, resta come deciso lì", err=True)
    for name, count in counts.items():
        click.echo(f"{name}: {count['added']} nuovi, {count['changed']} aggiornati, {count['unchanged']} invariati.")
    return len(found.problems)


def _tell_registers(found: registers.Registers) -> None:
    for path, problems in found.problems.items():
        tell(path, problems)


def tell(path: Path, problems: Iterable[Problem]) -> None:
    """One line per problem: file, line, field, what is wrong, an example of what is right."""
    for item in problems:
        example = f" Esempio: {item.example}" if item.example else ""
        sentence = problem_sentence(item.key, item.detail)
        click.echo(f"{path}:{item.line}: {item.field}: {sentence}.{example}", err=True)


@content.command("render")
def render() -> None:
    """Make the HTML and the columns of every solution anew from its documents, after the renderer changed."""
    _render(_every_slug())


def _every_slug() -> list[str]:
    with store().reading() as session:
        return [slug for slug, _text in queries.every_current(session)]


def _follow_renderer(slugs: Sequence[str]) -> None:
    """Make anew what stood there before, where another renderer than this release's made it."""
    settings: Settings = current_app.config["SETTINGS"]
    made_by, renderer = settings.data_folder / "renderer", _renderer()
    if slugs and not (made_by.exists() and made_by.read_text(encoding="utf-8") == renderer):
        _render(slugs)
    folder.write_file(made_by, renderer)


def _renderer() -> str:
    """Differs whenever a stored page might be made otherwise: a digest of what makes one of a document."""
    made_of = sorted(path for name in ("document", "text") for path in (ROOT / "app" / name).glob("*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in made_of)).hexdigest()


def _render(slugs: Sequence[str]) -> None:
    left: dict[str, list[int]] = {}
    with click.progressbar(slugs, label="Pagine", show_pos=True) as progress:
        for slug in progress:
            numbers = _rerender(slug)
            if numbers:
                left[slug] = numbers
    for slug, numbers in left.items():
        for number in numbers:
            told = "il testo non si può più comporre, la pagina resta com'è; `flask content render` riprova"
            click.echo(f"{slug}, versione {number}: {told}", err=True)
    click.echo(f"{len(slugs) - len(left)} soluzioni rigenerate.")


def _rerender(slug: str) -> list[int]:
    """Make every version of a solution anew. Answers the numbers of those that stay as they are, the others do not."""
    left = []
    with store().work() as session:
        found = queries.by_slug(session, slug)
        solution = queries.locked(session, found.id) if found else None
        for revision in queries.every_revision(session, solution) if solution else ():
            try:
                rerender(session, revision, revision.solution)
            except (NotFound, TooComplex):
                left.append(revision.number)
    return left


@content.command("export")
@FOLDER
def export(path: Path | None) -> None:
    """Write the texts of the library of the database to a folder, loss-free: solutions, registers, pages.

    Files of kits and pictures stay where they are and are named. Archived solutions are left out (a folder cannot say
    that they are), and so are demonstration ones.
    """
    settings: Settings = current_app.config["SETTINGS"]
    target = chosen(path)
    written = 0
    with store().reading() as session:
        found, archived = queries.every_current(session), queries.archived(session)
        real = [(slug, text) for slug, text in found if not is_made_up(slug, text)]
        every = [(slug, text) for slug, text in real if slug not in archived]
        kits = writing.kits(session)
        typed = [one.slug for one in writing.with_working_copy(session) if unsaved(session, one)]
        try:
            with click.progressbar(every, label="Soluzioni", show_pos=True) as progress:
                for slug, text in progress:
                    written += folder.write(target, slug, text)
            more, lost = registers.write(session, settings.content_folder, target)
        except OSError as error:
            raise click.ClickException(f"{target}: esportazione interrotta ({error.strerror}).") from None
    click.echo(f"{len(every)} soluzioni esportate in {target}, {written} file scritti; registri e pagine: {more}.")
    if len(real) < len(found):
        click.echo(f"Soluzioni dimostrative lasciate fuori: {len(found) - len(real)}.")
    if len(every) < len(real):
        left = ", ".join(slug for slug, _text in real if slug in archived)
        click.echo(f"Soluzioni archiviate lasciate fuori: {len(real) - len(every)} ({left}).")
    if lacking := [slug for slug, _text in every if slug in typed]:
        told = "Soluzioni con parole che nessuna versione tiene ancora, e che la cartella non contiene"
        click.echo(f"{told}: {len(lacking)} ({', '.join(lacking)}).")
    _tell_kits({slug: kits[slug] for slug, _text in every if slug in kits})
    for name in lost:
        click.echo(f"{name}: il testo della pagina non è in {settings.content_folder}, non esportata", err=True)
    if lost:
        raise SystemExit(1)


def _tell_kits(kits: Mapping[str, Sequence[str]]) -> None:
    """Name what the documents have that the folder does not hold."""
    for slug, names in kits.items():
        click.echo(f"{slug}: non sono nella cartella {', '.join(names)}")
    if kits:
        files = sum(len(names) for names in kits.values())
        click.echo(
            f"Soluzioni con file del kit o immagini che la cartella non contiene: {len(kits)} ({files} file). "
            "Sono nell'archivio di `flask backup create`."
        )
