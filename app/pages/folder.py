# SPDX-License-Identifier: AGPL-3.0-or-later
"""The files of `content/pages/`: `<name>.<language>.md` with a short front matter."""

from collections.abc import Iterator
from pathlib import Path

import yaml

from app.pages.service import PageText

MARK = "---\n"


def texts(content: Path) -> Iterator[PageText]:
    """The written pages. Raises ``ValueError`` naming the file whose front matter is wrong."""
    for path in sorted((content / "pages").glob("*.*.md")):
        yield read(path)


def read(path: Path) -> PageText:
    name, language = path.stem.rsplit(".", 1)
    _empty, front_text, text = path.read_text(encoding="utf-8").split(MARK, 2)
    front = yaml.safe_load(front_text)
    try:
        title, updated_on = str(front["title"]), str(front["updated_on"])
    except (KeyError, TypeError) as error:
        raise ValueError(f"{path.name}: title and updated_on are needed") from error
    return PageText(name, language, title, str(front.get("summary") or ""), updated_on, text.strip())
