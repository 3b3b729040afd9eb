# SPDX-License-Identifier: AGPL-3.0-or-later
"""Addresses of the built front-end files: hashed names from the manifest, served from the root for ever."""

import json
from pathlib import Path
from urllib.parse import quote

from flask import Flask
from whitenoise import WhiteNoise

from app.errors import Misconfigured
from app.web.headers import HEADERS

STATIC = Path(__file__).parent / "static"
DIST = STATIC / "dist"
PREFIX = "static"
#: Blueprints whose pages are read without an account; the others load the styles of work as well.
READING = frozenset({"pages", "search", "solutions", "library"})


class Assets:
    """Reads `dist/manifest.json` once: logical name -> hashed file name."""

    def __init__(self, folder: Path = DIST) -> None:
        path = folder / "manifest.json"
        if not path.exists():
            raise Misconfigured("the front-end files are not built: run `make assets`")
        self.names: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))

    def url(self, name: str) -> str:
        """Address of a built file. Raises ``KeyError`` for a name the build does not know."""
        return f"/{PREFIX}/dist/{quote(self.names[name])}"


def register(app: Flask) -> None:
    assets = Assets()
    app.jinja_env.globals.update(asset=assets.url, reading=READING)
    app.extensions["assets"] = assets
    hashed = {f"/{PREFIX}/dist/{name}" for name in assets.names.values()}
    white_noise = WhiteNoise(
        app.wsgi_app,
        root=STATIC,
        prefix=PREFIX,
        max_age=3600,
        immutable_file_test=lambda _path, url: url in hashed,
        add_headers_function=_add_headers,
    )
    app.wsgi_app = white_noise  # type: ignore[method-assign]


def _add_headers(headers: "dict[str, str]", path: str, _url: str) -> None:
    for name, value in HEADERS.items():
        headers[name] = value
    if Path(path).name.startswith("card-"):
        # What stands beside a link to the site is shown by the pages of others.
        headers["Cross-Origin-Resource-Policy"] = "cross-origin"
