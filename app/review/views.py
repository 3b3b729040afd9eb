# SPDX-License-Identifier: AGPL-3.0-or-later
"""The review page of a solution, and its buttons."""

from collections.abc import Callable
from datetime import UTC, datetime

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from app.access import Action
from app.document.render import TooComplex
from app.errors import Conflict, Forbidden, Invalid, NotFound
from app.review import forms, queries, remarks, service, upkeep
from app.review.beside import Beside, beside
from app.review.rules import ACTION_OF, Deed, Step
from app.review.service import Judgement
from app.review.sheet import Sheet, judged, permitted, sheet, standing, text_for
from app.solutions import queries as library
from app.solutions.models import Solution
from app.solutions.said_views import AS_SAID
from app.web import gate
from app.web.gate import permits
from app.web.unit import session, work
from app.writing.service import try_rendering

review = Blueprint("review", __name__, template_folder="templates")
#: Where the page opens again for who goes through the remarks, one after the other.
REMARKS = "commenti"


def now() -> datetime:
    return datetime.now(UTC)


def found(slug: str, action: Action) -> Solution:
    """The solution, where this person may do the action to it. Raises ``NotFound``."""
    solution = library.by_slug(session(), slug)
    if solution is None:
        raise NotFound(slug)
    gate.require(action, solution.thing)
    return solution


@review.app_template_global()
def archive_reason(solution: Solution) -> str:
    """Why a solution left the library, for its page."""
    return queries.archive_reason(session(), solution)


@review.app_template_global()
def review_beside(solution: Solution) -> Beside:
    """What the review of a solution says to those who write it, for their pages."""
    return beside(session(), solution)


@review.get("/soluzioni/<slug:slug>/revisione")
@permits(Action.READ_DRAFT)
def show(slug: str) -> Response:
    return _page(found(slug, Action.READ_DRAFT))


def _page(solution: Solution, status: int = 200, problem: str = "", problems: dict[str, str] | None = None) -> Response:
    told: Sheet = sheet(session(), solution, gate.actor(), now(), AS_SAID, gate.closed_bodies())
    answer = make_response(
        render_template(
            "review/show.html",
            sheet=told,
            solution=solution,
            problem=problem,
            problems=problems or {},
            left=forms.left_over(request.form, told.fields) if problem else (),
        )
    )
    answer.status_code = status
    answer.cache_control.no_store = True
    return answer


def _press(solution: Solution, said: str, act: Callable[[Session], object], place: str | None = None) -> Response:
    """One button: done and said on the review page, or the page again with what was wrong and what was typed."""
    try:
        with work() as writing:
            act(writing)
    except Invalid as wrong:
        return _page(_anew(solution), wrong.status, "invalid", wrong.problems)
    except Conflict as late:
        return _page(_anew(solution), late.status, str(late))
    flash(said)
    return _back(solution.slug, place)


def _anew(solution: Solution) -> Solution:
    session().rollback()
    session().expire_all()
    return library.by_slug(session(), solution.slug) or solution


def _back(slug: str, place: str | None = None) -> Response:
    return make_response(redirect(url_for("review.show", slug=slug, _anchor=place), 303))


def _judge(slug: str, number: int, action: Action, said: str, act: Callable[..., object], *typed: object) -> Response:
    """A button of the one who judges: nobody does it on what they wrote."""
    solution = library.by_slug(session(), slug)
    if solution is None:
        raise NotFound(slug)
    stands = standing(session(), solution)
    gate.require(action, judged(solution, stands))
    headings = {section["anchor"]: section["heading"] for section in stands.revision.sections}
    asked = forms.decision(request.form)
    judgement = Judgement(solution.id, number, asked.number, gate.actor().id, now(), asked.by_heading(headings))
    return _press(solution, said, lambda writing: act(writing, judgement, *typed))


@review.post("/soluzioni/<slug:slug>/revisione/invia")
@permits(Action.EDIT_SOLUTION)
def submit(slug: str) -> Response:
    solution = found(slug, Action.EDIT_SOLUTION)
    person = gate.actor().id
    try:
        try_rendering(session(), solution)
    except TooComplex as error:
        return _page(solution, Invalid.status, "invalid", {"document": str(error)})
    return _press(solution, "submitted", lambda writing: service.submit(writing, solution, person, now()))


@review.post("/soluzioni/<slug:slug>/revisione/<int(max=1000000000):number>/approva")
@permits(Action.APPROVE_SOLUTION)
def approve(slug: str, number: int) -> Response:
    reason = forms.decision(request.form).reason
    return _judge(slug, number, Action.APPROVE_SOLUTION, "approved", service.approve, reason)


@review.post("/soluzioni/<slug:slug>/revisione/<int(max=1000000000):number>/valida")
@permits(Action.VALIDATE_SOLUTION)
def validate(slug: str, number: int) -> Response:
    asked = forms.decision(request.form)
    return _judge(slug, number, Action.VALIDATE_SOLUTION, "validated", service.validate, asked.evidence, asked.reason)


@review.post("/soluzioni/<slug:slug>/revisione/<int(max=1000000000):number>/pronta")
@permits(Action.VALIDATE_SOLUTION)
def make_ready(slug: str, number: int) -> Response:
    reason = forms.decision(request.form).reason
    return _judge(slug, number, Action.VALIDATE_SOLUTION, "made_ready", service.make_ready, reason)


@review.post("/soluzioni/<slug:slug>/revisione/<int(max=1000000000):number>/restituisci")
@permits(Action.READ_DRAFT)
def send_back(slug: str, number: int) -> Response:
    reason = forms.decision(request.form).reason
    return _judge(slug, number, _action_of(slug, number), "returned", service.return_, reason)


@review.post("/soluzioni/<slug:slug>/revisione/<int(max=1000000000):number>/prendi-in-carico")
@permits(Action.READ_DRAFT)
def claim(slug: str, number: int) -> Response:
    return _judge(slug, number, _action_of(slug, number), "claimed", service.claim)


def _action_of(slug: str, number: int) -> Action:
    """What the one who judges must be allowed to do at the step of the review meant, decided meanwhile or not."""
    solution = found(slug, Action.READ_DRAFT)
    meant = queries.review(session(), number)
    if meant is not None and meant.solution_id == solution.id:
        return ACTION_OF[Step(meant.step)]
    return ACTION_OF[standing(session(), solution).situation.step or Step.APPROVAL]


@review.post("/soluzioni/<slug:slug>/revisione/<int(max=1000000000):number>/lascia")
@permits(Action.READ_DRAFT, ends=True)
def release(slug: str, number: int) -> Response:
    solution = found(slug, Action.READ_DRAFT)
    if Deed.RELEASE not in permitted(gate.actor(), solution, standing(session(), solution)):
        raise Forbidden(slug)
    judgement = Judgement(solution.id, number, forms.decision(request.form).number, gate.actor().id, now())
    return _press(solution, "released", lambda writing: service.release(writing, judgement))


@review.post("/soluzioni/<slug:slug>/revisione/<int(max=1000000000):number>/assegna")
@permits(Action.ASSIGN_REVIEW)
def assign(slug: str, number: int) -> Response:
    solution = found(slug, Action.ASSIGN_REVIEW)
    asked = forms.assignment(request.form)
    judgement = Judgement(solution.id, number, asked.number, gate.actor().id, now())
    return _press(
        solution, "assigned", lambda writing: service.assign(writing, judgement, asked.person_id, asked.due_on)
    )


@review.post("/soluzioni/<slug:slug>/revisione/<int(max=1000000000):number>/ritira")
@permits(Action.EDIT_SOLUTION, ends=True)
def withdraw(slug: str, number: int) -> Response:
    solution = found(slug, Action.EDIT_SOLUTION)
    judgement = Judgement(solution.id, number, forms.decision(request.form).number, gate.actor().id, now())
    return _press(solution, "withdrawn", lambda writing: service.withdraw(writing, judgement))


@review.post("/soluzioni/<slug:slug>/commenti")
@permits(Action.COMMENT)
def comment(slug: str) -> Response:
    solution = found(slug, Action.COMMENT)
    shown = text_for(solution, standing(session(), solution), gate.actor())
    headings = {section["anchor"]: section["heading"] for section in shown.sections}
    typed = forms.decision(request.form).by_heading(headings)
    person = gate.actor().id
    return _press(
        solution, "commented", lambda writing: remarks.comment_all(writing, solution, person, now(), typed), REMARKS
    )


@review.post("/soluzioni/<slug:slug>/commenti/<int(max=1000000000):number>/risolvi")
@permits(Action.COMMENT, ends=True)
def resolve(slug: str, number: int) -> Response:
    solution = found(slug, Action.COMMENT)
    person = gate.actor().id
    return _press(
        solution, "resolved", lambda writing: remarks.resolve(writing, solution, number, person, now()), REMARKS
    )


@review.post("/soluzioni/<slug:slug>/archivia")
@permits(Action.APPROVE_SOLUTION, ends=True)
def archive(slug: str) -> Response:
    solution = found(slug, Action.APPROVE_SOLUTION)
    person, reason = gate.actor().id, request.form.get("archive_reason", "")
    said = "archived" if solution.badge else "draft_archived"
    return _press(solution, said, lambda writing: upkeep.archive(writing, solution, person, now(), reason))


@review.post("/soluzioni/<slug:slug>/riporta")
@permits(Action.APPROVE_SOLUTION)
def restore(slug: str) -> Response:
    solution = found(slug, Action.APPROVE_SOLUTION)
    said = "restored" if solution.badge else "draft_restored"
    return _press(solution, said, lambda writing: upkeep.restore(writing, solution, gate.actor().id, now()))


@review.post("/soluzioni/<slug:slug>/conferma")
@permits(Action.EDIT_SOLUTION)
def confirm(slug: str) -> Response:
    solution = found(slug, Action.EDIT_SOLUTION)
    person = gate.actor().id
    return _press(solution, "confirmed", lambda writing: upkeep.confirm_facts(writing, solution, person, now()))
