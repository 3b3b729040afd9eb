# SPDX-License-Identifier: AGPL-3.0-or-later
"""The Whoosh index on disk: written whole, switched in one step, read segment by segment. Only here is Whoosh known."""

import json
import os
import shutil
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from whoosh import index as whoosh_index
from whoosh.analysis import RegexTokenizer
from whoosh.fields import ID, STORED, TEXT, Schema

from app.search.document import SearchDocument, from_stored
from app.search.terms import FIELDS, PAIR, STEM, WORD, of_document

CURRENT = "current"
OPEN_TRIES = 3
LOCK_SECONDS = 30.0
REBUILD_MEGABYTES = 128
MAX_CACHED = 20_000

Ints = NDArray[np.int32]
Floats = NDArray[np.float32]


class IndexDamaged(Exception):
    """The index is missing, unreadable or of another version; a rebuild mends it."""


def _schema() -> Schema:
    analysed = {name: TEXT(analyzer=RegexTokenizer(r"[^ ]+"), phrase=False, stored=False) for name in FIELDS}
    return Schema(identity=ID(unique=True, stored=True), digest=STORED, document=STORED, **analysed)


@contextmanager
def _damage_named() -> Iterator[None]:
    # Damaged files raise nine different exception classes, from struct.error to KeyError.
    try:
        yield
    except IndexDamaged:
        raise
    except Exception as error:
        raise IndexDamaged(f"{type(error).__name__}: {error}") from error


def current_folder(folder: Path) -> Path:
    """Where the index in use stands. Raises ``IndexDamaged`` where there is none."""
    try:
        name = (folder / CURRENT).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise IndexDamaged("no index") from error
    inner = folder / name
    if not name.startswith("v-") or "/" in name or not inner.is_dir():
        raise IndexDamaged("no index")
    return inner


def healthy(folder: Path) -> bool:
    """Whether there is an index that opens."""
    try:
        with _damage_named():
            return bool(whoosh_index.exists_in(str(current_folder(folder))))
    except IndexDamaged:
        return False


def generation(folder: Path) -> tuple[str, ...]:
    """Changes with every commit and every switch; one look at a directory."""
    try:
        inner = current_folder(folder)
        return (inner.name, *sorted(name for name in os.listdir(inner) if name.endswith(".toc")))
    except (IndexDamaged, OSError):
        return ()


def write(folder: Path, additions: Sequence[SearchDocument], removals: Sequence[str]) -> None:
    """Put documents in, take identities out, in one synchronous commit. Raises ``IndexDamaged``."""
    with _damage_named():
        writer = whoosh_index.open_dir(str(current_folder(folder))).writer(timeout=LOCK_SECONDS)
        try:
            for identity in removals:
                writer.delete_by_term("identity", identity)
            for document in additions:
                writer.update_document(**_row(document))
            writer.commit()
        except BaseException:
            writer.cancel()
            raise


def rebuild(folder: Path, documents: Iterable[SearchDocument], progress: Callable[[int], None] | None = None) -> int:
    """Write a whole index beside the one in use, then switch; open readers keep theirs. Answers the count."""
    folder.mkdir(parents=True, exist_ok=True)
    inner = folder / f"v-{int(time.time())}-{uuid.uuid4().hex[:8]}"
    inner.mkdir()
    count = 0
    writer = whoosh_index.create_in(str(inner), _schema()).writer(limitmb=REBUILD_MEGABYTES)
    try:
        for document in documents:
            writer.add_document(**_row(document))
            count += 1
            if progress:
                progress(1)
        writer.commit()
    except BaseException:
        writer.cancel()
        shutil.rmtree(inner, ignore_errors=True)
        raise
    _switch(folder, inner.name)
    return count


def _switch(folder: Path, name: str) -> None:
    old = [path for path in folder.glob("v-*") if path.name != name]
    part = folder / f"{CURRENT}.part"
    with open(part, "w", encoding="ascii") as file:
        file.write(name)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, folder / CURRENT)
    for path in old:
        shutil.rmtree(path, ignore_errors=True)


def _row(document: SearchDocument) -> dict[str, Any]:
    terms = of_document(document)
    return {
        "identity": document.identity,
        "digest": document.digest,
        "document": json.dumps(asdict(document), ensure_ascii=False),
        STEM: " ".join(terms.stems),
        WORD: " ".join(terms.words),
        PAIR: " ".join(terms.pairs),
    }


def digests(folder: Path) -> dict[str, str]:
    """Identity -> digest of every document of the index. Raises ``IndexDamaged``."""
    with _damage_named():
        reader = whoosh_index.open_dir(str(current_folder(folder))).reader()
        try:
            found = [(stored["identity"], stored["digest"]) for _number, stored in reader.iter_docs()]
        finally:
            reader.close()
    if len(found) != len({identity for identity, _digest in found}):
        raise IndexDamaged("a document stands twice")
    return dict(found)


class Part:
    """One immutable segment of the index: who is in it, how long each document is, and its postings on demand.

    It outlives the reader that opened it: a newer reader of the same segment takes its place behind the lock.
    """

    def __init__(self, leaf: Any) -> None:
        self.name = _name(leaf)
        self.lock = threading.Lock()
        self.leaf = leaf
        numbers = range(leaf.doc_count_all())
        self.rows = [_light(leaf.stored_fields(number)) for number in numbers]
        self.lengths = {
            field: np.array([leaf.doc_field_length(number, field) for number in numbers], dtype=np.float32)
            for field in FIELDS
        }
        self._postings: dict[tuple[str, str], tuple[Ints, Floats]] = {}

    def postings(self, field: str, term: str) -> tuple[Ints, Floats]:
        """Numbers of the documents that hold a term, and how often each does. Raises ``IndexDamaged``."""
        found = self._postings.get((field, term))
        if found is None:
            with self.lock, _damage_named():
                found = _decode(self.leaf, field, term)
            if len(self._postings) > MAX_CACHED:
                self._postings.clear()
            self._postings[field, term] = found
        return found

    def document(self, number: int) -> SearchDocument:
        """The whole document, from the disk. Raises ``IndexDamaged``."""
        with self.lock, _damage_named():
            return from_stored(json.loads(self.leaf.stored_fields(number)["document"]))


class Reader:
    """The open index of one generation. Segments that did not change are taken over from the reader before."""

    def __init__(self, folder: Path, before: "Reader | None" = None) -> None:
        known = {part.name: part for part in before.parts} if before else {}
        self.generation = generation(folder)
        with _damage_named():
            self._reader = _open(current_folder(folder))
            leaves = [leaf for leaf, _offset in self._reader.leaf_readers()]
            self.parts = [_taken_over(leaf, known) for leaf in leaves]
            self.live = [_live(leaf) for leaf in leaves]

    def close(self) -> None:
        self._reader.close()

    def frequency(self, field: str, term: str) -> int:
        """Number of documents that hold a term, those deleted since the last merge included."""
        return sum(len(part.postings(field, term)[0]) for part in self.parts)


def _name(leaf: Any) -> str:
    return str(leaf.segment().segment_id())


def _taken_over(leaf: Any, known: dict[str, Part]) -> Part:
    part = known.get(_name(leaf))
    if part is None:
        return Part(leaf)
    with part.lock:
        part.leaf = leaf
    return part


def _live(leaf: Any) -> NDArray[np.bool_]:
    return np.array([not leaf.is_deleted(number) for number in range(leaf.doc_count_all())], dtype=bool)


def _open(folder: Path) -> Any:
    for attempt in range(OPEN_TRIES):
        try:
            return whoosh_index.open_dir(str(folder)).reader()
        except Exception:
            # A commit may remove the files of an old generation between reading its list and opening them.
            if attempt == OPEN_TRIES - 1:
                raise
            time.sleep(0.02)
    raise IndexDamaged("not reached")


def _light(stored: dict[str, Any]) -> dict[str, Any]:
    """What every search needs of a document; its texts stay on disk."""
    row = json.loads(stored["document"])
    kept = ("kind", "slug", "title", "url", "city", "facets", "updated_on", "reused", "title_en")
    return {"identity": stored["identity"], "digest": stored["digest"], **{name: row[name] for name in kept}}


def _decode(leaf: Any, field: str, term: str) -> tuple[Ints, Floats]:
    if (field, term) not in leaf:
        return np.empty(0, np.int32), np.empty(0, np.float32)
    matcher = leaf.postings(field, term)
    numbers, weights = [], []
    while matcher.is_active():
        numbers.append(matcher.id())
        weights.append(matcher.weight())
        matcher.next()
    return np.array(numbers, np.int32), np.array(weights, np.float32)
