# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a reader without an account can do: report an error on a page."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from app.access import Action
from app.accounts import rules as paths
from app.accounts.service import Throttled
from app.document.shapes import SLUG
from app.errors import Invalid, NotFound
from app.review import forms, page_reports, remarks
from app.review.page_reports import ReportedPage
from app.review.views import found, now
from app.solutions.models import Solution
from app.web import gate
from app.web.gate import permits
from app.web.languages import prefixed
from app.web.unit import session, work

reader = Blueprint("reader", __name__, template_folder="templates")

LONGEST_PATH = 300
#: What the addresses of pages about one thing begin with, and what that is.
ABOUT = {
    "/soluzioni/<slug:slug>": "solution",
    "/citta/<slug:slug>": "city",
    "/temi/<slug:slug>": "theme",
    "/norme/<slug:slug>": "act",
}


@reader.get("/soluzioni/<slug:slug>/segnala")
@permits(Action.REPORT_ERROR)
def report(slug: str) -> Response:
    return _page(forms.Report("", ""), solution=found(slug, Action.REPORT_ERROR))


@reader.post("/soluzioni/<slug:slug>/segnala")
@permits(Action.REPORT_ERROR)
def report_now(slug: str) -> Response:
    solution = found(slug, Action.REPORT_ERROR)

    def send(writing: Session, *typed: Any) -> object:
        return remarks.report(writing, solution, *typed)

    return _sent(send, url_for("solutions.show", slug=slug), solution=solution)


@reader.get("/segnala")
@permits(Action.REPORT_ERROR)
def report_page() -> Response:
    page = _asked()
    return _page(forms.Report("", ""), page=page) if isinstance(page, ReportedPage) else page


@reader.post("/segnala")
@permits(Action.REPORT_ERROR)
def report_page_now() -> Response:
    page = _asked()
    if not isinstance(page, ReportedPage):
        return page

    def send(writing: Session, *typed: Any) -> object:
        return page_reports.report(writing, page, *typed)

    return _sent(send, prefixed(page.path), page=page)


def _asked() -> ReportedPage | Response:
    """The page of this site that is spoken of; a solution in force has a form of its own. Raises ``NotFound``."""
    path = request.args.get("pagina") or "/"
    rule, parts = _known(path)
    kind = next((about for prefix, about in ABOUT.items() if rule.startswith(prefix)), "")
    if kind != "solution":
        return page_reports.page_about(session(), path, kind, str(parts.get("slug", "")))
    solution = found(parts["slug"], Action.READ_SOLUTION)
    if solution.badge and solution.archived_at is None:
        return make_response(redirect(url_for("reader.report", slug=solution.slug), 303))
    return ReportedPage(path, solution.title, solution.owner.slug if solution.owner else "")


def _known(path: str) -> tuple[str, Mapping[str, Any]]:
    """The rule and the variable parts of the address of a page everybody reads. Raises ``NotFound``."""
    known = gate.reading_page(path) if len(path) <= LONGEST_PATH and paths.own_path(path) else None
    # Names of files are whatever somebody writes, and no page: they would stand in letters as its title.
    if known is None or not all(isinstance(part, int) or SLUG.fullmatch(str(part)) for part in known[1].values()):
        raise NotFound("pagina")
    return known[0].rule, known[1]


def _sent(send: Callable[..., object], back: str, **about: Any) -> Response:
    """What was typed, kept; or the form again with what was wrong. ``about`` is the thing the page shows."""
    typed = forms.report(request.form)
    try:
        with work() as writing:
            send(writing, now(), typed.text, typed.email, request.remote_addr or "", gate.actor().id or None)
    except Invalid as wrong:
        return _page(typed, wrong.status, wrong.problems, **about)
    except Throttled as wait:
        return _page(typed, 429, {"wait": str(max(1, round(wait.seconds / 60)))}, **about)
    flash("reported")
    return make_response(redirect(back, 303))


def _page(
    typed: forms.Report,
    status: int = 200,
    problems: dict[str, str] | None = None,
    *,
    solution: Solution | None = None,
    page: ReportedPage | None = None,
) -> Response:
    reached = page_reports.those_reached(session(), page.thing)[0] if page else ""
    answer = make_response(
        render_template(
            "review/report.html",
            solution=solution,
            page=page,
            reached=reached,
            typed=typed,
            problems=problems or {},
            limits=remarks,
        )
    )
    answer.status_code = status
    answer.cache_control.no_store = True
    return answer
