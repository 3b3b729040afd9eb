# SPDX-License-Identifier: AGPL-3.0-or-later
"""Making, proving and bringing back an archive of the whole installation."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from app import schema
from app.backup import databases
from app.backup.archive import CONTENT, FILES, SQLITE, UNFINISHED, Manifest, Unusable, Writer, proved, writing
from app.db import Database
from app.errors import NotFound, Unavailable
from app.files.store import Store
from app.journal.service import broken
from app.solutions import folder as library
from app.solutions.queries import every_current
from app.twinnings import queries as twinnings
from app.twinnings.models import TwinningFile
from app.writing import queries as writings
from app.writing.models import Attachment

#: What a start makes by itself in an empty data folder.
OF_A_START = frozenset({"secret_key"})


@dataclass(frozen=True)
class Installation:
    """What is kept: the database and the data folder with the uploaded files."""

    database: Database
    folder: Path

    @property
    def files(self) -> Store:
        return Store(self.folder / "files")


def create(kept: Installation, path: Path, now: datetime, release: str) -> Manifest:
    """Write the archive: the database first, then the files it names, so that no row is without its file."""
    manifest = Manifest(now.astimezone(UTC).isoformat(timespec="seconds"), "", release)
    with writing(path, manifest) as archive, _room_beside(path) as room:
        copied = room / databases.name_of(kept.database)
        databases.copy(kept.database, copied)
        archive.add_file(copied.name, copied)
        # The rest is read from the copy where it can be opened, so that both say the same.
        with _opened(copied) if copied.name == SQLITE else nullcontext(kept.database) as database:
            _add_rest(archive, database, kept.files)
    return manifest


def _add_rest(archive: Writer, database: Database, files: Store) -> None:
    with database.reading() as session:
        archive.manifest.schema = schema.applied(session)
        for slug, text in every_current(session):
            archive.add_bytes(f"{CONTENT}{library.FOLDER}/{slug}.md", text.encode())
        named = _named(session)
    for digest in sorted(named):
        try:
            archive.add_bytes(FILES + digest, files.read(digest))
        except (NotFound, Unavailable):
            archive.manifest.missing.append(digest)


def _named(session: Session) -> set[str]:
    """Digests of every uploaded file that a row refers to; an archive of an older release may lack a table of them."""
    there = inspect(session.connection()).has_table
    kinds = ((Attachment, writings.known_digests), (TwinningFile, twinnings.known_digests))
    return {digest for kind, known in kinds if there(kind.__tablename__) for digest in known(session)}


def lost(kept: Installation) -> list[str]:
    """Digests of the uploaded files that the database names and the folder does not hold."""
    with kept.database.reading() as session:
        return kept.files.missing(_named(session))


@contextmanager
def _opened(path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{path}")
    try:
        yield database
    finally:
        database.close()


@contextmanager
def _room_beside(path: Path) -> Iterator[Path]:
    """A folder on the disk that must hold the archive anyway: the system's own may be small."""
    with tempfile.TemporaryDirectory(prefix=UNFINISHED, dir=path.parent) as room:
        yield Path(room)


def verify(path: Path) -> Manifest:
    """Prove every checksum, that the database is whole, and that the journal and the files are those it names."""
    with _room_beside(path) as room:
        manifest, lost = _verified(path, room)
    if lost:
        raise Unusable("file_missing", lost[0])
    return manifest


def _verified(path: Path, room: Path) -> tuple[Manifest, list[str]]:
    """What an archive says, once it is proved, and the files that its database names and it does not speak of."""
    manifest = proved(path, room)
    copied = room / manifest.database
    databases.check(copied)
    if copied.name != SQLITE:
        return manifest, []
    with _opened(copied) as database, database.reading() as session:
        first_broken = broken(session)
        if first_broken is not None:
            raise Unusable("journal_broken", str(first_broken))
        return manifest, sorted(_named(session) - {*manifest.digests, *manifest.missing})


def _refuse_full(kept: Installation) -> None:
    """Raises ``Unusable`` where anything would be overwritten."""
    database = databases.file_of(kept.database) if databases.name_of(kept.database) == SQLITE else None
    if any(item.name not in OF_A_START and item != database for item in kept.folder.iterdir()):
        raise Unusable("not_empty", str(kept.folder))
    if not databases.empty(kept.database):
        raise Unusable("not_empty", str(kept.database.engine.url.database))


def restore(kept: Installation, path: Path) -> Manifest:
    """Bring an archive back. Refuses where anything would be overwritten; the database comes last, and what cannot be
    brought back whole leaves the folder as empty as it was.

    An archive without some file may be the only one there is: it comes back, and what it lacks is among the missing.
    """
    _refuse_full(kept)
    with tempfile.TemporaryDirectory(prefix=".part-", dir=kept.folder) as name:
        room = Path(name)
        manifest, lost = _verified(path, room)
        manifest.missing += lost
        databases.refuse_other_kind(kept.database, manifest.database)
        if manifest.schema > schema.expected():
            raise Unusable("newer", manifest.release)
        try:
            for digest in manifest.digests:
                kept.files.put((room / FILES / digest).read_bytes())
            databases.bring_back(kept.database, room / manifest.database)
        except Exception:
            shutil.rmtree(kept.files.folder, ignore_errors=True)
            raise
    return manifest
