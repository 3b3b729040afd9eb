# SPDX-License-Identifier: AGPL-3.0-or-later
"""Typed parts of addresses."""

from flask import Flask
from werkzeug.routing import BaseConverter


class SlugConverter(BaseConverter):
    """Lower-case letters, digits and hyphens."""

    regex = r"[a-z0-9]+(?:-[a-z0-9]+)*"


def register(app: Flask) -> None:
    app.url_map.converters["slug"] = SlugConverter
