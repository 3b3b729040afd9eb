# SPDX-License-Identifier: AGPL-3.0-or-later
"""The Whoosh index on disk: written whole, switched in one step, never half-read. Only here is Whoosh known."""

import errno
import json
import os
import pickle
import shutil
import time
import uuid
import zlib
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from whoosh import index as whoosh_index
from whoosh.analysis import IDAnalyzer
from whoosh.codec.whoosh3 import W3Codec, W3PerDocReader
from whoosh.fields import COLUMN, ID, STORED, FieldType, Schema
from whoosh.filedb.filestore import FileStorage
from whoosh.formats import Existence, Format
from whoosh.reading import TermNotFound

from app.search import passages
from app.search.document import SearchDocument
from app.search.passages import Passage
from app.search.terms import STEM, WORD, of_document

#: Stands in the name of every folder: an index written by another version of this module, or of the analysis, is not
#: read but rebuilt. Raise it whenever the terms or the schema change.
VERSION = "v16"
CURRENT = "current"
SUMS = "sums.json"
LOCK_SECONDS = 30.0
REBUILD_MEGABYTES = 256
#: What every search needs of a document, stored apart from its texts, which only who is shown brings.
LIGHT = (
    *("kind", "slug", "title", "title_en", "url", "city"),
    *("facets", "updated_on", "reused", "recent", "demonstration"),
)
#: A sum of the bytes of a whole document stands before them.
SUM_BYTES = 4
#: Trouble of the machine, which no rebuild mends.
MACHINE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EMFILE, errno.ENFILE}


class IndexDamaged(Exception):
    """The index is missing, unreadable or of another version; a rebuild mends it."""


class Counted(Existence):  # type: ignore[misc]
    """Postings of already analysed terms: how often each stands in the document, nothing else."""

    def word_values(self, value: Sequence[str], _analyser: object, **_options: object) -> Iterator[tuple[Any, ...]]:
        return ((term, count, float(count), b"") for term, count in Counter(value).items())


class Placed(Format):  # type: ignore[misc]
    """Postings of already analysed terms with their places, four bytes each; an empty term only takes a place."""

    posting_size = -1

    def word_values(self, value: Sequence[str], _analyser: object, **_options: object) -> Iterator[tuple[Any, ...]]:
        places: dict[str, array[int]] = defaultdict(lambda: array("I"))
        for place, term in enumerate(value):
            places[term].append(place)
        places.pop("", None)
        return ((term, len(found), float(len(found)), found.tobytes()) for term, found in places.items())

    def decode_frequency(self, value: bytes) -> int:
        return len(value) // 4

    def decode_weight(self, value: bytes) -> float:
        return float(len(value) // 4)

    def decode_positions(self, value: bytes) -> list[int]:
        return array("I", value).tolist()


class WrittenLengths(W3PerDocReader):  # type: ignore[misc]
    """Reads the lengths of a segment that is being written: asked for at each posting, looked up once."""

    def __init__(self, storage: Any, segment: Any) -> None:
        super().__init__(storage, segment)
        self._known: dict[str, list[int]] = {}

    def doc_field_length(self, number: int, field: str, default: int = 0) -> int:
        known = self._known.get(field)
        if known is None:
            look_up = super().doc_field_length
            known = self._known[field] = [look_up(place, field, default) for place in range(self.doc_count_all())]
        return known[number]


class Codec(W3Codec):  # type: ignore[misc]
    """Whoosh's own, for writing a whole index."""

    def per_document_reader(self, storage: Any, segment: Any) -> WrittenLengths:
        return WrittenLengths(storage, segment)


def _schema() -> Schema:
    stems = FieldType(Placed(), IDAnalyzer(), scorable=True)
    words = FieldType(Counted(), IDAnalyzer(), scorable=True)
    # What Whoosh stores it compresses: unpacking a document takes four times as long as reading it from a column.
    kept = {**dict.fromkeys(("digest", "light", "titled", "asked"), STORED), "whole": COLUMN()}
    return Schema(identity=ID(unique=True, stored=True), **kept, **{STEM: stems, WORD: words})


@contextmanager
def damage_named(passing: frozenset[int] | set[int] = frozenset()) -> Iterator[None]:
    """Whatever goes wrong inside is ``IndexDamaged``; damaged files raise nine classes, from struct.error to KeyError.

    System errors of the numbers ``passing`` go through as they are.
    """
    try:
        yield
    except IndexDamaged:
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno in passing:
            raise
        raise IndexDamaged(f"{type(error).__name__}: {error}") from error


def current_folder(folder: Path) -> Path:
    """Where the index in use stands. Raises ``IndexDamaged`` where there is none."""
    inner = folder / _current_name(os.fspath(folder))
    if not inner.is_dir():
        raise IndexDamaged("no index")
    return inner


def _current_name(folder: str) -> str:
    try:
        with open(f"{folder}/{CURRENT}", encoding="ascii") as file:
            name = file.read(100).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise IndexDamaged("no index") from error
    if not name.startswith(f"{VERSION}-") or "/" in name or "\0" in name:
        raise IndexDamaged("an index of another version")
    return name


def generation(folder: Path) -> tuple[str, ...]:
    """Changes with every commit and every switch; one look at a directory, at every search."""
    outer = os.fspath(folder)
    try:
        name = _current_name(outer)
        return (name, *sorted(entry for entry in os.listdir(f"{outer}/{name}") if entry.endswith(".toc")))
    except (IndexDamaged, OSError):
        return ()


def state(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Names, sizes and times of the files in use: differs once anybody but the indexer has touched them."""
    try:
        with os.scandir(current_folder(folder)) as entries:
            found = [(entry.path, entry.stat().st_size, entry.stat().st_mtime_ns) for entry in entries]
    except (IndexDamaged, OSError):
        return ()
    return tuple(sorted(found))


def write(folder: Path, additions: Sequence[SearchDocument], removals: Sequence[str]) -> None:
    """Put documents in, take identities out, in one synchronous commit. Raises ``IndexDamaged``."""
    with damage_named(MACHINE):
        inner = current_folder(folder)
        _compare_sums(inner, _was_whole)
        writer = whoosh_index.open_dir(str(inner)).writer(timeout=LOCK_SECONDS, codec=Codec(compression=0))
        with _committed(writer):
            for identity in removals:
                writer.delete_by_term("identity", identity)
            for document in additions:
                writer.update_document(**_row(document))
        _settle(inner)


def rebuild(folder: Path, documents: Iterable[SearchDocument], progress: Callable[[int], None] | None = None) -> int:
    """Write a whole index beside the one in use, then switch; open readers keep theirs. Answers the count."""
    folder.mkdir(parents=True, exist_ok=True)
    inner = folder / f"{VERSION}-{int(time.time())}-{uuid.uuid4().hex[:8]}"
    try:
        inner.mkdir()
        count = _fill(inner, documents, progress or (lambda _step: None))
        _settle(inner)
        _switch(folder, inner.name)
    except BaseException:
        shutil.rmtree(inner, ignore_errors=True)
        raise
    return count


def _fill(inner: Path, documents: Iterable[SearchDocument], progress: Callable[[int], None]) -> int:
    # Compressing blocks of mostly one posting takes longer than it saves, when written and when read.
    empty = whoosh_index.create_in(str(inner), _schema())
    writer = empty.writer(limitmb=REBUILD_MEGABYTES, codec=Codec(compression=0))
    count = 0
    with _committed(writer):
        for document in documents:
            writer.add_document(**_row(document))
            count += 1
            progress(1)
    return count


@contextmanager
def _committed(writer: Any) -> Iterator[None]:
    # Without the cancel, a full disk leaves the lock of the writer held in this process for ever.
    try:
        yield
        writer.commit()
    except BaseException:
        if not writer.is_closed:
            writer.cancel()
        raise


def _settle(inner: Path) -> None:
    """Whoosh never asks the disk to keep what it wrote; and a sum of each file shows later whether it did."""
    known = _sums(inner)
    names = [name for name in os.listdir(inner) if name.endswith((".toc", ".seg"))]
    for name in names:
        if name not in known:
            known[name] = _sum(inner / name, durable=True)
    kept = json.dumps({name: known[name] for name in sorted(names)})
    _write_durably(inner / SUMS, kept)


def _sums(inner: Path) -> dict[str, int]:
    try:
        found: dict[str, int] = json.loads((inner / SUMS).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return {}
    return found


def _compare_sums(inner: Path, is_whole: Callable[[str, int, int, int], bool]) -> None:
    """Raises ``IndexDamaged`` where a file is not as it was written."""
    for name, total in _sums(inner).items():
        # A writer killed before it wrote the sums has taken old files away; Whoosh misses what it needs.
        if (path := inner / name).exists():
            found = path.stat()
            if not is_whole(os.fspath(path), total, found.st_size, found.st_mtime_ns):
                raise IndexDamaged(f"{name} is not as it was written")


def _is_whole(path: str, total: int, _size: int, _changed: int) -> bool:
    return _sum(Path(path)) == total


#: Segments never change: each is read through once by a process, however many generations it is part of.
_was_whole = lru_cache(maxsize=256)(_is_whole)


def _sum(path: Path, durable: bool = False) -> int:
    total = 0
    with open(path, "rb") as file:
        if durable:
            os.fsync(file.fileno())
        while chunk := file.read(1 << 20):
            total = zlib.crc32(chunk, total)
    return total


def _write_durably(path: Path, text: str) -> None:
    part = path.with_name(f"{path.name}.part")
    with open(part, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _switch(folder: Path, name: str) -> None:
    _write_durably(folder / CURRENT, name)
    for path in folder.glob("v*-*"):
        if path.name != name:
            shutil.rmtree(path, ignore_errors=True)


def _row(document: SearchDocument) -> dict[str, Any]:
    terms, row = of_document(document), {**vars(document), "facets": dict(document.facets)}
    return {
        "identity": document.identity,
        "digest": document.digest,
        "light": {name: row[name] for name in LIGHT},
        "titled": terms.titled(document.title),
        "asked": array("I", terms.asked(document)).tobytes(),
        "whole": _packed((row, passages.stored(document, terms))),
        STEM: terms.placed,
        WORD: terms.words,
    }


def _packed(whole: tuple[dict[str, Any], passages.Stored]) -> bytes:
    packed = pickle.dumps(whole, pickle.HIGHEST_PROTOCOL)
    return zlib.crc32(packed).to_bytes(SUM_BYTES) + packed


def unpacked(packed: bytes) -> tuple[SearchDocument, Passage]:
    """A whole document from its column, and what a snippet shows of it. Raises ``IndexDamaged``."""
    if zlib.crc32(memoryview(packed)[SUM_BYTES:]) != int.from_bytes(packed[:SUM_BYTES]):
        raise IndexDamaged("a document is not as it was written")
    # The whole index is trusted like code: Whoosh unpickles its own files.
    row, stored = pickle.loads(memoryview(packed)[SUM_BYTES:])  # noqa: S301
    document = SearchDocument(**row)
    return document, passages.from_stored(document, stored)


def postings(leaf: Any, field: str, term: str, placed: bool) -> tuple[list[int], list[Any]]:
    """The documents of a segment that hold a term and, beside each, its places as written or how often it does."""
    numbers: list[int] = []
    values: list[Any] = []
    with suppress(TermNotFound):
        matcher = leaf.postings(field, term)
        value = matcher.value if placed else matcher.weight
        while matcher.is_active():
            numbers.append(matcher.id())
            values.append(value())
            matcher.next()
    return numbers, values


def digests(folder: Path) -> dict[str, str]:
    """Identity -> digest of every document. Raises ``IndexDamaged``, also where a file is not as it was written."""
    with damage_named():
        inner = current_folder(folder)
        _compare_sums(inner, _is_whole)
        reader = whoosh_index.open_dir(str(inner)).reader()
        try:
            found = [(stored["identity"], stored["digest"]) for _number, stored in reader.iter_docs()]
        finally:
            reader.close()
    if len(found) != len({identity for identity, _digest in found}):
        raise IndexDamaged("a document stands twice")
    return dict(found)


def open_reader(folder: Path) -> Any:
    """Whoosh's reader of the index in use. Raises ``IndexDamaged``."""
    named = generation(folder)
    while True:
        if not named:
            # Nobody waits for an index that was never made.
            raise IndexDamaged("there is no index")
        try:
            with damage_named():
                # Before Whoosh reads them: of a damaged length it may ask for more memory than there is.
                _compare_sums(current_folder(folder), _was_whole)
                # Read, not mapped into memory: a mapped file cut short by somebody kills the process that reads it.
                return FileStorage(str(current_folder(folder)), supports_mmap=False).open_index().reader()
        except IndexDamaged:
            # A commit may remove the files of an old generation between reading its list and opening them.
            named, before = generation(folder), named
            if named == before:
                raise
