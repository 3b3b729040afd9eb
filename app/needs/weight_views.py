# SPDX-License-Identifier: AGPL-3.0-or-later
"""The weights of the scorer: what they are, trying others, deciding; what answers say of them, as data."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for

from app.access import Action
from app.accounts import queries as people
from app.cities import queries as registers
from app.errors import Conflict, Invalid
from app.matching.model import FACTORS
from app.needs import candidates, feedback, forms, queries, round_queries, weighing
from app.needs.views import deed, engine, now
from app.web import gate
from app.web.formats import csv_answer
from app.web.gate import permits
from app.web.unit import session, work

weight_pages = Blueprint("weights", __name__, template_folder="templates")

WORDS = {
    **{column: ("needs/_words.html", column) for column in ("origin", "answer", "reason", "outcome")},
    "request_state": ("needs/_words.html", "state"),
}


@weight_pages.get("/abbinamenti/pesi")
@permits(Action.READ_PUBLIC)
def show() -> Response:
    return _page()


def _page(
    typed: Mapping[str, float] | None = None,
    simulation: Mapping[str, Any] | None = None,
    why: Invalid | Conflict | None = None,
) -> Response:
    """``why`` nothing was decided: what is wrong with what was typed, or what happened meanwhile."""
    problems = why.problems if isinstance(why, Invalid) else {}
    decided, running = round_queries.decisions(session()), gate.may(Action.RUN_ROUND)
    found = candidates.weights_in_force(session())
    needs = queries.open_needs(session()) if simulation else []
    answer = make_response(
        render_template(
            "needs/weights.html",
            weights=found,
            values=found.as_data(),
            typed=typed or found.as_data(),
            decisions=decided,
            people=people.names(session(), [item.decided_by for item in decided]) if running else {},
            running=running,
            simulation=simulation,
            simulated=_simulated(typed, simulation),
            titles={need.id: need.title for need in needs},
            solutions=_solutions(simulation),
            problems=problems,
            problem="invalid" if problems else str(why or ""),
        )
    )
    answer.status_code = why.status if why else 200
    answer.cache_control.no_store = True
    return answer


def _simulated(typed: Mapping[str, float] | None, simulation: Mapping[str, Any] | None) -> str:
    return weighing.simulated(typed, simulation["version"]) if typed and simulation else ""


def _solutions(simulation: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """The solutions that a simulation puts in another order, by name."""
    moved = [row for row in simulation["rows"] if row["before"] != row["after"]] if simulation else []
    return queries.solutions_by_slug(session(), {slug for row in moved for slug in (*row["before"], *row["after"])})


@weight_pages.get("/abbinamenti/riscontri.csv")
@permits(Action.RUN_ROUND)
def feedback_data() -> Response:
    names = {body.slug: body.short_name for body in registers.all_bodies(session())}
    lines = feedback.lines(*queries.feedback(session()))
    rows = [{**line, "giver_name": names.get(line["giver"], "")} for line in lines]
    return csv_answer(rows, feedback.COLUMNS, "riscontri", WORDS)


@weight_pages.post("/abbinamenti/pesi")
@permits(Action.RUN_ROUND)
def change() -> Response:
    typed, wrong = forms.weights(request.form, FACTORS)
    if wrong:
        return _page(typed or None, why=Invalid(wrong))
    simulation = weighing.simulate(session(), engine(), typed, now())
    if request.form.get("do") != "decide":
        return _page(typed, simulation)
    try:
        with work() as writing:
            reason, seen = request.form.get("reason", ""), request.form.get("simulated", "")
            weighing.decide(writing, typed, simulation, reason, seen, deed())
    except (Invalid, Conflict) as refused:
        return _page(typed, simulation, refused)
    flash("weights_decided")
    return make_response(redirect(url_for("weights.show"), 303))
