# SPDX-License-Identifier: AGPL-3.0-or-later
"""The content folder: one Markdown file per solution, read with what is wrong in it, written back whole."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.document.model import Document, Parsed, Problem, located
from app.document.parse import parse
from app.document.shapes import SLUG
from app.document.validate import problems
from app.files.store import write_whole
from app.solutions.rules import level_of

FOLDER = "solutions"
MAX_BYTES = 800_000


@dataclass(frozen=True)
class Entry:
    """One file: its slug, its document where it could be read, and every problem with its line."""

    path: Path
    slug: str
    document: Document | None
    problems: tuple[Problem, ...]
    lines: dict[str, int]


def entries(content: Path) -> Iterator[Entry]:
    """The files of the folder in the order of their names."""
    for path in sorted((content / FOLDER).glob("*.md")):
        yield read(path)


def read(path: Path) -> Entry:
    """One file. Never raises for what a file says; a file that cannot be read is a problem too."""
    parsed = _parsed(path)
    lines = dict(parsed.lines)
    found = list(parsed.problems)
    if not SLUG.match(path.stem):
        found.append(Problem("file name", "not_a_slug", 1, path.stem, "suap-metropolitano-bologna.md"))
    if parsed.document is not None:
        found += problems(parsed.document, level_of(parsed.document))
    return Entry(path, path.stem, parsed.document, located(found, lines), lines)


def _parsed(path: Path) -> Parsed:
    try:
        if path.stat().st_size > MAX_BYTES:
            return Parsed(None, (Problem("document", "document_too_long", 1, str(MAX_BYTES)),))
        return parse(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        return Parsed(None, (Problem("document", "not_utf8", 1),))
    except OSError as error:
        return Parsed(None, (Problem("document", "not_readable", 1, str(error.strerror)),))


def write(content: Path, slug: str, text: str) -> bool:
    """Write one document, whole or not at all. Answers False when the file already said so."""
    return write_file(content / FOLDER / f"{slug}.md", text)


def write_file(path: Path, text: str) -> bool:
    """Write one file of a content folder, whole or not at all. Answers False when it already said so."""
    if path.exists() and path.read_bytes() == text.encode("utf-8"):
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, text.encode("utf-8"))
    return True
