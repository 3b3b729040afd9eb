# SPDX-License-Identifier: AGPL-3.0-or-later
"""A Markdown text, as a draft act, as a Word or OpenDocument text."""

import re
from datetime import UTC, datetime
from io import BytesIO
from typing import Literal
from zipfile import ZipFile

from app.conversion.pandoc import pandoc

#: Where an office file says when it was made, and what pandoc says there.
ABOUT, NO_DAY = frozenset({"docProps/core.xml", "meta.xml"}), b"1970-01-01T00:00:00Z"
Format = Literal["docx", "odt"]
#: What Markdown would take for a mark of its own: anywhere, and at the beginning of a line.
MARK = re.compile(r"[\\`*\[\]<>~]|&(?=#?\w+;)|(?<!\w)_|_(?!\w)")
BEGINNING = re.compile(r"^\d{1,9}(?=[.)](?:\s|$))|^(?=[-+#])")


def as_words(typed: str) -> str:
    """What somebody typed, on one line, as words of a Markdown text: no list, no heading, no stars that vanish."""
    marked = MARK.sub(r"\\\g<0>", " ".join(typed.split()))
    return BEGINNING.sub(lambda found: f"{found[0]}\\", marked)


def text_to_office(text: str, kind: Format, title: str, made_at: datetime, language: str = "it") -> bytes:
    """A plain Markdown text, as a draft act, in an office format. Raises ``FileRefused`` or ``Unavailable``."""
    options = ["-f", "commonmark+smart", "-t", kind, "-o", "-", "--metadata", f"lang={language}"]
    made = pandoc(text.encode("utf-8"), [*options, "--metadata", f"pagetitle={' '.join(title.split())}"])
    return _dated(made, made_at)


def _dated(made: bytes, at: datetime) -> bytes:
    """The file with the day it was made: pandoc in its sandbox knows no clock, and says 1970."""
    day, dated = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").encode(), BytesIO()
    with ZipFile(BytesIO(made)) as before, ZipFile(dated, "w") as after:
        for part in before.infolist():
            content = before.read(part)
            after.writestr(part, content.replace(NO_DAY, day) if part.filename in ABOUT else content)
    return dated.getvalue()
