# SPDX-License-Identifier: AGPL-3.0-or-later
"""Coming in with the identity of one's office: to the provider, and back."""

import secrets
from dataclasses import asdict
from datetime import datetime
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, session, url_for
from flask_wtf.csrf import validate_csrf
from werkzeug.wrappers import Response
from wtforms import ValidationError

from app.access import Action
from app.accounts import external, rules, service
from app.accounts.identity import enter, me, now, onwards
from app.accounts.provider import Identity, Provider, ProviderFailed, Question
from app.accounts.second_factor_views import insist
from app.accounts.views import come_in, home_of_person
from app.errors import Conflict, Forbidden, Invalid, NotFound, SignInNeeded
from app.web import unit
from app.web.gate import actor, permits
from app.web.languages import alternate_url, current_language, site_root
from app.web.logs import log
from app.web.unit import work

sso = Blueprint("sso", __name__, template_folder="templates")

#: Where in the cookie the log-in at the provider waits for its answer.
WAITING = "sso"
#: Coming in; making the identity one's own; saying again who one is.
ENTER, LINK, CONFIRM = "entra", "collega", "conferma"


def provider() -> Provider:
    """The configured provider. Raises ``NotFound`` where there is none."""
    settings = current_app.config["SETTINGS"]
    if not settings.oidc_issuer:
        raise NotFound("provider")
    made: Provider = current_app.extensions.setdefault("provider", Provider(settings))
    return made


def back_address() -> str:
    """Where the provider sends the browser back to: one address for all languages, as registered there."""
    return f"{site_root()}/accedi/ente/ritorno"


@sso.get("/accedi/ente")
@permits(Action.SIGN_IN)
def start() -> Response:
    purpose = _purpose()
    asked = {
        "purpose": purpose,
        "next": rules.own_path(request.args.get("next")),
        "invitation": request.args.get("invito", "")[:64],
        # The way back has one address, whatever the language.
        "language": current_language(),
    }
    question = Question(
        secrets.token_urlsafe(24),
        secrets.token_urlsafe(24),
        secrets.token_urlsafe(48),
        back_address(),
        anew=purpose == CONFIRM,
    )
    try:
        where = provider().address(question)
    except ProviderFailed as failure:
        return _failed(failure, asked)
    session[WAITING] = {**asked, "question": asdict(question), "at": now().isoformat()}
    return redirect(where, 303)


def _purpose() -> str:
    """What the log-in is for. Whoever links an identity must have asked for it on our own page."""
    purpose = request.args.get("scopo", ENTER)
    if purpose not in (LINK, CONFIRM):
        return ENTER
    if not actor().known:
        raise SignInNeeded("sso")
    if purpose == LINK:
        insist()
        try:
            validate_csrf(request.args.get("prova", ""))
        except ValidationError as wrong:
            raise Invalid({"prova": "required"}) from wrong
    return purpose


def _failed(failure: ProviderFailed, waiting: dict[str, Any] | None) -> Response:
    log.warning("sso", error=str(failure))
    return _begun_at(waiting or {}, "sso")


def _begun_at(waiting: dict[str, Any], problem: str) -> Response:
    """The page somebody set out from, which says what went wrong and has the other ways."""
    if waiting.get("invitation"):
        return redirect(url_for("accounts.invitation", token=waiting["invitation"], problema=problem), 303)
    if waiting.get("purpose") == LINK and actor().known:
        return redirect(url_for("profile.security", problema=problem), 303)
    page = "accounts.confirm_identity" if waiting.get("purpose") == CONFIRM else "accounts.sign_in"
    return redirect(url_for(page, problema=problem, next=waiting.get("next") or None), 303)


@sso.get("/accedi/ente/ritorno")
@permits(Action.SIGN_IN)
def back() -> Response:
    language = (session.get(WAITING) or {}).get("language", current_language())
    if language != current_language():
        return redirect(alternate_url(language), 303)
    waiting = session.pop(WAITING, None)
    try:
        identity = _answered(waiting)
    except ProviderFailed as failure:
        return _failed(failure, waiting)
    steps = {ENTER: _enter, LINK: _link, CONFIRM: _confirm}
    return steps[waiting["purpose"]](identity, waiting)


def _answered(waiting: dict[str, Any] | None) -> Identity:
    """Who the provider says came back. Raises ``ProviderFailed`` unless the answer is to our own, fresh question."""
    if not waiting or now() - datetime.fromisoformat(waiting["at"]) > rules.SECOND_FACTOR_LASTS:
        raise ProviderFailed("no question waits")
    question, said = Question(**waiting["question"]), request.args
    if not secrets.compare_digest(question.state.encode(), said.get("state", "").encode("utf-8", "replace")):
        raise ProviderFailed("another state")
    if said.get("iss", provider().issuer) != provider().issuer:
        raise ProviderFailed("another issuer")
    if "error" in said or not said.get("code"):
        raise ProviderFailed(f"refused: {said.get('error', '')[:60]}")
    with work() as writing:
        if not service.spend(writing, f"state:{question.state}", now()):
            raise ProviderFailed("state used before")
    return provider().who(said["code"], question)


def _enter(identity: Identity, waiting: dict[str, Any]) -> Response:
    if waiting["invitation"]:
        return _accept(identity, waiting)
    person = external.owner(unit.session(), identity)
    if person is None:
        return _begun_at(waiting, "sso_unknown")
    if current_app.config["SETTINGS"].oidc_acr:
        # The provider was asked for its own second factor, and said that it was given.
        enter(person, "sso")
        return onwards(waiting["next"], home_of_person())
    return come_in(person, "sso", waiting["next"])


def _accept(identity: Identity, waiting: dict[str, Any]) -> Response:
    token = waiting["invitation"]
    try:
        with work() as writing:
            person = external.accept_invitation(writing, identity, token, now())
    except Forbidden:
        return _begun_at(waiting, "sso_mailbox")
    except Conflict as conflict:
        if str(conflict) == "identity_of_another":
            return _begun_at(waiting, "sso_taken")
        return redirect(url_for("accounts.invitation", token=token), 303)
    enter(person, "sso")
    flash("welcome")
    return redirect(home_of_person(), 303)


def _link(identity: Identity, waiting: dict[str, Any]) -> Response:
    if not actor().known:
        raise SignInNeeded("sso")
    try:
        with work() as writing:
            external.link(writing, me().person.id, identity, now())
    except Conflict:
        return _begun_at(waiting, "sso_taken")
    flash("identity_linked")
    return redirect(url_for("profile.security"), 303)


def _confirm(identity: Identity, waiting: dict[str, Any]) -> Response:
    if not actor().known:
        raise SignInNeeded("sso")
    person = external.owner(unit.session(), identity)
    if person is None or person.id != me().person.id:
        return _begun_at(waiting, "sso_other")
    with work() as writing:
        service.confirm_identity(writing, me().token, now())
    return onwards(waiting["next"], home_of_person())


@sso.post("/profilo/sicurezza/identita/<int(max=1000000000):number>/scollega")
@permits(Action.USE_PROFILE)
def unlink(number: int) -> Response:
    insist()
    with work() as writing:
        external.unlink(writing, me().person.id, number, now())
    flash("identity_unlinked")
    return redirect(url_for("profile.security"), 303)


@sso.get("/accedi/ente/uscita")
@permits(Action.SIGN_IN)
def leave() -> str | Response:
    """After the log-out here: the one at the provider, where it offers one, is the person's to choose."""
    try:
        end = provider().about().get("end_session_endpoint", "")
    except ProviderFailed:
        end = ""
    if not end:
        return redirect(url_for("pages.home"), 303)
    settings = current_app.config["SETTINGS"]
    return render_template("accounts/left.html", end=end, client=settings.oidc_client, home=f"{site_root()}/")
