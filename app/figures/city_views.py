# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a body asks for and gives, on its page; its report of a year, to be printed."""

from datetime import UTC, datetime

from flask import Blueprint, render_template, request

from app.access import Action
from app.cities import queries as cities
from app.cities.models import City
from app.document.dates import today
from app.errors import NotFound
from app.figures import city as exchanges
from app.figures.city import Exchange
from app.web.gate import permits
from app.web.unit import session

city_pages = Blueprint("city_pages", __name__, template_folder="templates")


@city_pages.app_template_global()
def city_exchange(body: City) -> Exchange:
    """Requests and twinnings of a body, for its page."""
    return exchanges.exchange(session(), body, datetime.now(UTC))


@city_pages.get("/citta/<slug:slug>/rapporto")
@permits(Action.READ_PUBLIC)
def report(slug: str) -> str:
    body = cities.by_slug(session(), slug)
    if body is None:
        raise NotFound(slug)
    years = exchanges.years(datetime.now(UTC))
    asked = request.args.get("anno", "")
    year = int(asked) if asked in map(str, years) else years[0]
    return render_template(
        "figures/report.html",
        city=body,
        report=exchanges.report(session(), body, year),
        years=years,
        today=today(),
    )
