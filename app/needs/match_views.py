# SPDX-License-Identifier: AGPL-3.0-or-later
"""The shortlist of a request with its reasons, asking one of its cities, and offering one's own solution."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, current_app, flash, make_response, render_template, request

from app.access import Action, Thing
from app.accounts import queries as people
from app.cities import queries as registers
from app.cities.rules import is_closed
from app.config import Settings
from app.document.dates import day_of
from app.errors import Conflict, Forbidden, Invalid, NotFound
from app.matching.context import alike as are_alike
from app.needs import answers, board, candidates, forms, likeness, proposals, service, shortlists
from app.needs.models import Need
from app.needs.rules import State
from app.needs.views import PATH, anew, back_to, deed, engine, found, now, scored
from app.solutions import queries as library
from app.web import gate
from app.web.gate import permits
from app.web.unit import session, work

matches = Blueprint("matches", __name__, template_folder="templates")


@matches.app_template_test()
def alike(compared: Mapping[str, Any]) -> bool:
    """Whether the two figures of a comparison, both known, may be called alike."""
    return are_alike(compared["indicator"], compared["mine"]["value"], compared["theirs"]["value"])


def answer_days() -> int:
    settings: Settings = current_app.config["SETTINGS"]
    return settings.answer_days


def _may_begin(need: Need) -> bool:
    """Whether who may change a request may begin something with it: where its body is there, nothing more is asked."""
    return not is_closed(need.city.register, day_of(now())) or gate.begins(Action.EDIT_NEED, need.thing)


@matches.get(f"{PATH}/abbinamenti")
@permits(Action.READ_NEED)
def show(number: int, slug: str) -> Response:
    return _page(found(number, Action.READ_NEED))


def _page(need: Need, status: int = 200, problem: str = "", problems: dict[str, str] | None = None) -> Response:
    asker, own = board.asker_of(session(), need, gate.actor(), now()), gate.may(Action.EDIT_NEED, need.thing)
    # Reasons compare the two cities figure by figure: they would tell whose an anonymous request is.
    around = {} if asker.hidden else _around(need)
    asking = own and need.state == State.OPEN and not around.get("twins") and _may_begin(need)
    answer = make_response(
        render_template(
            "needs/matches.html",
            need=need,
            asker=asker,
            first=shortlists.FIRST,
            asking=asking,
            numbers="numeri" in request.args,
            days=answer_days(),
            problem=problem,
            problems=problems or {},
            **{**around, "asked": around.get("asked", {}) if asking else {}},
            given=need.answers or {},
            own=own,
            helps=_helps(need, around),
            staffed=people.staffed(session(), {item["city"] for item in around["shown"].items}) if asking else (),
        )
    )
    answer.status_code = status
    answer.cache_control.no_store = True
    return answer


def _helps(need: Need, around: dict[str, Any]) -> dict[str, Any]:
    """By proposed solution: what the library has for each of its preconditions that the requester lacks."""
    shown = around["shown"].items if around else ()
    lacking = answers.said(need.answers or {}, "no")
    gaps = {item["solution"]: [text for text in item["preconditions"] if text in lacking] for item in shown}
    return {slug: likeness.closing(session(), engine(), texts, slug) for slug, texts in gaps.items() if texts}


def _around(need: Need) -> dict[str, Any]:
    """The shortlist and the city it is compared with. Looking keeps nothing: publishing and asking do."""
    desk = candidates.desk(session(), engine(), now())
    cities = registers.metropolitan_cities(session())
    chosen = forms.twins(request.args)
    twins = [city for city in cities if city.slug in chosen and city.id != need.city_id]
    told = shortlists.of(desk, candidates.as_need(desk, need), twins, service.as_wanted(need).wish)
    wanted = request.args.get("confronta", "")
    known = next((city for city in cities if city.slug == wanted), None)
    other = known or (registers.by_slug(session(), wanted) if wanted else None)
    compared = shortlists.compared_with(desk, need, other) if other else ()
    return {
        "shown": told,
        "themes": desk.themes,
        "other": other,
        "compared": compared,
        "cities": cities,
        "twins": twins,
        "too_many_twins": len(set(request.args.getlist("gemelle"))) > forms.MOST_TWINS,
        "asked": {item.solution: item for item in desk.pending if item.need_id == need.id},
    }


@matches.post(f"{PATH}/abbinamenti/chiedi")
@permits(Action.EDIT_NEED)
def ask(number: int, slug: str) -> Response:
    need = found(number, Action.EDIT_NEED)
    wanted, message = request.form.get("solution", ""), request.form.get("message", "")
    told = scored(need.city, service.as_wanted(need), need)
    item = next((item for item in told.items if item["solution"] == wanted), None)
    if item is None:
        raise NotFound(wanted)
    try:
        with work() as writing:
            service.remember_shown(writing, need, told.items, told.weights, now())
            proposals.ask(writing, need.id, item, message, answer_days(), deed())
    except (Invalid, Conflict) as refused:
        return _page(*anew(need, refused))
    flash("proposal_made" if people.staffed(session(), [item["city"]]) else "proposal_made_to_nobody")
    return back_to(need)


@matches.post(f"{PATH}/abbinamenti/requisiti")
@permits(Action.EDIT_NEED)
def answer(number: int, slug: str) -> Response:
    need, given = found(number, Action.EDIT_NEED), forms.answered(request.form)
    desk = candidates.desk(session(), engine(), now())
    asked = candidates.as_need(desk, need, given=answers.with_answers(need, given))
    told = shortlists.of(desk, asked, wish=service.as_wanted(need).wish)
    try:
        with work() as writing:
            answered = answers.answer_preconditions(writing, need.id, given, desk.preconditions, deed())
            if answered.state == State.OPEN:
                service.remember_shown(writing, answered, told.items, told.weights, now())
    except (Invalid, Conflict) as refused:
        return _page(*anew(need, refused))
    flash("saved")
    card = request.form.get("card", "")
    return back_to(need, "matches.show", f"requisiti-{card[: forms.MOST_SLUG]}" if card else "")


@matches.get(f"{PATH}/offri")
@permits(Action.OFFER)
def offering(number: int, slug: str) -> Response:
    return _offer_page(found(number, Action.OFFER))


def _offer_page(need: Need, status: int = 200, problem: str = "", problems: dict[str, str] | None = None) -> Response:
    mine = gate.open_bodies() - {need.city.slug}
    answer = make_response(
        render_template(
            "needs/offer.html",
            need=need,
            asker=board.asker_of(session(), need, gate.actor(), now()),
            solutions=shortlists.offering(candidates.desk(session(), engine(), now()), need, mine),
            days=answer_days(),
            problem=problem,
            problems=problems or {},
        )
    )
    answer.status_code = status
    answer.cache_control.no_store = True
    return answer


@matches.post(f"{PATH}/offri")
@permits(Action.OFFER)
def offer(number: int, slug: str) -> Response:
    need = found(number, Action.OFFER)
    wanted, message = request.form.get("solution", ""), request.form.get("message", "")
    solution = library.by_slug(session(), wanted)
    if solution is None or solution.owner is None:
        return _offer_page(need, 422, "invalid", {"solution": "required"})
    if solution.owner.slug not in gate.open_bodies():
        raise Forbidden(wanted)
    gate.require(Action.OFFER, Thing(True, "public", frozenset({solution.owner.slug})))
    grounds = shortlists.scored_for(candidates.desk(session(), engine(), now()), need, wanted) or {}
    try:
        with work() as writing:
            made = proposals.offer(writing, need.id, wanted, message, answer_days(), deed())
            made.grounds = grounds
    except (Invalid, Conflict) as refused:
        return _offer_page(*anew(need, refused))
    flash("proposal_offered")
    return back_to(need)
