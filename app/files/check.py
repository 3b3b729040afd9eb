# SPDX-License-Identifier: AGPL-3.0-or-later
"""The door for uploaded files: one call says what a file is or refuses it with a key, another reads its text."""

import hashlib
import json
import sys
from dataclasses import dataclass

from app.errors import Unavailable
from app.files.bounded import Bounds, run
from app.files.kinds import KINDS, Kind
from app.files.refusal import FileRefused, check_size

COMMAND = (sys.executable, "-m", "app.files.extract_process")
#: Tells the process to read the text too.
WORDS = "words"
BOUNDS = Bounds()


@dataclass(frozen=True)
class Checked:
    """A file that may be kept. ``count``: pages, sheets, slides or lines; ``notes``: keys of things worth telling.

    ``text`` is empty where it was not asked for.
    """

    kind: Kind
    digest: str
    size: int
    count: int = 0
    text: str = ""
    truncated: bool = False
    notes: tuple[str, ...] = ()
    width: int = 0
    height: int = 0


def check(content: bytes, bounds: Bounds = BOUNDS) -> Checked:
    """Whether a file may be kept; its text is read later. Raises ``FileRefused``, ``Unavailable``."""
    return _look(content, COMMAND, bounds)


def read(content: bytes, bounds: Bounds = BOUNDS) -> Checked:
    """The same with the text of the file. Raises ``FileRefused``, or ``Unavailable`` where no process can start."""
    return _look(content, (*COMMAND, WORDS), bounds)


def _look(content: bytes, asked: tuple[str, ...], bounds: Bounds) -> Checked:
    """Looks at a file in a process of its own."""
    check_size(len(content))
    try:
        outcome = run(asked, content, bounds)
    except OSError as error:
        raise Unavailable("files_unavailable") from error
    # A process that was ended by the system ran out of memory or processor time.
    if outcome.status < 0 or not outcome.output:
        raise FileRefused("file_too_complex", "ended")
    learnt = json.loads(outcome.output)
    if "refused" in learnt:
        raise FileRefused(learnt["refused"], learnt["detail"])
    return Checked(
        kind=KINDS[learnt["kind"]],
        digest=hashlib.sha256(content).hexdigest(),
        size=len(content),
        count=learnt["count"],
        text=learnt["text"],
        truncated=learnt["truncated"],
        notes=tuple(learnt["notes"]),
        width=learnt["width"],
        height=learnt["height"],
    )
