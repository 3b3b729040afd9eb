# SPDX-License-Identifier: AGPL-3.0-or-later
"""The files of `content/pages/`: `<name>.<language>.md` with a short front matter."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.document import datafile
from app.document.model import Problem, located
from app.document.render import MAX_RENDERED, TooComplex, to_html
from app.document.schema import Field, Level
from app.pages.service import PageText
from app.text.typed import CONTROL

FORM = re.compile(r"\ufeff?---[ \t]*\n(.*?)^---[ \t]*$\n?(.*)", re.DOTALL | re.MULTILINE)
NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\.(?:it|en)\Z")
FIELDS = (
    Field("title", "text", Level.DRAFT, "Aiuto", limit=200),
    Field("updated_on", "date", Level.DRAFT, "'2026-11-23'"),
    Field("summary", "text", Level.NEVER, "Come cercare e come leggere una soluzione.", limit=600),
)
HEAD = "title: Aiuto"
MAX_NAME = 80


@dataclass(frozen=True)
class PageFile:
    """One file: the page where it is right, else everything that is wrong in it."""

    path: Path
    page: PageText | None
    problems: tuple[Problem, ...] = ()


def files(content: Path) -> Iterator[PageFile]:
    """The written pages in the order of their names."""
    for path in sorted((content / "pages").glob("*.md")):
        yield read(path)


def texts(content: Path) -> Iterator[PageText]:
    """The written pages that are right."""
    yield from (found.page for found in files(content) if found.page)


def read(path: Path) -> PageFile:
    """One file. Never raises for what a file says."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return PageFile(path, None, (Problem("file", "not_utf8", 1),))
    except OSError as error:
        return PageFile(path, None, (Problem("file", "not_readable", 1, str(error.strerror)),))
    parts = FORM.match(text)
    if parts is None:
        return PageFile(path, None, (Problem("file", "no_page_head", 1, example=HEAD),))
    front = datafile.parsed("\n" + parts[1])
    wrong = [*front.problems, *_problems(path, front, parts[2])]
    if wrong:
        return PageFile(path, None, located(wrong, front.lines))
    return PageFile(path, _page(path, front.data, parts[2]))


def _problems(path: Path, front: datafile.DataFile, body: str) -> Iterator[Problem]:
    if not NAME.match(path.stem) or len(path.stem) > MAX_NAME:
        yield Problem("file name", "not_a_page_name", 1, path.stem[:MAX_NAME], "aiuto.it.md")
    if not front.problems:
        if front.data is None:
            yield Problem("file", "no_page_head", 1, example=HEAD)
        else:
            yield from (_named(item) for item in datafile.entry_problems(FIELDS, front.data, ""))
    control = CONTROL.search(body)
    if control:
        yield Problem("file", "not_readable", 1, f"U+{ord(control[0]):04X}")
        return
    try:
        to_html(body)
    except TooComplex as error:
        yield Problem("document", str(error), 1, str(MAX_RENDERED))


def _named(problem: Problem) -> Problem:
    """A field of the head by its bare name: the file is the entry."""
    return Problem(problem.field.lstrip(".") or "file", problem.key, problem.line, problem.detail, problem.example)


def _page(path: Path, front: dict[str, Any], body: str) -> PageText:
    name, language = path.stem.rsplit(".", 1)
    summary = str(front.get("summary") or "")
    return PageText(name, language, str(front["title"]), summary, str(front["updated_on"]), body.strip())
