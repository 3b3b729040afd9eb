# SPDX-License-Identifier: AGPL-3.0-or-later
"""Service accounts as administrators see them: made, with a token shown once, and revoked."""

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response
from wtforms import SelectChoice

from app.access import Action
from app.accounts import queries
from app.accounts import service_accounts as service
from app.accounts.forms import ServiceForm, text
from app.accounts.identity import now
from app.accounts.models import ServiceAccount
from app.accounts.people_views import NONE, scope_names
from app.cities import queries as city_queries
from app.document.dates import today
from app.errors import Invalid
from app.web import unit
from app.web.gate import actor, permits
from app.web.unit import work

services = Blueprint("services", __name__, template_folder="templates")


@services.get("/amministrazione/servizi")
@permits(Action.MANAGE_SERVICES)
def listed() -> str:
    return _page(ServiceForm(formdata=None), queries.service_accounts(unit.session()))


def _page(form: ServiceForm, accounts: Sequence[ServiceAccount], token: str = "") -> str:
    bodies = city_queries.bodies_on(unit.session(), today())
    form.body.choices = [NONE, *(SelectChoice(city.slug, city.name) for city in bodies)]
    makers = queries.names(unit.session(), [item.created_by for item in accounts])
    return render_template(
        "accounts/services.html",
        form=form,
        accounts=accounts,
        makers=makers,
        names=scope_names(),
        token_shown=token,
        now=now(),
    )


@services.post("/amministrazione/servizi")
@permits(Action.MANAGE_SERVICES)
def create() -> str | tuple[str, int]:
    form = ServiceForm()
    if not form.validate():
        return _page(form, queries.service_accounts(unit.session())), 422
    scopes = frozenset(str(scope) for scope in form.scopes.data or ())
    try:
        with work() as writing:
            wanted = text(form.name), scopes, int(form.days.data), text(form.body)
            _made, token = service.create(writing, actor(), now(), *wanted)
            accounts = queries.service_accounts(writing)
    except Invalid as wrong:
        for field, key in wrong.problems.items():
            form[field].errors = [key]
        return _page(form, queries.service_accounts(unit.session())), 422
    return _page(ServiceForm(formdata=None), accounts, token)


@services.post("/amministrazione/servizi/<int(max=1000000000):number>/revoca")
@permits(Action.MANAGE_SERVICES)
def revoke(number: int) -> Response:
    with work() as writing:
        service.revoke(writing, actor(), number, now())
    flash("service_revoked")
    return redirect(url_for("services.listed"), 303)
