# SPDX-License-Identifier: AGPL-3.0-or-later
"""Uploaded files as pages hand them over; only pictures are ever shown inside the site."""

from urllib.parse import quote

from flask import Response, current_app

from app.files.store import Store
from app.web.formats import conditional

#: A file is handed over, and could do nothing if it were opened in the site.
HANDED = {"Content-Security-Policy": "sandbox; default-src 'none'", "X-Content-Type-Options": "nosniff"}


def store() -> Store:
    """The folder of uploaded files."""
    return Store(current_app.config["SETTINGS"].data_folder / "files")


def handed(digest: str, mime: str, name: str) -> Response:
    """A stored file as a download under its name. Raises ``NotFound``, ``Unavailable``."""
    return _answer(digest, mime, name, "attachment")


def shown(digest: str, mime: str, name: str) -> Response:
    """A stored picture for the page that shows it. Raises ``NotFound``, ``Unavailable``."""
    return _answer(digest, mime, name, "inline")


def _answer(digest: str, mime: str, name: str, disposition: str) -> Response:
    answer = conditional(Response(store().read(digest), mimetype=mime), digest, name)
    answer.headers["Content-Disposition"] = f"{disposition}; filename*=UTF-8''{quote(name, safe='')}"
    for header, value in HANDED.items():
        answer.headers[header] = value
    return answer
