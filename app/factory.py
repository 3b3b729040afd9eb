# SPDX-License-Identifier: AGPL-3.0-or-later
"""Builds the application: settings, database, shared web parts, the list of features and of searchables."""

import os

from flask import Flask
from flask_compress import Compress
from werkzeug.middleware.proxy_fix import ProxyFix

from app import cli
from app.cities import search as city_search
from app.config import Settings, answered_hosts, database_address, prepare_data_folder, read_settings, signing_key
from app.db import Database
from app.pages import search as page_search
from app.pages import views as page_views
from app.search import changes, semantic
from app.search import views as search_views
from app.search.engine import Engine
from app.search.indexer import Indexer, Searchable
from app.solutions import library_views
from app.solutions import search as solution_search
from app.solutions import views as solution_views
from app.web import addresses, assets, errors, formats, gate, headers, kept, languages, logs, release, unit

FEATURES = (
    page_views.pages,
    search_views.search,
    solution_views.solutions,
    library_views.library,
)

SEARCHABLES: tuple[Searchable, ...] = (
    solution_search.SOLUTIONS,
    solution_search.THEMES,
    solution_search.ACTS,
    city_search.CITIES,
    page_search.PAGES,
)


def build(settings: Settings | None = None) -> Flask:
    """The whole application."""
    settings = settings or read_settings()
    prepare_data_folder(settings)
    logs.configure(settings.log_level)
    app = Flask("app", static_folder=None, template_folder="web/templates")
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=signing_key(settings),
        TRUSTED_HOSTS=answered_hosts(settings, os.environ.get("HOST", "")),
    )
    # Brotli costs more than the page itself; level 5 of gzip is within a few bytes of 6 in half the time.
    app.config.update(COMPRESS_ALGORITHM=["gzip"], COMPRESS_LEVEL=5, COMPRESS_MIN_SIZE=700)
    app.jinja_options = {**app.jinja_options, "trim_blocks": True, "lstrip_blocks": True}
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    _add_stores(app, settings)
    for part in (addresses, logs, unit, languages, formats, kept, release, headers, errors):
        part.register(app)
    Compress(app)
    for feature in FEATURES:
        app.register_blueprint(feature)
    gate.refuse_undeclared(app)
    cli.register(app)
    _wrap(app, settings)
    return app


def _add_stores(app: Flask, settings: Settings) -> None:
    changes.listen()
    database = Database(database_address(settings))
    app.extensions["database"] = database
    vocabulary = settings.content_folder / "vocabulary.yml"
    app.extensions["engine"] = Engine(settings.index_folder, vocabulary, _meaning(settings))
    app.extensions["indexer"] = Indexer(database, settings.index_folder, SEARCHABLES)


def _meaning(settings: Settings) -> semantic.Meaning | None:
    encoder = semantic.bundled() if settings.semantic else None
    if settings.semantic and encoder is None:
        logs.log.warning("search by words only", reason="the package of requirements-semantic.txt is not installed")
    return semantic.Meaning(settings.index_folder, encoder) if encoder else None


def _wrap(app: Flask, settings: Settings) -> None:
    app.wsgi_app = languages.LanguagePrefix(app.wsgi_app)  # type: ignore[method-assign]
    assets.register(app)
    if settings.behind_proxy:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]
