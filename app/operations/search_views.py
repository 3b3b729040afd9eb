# SPDX-License-Identifier: AGPL-3.0-or-later
"""What people search in vain, for those who see to it that the library answers."""

from datetime import date, timedelta

from flask import Blueprint, Response, render_template, request

from app.access import Action
from app.document.dates import today
from app.operations.views import private
from app.search import queries
from app.web.formats import csv_answer
from app.web.gate import permits
from app.web.unit import session

unmet_pages = Blueprint("unmet", __name__, template_folder="templates")

#: Days one may look back.
PERIODS = (7, 30, 90, 365)
SHOWN, EXPORTED = 100, 5_000


def _days() -> int:
    """The days looked back, one of ``PERIODS``."""
    asked = request.args.get("giorni", "")
    return int(asked) if asked in map(str, PERIODS) else PERIODS[1]


def _rows(limit: int) -> list[tuple[str, int]]:
    return list(queries.most_unmet(session(), _since(), limit))


def _since() -> date:
    return today() - timedelta(days=_days())


@unmet_pages.get("/amministrazione/ricerche")
@permits(Action.READ_UNMET)
def listed() -> str:
    return render_template(
        "operations/unmet.html",
        rows=_rows(SHOWN),
        total=queries.total_unmet(session(), _since()),
        days=_days(),
        periods=PERIODS,
        most=SHOWN,
    )


@unmet_pages.get("/amministrazione/ricerche.csv")
@permits(Action.READ_UNMET)
def as_csv() -> Response:
    rows = [{"text": text, "count": count} for text, count in _rows(EXPORTED)]
    return private(csv_answer(rows, ("text", "count"), "ricerche-senza-risultati"))
