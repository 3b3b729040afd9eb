# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a person sees and changes of their own account."""

from flask import Blueprint, flash, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.access import Action
from app.accounts import queries, second_factors, service
from app.accounts.forms import ChangePasswordForm, ProfileForm, text
from app.accounts.identity import me, now
from app.accounts.models import Person
from app.accounts.people_views import scope_names
from app.accounts.views import proved, told_problem
from app.errors import Invalid, NotFound
from app.web import unit
from app.web.gate import permits
from app.web.unit import work

profile = Blueprint("profile", __name__, template_folder="templates")


def myself() -> Person:
    """The person of this request, with roles and passkeys, from the reading session."""
    found = queries.person(unit.session(), me().person.id)
    if found is None:
        raise NotFound("person")
    return found


@profile.route("/profilo", methods=["GET", "POST"])
@permits(Action.USE_PROFILE)
def show() -> Response | str | tuple[str, int]:
    person = myself()
    form = ProfileForm(obj=person)
    if form.validate_on_submit():
        with work() as writing:
            service.change_profile(held(writing), text(form.name), text(form.language))
        flash("saved")
        return redirect(url_for("profile.show"), 303)
    urged = second_factors.urged(person.actor) and not second_factors.has_one(unit.session(), person)
    page = render_template("accounts/profile.html", form=form, person=person, names=scope_names(), urged=urged)
    return page, 422 if form.is_submitted() else 200


def held(writing: Session) -> Person:
    """The person of this request, in a unit of work."""
    found = queries.person(writing, me().person.id)
    if found is None:
        raise NotFound("person")
    return found


@profile.get("/profilo/sicurezza")
@permits(Action.USE_PROFILE)
def security() -> str:
    return _security(ChangePasswordForm(formdata=None))


def _security(form: ChangePasswordForm) -> str:
    person = myself()
    at = now()
    return render_template(
        "accounts/security.html",
        form=form,
        person=person,
        problem=told_problem(),
        codes=len(queries.recovery_codes(unit.session(), person.id)),
        # Those that ended by themselves let nobody in any more.
        sign_ins=[
            item for item in queries.open_sign_ins(unit.session(), person.id) if service.still_signed_in(item, at)
        ],
        this=me().number,
        identities=queries.external_identities(unit.session(), person.id),
        urged=second_factors.urged(person.actor) and not second_factors.has_one(unit.session(), person),
    )


@profile.post("/profilo/sicurezza/password")
@permits(Action.USE_PROFILE)
def change_password() -> Response | str | tuple[str, int]:
    form = ChangePasswordForm()
    if not form.validate():
        return _security(form), 422
    problem = proved(text(form.current), me().person)
    if problem:
        form.current.errors = ["password_wrong" if problem == "wrong" else problem]
        return _security(form), 429 if problem == "throttled" else 422
    try:
        with work() as writing:
            service.set_password(writing, held(writing), text(form.password), now(), me().token)
    except Invalid as wrong:
        form.password.errors = [wrong.problems["password"]]
        return _security(form), 422
    flash("password_changed")
    return redirect(url_for("profile.security"), 303)


@profile.post("/profilo/sicurezza/accessi/<int(max=1000000000):number>/chiudi")
@permits(Action.USE_PROFILE)
def end_sign_in(number: int) -> Response:
    with work() as writing:
        service.end_sign_in(writing, me().person.id, number, now())
    flash("sign_in_ended")
    return redirect(url_for("profile.security"), 303)


@profile.post("/profilo/sicurezza/accessi/chiudi-altri")
@permits(Action.USE_PROFILE)
def end_other_sign_ins() -> Response:
    with work() as writing:
        service.end_all_sign_ins(writing, me().person.id, now(), me().token)
    flash("sign_in_ended")
    return redirect(url_for("profile.security"), 303)
