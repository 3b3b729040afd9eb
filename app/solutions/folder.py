# SPDX-License-Identifier: AGPL-3.0-or-later
"""The content folder: one Markdown file per solution, read with what is wrong in it, written back whole."""

import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from app.document.model import Document, Parsed, Problem, located
from app.document.parse import parse
from app.document.salvage import Salvaged, salvage
from app.document.shapes import MAX_SLUG, SLUG
from app.document.validate import problems
from app.files.store import write_whole
from app.solutions.rules import level_of

FOLDER = "solutions"
MAX_BYTES = 800_000
EXAMPLE = "suap-metropolitano-bologna.md"
TOO_LONG = Parsed(None, (Problem("document", "document_too_long", 1, str(MAX_BYTES)),))


@dataclass(frozen=True)
class Entry:
    """One file: its slug, its document where it could be read, and every problem with its line.

    ``readable`` is what could be read of it, its document or less.
    """

    path: Path
    slug: str
    document: Document | None
    problems: tuple[Problem, ...]
    lines: Mapping[str, int]
    readable: Document | None


def entries(content: Path) -> Iterator[Entry]:
    """The files of the folder in the order of their names."""
    # Capitals too, as some systems write them: a file passed over would be missed by nobody.
    for path in sorted((content / FOLDER).glob("*.[mM][dD]")):
        yield read(path)


def read(path: Path) -> Entry:
    """One file. Never raises for what a file says; a file that cannot be read is a problem too."""
    name = tuple(_wrong_name(path.stem))
    try:
        text = _text(path)
    except UnicodeDecodeError:
        return _unread(path, Problem("document", "not_utf8", 1), *name)
    except OSError as error:
        return _unread(path, Problem("document", "not_readable", 1, str(error.strerror)), *name)
    parsed = parse(text) if text is not None else TOO_LONG
    if parsed.document is not None:
        found = (*parsed.problems, *name, *problems(parsed.document, level_of(parsed.document)))
        return Entry(path, path.stem, parsed.document, located(found, parsed.lines), parsed.lines, parsed.document)
    if text is None or parsed.problems[0].key == TOO_LONG.problems[0].key:
        return _unread(path, *parsed.problems, *name)
    return _in_part(path, salvage(text), parsed.problems, name)


def _wrong_name(stem: str) -> Iterator[Problem]:
    """The name is the address of the solution, for which a database has so much room."""
    if not SLUG.match(stem):
        yield Problem("file name", "not_a_slug", 1, stem, EXAMPLE)
    elif len(stem) > MAX_SLUG:
        yield Problem("file name", "too_long", 1, str(MAX_SLUG), EXAMPLE)


def _text(path: Path) -> str | None:
    """None where there is more of it than a document may have."""
    return None if path.stat().st_size > MAX_BYTES else path.read_text(encoding="utf-8")


def _unread(path: Path, *found: Problem) -> Entry:
    return Entry(path, path.stem, None, found, {}, None)


def _in_part(path: Path, rest: Salvaged, told: tuple[Problem, ...], name: tuple[Problem, ...]) -> Entry:
    """A file whose fields cannot all be read: why, and what is wrong with the rest."""
    again = {item.key for item in rest.problems}
    first = [item for item in told if item.key not in again]
    wrong = problems(rest.document, level_of(rest.document))
    certain = [item for item in wrong if not (item.key == "missing" and item.field in rest.unread)]
    found = located((*first, *rest.problems, *name, *certain), rest.lines)
    return Entry(path, path.stem, None, found, rest.lines, rest.document)


def write(content: Path, slug: str, text: str) -> bool:
    """Write one document, whole or not at all. Answers False when the file already said so."""
    return write_file(content / FOLDER / f"{slug}.md", text)


def write_file(path: Path, text: str) -> bool:
    """Write one file of a content folder, whole or not at all. Answers False when it already said so.

    One that was there stays where a link leads to it, and for whom it was; a new one, which may be a draft, is its
    owner's alone.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text.encode("utf-8"))
        return True
    if path.read_bytes() == text.encode("utf-8"):
        return False
    there = path.resolve()
    mode = stat.S_IMODE(there.stat().st_mode)
    write_whole(there, text.encode("utf-8"))
    there.chmod(mode)
    return True
