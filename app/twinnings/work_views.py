# SPDX-License-Identifier: AGPL-3.0-or-later
"""The buttons of a twinning: lead, milestones, people, what is said for a body, how it ends."""

from collections.abc import Callable

from flask import Blueprint, Response, flash, make_response, redirect, request, url_for
from sqlalchemy.orm import Session

from app.access import Action, Thing
from app.errors import Conflict, Invalid
from app.needs.rules import day_of
from app.twinnings import ending, forms, service, views
from app.twinnings.models import Twinning
from app.twinnings.service import Deed
from app.twinnings.views import PATH
from app.web import gate
from app.web.gate import permits
from app.web.languages import prefixed
from app.web.unit import session, work

workbench = Blueprint("workbench", __name__, template_folder="templates")


def deed() -> Deed:
    return Deed(gate.actor().id, views.now())


def speaking_for(body: str) -> str:
    """The body in whose name somebody acts. Raises ``NotFound`` unless they work for it."""
    gate.require(Action.SPEAK_IN_TWINNING, Thing(bodies=frozenset({body})))
    return body


def press(number: int, action: Action, said: str, anchor: str, act: Callable[[Session, Deed], object]) -> Response:
    """Do what a button does in one unit of work; what was typed wrongly is said on the page itself."""
    twinning = views.found(number, action)
    try:
        with work() as writing:
            act(writing, deed())
    except (Invalid, Conflict) as refused:
        session().rollback()
        session().expire_all()
        problems = refused.problems if isinstance(refused, Invalid) else {"": str(refused)}
        return make_response(views.page(views.found(number, action), problems), refused.status)
    flash(said)
    return back(twinning, anchor)


def back(twinning: Twinning, anchor: str) -> Response:
    address = url_for("twinnings.show", number=twinning.id, slug=twinning.slug, _anchor=anchor or None)
    return make_response(redirect(address, 303))


WORK, SPEAK = Action.WORK_ON_TWINNING, Action.SPEAK_IN_TWINNING


@workbench.post(f"{PATH}/capofila")
@permits(WORK)
def choose_lead(number: int, slug: str) -> Response:
    body = request.form.get("body", "")
    return press(number, WORK, "saved", "persone", lambda s, d: service.choose_lead(s, number, body, d))


@workbench.post(f"{PATH}/tappe/<int(max=1000000000):milestone>")
@permits(WORK)
def tick(number: int, slug: str, milestone: int) -> Response:
    done = request.form.get("done") == "1"
    return press(number, WORK, "saved", "tappe", lambda s, d: service.tick(s, number, milestone, done, d))


@workbench.post(f"{PATH}/tappe/<int(max=1000000000):milestone>/programma")
@permits(WORK)
def plan(number: int, slug: str, milestone: int) -> Response:
    def act(writing: Session, d: Deed) -> None:
        due_on = forms.day(request.form, "due_on") or day_of(d.now)
        owner = forms.number(request.form, "owner") or None
        service.plan_milestone(writing, number, milestone, due_on, owner, d)

    return press(number, WORK, "saved", "tappe", act)


@workbench.post(f"{PATH}/tappe")
@permits(WORK)
def add_milestone(number: int, slug: str) -> Response:
    def act(writing: Session, d: Deed) -> None:
        due_on = forms.day(request.form, "due_on") or day_of(d.now)
        service.add_milestone(writing, number, request.form.get("title", ""), request.form.get("phase", ""), due_on, d)

    return press(number, WORK, "saved", "tappe", act)


@workbench.post(f"{PATH}/persone")
@permits(WORK)
def add_person(number: int, slug: str) -> Response:
    person, _, body = request.form.get("person", "").partition("|")
    chosen = int(person) if person.isascii() and person.isdigit() and len(person) < 10 else 0
    task = request.form.get("task", "")
    return press(number, WORK, "saved", "persone", lambda s, d: service.add_person(s, number, chosen, body, task, d))


@workbench.post(f"{PATH}/persone/<int(max=1000000000):person>/togli")
@permits(WORK)
def remove_person(number: int, slug: str, person: int) -> Response:
    return press(number, WORK, "saved", "persone", lambda s, d: service.remove_person(s, number, person, d))


@workbench.post(f"{PATH}/ferma")
@permits(Action.END_TWINNING)
def stop(number: int, slug: str) -> Response:
    reason, text, public = request.form.get("reason", ""), request.form.get("text", ""), "public" in request.form
    end = Action.END_TWINNING
    return press(number, end, "twinning_stopped", "", lambda s, d: ending.stop(s, number, reason, text, public, d))


@workbench.post(f"{PATH}/chiudi")
@permits(SPEAK)
def say(number: int, slug: str) -> Response:
    def act(writing: Session, d: Deed) -> None:
        ending.say(writing, number, speaking_for(request.form.get("body", "")), forms.closing(request.form), d)

    return press(number, SPEAK, "saved", "chiusura", act)


@workbench.post(f"{PATH}/chiudi-comunque")
@permits(Action.END_TWINNING)
def close_alone(number: int, slug: str) -> Response:
    end = Action.END_TWINNING
    return press(number, end, "saved", "", lambda s, d: ending.close_alone(s, number, d))


@workbench.post(f"{PATH}/variante")
@permits(SPEAK)
def begin_variant(number: int, slug: str) -> Response:
    twinning, body = views.found(number, SPEAK), speaking_for(request.form.get("body", ""))
    try:
        with work() as writing:
            variant = ending.begin_variant(writing, twinning.id, body, deed()).slug
    except Invalid as wrong:
        return make_response(views.page(views.found(number, SPEAK), wrong.problems), 422)
    return make_response(redirect(prefixed(f"/soluzioni/{variant}/modifica"), 303))
