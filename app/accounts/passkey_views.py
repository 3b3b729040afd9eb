# SPDX-License-Identifier: AGPL-3.0-or-later
"""Passkeys: coming in with one, adding, naming and removing them, saying with one again who one is."""

from datetime import datetime
from urllib.parse import urlsplit

from flask import Blueprint, Response, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.access import Action
from app.accounts import passkeys as service
from app.accounts import queries, rules
from app.accounts.identity import enter, me, now, onwards
from app.accounts.models import Passkey, Person
from app.accounts.second_factor_views import begin_again, insist, pending, shown_codes
from app.accounts.service import Throttled, confirm_identity
from app.accounts.views import home_of_person, network_address
from app.errors import Invalid, NotFound
from app.web import unit
from app.web.formats import json_answer
from app.web.gate import actor, permits
from app.web.languages import site_root
from app.web.unit import work

passkeys = Blueprint("passkeys", __name__, template_folder="templates")

#: Where in the cookie the challenge waits for its answer.
CHALLENGE = "challenge"


def site() -> service.Site:
    parts = urlsplit(site_root())
    return service.Site(parts.hostname or "localhost", f"{parts.scheme}://{parts.netloc}")


def _held() -> list[Passkey]:
    """Passkeys of the one who is coming in, or is in; none where nobody is known yet."""
    waiting = pending()
    if waiting is not None:
        return list(waiting[0].passkeys)
    return list(queries.passkeys(unit.session(), actor().id)) if actor().known else []


@passkeys.post("/accedi/passkey/sfida")
@permits(Action.SIGN_IN)
def challenge() -> Response:
    wants_new = request.form.get("new") == "1" and actor().known
    if wants_new:
        options, challenged = service.registration_options(me().person, _held(), site())
    else:
        options, challenged = service.question(site(), _held())
    session[CHALLENGE] = {"challenge": challenged, "at": now().isoformat()}
    answer = json_answer({"options": options})
    answer.cache_control.no_store = True
    return answer


def _challenge() -> str:
    """The challenge that waits in the cookie, taken out of it; empty where it has expired."""
    waiting = session.pop(CHALLENGE, None)
    if not isinstance(waiting, dict) or now() - datetime.fromisoformat(waiting["at"]) > rules.SECOND_FACTOR_LASTS:
        return ""
    return str(waiting["challenge"])


def _who(only: int = 0) -> tuple[Person | None, str]:
    """Who proved a passkey, or the key of what was wrong."""
    try:
        with work() as writing:
            found = service.who(
                writing, site(), _challenge(), request.form.get("credential", ""), now(), network_address(), only
            )
    except Throttled:
        return None, "throttled"
    return found, "" if found else "passkey"


@passkeys.post("/accedi/passkey")
@permits(Action.SIGN_IN)
def come_in() -> AnyResponse:
    """With a passkey instead of address and password: it proves who one is by having it and by unlocking it."""
    person, problem = _who()
    wanted = rules.own_path(request.form.get("next"))
    if person is None:
        return redirect(url_for("accounts.sign_in", problema=problem, next=wanted or None), 303)
    enter(person, "passkey")
    return onwards(wanted, home_of_person())


@passkeys.post("/accedi/secondo-fattore/passkey")
@permits(Action.SIGN_IN)
def as_second_factor() -> AnyResponse:
    waiting = pending()
    if waiting is None:
        return begin_again()
    person, problem = _who(waiting[0].id)
    if person is None:
        return redirect(url_for("second_factor.ask", problema=problem), 303)
    enter(person, "passkey")
    return onwards(waiting[2], home_of_person())


@passkeys.post("/conferma-identita/passkey")
@permits(Action.USE_PROFILE)
def confirm() -> AnyResponse:
    wanted = rules.own_path(request.form.get("next"))
    person, problem = _who(me().person.id)
    if person is None:
        return redirect(url_for("accounts.confirm_identity", problema=problem, next=wanted or None), 303)
    with work() as writing:
        confirm_identity(writing, me().token, now())
    return onwards(wanted, home_of_person())


@passkeys.route("/profilo/sicurezza/passkey", methods=["GET", "POST"])
@permits(Action.USE_PROFILE)
def add() -> AnyResponse | str | tuple[str, int]:
    insist()
    if request.method == "GET":
        return render_template("accounts/add_passkey.html", problem="")
    typed = request.form
    try:
        with work() as writing:
            codes = service.keep(
                writing,
                me().person.id,
                site(),
                _challenge(),
                typed.get("credential", ""),
                typed.get("name", ""),
                now(),
            )
    except Invalid:
        return render_template("accounts/add_passkey.html", problem="passkey"), 422
    flash("second_factor_added")
    return shown_codes(codes) if codes else redirect(url_for("profile.security"), 303)


@passkeys.post("/profilo/sicurezza/passkey/<int(max=1000000000):number>/nome")
@permits(Action.USE_PROFILE)
def rename(number: int) -> AnyResponse:
    with work() as writing:
        service.rename(writing, me().person.id, number, request.form.get("name", ""))
    flash("saved")
    return redirect(url_for("profile.security"), 303)


@passkeys.route("/profilo/sicurezza/passkey/<int(max=1000000000):number>/togli", methods=["GET", "POST"])
@permits(Action.USE_PROFILE)
def remove(number: int) -> AnyResponse | str:
    insist()
    if request.method == "GET":
        return render_template("accounts/remove_factor.html", what="passkey", name=_name(number))
    with work() as writing:
        service.remove(writing, me().person.id, number, now())
    flash("second_factor_removed")
    return redirect(url_for("profile.security"), 303)


def _name(number: int) -> str:
    for found in queries.passkeys(unit.session(), me().person.id):
        if found.id == number:
            return found.name
    raise NotFound(number)
