# SPDX-License-Identifier: AGPL-3.0-or-later
"""The printable document: made by a process of its own, kept by content, refused clearly where it cannot be made."""

import hashlib
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from app.errors import Unavailable
from app.files.bounded import Bounds, Outcome, run
from app.files.refusal import MEGABYTE, FileRefused
from app.files.store import UNFINISHED, write_whole

BOUNDS = Bounds(seconds=60, memory=768 * MEGABYTE, output=128 * MEGABYTE)
#: How a page to be printed names a picture: by its digest in the folder of uploaded files.
PICTURES = "/immagini-del-kit/"
#: Exit status of `app.solutions.pdf_process` where the system libraries of WeasyPrint are missing.
LIBRARIES_MISSING = 3
COMMAND = (sys.executable, "-m", "app.solutions.pdf_process")
#: So many requests of one process of the site make a PDF or wait, so many seconds, for the one that is being made: the
#: threads of all the others go on showing pages.
PLACES = 3
PATIENCE = 20.0
#: One that is older is made anew for who asks: those of earlier versions and releases nobody asks for.
KEPT_SECONDS = 30 * 24 * 3600
_places = threading.BoundedSemaphore(PLACES)
_one_at_a_time = threading.BoundedSemaphore(1)


def with_pictures(page: str, digests: Mapping[str, str]) -> str:
    """The page with its pictures by their content: another picture makes another PDF."""
    for address, digest in digests.items():
        page = page.replace(f'src="{address}"', f'src="{PICTURES}{digest}"')
    return page


def document(page: str, folder: Path, files: Path) -> bytes:
    """The page as PDF, with pictures out of the folder of uploaded files. Raises ``Unavailable`` with the reason."""
    path = folder / f"{hashlib.sha256(page.encode('utf-8')).hexdigest()}.pdf"
    kept = _kept(path)
    if kept is not None:
        return kept
    with _held(_places, 0), _held(_one_at_a_time, PATIENCE):
        return _kept(path) or _made(page, path, files)


def clear_old(folder: Path, seconds: float = KEPT_SECONDS) -> int:
    """Remove the PDFs made longer ago than that, and what killed processes left half-written. Answers how many."""
    before = time.time() - seconds
    found = [*folder.glob("*.pdf"), *folder.glob(f"{UNFINISHED}*")]
    old = [path for path in found if _made_at(path) <= before]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _made_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        # One that was being written has its name by now: it is new.
        return time.time()


@contextmanager
def _held(places: threading.BoundedSemaphore, seconds: float) -> Iterator[None]:
    if not places.acquire(timeout=seconds):
        raise Unavailable("pdf_busy")
    try:
        yield
    finally:
        places.release()


def _kept(path: Path) -> bytes | None:
    with suppress(FileNotFoundError):
        return path.read_bytes()
    return None


def _made(page: str, path: Path, files: Path) -> bytes:
    outcome = _outcome(page, files)
    if outcome.status == LIBRARIES_MISSING:
        raise Unavailable("pdf_libraries_missing")
    if outcome.status != 0 or not outcome.output.startswith(b"%PDF"):
        raise Unavailable("pdf_failed")
    # Whoever asked has it all the same where the disk is full.
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, outcome.output)
    return outcome.output


def _outcome(page: str, files: Path) -> Outcome:
    try:
        return run([*COMMAND, str(files.resolve())], page.encode("utf-8"), BOUNDS)
    except FileRefused as error:
        raise Unavailable("pdf_too_slow" if error.detail == "time" else "pdf_failed") from error
    except OSError as error:
        raise Unavailable("pdf_failed") from error
