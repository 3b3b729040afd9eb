# SPDX-License-Identifier: AGPL-3.0-or-later
"""The registers and the pages of a content folder: read with what is wrong, brought in, written back."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy.orm import Session

from app.cities import queries as city_queries
from app.cities import register as cities
from app.cities.service import import_register, overruled
from app.document import datafile
from app.document.model import Document, Problem, located
from app.document.schema import Field, Level
from app.document.shapes import SLUG
from app.operations.queries import decided_here
from app.pages import folder as pages
from app.pages import queries as page_queries
from app.pages.service import import_pages
from app.solutions import folder, queries, rules
from app.solutions import register as themes
from app.solutions.service import import_themes

CITIES, THEMES, VOCABULARY = "cities.yml", "themes.yml", "vocabulary.yml"
TERM = "{term: sportello unico per le attività produttive, acronyms: [SUAP]}"
TERM_FIELDS = (
    Field("term", "text", Level.DRAFT, "sportello unico per le attività produttive", limit=200),
    *(
        Field(name, "texts", Level.NEVER, example, limit=100)
        for name, example in (
            ("acronyms", "[SUAP]"),
            ("synonyms", "[sportello imprese]"),
            ("everyday", "[aprire bottega]"),
            ("related", "[impresa]"),
        )
    ),
    *(
        Field(name, "texts", Level.NEVER, example, limit=100)
        for name, example in (("ambiguous", "[CM]"), ("meanings", "[comune]"), ("en", "[one-stop shop]"))
    ),
)


@dataclass(frozen=True)
class Registers:
    """What the files of a folder say, with the problems of each."""

    cities: datafile.DataFile
    themes: datafile.DataFile
    pages: tuple[pages.PageFile, ...]
    problems: Mapping[Path, tuple[Problem, ...]]

    @property
    def city_slugs(self) -> set[str]:
        return {entry.slug for entry in cities.read(self.cities.data).entries}

    @property
    def theme_slugs(self) -> set[str]:
        return {raw["slug"] for raw in themes.read(self.themes.data).entries}


def read(source: Path) -> Registers:
    """The registers of a folder. Never raises for what a file says."""
    city_file, theme_file = datafile.read(source / CITIES), datafile.read(source / THEMES)
    written = tuple(pages.files(source))
    problems = {
        source / CITIES: _located(city_file, cities.read(city_file.data).problems),
        source / THEMES: _located(theme_file, themes.read(theme_file.data).problems),
        **{found.path: found.problems for found in written},
    }
    if (source / VOCABULARY).exists():
        words = datafile.read(source / VOCABULARY)
        problems[source / VOCABULARY] = _located(words, tuple(_word_problems(words.data)))
    return Registers(city_file, theme_file, written, {path: found for path, found in problems.items() if found})


def _located(file: datafile.DataFile, found: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """What is wrong with its lines; of a file that cannot be read only why."""
    return tuple(_shown(item, file.data) for item in located(file.problems or found, file.lines))


def _shown(problem: Problem, data: Any) -> Problem:
    """The field with the name of its entry: `cities.2.name` of Bari is `bari (cities, voce 2), name`."""
    part, _, rest = problem.field.partition(".")
    number, _, name = rest.partition(".")
    if not number.isdigit():
        return problem
    raw = data[part][int(number) - 1]
    slug = (raw.get("slug") or raw.get("term")) if isinstance(raw, Mapping) else None
    place = f"{slug} ({part}, {number})" if isinstance(slug, str) else f"{part}, {number}"
    return Problem(f"{place}, {name}" if name else place, problem.key, problem.line, problem.detail, problem.example)


def _word_problems(data: Any) -> Iterator[Problem]:
    terms, problems = datafile.listed(data, "terms", TERM)
    yield from problems
    for number, raw in enumerate(terms, 1):
        yield from datafile.entry_problems(TERM_FIELDS, raw, f"terms.{number}")


def bring_in(session: Session, found: Registers) -> dict[str, dict[str, int]]:
    """Everything that is right in the registers and the pages, counted by the name of the file's subject."""
    return {
        "Città ed enti": import_register(session, found.cities.data, decided_here(session)),
        "Temi": import_themes(session, found.themes.data),
        "Pagine": import_pages(session, (item.page for item in found.pages if item.page)),
    }


def left_alone(session: Session, found: Registers) -> list[str]:
    """The bodies that stay as they were decided on the site, where the register says otherwise."""
    return overruled(session, found.cities.data, decided_here(session))


def strangers(document: Document, found: Registers, wrong: Iterable[Problem] = ()) -> tuple[Problem, ...]:
    """Bodies and themes a document names that the registers of its folder do not hold.

    What is ``wrong`` with the document already is left out.
    """
    sound = _sound(document, {problem.field for problem in wrong})
    bodies = {tie.slug for tie in rules.ties(sound)} - found.city_slugs
    unknown = [str(slug) for slug in sound.listed("themes") if slug not in found.theme_slugs]
    return (
        *(Problem("city", "unknown_city", detail=slug, example="bologna") for slug in sorted(bodies)),
        *(Problem("themes", "unknown_theme", detail=slug, example="suap") for slug in unknown),
    )


def _sound(document: Document, wrong: set[str]) -> Document:
    """The document without the fields, and the entries of fields, that are wrong."""
    front = {}
    for name, value in document.front.items():
        if isinstance(value, list):
            entries = enumerate(value, 1)
            front[name] = [entry for number, entry in entries if _is_sound(entry, f"{name}.{number}", name, wrong)]
        elif not _holds(wrong, name):
            front[name] = value
    return replace(document, front=front)


def _is_sound(entry: Any, path: str, name: str, wrong: set[str]) -> bool:
    """Whether an entry is right; where its list is wrong as a whole, whether it can be the name of a body or theme."""
    if name in wrong:
        return isinstance(entry, str) and bool(SLUG.match(entry))
    return not _holds(wrong, path)


def _holds(wrong: set[str], path: str) -> bool:
    return any(field == path or field.startswith(f"{path}.") for field in wrong)


def write(session: Session, source: Path, target: Path) -> tuple[int, list[str]]:
    """Write registers and pages to a folder. Answers how many files changed, and the pages that have no text here.

    The database keeps what the site uses: bodies, themes, and the pages as they look. The vocabulary, the lists beside
    the themes and the text of the pages stand in the content folder, so they are taken from there. A register that
    says there what the database says is taken as it stands, with its comments.
    """
    written = int(folder.write_file(target / CITIES, _cities_text(session, source / CITIES)))
    written += folder.write_file(target / THEMES, _themes_text(session, source / THEMES))
    if (source / VOCABULARY).is_file():
        written += folder.write_file(target / VOCABULARY, _text(source / VOCABULARY))
    texts = {(item.page.name, item.page.language): item for item in pages.files(source) if item.page}
    lost = []
    for page in page_queries.pages(session):
        held = texts.get((page.name, page.language))
        if held is None or held.page is None or held.page.digest != page.digest:
            lost.append(f"{page.name}.{page.language}")
        else:
            written += folder.write_file(target / "pages" / held.path.name, _text(held.path))
    return written, lost


def _cities_text(session: Session, path: Path) -> str:
    bodies = sorted(city_queries.all_bodies(session), key=lambda city: city.slug)
    file = datafile.read(path)
    same = cities.read(file.data)
    if not same.problems and sorted((entry.slug, entry.digest) for entry in same.entries) == [
        (city.slug, city.digest) for city in bodies
    ]:
        return _text(path)
    return _dumped(cities.as_data(bodies))


def _themes_text(session: Session, path: Path) -> str:
    wanted = themes.as_data(queries.themes(session))
    file = datafile.read(path)
    same = themes.read(file.data)
    if not same.problems and [themes.said(raw) for raw in same.entries] == wanted:
        return _text(path)
    beside = {name: value for name, value in file.data.items() if name != "themes"} if same.entries else {}
    more = {raw["slug"]: raw for raw in same.entries}
    return _dumped({"themes": [{**more.get(raw["slug"], {}), **raw} for raw in wanted], **beside})


def _text(path: Path) -> str:
    """A file as it stands, ends of lines included."""
    return path.read_bytes().decode("utf-8")


def _dumped(data: Any) -> str:
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=120)
