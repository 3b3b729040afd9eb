# SPDX-License-Identifier: AGPL-3.0-or-later
"""Typed parts of addresses, and the addresses of a page built once."""

from collections.abc import Callable
from typing import Any

from flask import Flask, has_request_context, request
from werkzeug.routing import BaseConverter

#: More addresses than the fixed parts of all pages hold, few enough for those with typed words.
MOST = 4_000

_request: Callable[[], Any] = request._get_current_object  # type: ignore[attr-defined]


class SlugConverter(BaseConverter):
    """Lower-case letters, digits and hyphens."""

    regex = r"[a-z0-9]+(?:-[a-z0-9]+)*"


def register(app: Flask) -> None:
    app.url_map.converters["slug"] = SlugConverter
    app.jinja_env.globals.update(url_for=_kept(app), to_write=to_write)


def to_write(contact: str) -> str:
    """Where one writes to, as a link has it: a mailbox, or the address of a page."""
    return f"mailto:{contact}" if "@" in contact and "//" not in contact and ":" not in contact else contact


def _kept(app: Flask) -> Callable[..., str]:
    """Flask's ``url_for`` for templates: a page asks it for forty addresses, most of them on every page."""
    known: dict[tuple[object, ...], str] = {}

    def url_for(endpoint: str, /, **values: Any) -> str:
        if "_external" in values or not has_request_context():
            return app.url_for(endpoint, **values)
        key = (_request().environ.get("SCRIPT_NAME", ""), endpoint, *values.items())
        try:
            found = known.get(key)
        except TypeError:
            # A list of values.
            return app.url_for(endpoint, **values)
        if found is None:
            if len(known) >= MOST:
                known.clear()
            found = known[key] = app.url_for(endpoint, **values)
        return found

    return url_for
