# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a reader without an account can do: report an error on a page."""

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for

from app.access import Action
from app.accounts.service import Throttled
from app.errors import Invalid
from app.review import forms, remarks
from app.review.views import found, now
from app.solutions.models import Solution
from app.web import gate
from app.web.gate import permits
from app.web.unit import work

reader = Blueprint("reader", __name__, template_folder="templates")


@reader.get("/soluzioni/<slug:slug>/segnala")
@permits(Action.REPORT_ERROR)
def report(slug: str) -> Response:
    return _page(found(slug, Action.REPORT_ERROR), forms.Report("", ""))


@reader.post("/soluzioni/<slug:slug>/segnala")
@permits(Action.REPORT_ERROR)
def report_now(slug: str) -> Response:
    solution = found(slug, Action.REPORT_ERROR)
    typed = forms.report(request.form)
    try:
        with work() as writing:
            remarks.report(
                writing, solution, now(), typed.text, typed.email, request.remote_addr or "", gate.actor().id or None
            )
    except Invalid as wrong:
        return _page(solution, typed, wrong.status, wrong.problems)
    except Throttled as wait:
        return _page(solution, typed, 429, {"wait": str(max(1, round(wait.seconds / 60)))})
    flash("reported")
    return make_response(redirect(url_for("solutions.show", slug=slug), 303))


def _page(
    solution: Solution, typed: forms.Report, status: int = 200, problems: dict[str, str] | None = None
) -> Response:
    answer = make_response(
        render_template("review/report.html", solution=solution, typed=typed, problems=problems or {}, limits=remarks)
    )
    answer.status_code = status
    answer.cache_control.no_store = True
    return answer
