# SPDX-License-Identifier: AGPL-3.0-or-later
"""Applications for tests: the routes of a whole site take longer to build than most tests to run."""

from dataclasses import replace
from typing import Any

from flask import Flask

from app import create_app
from app.config import Settings
from app.factory import furnish
from app.web import kept

#: What an application makes of its code alone, whatever its settings and stores.
MADE_OF_CODE = ("plain_templates", "sentences")


class Applications:
    """Hands out applications: one is built for each kind of settings, then given other stores for each test."""

    def __init__(self) -> None:
        self._built: dict[Settings, tuple[Flask, dict[str, Any], dict[str, Any]]] = {}

    def on(self, settings: Settings) -> Flask:
        """An application as new, on the stores of ``settings``; nobody else uses it until the next call."""
        kind = replace(settings, data="", database_url="")
        if kind not in self._built:
            app = create_app(settings)
            self._built[kind] = (app, dict(app.config), dict(app.extensions))
            return app
        app, config, extensions = self._built[kind]
        made = {name: app.extensions[name] for name in MADE_OF_CODE if name in app.extensions}
        app.config.clear()
        app.config.update(config)
        app.extensions.clear()
        app.extensions.update(extensions | made)
        kept.register(app)
        furnish(app, settings)
        return app
