# SPDX-License-Identifier: AGPL-3.0-or-later
"""Builds the application: settings, database, shared web parts, the list of features and of searchables."""

import os
import threading
from collections.abc import Callable, Mapping

from flask import Flask
from flask_compress import Compress
from werkzeug.middleware.proxy_fix import ProxyFix

from app import cli, rubbish
from app.accounts import chores as account_chores
from app.accounts import (
    identity,
    own_views,
    passkey_views,
    people_views,
    profile_views,
    second_factor_views,
    service_views,
    sso_views,
)
from app.accounts import views as account_views
from app.background import Chore
from app.catalogue import views as catalogue_views
from app.cities import search as city_search
from app.config import Settings, answered_hosts, database_address, read_settings
from app.data_folder import prepare_data_folder, signing_key
from app.db import Database
from app.figures import city_views
from app.figures import views as figure_views
from app.needs import board, board_views, match_views, proposal_views, round_views, weight_views
from app.needs import chores as need_chores
from app.needs import views as need_views
from app.notices import chores as notice_chores
from app.notices import exchange_desk, feed_views
from app.notices import own_data as notice_data
from app.notices import views as notice_views
from app.notices.desk import Section
from app.operations import body_views, metrics_views
from app.operations import chores as operation_chores
from app.operations import search_views as unmet_views
from app.operations import views as operations_views
from app.outbox import chores as outbox_chores
from app.outbox import letters
from app.pages import search as page_search
from app.pages import views as page_views
from app.review import chores as review_chores
from app.review import queue_views, reader_views
from app.review import views as review_views
from app.search import changes, semantic
from app.search import chores as search_chores
from app.search import views as search_views
from app.search.engine import Engine
from app.search.indexer import Indexer, Searchable
from app.solutions import chores as solution_chores
from app.solutions import library_views, nearest_views
from app.solutions import queries as solution_queries
from app.solutions import search as solution_search
from app.solutions import views as solution_views
from app.solutions.models import TRANSFERRING
from app.twinnings import act_views, work_views
from app.twinnings import chores as twinning_chores
from app.twinnings import queries as twinning_queries
from app.twinnings import service as twinning_service
from app.twinnings import views as twinning_views
from app.web import (
    addresses,
    assets,
    counted,
    csrf,
    errors,
    formats,
    gate,
    headers,
    kept,
    languages,
    logs,
    release,
    sent,
    templating,
    unit,
)
from app.writing import chores as writing_chores
from app.writing import draft_views, hint_views, kit_views, programme_views
from app.writing import search as writing_search
from app.writing import views as writing_views

#: What the worker does besides the index, in this order.
CHORES = (
    Chore("notices", 3, notice_chores.distribute),
    Chore("digests", 300, notice_chores.send_digests),
    Chore("searches", 60, notice_chores.look_at_searches),
    Chore("milestones", 3_600, twinning_chores.remind),
    Chore("mail", 5, outbox_chores.send_mail),
    Chore("forget-mail", 3_600, outbox_chores.forget_mail),
    Chore("forget-traces", 3_600, account_chores.forget_traces),
    Chore("files", 2, writing_chores.read_files),
    Chore("forget-searches", 86_400, search_chores.forget_searches),
    Chore("unfinished-files", 86_400, writing_chores.clear_unfinished),
    Chore("proposals", 300, need_chores.follow_proposals),
    Chore("rounds", 5, need_chores.compute_rounds),
    Chore("overdue-requests", 3_600, need_chores.follow_requests),
    Chore("new-solutions", 300, need_chores.meet_new_solutions),
    Chore("facts", 3_600, review_chores.tell_due),
    Chore("evidence", 3_600, review_chores.lower_evidence),
    Chore("reports", 21_600, review_chores.erase_addresses),
    Chore("pages", 2, solution_chores.PreparedPages().prepare),
    Chore("old-pdfs", 86_400, solution_chores.clear_pdfs),
    Chore("chain", 86_400, operation_chores.verify_chain),
)

#: What houses above accounts hold about a person, for their download; and what they remove with an erased one.
OWN_DATA = {
    "preferences": notice_data.preferences,
    "follows": notice_data.follows,
    "notices": notice_data.notices,
    "elsewhere": notice_data.rest,
}
ERASURES = (notice_data.forget,)

#: What other houses put on the desk of a person, beside what is written and reviewed.
DESK_SECTIONS: list[Section] = [exchange_desk.tasks]

#: Pages about one thing of a house above review: its title and language, for who reports an error there.
PAGE_TITLES: Mapping[str, Callable[..., tuple[str, str]]] = {
    "pages.written": page_views.title_of,
    "needs.show": need_views.title_of,
    "matches.show": need_views.title_of,
    "rounds.show": round_views.title_of,
    "twinnings.show": twinning_views.title_of,
    "twinnings.certificate": twinning_views.title_of,
}

#: The columns of the public lists, by the name of each in the catalogue.
TABLES: Mapping[str, tuple[str, ...]] = {
    "soluzioni": search_views.COLUMNS,
    "citta": library_views.CITY_COLUMNS,
    "temi": library_views.THEME_COLUMNS,
    "norme": library_views.ACT_COLUMNS,
    "richieste": (*board.COLUMNS, "url"),
    "abbinamenti": round_views.COLUMNS,
    "gemellaggi": twinning_views.COLUMNS,
    "rete": figure_views.FLOW_COLUMNS,
    "numeri": figure_views.FIGURE_COLUMNS,
}

FEATURES = (
    page_views.pages,
    search_views.search,
    solution_views.solutions,
    library_views.library,
    account_views.accounts,
    profile_views.profile,
    people_views.people,
    second_factor_views.second_factor,
    passkey_views.passkeys,
    sso_views.sso,
    own_views.own,
    service_views.services,
    writing_views.writing,
    draft_views.drafts,
    hint_views.hinting,
    kit_views.kits,
    programme_views.programmes,
    review_views.review,
    queue_views.desk,
    reader_views.reader,
    need_views.needs,
    board_views.boards,
    match_views.matches,
    proposal_views.proposal_pages,
    round_views.round_pages,
    weight_views.weight_pages,
    letters.outbox,
    notice_views.notices,
    feed_views.feeds,
    figure_views.figures,
    city_views.city_pages,
    catalogue_views.catalogue,
    twinning_views.twinnings,
    work_views.workbench,
    act_views.acts,
    operations_views.operations,
    metrics_views.metrics,
    unmet_views.unmet_pages,
    body_views.bodies,
)

SEARCHABLES: tuple[Searchable, ...] = (
    writing_search.SOLUTIONS,
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
    furnish(app, settings)
    # Brotli costs more than the page itself; level 1 of gzip takes half the time of 5 and a sixth more bytes. What is
    # kept is packed once, and better (app/web/kept.py).
    app.config.update(COMPRESS_ALGORITHM=["gzip"], COMPRESS_LEVEL=1, COMPRESS_MIN_SIZE=700)
    templating.prepare(app)
    app.jinja_options = {**app.jinja_options, "trim_blocks": True, "lstrip_blocks": True}
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    for part in (counted, sent, addresses, logs, unit, languages, formats, kept, release, headers, errors):
        part.register(app)
    identity.register(app)
    gate.register(app, identity.actor, identity.confirmed, identity.closed_among)
    csrf.register(app)
    Compress(app)
    for feature in FEATURES:
        app.register_blueprint(feature)
    csrf.spare(app)
    gate.refuse_undeclared(app)
    cli.register(app)
    _wrap(app, settings)
    return app


def furnish(app: Flask, settings: Settings) -> None:
    """Give an application its settings and the stores they name."""
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=signing_key(settings),
        TRUSTED_HOSTS=answered_hosts(settings, os.environ.get("HOST", "")),
    )
    _add_stores(app, settings)


def _add_stores(app: Flask, settings: Settings) -> None:
    rubbish.between_only()
    changes.listen()
    told = {TRANSFERRING: twinning_queries.transferring}
    database = Database(database_address(settings), settings.demonstration, told)
    app.extensions["database"] = database
    app.extensions["engine"] = _engine(settings)
    app.extensions["kept"] = kept.KeptPages(settings.pages_file, f"{release.RELEASE}/{settings.shown}")
    app.extensions["theme_names"] = solution_queries.theme_names
    app.extensions["lines"] = solution_queries.lines
    app.extensions["desk_sections"] = DESK_SECTIONS
    app.extensions["page_titles"] = PAGE_TITLES
    app.extensions["nearest"] = nearest_views.nearest
    app.extensions["begin_twinning"] = twinning_service.begin
    app.extensions["chores"] = CHORES
    app.extensions["tables"] = TABLES
    app.extensions["pictures"] = kit_views.shown_pictures
    app.extensions["own_data"] = OWN_DATA
    app.extensions["erasures"] = ERASURES
    app.extensions["stopping"] = threading.Event()
    app.extensions["indexer"] = Indexer(database, settings.index_folder, SEARCHABLES)


def _engine(settings: Settings) -> Engine:
    vocabulary = settings.content_folder / "vocabulary.yml"
    engine = Engine(settings.index_folder, vocabulary, _meaning(settings))

    def unread(error: Exception) -> None:
        logs.log.warning("search without vocabulary", file=str(vocabulary), reason=str(error))

    engine.unread = unread
    return engine


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
