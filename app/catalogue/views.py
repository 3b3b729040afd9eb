# SPDX-License-Identifier: AGPL-3.0-or-later
"""The catalogue of open data: a page for people, DCAT for other catalogues, a table."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, Response, current_app, render_template
from flask_babel import force_locale

from app.access import Action
from app.catalogue import queries
from app.catalogue.rules import CATALOGUE, DATASETS, Office, Words, as_dcat, changed_on
from app.config import Settings
from app.document.dates import today
from app.web.addresses import to_write
from app.web.formats import csv_answer, json_answer, words_of
from app.web.gate import permits
from app.web.headings import HEADINGS
from app.web.languages import LANGUAGES, LOCALES, prefixed, site_root
from app.web.unit import session

catalogue = Blueprint("catalogue", __name__, template_folder="templates")

WORDS = "catalogue/_words.html"
COLUMNS = ("slug", "title", "summary", "changed_on", "licence", "csv", "json", "feed", "url")
LICENCE = "CC BY 4.0"
#: What other catalogues ask for when they take JSON-LD.
JSON_LD = "application/ld+json"


@catalogue.get("/catalogo")
@permits(Action.READ_PUBLIC)
def index() -> str:
    changed = changed_on(queries.changed(session()))
    return render_template(
        "catalogue/index.html",
        datasets=DATASETS,
        changed=changed,
        columns=current_app.extensions["tables"],
        headings=HEADINGS,
        office=current_app.config["SETTINGS"].controller,
        today=today(),
        data=_dcat(changed),
    )


@catalogue.get("/catalogo.json")
@permits(Action.READ_PUBLIC)
def as_json() -> Response:
    answer = json_answer(_dcat(changed_on(queries.changed(session()))), indent=1)
    answer.mimetype = JSON_LD
    return answer


@catalogue.get("/catalogo.csv")
@permits(Action.READ_PUBLIC)
def as_csv() -> Response:
    return csv_answer(_rows(), COLUMNS, CATALOGUE)


def _rows() -> list[dict[str, Any]]:
    root, days = site_root(), changed_on(queries.changed(session()))
    title, about = words_of(WORDS, "title"), words_of(WORDS, "about")
    return [
        {
            "slug": item.slug,
            "title": title(item.slug),
            "summary": about(item.slug),
            "changed_on": days[item.slug].isoformat() if item.slug in days else "",
            "licence": LICENCE,
            "csv": f"{root}{prefixed(item.page)}.csv",
            "json": f"{root}{prefixed(item.page)}.json",
            "feed": f"{root}{prefixed(item.feed)}" if item.feed else "",
            "url": f"{root}{prefixed(item.page)}",
        }
        for item in DATASETS
    ]


def _dcat(changed: Mapping[str, date]) -> dict[str, Any]:
    slugs = [CATALOGUE, *(item.slug for item in DATASETS)]
    return as_dcat(site_root(), _office(), {slug: _words(slug) for slug in slugs}, changed)


def _words(slug: str) -> Words:
    """What a list is called in each language of the site."""
    titles, abouts, keywords = {}, {}, {}
    for language in LANGUAGES:
        with force_locale(LOCALES[language]):
            titles[language] = words_of(WORDS, "title")(slug)
            abouts[language] = words_of(WORDS, "about")(slug)
            keywords[language] = words_of(WORDS, "keywords")(slug).split(", ")
    return Words(titles, abouts, keywords)


def _office() -> Office:
    settings: Settings = current_app.config["SETTINGS"]
    return Office(settings.controller or "Twin Metro", to_write(settings.feedback))
