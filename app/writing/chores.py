# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the worker does for files: reads the text of those of kits, which searches find; clears what was cut off."""

from flask import Flask

from app.config import Settings
from app.db import Database
from app.errors import NotFound, Unavailable
from app.files import check
from app.files.refusal import FileRefused
from app.files.store import Store
from app.web.logs import log
from app.writing import kit, queries

#: Files read in one turn, each within its bounds of time; other chores get theirs before the next.
TURN = 5


def read_files(app: Flask) -> int:
    """Read the files that wait, each kept before the next is begun. Answers how many.

    A worker that is killed has kept what it had read; the file it was at still waits. Raises ``Unavailable`` where no
    process can start to read them.
    """
    database: Database = app.extensions["database"]
    settings: Settings = app.config["SETTINGS"]
    store = Store(settings.data_folder / "files")
    with database.reading() as session:
        waiting = queries.unread_files(session, TURN)
    done = 0
    for number, digest in waiting:
        if app.extensions["stopping"].is_set():
            break
        text = _text_of(store, number, digest)
        with database.work() as session:
            done += kit.keep_text(session, number, text)
    return done


def clear_unfinished(app: Flask) -> int:
    """Remove what killed processes left half-written in the folder of files. Answers how many."""
    settings: Settings = app.config["SETTINGS"]
    return Store(settings.data_folder / "files").clear_unfinished()


def _text_of(store: Store, number: int, digest: str) -> str | None:
    """What a file says, None where it cannot be read."""
    try:
        content = store.read(digest)
    except (NotFound, Unavailable) as error:
        log.warning("file unread", file=number, reason=str(error))
        return None
    try:
        return check.read(content).text
    except FileRefused as error:
        log.warning("file unread", file=number, reason=error.key, detail=error.detail)
        return None
