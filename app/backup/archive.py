# SPDX-License-Identifier: AGPL-3.0-or-later
"""The archive itself: a compressed tar of plain files, with the checksum of each in its last member."""

import errno
import hashlib
import io
import json
import os
import re
import shutil
import tarfile
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from gzip import GzipFile
from pathlib import Path
from typing import IO, Any

from app.errors import Refused

FORMAT = 1
MANIFEST = "manifest.json"
SQLITE, POSTGRES = "database.sqlite3", "database.dump"
FILES, CONTENT = "files/", "content/"
#: Nothing else is read from an archive, so that none can write outside its folder.
MEMBER = re.compile(r"(database\.(sqlite3|dump)|files/[0-9a-f]{64}|content/solutions/[a-z0-9-]{1,200}\.md)\Z")
CHUNK = 1 << 20
MAX_MANIFEST = 64 << 20
#: How a system says that something has no room any more: nothing is wrong with the archive then.
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
#: What is not whole yet, beside an archive: a name that nobody else gives to something there.
UNFINISHED = ".twinmetro-part-"
#: A command that began it less long ago may still be at work.
GRACE_SECONDS = 24 * 3600


class Unusable(Refused):
    """An archive, or a place for one, that cannot be used; ``detail`` names the part."""

    status = 422

    def __init__(self, key: str, detail: str = "") -> None:
        super().__init__(key)
        self.key, self.detail = key, detail


@dataclass
class Manifest:
    """What an archive says about itself: when it was made, at which tables, and the digest and size of each member."""

    made_at: str
    schema: str
    release: str
    members: dict[str, tuple[str, int]] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)

    @property
    def database(self) -> str:
        return SQLITE if SQLITE in self.members else POSTGRES

    @property
    def digests(self) -> list[str]:
        """The uploaded files it holds."""
        return [name.removeprefix(FILES) for name in self.members if name.startswith(FILES)]

    @property
    def documents(self) -> int:
        return sum(name.startswith(CONTENT) for name in self.members)


class Writer:
    """Adds members and writes down the checksum of each."""

    def __init__(self, tar: tarfile.TarFile, manifest: Manifest) -> None:
        self.tar, self.manifest = tar, manifest

    def add_bytes(self, name: str, content: bytes) -> None:
        self._add(name, io.BytesIO(content), len(content), hashlib.sha256(content).hexdigest())

    def add_file(self, name: str, path: Path) -> None:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            self._add(name, file, path.stat().st_size, digest)

    def _add(self, name: str, file: IO[bytes], size: int, digest: str) -> None:
        self.manifest.members[name] = (digest, size)
        self.tar.addfile(_header(name, size), file)


def _header(name: str, size: int) -> tarfile.TarInfo:
    header = tarfile.TarInfo(name)
    header.size, header.mode = size, 0o600
    return header


@contextmanager
def writing(path: Path, manifest: Manifest) -> Iterator[Writer]:
    """A new archive, which has its name only once it is whole and on the disk; readable by its owner alone."""
    if path.exists():
        raise Unusable("exists", str(path))
    if not path.parent.is_dir():
        raise Unusable("no_folder", str(path.parent))
    _clear_unfinished(path.parent)
    part = path.with_name(f"{UNFINISHED}{path.name}")
    try:
        with open(part, "wb", opener=_private) as file:
            with GzipFile("", "wb", 6, file, mtime=0) as zipped, tarfile.open(fileobj=zipped, mode="w") as tar:
                yield Writer(tar, manifest)
                said = json.dumps({"format": FORMAT, **manifest.__dict__}, indent=1, sort_keys=True).encode()
                tar.addfile(_header(MANIFEST, len(said)), io.BytesIO(said))
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def _clear_unfinished(folder: Path) -> None:
    """Removes what killed commands left beside the archives: it is as large as they are, and holds people."""
    before = time.time() - GRACE_SECONDS
    for left in folder.glob(f"{UNFINISHED}*"):
        # What cannot be removed keeps no archive from being made.
        with suppress(OSError):
            if left.stat().st_mtime <= before:
                shutil.rmtree(left) if left.is_dir() else left.unlink()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def proved(path: Path, folder: Path) -> Manifest:
    """Unpack an archive into an empty folder, every checksum compared. Raises ``Unusable`` for what differs."""
    found: dict[str, tuple[str, int]] = {}
    said: dict[str, Any] | None = None
    try:
        with GzipFile(path) as zipped, tarfile.open(fileobj=zipped, mode="r:") as tar:
            for member in tar:
                content = tar.extractfile(member) if member.isreg() else None
                if content is None:
                    raise Unusable("foreign", member.name)
                if member.name == MANIFEST:
                    said = json.loads(content.read(MAX_MANIFEST))
                else:
                    found[member.name] = _unpack(member.name, content, folder)
            # The checksum of the whole stands at its end, behind what a tar needs.
            while zipped.read(CHUNK):
                pass
    except (OSError, EOFError, tarfile.TarError, zlib.error, ValueError) as error:
        raise _unread(error, folder) from error
    manifest = _manifest(said)
    _compare(manifest, found)
    return manifest


def _unread(error: Exception, folder: Path) -> Unusable:
    if isinstance(error, OSError) and error.errno in FULL:
        return Unusable("no_room", str(folder.parent))
    return Unusable("unreadable", str(error))


def _unpack(name: str, content: IO[bytes], folder: Path) -> tuple[str, int]:
    if not MEMBER.match(name):
        raise Unusable("foreign", name)
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with open(path, "wb", opener=_private) as file:
        while piece := content.read(CHUNK):
            digest.update(piece)
            size += len(piece)
            file.write(piece)
    return digest.hexdigest(), size


def _manifest(said: dict[str, Any] | None) -> Manifest:
    if said is None:
        raise Unusable("cut_short")
    try:
        if said.pop("format") != FORMAT:
            raise Unusable("unknown_format")
        members = {name: (digest, size) for name, (digest, size) in said.pop("members").items()}
        return Manifest(members=members, **said)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise Unusable("unknown_format") from error


def _compare(manifest: Manifest, found: dict[str, tuple[str, int]]) -> None:
    for name in sorted(manifest.members.keys() | found.keys()):
        if manifest.members.get(name) != found.get(name):
            raise Unusable("differs", name)
        if name.startswith(FILES) and found[name][0] != name.removeprefix(FILES):
            raise Unusable("differs", name)
    if manifest.database not in found:
        raise Unusable("differs", manifest.database)
