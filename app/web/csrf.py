# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every change carries a token that only our own pages hand out."""

import secrets

from flask import Flask, session
from flask_wtf.csrf import CSRFProtect

#: Endpoints that prove otherwise that the person wants it: a signed link, or the token of a service account.
OTHERWISE_PROVED = frozenset({"notices.unsubscribe", "programmes.send"})


def register(app: Flask) -> None:
    app.config.update(WTF_CSRF_TIME_LIMIT=None, WTF_CSRF_CHECK_DEFAULT=True, WTF_CSRF_SSL_STRICT=False)
    CSRFProtect(app)
    app.jinja_env.globals.update(said=said, rendering=rendering)


def spare(app: Flask) -> None:
    """Let the endpoints in ``OTHERWISE_PROVED`` pass without a token; after all pages are registered."""
    for endpoint in OTHERWISE_PROVED:
        app.extensions["csrf"].exempt(app.view_functions[endpoint])


def rendering() -> str:
    """A value that no other form ever holds: what comes with it twice comes from one page, not from one opened anew."""
    return secrets.token_urlsafe(9)


def said() -> bool:
    """Whether the page before left something to say; asked first, so that pages for readers set no cookie."""
    return "_flashes" in session
