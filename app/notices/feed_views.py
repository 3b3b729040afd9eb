# SPDX-License-Identifier: AGPL-3.0-or-later
"""Atom feeds of the library, as everybody may read it."""

from collections.abc import Sequence

from flask import Blueprint, Response, render_template, url_for

from app.access import Action
from app.cities import queries as cities
from app.errors import NotFound
from app.solutions import queries as solutions
from app.solutions.models import Solution
from app.solutions.rules import with_below
from app.web.formats import conditional
from app.web.gate import permits
from app.web.languages import current_language, site_root
from app.web.unit import session

feeds = Blueprint("feeds", __name__, template_folder="templates")

ENTRIES = 30


@feeds.get("/feed/soluzioni.atom")
@permits(Action.READ_PUBLIC)
def library() -> Response:
    return _feed("", solutions.published(session(), ENTRIES), url_for("search.browse"))


@feeds.get("/feed/temi/<slug:slug>.atom")
@permits(Action.READ_PUBLIC)
def theme(slug: str) -> Response:
    found = solutions.theme_by_slug(session(), slug)
    if found is None:
        raise NotFound(slug)
    latest = solutions.published(session(), ENTRIES, themes=with_below(slug, solutions.tree(session())))
    name = found.name_en if current_language() == "en" else found.name
    return _feed(name, latest, url_for("library.theme", slug=slug))


@feeds.get("/feed/citta/<slug:slug>.atom")
@permits(Action.READ_PUBLIC)
def city(slug: str) -> Response:
    found = cities.by_slug(session(), slug)
    if found is None:
        raise NotFound(slug)
    latest = solutions.published(session(), ENTRIES, city=slug)
    return _feed(found.name, latest, url_for("library.city", slug=slug))


def _feed(name: str, entries: Sequence[Solution], page: str) -> Response:
    confirmed = solutions.confirmed(session(), entries)
    root = site_root()
    body = render_template(
        "notices/feed.xml", name=name, entries=entries, confirmed=confirmed, page=root + page, root=root
    )
    # By all it says: names of bodies and themes change without any version of a solution.
    return conditional(Response(body, mimetype="application/atom+xml"), body)
