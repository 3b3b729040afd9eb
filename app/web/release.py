# SPDX-License-Identifier: AGPL-3.0-or-later
"""The release that is running, and a mark that changes with every change of pages or front-end files."""

import hashlib
from pathlib import Path

from flask import Flask

VERSION = "0.1.0"
RELEASED_ON = "2026-11-23"
APP = Path(__file__).resolve().parents[1]


def _mark() -> str:
    """Digest of code, templates, translations and the asset manifest: nobody keeps a page of another release."""
    patterns = ("**/*.py", "*/templates/**/*.html", "web/static/dist/manifest.json", "translations/*/LC_MESSAGES/*.mo")
    digest = hashlib.sha256(VERSION.encode())
    for path in sorted(found for pattern in patterns for found in APP.glob(pattern)):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


RELEASE = _mark()


def register(app: Flask) -> None:
    app.jinja_env.globals.update(version=VERSION, released_on=RELEASED_ON)
