# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a person may ask for by law: their data to take away, another address, an account erased."""

from flask import Blueprint, Response, current_app, flash, redirect, render_template, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.access import Action
from app.accounts import addresses, erasure, own_data, queries, service
from app.accounts.forms import EmptyForm, EraseForm, NewEmailForm, text
from app.accounts.identity import confirmed, me, now
from app.accounts.profile_views import held, myself
from app.accounts.second_factor_views import insist
from app.accounts.views import network_address, proved
from app.web import unit
from app.web.formats import json_answer
from app.web.gate import actor, permits
from app.web.unit import work

own = Blueprint("own", __name__, template_folder="templates")


@own.get("/profilo/dati")
@permits(Action.USE_PROFILE)
def data() -> str:
    return _page(NewEmailForm(formdata=None))


def _page(form: NewEmailForm, *, throttled: bool = False) -> str:
    return render_template(
        "accounts/own_data.html", form=form, email=me().person.email, throttled=throttled, confirmed=confirmed()
    )


@own.get("/profilo/dati.json")
@permits(Action.USE_PROFILE)
def download() -> Response:
    parts = current_app.extensions.get("own_data", {})
    everything = own_data.collected(unit.session(), myself(), now(), parts)
    answer = json_answer(everything, indent=2)
    answer.headers["Content-Disposition"] = 'attachment; filename="twin-metro-dati.json"'
    answer.cache_control.no_store = True
    return answer


@own.post("/profilo/indirizzo")
@permits(Action.USE_PROFILE)
def new_email() -> AnyResponse | tuple[str, int]:
    insist()
    form = NewEmailForm()
    if form.validate() and text(form.email) == me().person.email:
        form.email.errors = ["email_own"]
    if form.errors:
        return _page(form), 422
    try:
        with work() as writing:
            service.refuse_too_many(writing, now(), f"address {actor().id}", network_address())
            service.note_attempt(writing, now(), f"address {actor().id}", network_address())
            addresses.ask_change(writing, held(writing), text(form.email), now())
    except service.Throttled:
        return _page(form, throttled=True), 429
    flash("email_asked")
    return redirect(url_for("own.data"), 303)


@own.route("/profilo/indirizzo/<string(maxlength=64):token>", methods=["GET", "POST"])
@permits(Action.SIGN_IN)
def change_email(token: str) -> AnyResponse | str:
    """Opening the link changes nothing: mail programmes open links by themselves."""
    found, _person = service.open_link(unit.session(), token, addresses.PURPOSE, now())
    form = EmptyForm()
    if not form.validate_on_submit():
        return render_template("accounts/new_email.html", form=form, email=found.target)
    with work() as writing:
        addresses.change(writing, token, now())
    flash("email_changed")
    return redirect(url_for("profile.show") if actor().known else url_for("accounts.sign_in"), 303)


@own.route("/profilo/cancella", methods=["GET", "POST"])
@permits(Action.USE_PROFILE)
def erase() -> AnyResponse | str | tuple[str, int]:
    insist()
    form = EraseForm()
    problem = ""
    if form.validate_on_submit() and not (problem := _doubted(form.password.data)):
        return _erased()
    page = render_template("accounts/erase.html", form=form, person=me().person, problem=problem)
    return page, 422 if form.is_submitted() else 200


def _doubted(typed: str | None) -> str:
    """Empty where the password proves who it is; who has none said so again a moment ago, before this page."""
    return proved(typed, me().person) if me().person.password_hash else ""


def _erased() -> AnyResponse:
    removals = current_app.extensions.get("erasures", ())
    with work() as writing:
        person = queries.person(writing, me().person.id) or me().person
        erasure.erase(writing, actor(), person, now(), removals)
    session.clear()
    flash("account_erased")
    return redirect(url_for("pages.home"), 303)
