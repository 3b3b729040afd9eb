# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a reader without an account can do: report an error on a page."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    get_template_attribute,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from markupsafe import Markup
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule

from app.access import Action
from app.accounts import rules as paths
from app.accounts.service import Throttled
from app.document.dates import today
from app.document.shapes import SLUG
from app.errors import Invalid, NotFound
from app.review import forms, page_reports, remarks
from app.review.page_reports import ReportedPage
from app.review.views import found, now
from app.solutions.models import Solution
from app.web import gate
from app.web.gate import permits
from app.web.languages import current_language, prefixed
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

#: What an error is reported in.
Reported = Solution | ReportedPage


@reader.get("/soluzioni/<slug:slug>/segnala")
@permits(Action.REPORT_ERROR)
def report(slug: str) -> Response:
    return _page(_solution(slug, Action.REPORT_ERROR), forms.Report("", ""))


@reader.post("/soluzioni/<slug:slug>/segnala")
@permits(Action.REPORT_ERROR, ends=True)
def report_now(slug: str) -> Response:
    return _sent(_solution(slug, Action.REPORT_ERROR))


@reader.get("/segnala")
@permits(Action.REPORT_ERROR)
def report_page() -> Response:
    about = _asked()
    if isinstance(about, Solution):
        return make_response(redirect(url_for("reader.report", slug=about.slug), 303))
    return _page(about, forms.Report("", ""))


@reader.post("/segnala")
@permits(Action.REPORT_ERROR, ends=True)
def report_page_now() -> Response:
    return _sent(_asked())


def _solution(slug: str, action: Action, path: str = "") -> Reported:
    """A solution in force, else its page: what is typed while that changes reaches whom it concerns all the same."""
    solution = found(slug, action)
    if solution.badge and solution.archived_at is None:
        return solution
    path = path or f"/soluzioni/{solution.slug}"
    return ReportedPage(path, solution.title, solution.owner.slug if solution.owner else "")


def _asked() -> Reported:
    """The page of this site that is spoken of; a solution in force has a form of its own. Raises ``NotFound``."""
    path = request.args.get("pagina") or "/"
    rule, parts = _known(path)
    kind = next((about for prefix, about in ABOUT.items() if rule.rule.startswith(prefix)), "")
    if kind == "solution":
        return _solution(parts["slug"], Action.READ_SOLUTION, path)
    if kind:
        return page_reports.page_about(session(), path, kind, str(parts["slug"]), gate.actor().member)
    title, language = _titled(rule, parts)
    return ReportedPage(path, title or path, language=language)


def _titled(rule: Rule, parts: Mapping[str, Any]) -> tuple[str, str]:
    """The title of a page of another house and its language; empty where it has none. Raises ``NotFound``."""
    titles: Mapping[str, Callable[..., tuple[str, str]]] = current_app.extensions["page_titles"]
    if rule.endpoint in titles:
        return titles[rule.endpoint](**parts)
    if parts:
        # An address about one thing of which nobody can tell whether it is there.
        raise NotFound(rule.endpoint)
    said: Markup = get_template_attribute("review/_pages.html", "title")(rule.endpoint)
    return said.unescape(), current_language()


@reader.app_template_global()
def page_title(path: str, kept: str) -> str:
    """The title of a reported page in the language of whoever reads it; as it was kept, where it has one only."""
    try:
        rule, _parts = current_app.url_map.bind("localhost").match(path, "GET", return_rule=True)
    except HTTPException:
        return kept
    said: Markup = get_template_attribute("review/_pages.html", "title")(rule.endpoint)
    return said.unescape() or kept


def _known(path: str) -> tuple[Rule, Mapping[str, Any]]:
    """The rule and the variable parts of the address of a page everybody reads. Raises ``NotFound``."""
    known = gate.reading_page(path) if len(path) <= LONGEST_PATH and paths.own_path(path) else None
    # Names of files are whatever somebody writes, and no page: they would stand in letters as its title.
    if known is None or not all(isinstance(part, int) or SLUG.fullmatch(str(part)) for part in known[1].values()):
        raise NotFound("pagina")
    return known


def _sent(about: Reported) -> Response:
    """What was typed, kept; or the form again with what was wrong."""
    typed = forms.report(request.form)
    said = (now(), typed.text, typed.email, request.remote_addr or "", gate.actor().id or None)
    try:
        with work() as writing:
            if isinstance(about, Solution):
                remarks.report(writing, about, *said)
            else:
                page_reports.report(writing, about, *said)
    except Invalid as wrong:
        return _page(about, typed, wrong.status, wrong.problems)
    except Throttled as wait:
        return _page(about, typed, 429, {"wait": str(max(1, round(wait.seconds / 60)))})
    flash("reported")
    back = url_for("solutions.show", slug=about.slug) if isinstance(about, Solution) else prefixed(about.path)
    return make_response(redirect(back, 303))


def _page(
    about: Reported, typed: forms.Report, status: int = 200, problems: Mapping[str, str] | None = None
) -> Response:
    page, day = about if isinstance(about, ReportedPage) else None, today()
    solution = about if isinstance(about, Solution) else None
    answer = make_response(
        render_template(
            "review/report.html",
            solution=solution,
            page=page,
            reached=page_reports.those_reached(session(), page.thing, day)[0] if page else "",
            office=solution is not None and any(remarks.those_who_correct(session(), solution, day)),
            typed=typed,
            problems=problems or {},
            limits=remarks,
        )
    )
    answer.status_code = status
    answer.cache_control.no_store = True
    return answer
