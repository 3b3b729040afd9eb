# SPDX-License-Identifier: AGPL-3.0-or-later
"""One reading session per request, opened when first needed; units of work for writing."""

from contextlib import AbstractContextManager

from flask import Flask, current_app, g, has_request_context, request
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app import rubbish
from app.db import PATIENCE, Database
from app.web.logs import log


def database() -> Database:
    found: Database = current_app.extensions["database"]
    return found


def session() -> Session:
    """The reading session of this request."""
    if "session" not in g:
        g.session = database().reading()
    opened: Session = g.session
    return opened


def work(patience: int = PATIENCE) -> AbstractContextManager[Session]:
    """A unit of work: commits at the end of the ``with`` block, or leaves nothing behind; see `Database.work`."""
    return database().work(patience)


def register(app: Flask) -> None:
    app.teardown_appcontext(_close)


def _end(opened: Session) -> None:
    try:
        opened.close()
    except DBAPIError as error:
        # The database went away after the page was made: who asked has it all the same.
        log.warning("database", exc_info=error)
        opened.invalidate()


def _close(_error: BaseException | None) -> None:
    opened = g.pop("session", None)
    if opened is not None:
        _end(opened)
    # A search asks no database, and leaves as much behind; what was sent may be large, and few things.
    rubbish.look(request.content_length or 0 if has_request_context() else 0)
