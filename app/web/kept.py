# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rendered pages kept in memory, compressed once: what did not change is not rendered again for the next reader."""

import gzip
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from flask import Flask, Response, current_app, request

from app.web.formats import tag
from app.web.languages import alternate_url, current_language, prefixed

#: What kept pages may take in each process: some fifteen hundred of them, compressed.
MOST_BYTES = 8_000_000
MOST_PIECES = 1_000
GZIP_LEVEL = 5


@dataclass(frozen=True)
class KeptPage:
    """One page as nearly everybody takes it: compressed."""

    packed: bytes

    @property
    def plain(self) -> bytes:
        """For the few who do not take it compressed."""
        return gzip.decompress(self.packed)


class KeptPages:
    """The pages asked for last, by a key that changes with whatever they show; threads share it."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        """``most`` is what they may take together, in bytes."""
        self.most = most
        self._held = 0
        self._pages: OrderedDict[Hashable, KeptPage] = OrderedDict()
        self._lock = threading.Lock()

    def page(self, key: Hashable, render: Callable[[], str]) -> KeptPage:
        """The page of a key, rendered where it is not kept yet."""
        with self._lock:
            kept = self._pages.get(key)
            if kept is not None:
                self._pages.move_to_end(key)
                return kept
        kept = KeptPage(gzip.compress(render().encode("utf-8"), GZIP_LEVEL, mtime=0))
        with self._lock:
            before = self._pages.pop(key, None)
            self._pages[key] = kept
            self._held += len(kept.packed) - (len(before.packed) if before else 0)
            while self._held > self.most:
                _key, oldest = self._pages.popitem(last=False)
                self._held -= len(oldest.packed)
        return kept


def register(app: Flask) -> None:
    """Keep nothing yet."""
    app.extensions["kept"] = KeptPages()
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

    def once(self, name: str, macro: Callable[..., str]) -> Callable[..., str]:
        """A macro whose answers are kept: for codes of the library, never for what somebody typed."""
        root = prefixed("")

        def said(*codes: str) -> str:
            key = (root, name, *codes)
            found = self._known.get(key)
            return self._keep(key, macro(*codes)) if found is None else found

        return said

    def _keep(self, key: tuple[str, ...], text: str) -> str:
        if len(self._known) >= MOST_PIECES:
            self._known.clear()
        self._known[key] = text
        return text


def generation() -> tuple[str, ...]:
    """The state of the index: it changes after every change of anything the site shows, within a second."""
    found: tuple[str, ...] = current_app.extensions["engine"].generation()
    return found


def kept(mark: tuple[object, ...], render: Callable[[], str]) -> KeptPage:
    """The page of a mark at this address and this state of the library; without an index nothing is kept."""
    state = generation()
    pages: KeptPages = current_app.extensions["kept"] if state else KeptPages()
    return pages.page((*mark, alternate_url(current_language(), absolute=True), state), render)


def sent(page: KeptPage, *parts: object) -> Response:
    """The answer with a kept page: a browser may keep it and must ask again; ``parts`` tell when it changed."""
    packed = bool(request.accept_encodings["gzip"])
    response = Response(page.packed if packed else page.plain, mimetype="text/html")
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
