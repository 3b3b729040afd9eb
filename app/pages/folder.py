# SPDX-License-Identifier: AGPL-3.0-or-later
"""The files of `content/pages/`: `<name>.<language>.md` with a short front matter."""

import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from app.pages.service import PageText

FORM = re.compile(r"---\n(.*?)^---$\n?(.*)", re.DOTALL | re.MULTILINE)


def texts(content: Path) -> Iterator[PageText]:
    """The written pages. Raises ``ValueError`` naming the file whose front matter is wrong."""
    for path in sorted((content / "pages").glob("*.*.md")):
        yield read(path)


def read(path: Path) -> PageText:
    """One file. Raises ``ValueError`` with its name where it is wrong."""
    name, language = path.stem.rsplit(".", 1)
    try:
        parts = FORM.match(path.read_text(encoding="utf-8"))
        if parts is None:
            raise ValueError("the file starts with title and updated_on between two lines '---'")
        front = yaml.safe_load(parts[1])
        title, updated_on = str(front["title"]), str(front["updated_on"])
    except (KeyError, TypeError) as error:
        raise ValueError(f"{path.name}: title and updated_on are needed") from error
    except (ValueError, yaml.YAMLError) as error:
        raise ValueError(f"{path.name}: {error}") from error
    return PageText(name, language, title, str(front.get("summary") or ""), updated_on, parts[2].strip())
