# SPDX-License-Identifier: AGPL-3.0-or-later
"""A ZIP of strangers, opened within budgets: entries, size, ratio, nesting, encryption, active content."""

import io
import zipfile
import zlib
from dataclasses import dataclass
from typing import IO

from app.files.refusal import MEGABYTE, FileRefused

MAX_ENTRIES = 3_000
MAX_UNPACKED = 200 * MEGABYTE
#: A part may unpack to this many times its size; parts below the floor are let through (empty styles compress well).
MAX_RATIO = 200
RATIO_FLOOR = 2 * MEGABYTE
#: A spreadsheet inside a text is normal; a package inside a package inside a package is not.
MAX_NESTING = 1
CHUNK = 256 * 1024

ZIP_MAGIC = b"PK\x03\x04"
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PROGRAMS = (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"#!")
#: Names of streams inside an OLE file, as they are stored: macros, and files of any kind wrapped as objects.
ACTIVE_STREAMS = tuple(name.encode("utf-16-le") for name in ("_VBA_PROJECT", "\x01Ole10Native", "Macros"))
ACTIVE_PARTS = ("vbaproject.bin", "/activex/", "basic/", "scripts/", "/macrosheets/", "vbadata.xml", "/dialogsheets/")
METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


@dataclass(frozen=True)
class Package:
    """An opened package, all parts of which were read once and are whole."""

    archive: zipfile.ZipFile
    names: frozenset[str]

    def open(self, name: str) -> IO[bytes]:
        return self.archive.open(name)

    def read(self, name: str, limit: int = MEGABYTE) -> bytes:
        """The first bytes of a part, empty where there is none."""
        if name not in self.names:
            return b""
        with self.archive.open(name) as part:
            return part.read(limit)

    def numbered(self, start: str, end: str = ".xml") -> list[str]:
        """Parts called `start`, a number, `end`; in the order of their numbers."""
        numbers = {
            name: int(middle)
            for name in self.names
            if name.startswith(start) and name.endswith(end) and (middle := name[len(start) : -len(end)]).isdecimal()
        }
        return sorted(numbers, key=lambda name: numbers[name])


def open_package(content: bytes, nesting: int = 0) -> Package:
    """Opens and reads through a package. Raises ``FileRefused``."""
    if nesting > MAX_NESTING:
        raise FileRefused("file_bomb", "nesting")
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        parts = archive.infolist()
        _check_budget(parts, len(content))
        for part in parts:
            _check_name(part.filename)
            _read_through(archive, part, nesting)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError) as error:
        raise FileRefused("file_broken", "zip") from error
    return Package(archive, frozenset(part.filename for part in parts))


def _check_budget(parts: list[zipfile.ZipInfo], size: int) -> None:
    if len(parts) > MAX_ENTRIES:
        raise FileRefused("file_bomb", "entries")
    if any(part.flag_bits & 1 for part in parts):
        raise FileRefused("file_encrypted")
    if any(part.compress_type not in METHODS for part in parts):
        raise FileRefused("file_broken", "compression")
    # Parts that lie on top of each other add up to more than the file.
    if sum(part.compress_size for part in parts) > size or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise FileRefused("file_bomb", "size")
    if any(part.file_size > RATIO_FLOOR and part.file_size > MAX_RATIO * part.compress_size for part in parts):
        raise FileRefused("file_bomb", "ratio")
    if len({part.filename.casefold() for part in parts}) < len(parts):
        raise FileRefused("file_broken", "names")


def _check_name(name: str) -> None:
    if name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/"):
        raise FileRefused("file_broken", "names")
    lowered = name.casefold()
    # LibreOffice writes an empty library list of its own accord; code is what stands beside it.
    if any(active in lowered for active in ACTIVE_PARTS) and not lowered.endswith(("/", "-lc.xml", "-lb.xml")):
        raise FileRefused("file_macros", name[:100])


def _read_through(archive: zipfile.ZipFile, part: zipfile.ZipInfo, nesting: int) -> None:
    """Reads a part to its end, so that its checksum is known to be right, and looks at what it is."""
    with archive.open(part) as stream:
        head = stream.read(8)
        if head.startswith(PROGRAMS):
            raise FileRefused("file_macros", part.filename[:100])
        if head.startswith(ZIP_MAGIC):
            open_package(head + stream.read(), nesting + 1)
        elif head == OLE_MAGIC:
            _check_ole(head + stream.read(), part.filename)
        while stream.read(CHUNK):
            pass


def _check_ole(content: bytes, name: str) -> None:
    if any(stream in content for stream in ACTIVE_STREAMS):
        raise FileRefused("file_macros", name[:100])
