# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pandoc that is installed with the project: sandboxed, without network or files, within bounds."""

import importlib.util
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from app.errors import Unavailable
from app.files.bounded import Bounds, run
from app.files.refusal import MEGABYTE, FileRefused

BOUNDS = Bounds(seconds=20, memory=768 * MEGABYTE, output=16 * MEGABYTE)
HEAP = "512M"
#: The status of a program made with GHC whose memory is used up.
HEAP_EXHAUSTED = 251


@cache
def program() -> str:
    """Where pandoc stands. Raises ``Unavailable`` where it was not installed."""
    found = importlib.util.find_spec("pypandoc")
    path = Path(found.origin).parent / "files" / "pandoc" if found and found.origin else None
    if path is None or not path.is_file():
        raise Unavailable("pandoc_missing")
    return str(path)


def pandoc(content: bytes, arguments: Sequence[str], bounds: Bounds = BOUNDS) -> bytes:
    """What pandoc makes of some content. Raises ``FileRefused`` or ``Unavailable``."""
    heap = ["+RTS", f"-M{HEAP}", "-RTS"]
    try:
        outcome = run([program(), *heap, "--sandbox", "--quiet", *arguments], content, bounds)
    except OSError as error:
        raise Unavailable("files_unavailable") from error
    if outcome.status < 0 or outcome.status == HEAP_EXHAUSTED:
        raise FileRefused("file_too_complex", "ended")
    if outcome.status != 0:
        raise FileRefused("file_broken", "pandoc")
    return outcome.output
