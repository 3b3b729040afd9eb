# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bodies that are no metropolitan cities, as the coordination sees, registers, corrects and closes them."""

from collections.abc import Mapping
from datetime import UTC, datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.access import Action
from app.cities import queries, rules
from app.cities.models import City
from app.cities.places import SEATS
from app.cities.rules import NewBody
from app.document.dates import today
from app.errors import Invalid
from app.operations import queries as made_here
from app.operations import service
from app.text.typed import line
from app.web.gate import actor, permits
from app.web.unit import session, work

bodies = Blueprint("bodies", __name__, template_folder="templates")


@bodies.get("/amministrazione/enti")
@permits(Action.REGISTER_BODY)
def listed() -> str:
    return _page(NewBody("", ""), {})


def _page(typed: NewBody, problems: Mapping[str, str]) -> str:
    every = [body for body in queries.all_bodies(session()) if not body.metropolitan]
    return render_template(
        "operations/bodies.html",
        bodies=sorted(every, key=lambda body: body.name),
        registered=made_here.registered_here(session()),
        today=today().isoformat(),
        **_form(typed, problems),
    )


def _form(typed: NewBody, problems: Mapping[str, str]) -> dict[str, object]:
    """What the form of a body is made of."""
    return {
        "cities": queries.metropolitan_cities(session()),
        "kinds": rules.BODY_KINDS,
        "regions": sorted(SEATS),
        "typed": typed,
        "problems": problems,
    }


def _typed() -> NewBody:
    fields = ("name", "kind", "region", "city", "website", "valid_to")
    return NewBody(*(line(request.form.get(name, "")) for name in fields))


@bodies.post("/amministrazione/enti")
@permits(Action.REGISTER_BODY)
def register() -> Response | tuple[str, int]:
    typed = _typed()
    try:
        with work() as writing:
            service.register_body(writing, typed, actor().id, datetime.now(UTC))
    except Invalid as wrong:
        return _page(typed, wrong.problems), wrong.status
    flash("saved")
    return redirect(url_for("bodies.listed"), 303)


@bodies.get("/amministrazione/enti/<slug:slug>")
@permits(Action.REGISTER_BODY)
def edit(slug: str) -> str:
    city = made_here.body_registered_here(session(), slug)
    return _edit_page(city, rules.typed_of(city.name, city.kind, city.register), {})


def _edit_page(city: City, typed: NewBody, problems: Mapping[str, str]) -> str:
    return render_template("operations/body.html", body=city, **_form(typed, problems))


@bodies.post("/amministrazione/enti/<slug:slug>")
@permits(Action.REGISTER_BODY)
def correct(slug: str) -> Response | tuple[str, int]:
    city, typed = made_here.body_registered_here(session(), slug), _typed()
    try:
        with work() as writing:
            service.correct_body(writing, slug, typed, actor().id, datetime.now(UTC))
    except Invalid as wrong:
        return _edit_page(city, typed, wrong.problems), wrong.status
    flash("saved")
    return redirect(url_for("bodies.listed"), 303)
