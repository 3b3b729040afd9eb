# SPDX-License-Identifier: AGPL-3.0-or-later
"""The second factor: asked for at the log-in, set up and taken away in the profile."""

from datetime import datetime

import segno
from flask import Blueprint, flash, make_response, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from app.access import Action
from app.accounts import queries, rules, second_factors, service
from app.accounts.forms import CodeForm, text
from app.accounts.identity import PENDING, confirmed, enter, me, now, onwards
from app.accounts.models import Person
from app.accounts.views import home_of_person, network_address, told_problem
from app.errors import ConfirmationNeeded, Conflict
from app.web import unit
from app.web.gate import permits
from app.web.unit import work

second_factor = Blueprint("second_factor", __name__, template_folder="templates")

#: Where in the cookie the secret of an app waits for its first code.
SECRET = "app_secret"  # noqa: S105


def pending() -> tuple[Person, str, str] | None:
    """Who gave the password and still owes the second factor, how, and where they want to go."""
    waiting = session.get(PENDING)
    if not isinstance(waiting, dict) or now() - datetime.fromisoformat(waiting["at"]) > rules.SECOND_FACTOR_LASTS:
        return None
    person = queries.person(unit.session(), waiting["person"])
    return (person, waiting["how"], waiting["next"]) if person is not None and person.active else None


def begin_again() -> Response:
    """To the log-in, where the time for the second factor is over: from there the way goes on as it would have."""
    waiting = session.pop(PENDING, None)
    wanted, problem = (waiting["next"] or None, "late") if isinstance(waiting, dict) else (None, None)
    return redirect(url_for("accounts.sign_in", problema=problem, next=wanted), 303)


def insist() -> None:
    """Raise ``ConfirmationNeeded`` where the person did not say a short while ago who they are."""
    if not confirmed():
        raise ConfirmationNeeded("second_factor")


@second_factor.route("/accedi/secondo-fattore", methods=["GET", "POST"])
@permits(Action.SIGN_IN)
def ask() -> Response | tuple[str, int]:
    waiting = pending()
    if waiting is None:
        return begin_again()
    form, (person, how, wanted) = CodeForm(), waiting
    problem = told_problem()
    if form.validate_on_submit():
        used, problem = spend_code(person.id, text(form.code))
        if used:
            enter(person, used)
            return onwards(wanted, home_of_person())
    shown = {"form": form, "how": how, "problem": problem, "ways": _ways(person), "next": wanted}
    page = render_template("accounts/second_factor.html", **shown)
    return page, 422 if form.is_submitted() else 200


def _ways(person: Person) -> frozenset[str]:
    return queries.ways_to_prove(unit.session(), person)


def spend_code(person_id: int, typed: str) -> tuple[str, str]:
    """How a code proved who the person is, or the key of what was wrong."""
    try:
        with work() as writing:
            used = second_factors.use_code(writing, person_id, typed, now(), network_address())
    except service.Throttled:
        return "", "throttled"
    return used, "" if used else "wrong"


@second_factor.route("/profilo/sicurezza/app", methods=["GET", "POST"])
@permits(Action.USE_PROFILE)
def app() -> Response | str | tuple[str, int]:
    insist()
    if me().person.totp_secret:
        raise Conflict("second_factor_there")
    form = CodeForm()
    if form.validate_on_submit():
        with work() as writing:
            codes = second_factors.keep_totp(writing, me().person.id, session.get(SECRET, ""), text(form.code), now())
        if codes is not None:
            session.pop(SECRET, None)
            flash("second_factor_added")
            return shown_codes(codes) if codes else redirect(url_for("profile.security"), 303)
        form.code.errors = ["code_wrong"]
    return _app_page(form), 422 if form.is_submitted() else 200


def _app_page(form: CodeForm) -> str:
    """The page with the secret: the same one until its code was right, so that a wrong code can be typed again."""
    secret = session.setdefault(SECRET, rules.new_totp_secret())
    address = rules.totp_address(secret, me().person.email)
    picture = segno.make(address, error="m").svg_data_uri(scale=4, border=4)
    groups = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    return render_template("accounts/app_set_up.html", form=form, picture=picture, secret=groups, address=address)


def shown_codes(codes: list[str]) -> Response:
    """The page with new recovery codes, shown this once."""
    return make_response(render_template("accounts/recovery_codes.html", codes=codes))


@second_factor.route("/profilo/sicurezza/app/togli", methods=["GET", "POST"])
@permits(Action.USE_PROFILE)
def remove_app() -> Response | str:
    insist()
    if request.method == "GET":
        return render_template("accounts/remove_factor.html", what="totp", name="")
    with work() as writing:
        second_factors.remove_totp(writing, me().person.id, now())
    flash("second_factor_removed")
    return redirect(url_for("profile.security"), 303)


@second_factor.route("/profilo/sicurezza/codici-di-recupero", methods=["GET", "POST"])
@permits(Action.USE_PROFILE)
def codes() -> Response | str:
    insist()
    if request.method == "GET":
        left = len(queries.recovery_codes(unit.session(), me().person.id))
        return render_template("accounts/new_codes.html", left=left)
    with work() as writing:
        made = second_factors.new_recovery_codes(writing, me().person.id, now())
    return shown_codes(made)
