# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rendered pages kept in one file of the data folder, compressed: what did not change is not rendered again.

All processes of a machine share the file. It holds nothing that cannot be made anew, so trouble with it is never an
error: a page is then rendered for whoever asks.
"""

import gzip
import os
import sqlite3
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from flask import Flask, Response, current_app, request

from app.web import gate
from app.web.csrf import said
from app.web.formats import tag
from app.web.languages import alternate_url, current_language, prefixed
from app.web.logs import log

#: What the file may grow to; beyond it the pages written longest ago go.
MOST_BYTES = 500_000_000
#: Pages that go at once.
FEWER = 500
MOST_PIECES = 1_000
Found = TypeVar("Found")
GZIP_LEVEL = 5
#: What zlib is told to write in the format of gzip.
GZIP_FORMAT = 31
#: A page as text, or piece by piece where it has megabytes: those never stand in memory together.
Rendered = str | Iterator[str]
#: How long a page waits for another process that writes one, in seconds; then it is not kept.
PATIENCE = 0.2
#: Synced at checkpoints only: the newest pages may be lost with the power, none is half written.
PREPARED = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=NORMAL",
    "PRAGMA cache_size=-200",
    "CREATE TABLE IF NOT EXISTS pages (address TEXT PRIMARY KEY, mark TEXT NOT NULL, packed BLOB NOT NULL)",
)


@dataclass(frozen=True)
class KeptPage:
    """One page as nearly everybody takes it: compressed."""

    packed: bytes

    @property
    def plain(self) -> bytes:
        """For the few who do not take it compressed."""
        return gzip.decompress(self.packed)


def pack(rendered: Rendered) -> KeptPage:
    packer = zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, GZIP_FORMAT)
    pieces = (rendered,) if isinstance(rendered, str) else rendered
    packed = b"".join(packer.compress(piece.encode("utf-8")) for piece in pieces)
    return KeptPage(packed + packer.flush())


class KeptPages:
    """The last page of each address, under a mark that changes with whatever the page shows; threads share it."""

    def __init__(self, file: Path, site: str = "", most: int = MOST_BYTES) -> None:
        """``site`` tells releases and settings apart, ``most`` is what the file may grow to, in bytes.

        The file is made when the first page is kept.
        """
        self.file = file
        self.site = site
        self.most = most
        self._lock = threading.Lock()
        self._opened: tuple[int, sqlite3.Connection] | None = None

    def mark(self, *parts: object) -> str:
        """The mark of a page that shows these states of things."""
        return tag(self.site, *parts)

    def page(self, address: str, mark: str, render: Callable[[], Rendered]) -> KeptPage:
        """The page of an address, rendered where it is not kept in the state of this mark."""
        known = self._tried(lambda pages: _read(pages, address, mark))
        return KeptPage(known) if known is not None else self.keep(address, mark, render())

    def keep(self, address: str, mark: str, html: Rendered) -> KeptPage:
        """Keep a page in the place of the one this address had."""
        made = pack(html)
        self._tried(lambda pages: self._write(pages, address, mark, made.packed))
        return made

    def marks(self) -> dict[str, str]:
        """The mark of each address that has a page."""
        found = self._tried(lambda pages: dict(pages.execute("SELECT address, mark FROM pages").fetchall()))
        return found or {}

    def forget(self, addresses: Iterable[str]) -> None:
        """Keep no page of these addresses."""
        rows = [(address,) for address in addresses]
        if rows:
            self._tried(lambda pages: pages.executemany("DELETE FROM pages WHERE address = ?", rows))

    def rest(self) -> None:
        """Close the file, as before a fork; whoever asks next opens it."""
        with self._lock:
            self._close()

    def _tried(self, ask: Callable[[sqlite3.Connection], Found]) -> Found | None:
        """What the file answers; None where it is damaged, locked for long, or cannot be written."""
        with self._lock:
            try:
                return ask(self._connection())
            except sqlite3.OperationalError as error:
                log.warning("kept pages", error=str(error))
            except sqlite3.DatabaseError as error:
                log.warning("kept pages", error=str(error), remedy="made anew")
                self._discard()
        return None

    def _connection(self) -> sqlite3.Connection:
        # A connection is no use across a fork.
        if self._opened is None or self._opened[0] != os.getpid():
            made = sqlite3.connect(self.file, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
            try:
                for statement in PREPARED:
                    made.execute(statement)
            except sqlite3.Error:
                # Without its table it would be of no use to anybody who asks after this.
                made.close()
                raise
            self._opened = os.getpid(), made
        return self._opened[1]

    def _close(self) -> None:
        if self._opened is not None:
            self._opened[1].close()
            self._opened = None

    def _discard(self) -> None:
        self._close()
        for ending in ("", "-wal", "-shm"):
            self.file.with_name(self.file.name + ending).unlink(missing_ok=True)

    def _write(self, pages: sqlite3.Connection, address: str, mark: str, packed: bytes) -> None:
        pages.execute("INSERT OR REPLACE INTO pages VALUES (?, ?, ?)", (address, mark, packed))
        if _size(pages) > self.most:
            pages.execute("DELETE FROM pages WHERE rowid IN (SELECT rowid FROM pages ORDER BY rowid LIMIT ?)", (FEWER,))


def _read(pages: sqlite3.Connection, address: str, mark: str) -> bytes | None:
    row = pages.execute("SELECT packed FROM pages WHERE address = ? AND mark = ?", (address, mark)).fetchone()
    return None if row is None else bytes(row[0])


def _size(pages: sqlite3.Connection) -> int:
    """Bytes of the file that hold something."""
    (every,), (free,), (each,) = (
        pages.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "freelist_count", "page_size")
    )
    return int((every - free) * each)


def register(app: Flask) -> None:
    """Keep nothing yet."""
    pieces = Pieces()
    app.jinja_env.globals.update(piece=pieces.piece, once=pieces.once)


class Pieces:
    """Parts of pages that nothing but the language changes."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, ...], str] = {}

    def piece(self, name: str, *codes: str, caller: Callable[[], str]) -> str:
        """The part of a name, and of codes that tell its kinds apart: `{% call piece("name") %}`."""
        key = (prefixed(""), name, *codes)
        found = self._known.get(key)
        return self._keep(key, caller()) if found is None else found

    def once(self, name: str, macro: Callable[..., str]) -> "Answers":
        """A macro whose answers are kept: for codes of the library, never for what somebody typed."""
        return Answers(self, (prefixed(""), name), macro)

    def answer(self, key: tuple[str, ...], macro: Callable[..., str], codes: tuple[str, ...]) -> str:
        found = self._known.get(key)
        return self._keep(key, macro(*codes)) if found is None else found

    def _keep(self, key: tuple[str, ...], text: str) -> str:
        if len(self._known) >= MOST_PIECES:
            self._known.clear()
        self._known[key] = text
        return text


class Answers:
    """The answers of a macro by its codes, `status_of[code]`: looked up, not called, which takes a template longer."""

    def __init__(self, pieces: Pieces, named: tuple[str, ...], macro: Callable[..., str]) -> None:
        self._pieces, self._named, self._macro = pieces, named, macro

    def __getitem__(self, codes: str | tuple[str, ...]) -> str:
        given = codes if isinstance(codes, tuple) else (codes,)
        return self._pieces.answer((*self._named, *given), self._macro, given)


def personal() -> bool:
    """Whether the page is for one reader alone: who has an account, or whom the page before left something to say."""
    return gate.actor().known or said()


def generation() -> tuple[str, ...]:
    """The state of the index: it changes after every change of anything the site shows, within a second."""
    found: tuple[str, ...] = current_app.extensions["engine"].generation()
    return found


def kept(mark: tuple[object, ...], render: Callable[[], Rendered], address: str = "") -> KeptPage:
    """The page of this address in the state of a mark. With a question in the address, which anybody may vary
    without end, it is made for this reader alone; ``address`` is the one of a page that no question changes."""
    if request.query_string and not address:
        return pack(render())
    pages: KeptPages = current_app.extensions["kept"]
    return pages.page(address or alternate_url(current_language(), absolute=True), pages.mark(*mark), render)


def sent(page: KeptPage, *parts: object, mimetype: str = "text/html") -> Response:
    """The answer with a kept page: a browser may keep it and must ask again; ``parts`` tell when it changed."""
    packed = bool(request.accept_encodings["gzip"])
    response = Response(page.packed if packed else page.plain, mimetype=mimetype)
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding, Cookie"
    response.set_etag(tag(*parts) + (":gzip" if packed else ""))
    response.cache_control.no_cache = True
    return response


def unkept(html: str) -> Response:
    """The answer with a page made for one person: nobody keeps it."""
    response = Response(html, mimetype="text/html")
    response.cache_control.private = True
    response.cache_control.no_store = True
    return response
