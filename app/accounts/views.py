# SPDX-License-Identifier: AGPL-3.0-or-later
"""Coming in and going out: log-in, invitation, forgotten password, saying again who you are."""

from collections.abc import Callable
from math import ceil
from typing import TypeVar

from flask import Blueprint, current_app, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from app.access import Action
from app.accounts import identity, invitations, passwords, queries, rules, second_factors, service
from app.accounts.demonstration import PASSWORD
from app.accounts.forms import AcceptForm, ConfirmForm, EmailForm, PasswordForm, SignInForm, text
from app.accounts.identity import PENDING, enter, me, now, onwards
from app.accounts.models import Invitation, Person
from app.accounts.people_views import scope_names
from app.errors import Conflict, Invalid
from app.web import unit
from app.web.gate import actor, permits
from app.web.languages import prefixed
from app.web.unit import work

#: Problems that a page hands on in the address.
TOLD = frozenset({"throttled", "late", "passkey", "sso", "sso_unknown", "sso_mailbox", "sso_taken", "sso_other"})

Told = TypeVar("Told")

accounts = Blueprint("accounts", __name__, template_folder="templates")


def network_address() -> str:
    return request.remote_addr or ""


def home_of_person() -> str:
    """Where somebody lands who comes in: the desk."""
    return prefixed("/scrivania")


@accounts.get("/accedi")
@permits(Action.SIGN_IN)
def sign_in() -> Response | str:
    if actor().known:
        return onwards(request.args.get("next"), home_of_person())
    return _sign_in_page(SignInForm(formdata=None), told_problem())


def told_problem() -> str:
    """What went wrong on the page before, where its address says so; over once something was sent from here."""
    if request.method == "POST":
        return ""
    told = request.args.get("problema", "")
    return told if told in TOLD else ""


def _sign_in_page(form: SignInForm, problem: str = "", seconds: int = 0) -> str:
    wanted = rules.own_path(request.values.get("next"))
    return render_template(
        "accounts/sign_in.html",
        form=form,
        problem=problem,
        minutes=ceil(seconds / 60),
        next=wanted,
        purpose=rules.purpose(wanted, request.script_root),
        demonstration=queries.demonstration_people(unit.session()) if _demonstrating() else [],
        demonstration_password=PASSWORD,
    )


def _demonstrating() -> bool:
    shown: bool = current_app.config["SETTINGS"].demonstration
    return shown


@accounts.post("/accedi")
@permits(Action.SIGN_IN)
def sign_in_now() -> Response | str | tuple[str, int]:
    form = SignInForm()
    if not form.validate():
        return _sign_in_page(form), 422
    try:
        person = _who(text(form.email), text(form.password))
    except service.Throttled as wait:
        return _sign_in_page(form, "throttled", wait.seconds), 429
    if person is None:
        return _sign_in_page(form, "wrong"), 422
    return come_in(person, "password", request.form.get("next"))


def _who(email: str, typed: str) -> Person | None:
    """The person with this address and password. Raises ``Throttled``."""
    return _tried(email, lambda: service.check_password(unit.session(), email, typed))


def _tried(email: str, check: Callable[[], Told]) -> Told:
    """What a check of a password tells. Raises ``Throttled``.

    It takes a while, so it is counted before it is made: many at once are no more than one after the other.
    """
    with work() as writing:
        service.refuse_too_many(writing, now(), email, network_address())
        noted = service.note_attempt(writing, now(), email, network_address())
    found = check()
    with work() as writing:
        if found:
            service.forget_attempt(writing, noted)
        else:
            service.record_failure(writing, now(), email)
    return found


def come_in(person: Person, how: str, wanted: str | None) -> Response:
    """Sign in, or ask for the second factor where the person has one."""
    if second_factors.has_one(unit.session(), person):
        session.clear()
        session[PENDING] = {"person": person.id, "at": now().isoformat(), "how": how, "next": rules.own_path(wanted)}
        return redirect(url_for("second_factor.ask"), 303)
    enter(person, how)
    return onwards(wanted, home_of_person())


@accounts.post("/esci")
@permits(Action.SIGN_IN)
def sign_out() -> Response:
    elsewhere = identity.leave() == "sso" and current_app.config["SETTINGS"].oidc_issuer
    flash("signed_out")
    return redirect(url_for("sso.leave" if elsewhere else "pages.home"), 303)


@accounts.route("/invito/<string(maxlength=64):token>", methods=["GET", "POST"])
@permits(Action.SIGN_IN)
def invitation(token: str) -> Response | str | tuple[str, int]:
    found = invitations.open_invitation(unit.session(), token, now())
    if queries.by_email(unit.session(), found.email) is not None:
        return _join(token, found)
    form = AcceptForm()
    status = 200
    if form.validate_on_submit():
        try:
            return _accept(token, form)
        except Invalid as wrong:
            form.password.errors = [wrong.problems["password"]]
    if form.is_submitted():
        status = 422
    return _invitation_page(found, form=form, token_of_link=token), status


def _invitation_page(found: Invitation, **more: object) -> str:
    scope = scope_names().get(found.scope, "")
    return render_template("accounts/invitation.html", invitation=found, scope=scope, problem=told_problem(), **more)


def _accept(token: str, form: AcceptForm) -> Response:
    try:
        with work() as writing:
            person = invitations.accept_invitation(writing, token, now(), text(form.name), text(form.password))
    except Conflict:
        return redirect(url_for("accounts.invitation", token=token), 303)
    enter(person, "invitation")
    flash("welcome")
    return redirect(home_of_person(), 303)


def _join(token: str, found: Invitation) -> Response | str | tuple[str, int]:
    """An invitation to somebody who has an account already: they sign in and take the role."""
    here = prefixed(f"/invito/{token}")
    if not actor().known:
        return redirect(url_for("accounts.sign_in", next=here), 303)
    if found.email != me().person.email:
        return _invitation_page(found, another=True), 403
    if request.method == "GET":
        return _invitation_page(found, joining=True)
    with work() as writing:
        person = queries.person(writing, me().person.id)
        invitations.join_with_invitation(writing, token, person or me().person, now())
    flash("role_taken")
    return redirect(home_of_person(), 303)


@accounts.route("/password-dimenticata", methods=["GET", "POST"])
@permits(Action.SIGN_IN)
def forgotten() -> Response | str | tuple[str, int]:
    form = EmailForm()
    if not form.validate_on_submit():
        return render_template("accounts/forgotten.html", form=form, sent=False), 422 if form.is_submitted() else 200
    try:
        with work() as writing:
            service.refuse_too_many(writing, now(), f"reset {text(form.email)}", network_address())
            service.note_attempt(writing, now(), f"reset {text(form.email)}", network_address())
            service.ask_reset(writing, text(form.email), now())
    except service.Throttled:
        return render_template("accounts/forgotten.html", form=form, sent=False, throttled=True), 429
    return render_template("accounts/forgotten.html", form=form, sent=True)


@accounts.route("/nuova-password/<string(maxlength=64):token>", methods=["GET", "POST"])
@permits(Action.SIGN_IN)
def new_password(token: str) -> Response | str | tuple[str, int]:
    _link, person = service.open_link(unit.session(), token, "reset", now())
    form = PasswordForm()
    if form.validate_on_submit():
        try:
            with work() as writing:
                service.reset_password(writing, token, text(form.password), now())
            flash("password_changed")
            return redirect(url_for("accounts.sign_in"), 303)
        except Invalid as wrong:
            form.password.errors = [wrong.problems["password"]]
    return render_template("accounts/new_password.html", form=form, person=person), 422 if form.is_submitted() else 200


@accounts.route("/conferma-identita", methods=["GET", "POST"])
@permits(Action.USE_PROFILE)
def confirm_identity() -> Response | str | tuple[str, int]:
    form = ConfirmForm()
    wanted = rules.own_path(request.values.get("next"))
    problem = told_problem()
    if form.validate_on_submit():
        problem = _confirm(form)
        if not problem:
            return onwards(wanted, home_of_person())
    ways = queries.ways_to_prove(unit.session(), me().person)
    page = render_template("accounts/confirm_identity.html", form=form, next=wanted, problem=problem, ways=ways)
    return page, 422 if form.is_submitted() else 200


def _confirm(form: ConfirmForm) -> str:
    """Note that the person said who they are; else the key of what was wrong."""
    person = me().person
    by_code = not person.password_hash and bool(person.totp_secret)
    problem = proved_by_code(text(form.code)) if by_code else proved(text(form.password), person)
    if not problem:
        with work() as writing:
            service.confirm_identity(writing, me().token, now())
    return problem


def proved(typed: str | None, person: Person) -> str:
    """Empty where the password is the one of the person, else the key of what was wrong."""
    try:
        right = _tried(person.email, lambda: passwords.matches(person.password_hash, typed or ""))
    except service.Throttled:
        return "throttled"
    return "" if right else "wrong"


def proved_by_code(typed: str) -> str:
    try:
        with work() as writing:
            used = second_factors.use_code(writing, me().person.id, typed, now(), network_address())
    except service.Throttled:
        return "throttled"
    return "" if used else "wrong"
