# SPDX-License-Identifier: AGPL-3.0-or-later
"""Matching rounds: the list, a round with its fairness line, its preview and publication; the weights of the scorer."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for

from app.access import Action
from app.accounts import queries as people
from app.cities import queries as registers
from app.errors import Conflict, Invalid, NotFound
from app.matching.model import FACTORS
from app.needs import board, candidates, feedback, forms, queries, rounds
from app.needs.match_views import answer_days
from app.needs.models import MatchingRound
from app.needs.views import deed, engine, now
from app.web import gate
from app.web.formats import csv_answer, json_answer
from app.web.gate import permits
from app.web.unit import session, work

round_pages = Blueprint("rounds", __name__, template_folder="templates")

PATH = "/abbinamenti/<int(max=1000000000):number>"


@round_pages.get("/abbinamenti")
@permits(Action.READ_PUBLIC)
def index() -> Response:
    return _index()


def _index(problems: Mapping[str, str] | None = None) -> Response:
    running = gate.may(Action.RUN_ROUND)
    answer = make_response(
        render_template(
            "needs/rounds.html",
            rounds=queries.rounds(session(), published_only=not running),
            running=running,
            waiting=len(queries.needs_in_round(session())) if running else 0,
            problems=problems or {},
        )
    )
    answer.status_code = 422 if problems else 200
    answer.cache_control.no_store = True
    return answer


@round_pages.post("/abbinamenti")
@permits(Action.RUN_ROUND)
def preview() -> Response:
    try:
        with work() as writing:
            made = rounds.preview(writing, engine(), forms.tidy(request.form.get("name", "")), deed())
    except Invalid as wrong:
        return _index(wrong.problems)
    return make_response(redirect(url_for("rounds.show", number=made.id), 303))


def _found(number: int) -> MatchingRound:
    found = queries.round_(session(), number)
    if found is None or (found.state != "published" and not gate.may(Action.RUN_ROUND)):
        raise NotFound(number)
    return found


@round_pages.get(PATH)
@permits(Action.READ_PUBLIC)
def show(number: int) -> Response:
    return _page(_found(number))


def _page(found: MatchingRound, status: int = 200, problem: str = "", same: bool | None = None) -> Response:
    wanted = {int(key) for key in found.input["round"]["wanted"]}
    seen = [need for need in queries.numbered(session(), wanted) if gate.may(Action.READ_NEED, need.thing)]
    slugs = {item[2] for item in found.result["assigned"]} | set(found.input["givers"])
    answer = make_response(
        render_template(
            "needs/round.html",
            round=found,
            rows={str(row.id): row for row in board.rows(session(), seen, gate.actor(), now())},
            names={slug: city.short_name for slug, city in registers.by_slugs(session(), sorted(slugs)).items()},
            running=gate.may(Action.RUN_ROUND),
            problem=problem,
            same=same,
        )
    )
    answer.status_code = status
    answer.cache_control.no_store = True
    return answer


@round_pages.get(f"{PATH}/dati.json")
@permits(Action.RUN_ROUND)
def stored(number: int) -> Response:
    found = _found(number)
    return json_answer({"input": found.input, "result": found.result, "weights": found.weights_version})


@round_pages.post(f"{PATH}/ricalcola")
@permits(Action.RUN_ROUND)
def again(number: int) -> Response:
    found = _found(number)
    same, _ = rounds.again(found)
    return _page(found, same=same)


@round_pages.post(f"{PATH}/pubblica")
@permits(Action.RUN_ROUND)
def publish(number: int) -> Response:
    try:
        with work() as writing:
            rounds.publish(writing, number, answer_days(), deed())
    except Conflict as late:
        session().rollback()
        session().expire_all()
        return _page(_found(number), late.status, str(late))
    flash("round_published")
    return make_response(redirect(url_for("rounds.show", number=number), 303))


@round_pages.post(f"{PATH}/scarta")
@permits(Action.RUN_ROUND)
def discard(number: int) -> Response:
    with work() as writing:
        rounds.discard(writing, number, deed())
    flash("round_discarded")
    return make_response(redirect(url_for("rounds.index"), 303))


@round_pages.get("/abbinamenti/pesi")
@permits(Action.READ_PUBLIC)
def weights() -> Response:
    return _weights_page()


def _weights_page(
    typed: Mapping[str, float] | None = None,
    simulation: Mapping[str, Any] | None = None,
    problems: Mapping[str, str] | None = None,
) -> Response:
    decided, running = queries.decisions(session()), gate.may(Action.RUN_ROUND)
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
            titles={need.id: need.title for need in needs},
            problems=problems or {},
        )
    )
    answer.status_code = 422 if problems else 200
    answer.cache_control.no_store = True
    return answer


@round_pages.get("/abbinamenti/riscontri.csv")
@permits(Action.RUN_ROUND)
def feedback_data() -> Response:
    return csv_answer(feedback.lines(*queries.feedback(session())), feedback.COLUMNS, "riscontri")


@round_pages.post("/abbinamenti/pesi")
@permits(Action.RUN_ROUND)
def change_weights() -> Response:
    typed, wrong = forms.weights(request.form, FACTORS)
    if wrong:
        return _weights_page(typed or None, problems=wrong)
    simulation = rounds.simulate(session(), engine(), typed, now())
    if request.form.get("do") != "decide":
        return _weights_page(typed, simulation)
    try:
        with work() as writing:
            rounds.decide(writing, typed, simulation, request.form.get("reason", ""), deed())
    except Invalid as refused:
        return _weights_page(typed, simulation, refused.problems)
    flash("weights_decided")
    return make_response(redirect(url_for("rounds.weights"), 303))
