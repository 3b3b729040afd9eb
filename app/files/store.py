# SPDX-License-Identifier: AGPL-3.0-or-later
"""The folder of uploaded files: each under its digest, written whole or not at all, never changed."""

import hashlib
import os
import re
import tempfile
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from app.errors import NotFound, Unavailable

DIGEST = re.compile(r"[0-9a-f]{64}\Z")
#: One that is half-written may belong to a save that is still running.
GRACE_SECONDS = 24 * 3600
UNFINISHED = ".part-"


@dataclass(frozen=True)
class Store:
    """Files by SHA-256, two folders deep: `ab/cd/abcd...`."""

    folder: Path

    def path(self, digest: str) -> Path:
        """Where a file stands. Raises ``NotFound`` for what is no digest."""
        if not DIGEST.match(digest):
            raise NotFound("file")
        return self.folder / digest[:2] / digest[2:4] / digest

    def put(self, content: bytes) -> str:
        """Keeps a file and returns its digest once it is on the disk; the same content twice is one file."""
        digest = hashlib.sha256(content).hexdigest()
        path = self.path(digest)
        if self._holds(path, content):
            return digest
        try:
            self._make_folders(path.parent)
            write_whole(path, content)
        except OSError as error:
            raise Unavailable("files_unavailable") from error
        return digest

    def read(self, digest: str) -> bytes:
        """The content. Raises ``NotFound``, or ``Unavailable`` where the disk changed it."""
        try:
            content = self.path(digest).read_bytes()
        except FileNotFoundError as error:
            raise NotFound("file") from error
        if hashlib.sha256(content).hexdigest() != digest:
            raise Unavailable("file_damaged")
        return content

    def digests(self) -> Iterator[str]:
        """Every file that is kept, in order."""
        yield from (path.name for path in sorted(self.folder.glob("??/??/*")) if DIGEST.match(path.name))

    def missing(self, known: Collection[str]) -> list[str]:
        """Files that something names and that are not here."""
        return sorted(set(known) - set(self.digests()))

    def clear_unfinished(self, grace: float = GRACE_SECONDS) -> int:
        """Removes what killed processes left half-written, and says how many."""
        before = time.time() - grace
        left = [path for path in self.folder.glob(f"??/??/{UNFINISHED}*") if path.stat().st_mtime <= before]
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)

    def _holds(self, path: Path, content: bytes) -> bool:
        return path.is_file() and path.stat().st_size == len(content) and path.read_bytes() == content

    def _make_folders(self, folder: Path) -> None:
        missing = [each for each in (folder, *folder.parents) if not each.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        for each in missing:
            _sync_folder(each.parent)


def write_whole(path: Path, content: bytes) -> None:
    """Writes a file, whole and on the disk or not at all: where that fails nothing is left beside it."""
    handle, name = tempfile.mkstemp(prefix=UNFINISHED, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
