# SPDX-License-Identifier: AGPL-3.0-or-later
"""The page of a proposal with its whole context and its three answers: yes, later, no because."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, current_app, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from app.access import Action
from app.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable
from app.needs import forms, proposal_queries, proposals, rules, sheet
from app.needs.match_views import answer_days
from app.needs.models import Proposal
from app.needs.proposals import Begin
from app.needs.views import deed, now, refusal
from app.solutions import queries as library
from app.web import gate
from app.web.gate import permits
from app.web.languages import prefixed
from app.web.unit import session, work

proposal_pages = Blueprint("proposals", __name__, template_folder="templates")

PATH = "/proposte/<int(max=1000000000):number>"


def _found(number: int) -> Proposal:
    proposal = proposal_queries.proposal(session(), number)
    if proposal is None:
        raise NotFound(number)
    gate.require(Action.READ_PROPOSAL, proposal.thing)
    return proposal


def _mine(number: int) -> Proposal:
    """The proposal, where the answer is this person's: the giver's, for an offer the requester's."""
    proposal = _found(number)
    if proposal.origin == rules.OFFER:
        gate.require(Action.EDIT_NEED, proposal.need.thing)
    else:
        gate.require(Action.ANSWER_PROPOSAL, proposal.thing)
    return proposal


@proposal_pages.get(PATH)
@permits(Action.READ_PROPOSAL)
def show(number: int) -> Response:
    return _page(_found(number))


def _page(proposal: Proposal, status: int = 200, problem: str = "", problems: dict[str, str] | None = None) -> Response:
    told = sheet.offering(session(), proposal, gate.actor(), now(), gate.closed_bodies())
    answer = make_response(
        render_template(
            "needs/proposal.html",
            proposal=proposal,
            need=proposal.need,
            told=told,
            leaning=forms.leaning(request.args),
            reasons=rules.reasons(proposal.origin),
            themes={theme.slug: theme for theme in library.themes(session())},
            problem=problem,
            problems=problems or {},
        )
    )
    answer.status_code = status
    answer.cache_control.no_store = True
    return answer


def _press(
    proposal: Proposal, said: str, act: Callable[[Session], Any], onward: Callable[[Any], str] | None = None
) -> Response:
    """Do what a button does in one unit of work; then the page of the proposal, or where ``onward`` leads."""
    try:
        with work() as writing:
            done = act(writing)
    except (Invalid, Conflict) as refused:
        said_no = refusal(refused)
        return _page(proposal_queries.proposal(session(), proposal.id) or proposal, *said_no)
    flash(said)
    address = onward(done) if onward else url_for("proposals.show", number=proposal.id)
    return make_response(redirect(address, 303))


def _begin() -> Begin:
    """What begins a twinning, handed in by the factory."""
    begin: Begin | None = current_app.extensions.get("begin_twinning")
    if begin is None:
        raise Unavailable("twinnings")
    return begin


@proposal_pages.post(f"{PATH}/accetta")
@permits(Action.READ_PROPOSAL)
def accept(number: int) -> Response:
    proposal, begin, days = _mine(number), _begin(), answer_days()
    slug, address = proposal.solution.slug, url_for("proposals.show", number=number)
    return _press(
        proposal,
        "proposal_available" if rules.needs_consent(proposal.origin, proposal.need.visibility) else "proposal_accepted",
        lambda writing: proposals.accept(writing, number, deed(), begin, days),
        lambda twinning: prefixed(f"/gemellaggi/{twinning}-{slug}") if twinning else address,
    )


@proposal_pages.post(f"{PATH}/piu-avanti")
@permits(Action.READ_PROPOSAL)
def postpone(number: int) -> Response:
    proposal, reply, days = _mine(number), forms.reply(request.form), answer_days()
    return _press(
        proposal,
        "proposal_postponed",
        lambda writing: proposals.postpone(writing, number, reply.later_on, reply.text, days, deed()),
    )


@proposal_pages.post(f"{PATH}/rifiuta")
@permits(Action.READ_PROPOSAL, ends=True)
def decline(number: int) -> Response:
    proposal, reply, days = _mine(number), forms.reply(request.form), answer_days()
    return _press(
        proposal,
        "proposal_declined",
        lambda writing: proposals.decline(writing, number, reply.reason, reply.text, days, deed()),
    )


@proposal_pages.post(f"{PATH}/ritira")
@permits(Action.READ_PROPOSAL, ends=True)
def withdraw(number: int) -> Response:
    proposal = _found(number)
    owner = Action.ANSWER_PROPOSAL if proposal.origin == rules.OFFER else Action.EDIT_NEED
    thing = proposal.thing if proposal.origin == rules.OFFER else proposal.need.thing
    if not gate.may(owner, thing):
        raise Forbidden(number)
    return _press(proposal, "proposal_withdrawn", lambda writing: proposals.withdraw(writing, number, deed()))
