# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bodies that are no metropolitan cities, as the coordination sees and registers them."""

from collections.abc import Mapping
from datetime import UTC, datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.access import Action
from app.cities import queries, rules
from app.cities.places import SEATS
from app.cities.rules import NewBody
from app.errors import Invalid
from app.operations import service
from app.web.gate import actor, permits
from app.web.unit import session, work

bodies = Blueprint("bodies", __name__, template_folder="templates")


@bodies.get("/amministrazione/enti")
@permits(Action.REGISTER_BODY)
def listed() -> str:
    return _page(NewBody("", ""), {})


def _page(typed: NewBody, problems: Mapping[str, str]) -> str:
    every = queries.all_bodies(session())
    return render_template(
        "operations/bodies.html",
        bodies=sorted((body for body in every if not body.metropolitan), key=lambda body: body.name),
        cities=[body for body in every if body.metropolitan],
        kinds=rules.BODY_KINDS,
        regions=sorted(SEATS),
        typed=typed,
        problems=problems,
    )


@bodies.post("/amministrazione/enti")
@permits(Action.REGISTER_BODY)
def register() -> Response | tuple[str, int]:
    fields = ("name", "kind", "region", "city", "website")
    typed = NewBody(*(" ".join(request.form.get(name, "").split()) for name in fields))
    try:
        with work() as writing:
            service.register_body(writing, typed, actor().id, datetime.now(UTC))
    except Invalid as wrong:
        return _page(typed, wrong.problems), wrong.status
    flash("saved")
    return redirect(url_for("bodies.listed"), 303)
