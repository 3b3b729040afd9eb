# SPDX-License-Identifier: AGPL-3.0-or-later
"""People as referents, coordination and administrators see them: roles, invitations, who is kept out."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import SelectChoice

from app.access import OF_BODY, OF_THEME, Action, Role, Thing, might
from app.accounts import erasure, invitations, queries, roles, rules
from app.accounts.forms import ROLES, EraseForm, InviteForm, Sought, sought, text
from app.accounts.identity import confirmed, now
from app.accounts.models import Invitation, Person
from app.cities import queries as city_queries
from app.document.dates import today
from app.errors import NotFound
from app.search.forms import page_number
from app.search.listing import around, part
from app.text.folding import fold
from app.web import gate, unit
from app.web.gate import actor, permits
from app.web.languages import current_language, prefixed
from app.web.unit import work

people = Blueprint("people", __name__, template_folder="templates")

#: A letter that nobody has tried to send by then waits for a worker, or a mail server, that is not there.
LATE = timedelta(minutes=10)
PER_PAGE = 50
#: The choice of no body, or of no theme.
NONE = SelectChoice("", "-")
#: Slug and name of each theme in a language: handed in, for themes belong to a higher house.
Themes = Callable[[Session, str], list[tuple[str, str]]]


def seen_bodies() -> frozenset[str] | None:
    """The bodies whose people this person looks after; None for the coordination, who looks after all."""
    return None if actor().national else actor().of(Role.REFERENT)


def thing_of(person: Person) -> Thing:
    scopes = frozenset(item.scope for item in person.assignments if Role(item.role) in OF_BODY)
    return Thing(bodies=scopes)


@people.get("/amministrazione/persone")
@permits(Action.MANAGE_PEOPLE)
def listed() -> str:
    return _page(invite_form(empty=True), sought(request.args))


def _page(form: InviteForm, chosen: Sought) -> str:
    """The people looked for, so many on a page however many there are, and the invitations that wait."""
    bodies, names = seen_bodies(), scope_names()
    waiting = _invitations(chosen, bodies)
    rows = queries.people_among(unit.session(), bodies, chosen.body, chosen.state)
    found = [row for row in rows if rules.is_meant(chosen.text, row.name, row.email)]
    shown = part(page_number(request.args.get("pagina", "")), len(found), PER_PAGE)
    numbers = [row.id for row in sorted(found, key=lambda row: (fold(row.name), row.id))]

    def address(number: int) -> str:
        return _address(chosen, number)

    return render_template(
        "accounts/people.html",
        form=form,
        chosen=chosen,
        at=_kept(chosen, shown.number),
        states=rules.STATES if bodies is None else rules.STATES[:2],
        bodies=_choices(chosen, bodies, names),
        longest=rules.MAX_SOUGHT,
        many=len(found),
        **around(shown, address),
        people=queries.people_by_number(unit.session(), numbers[shown.before :][: shown.most]),
        invitations=waiting,
        letters=invitations.letters_of(unit.session(), waiting),
        late=now() - LATE,
        names=names,
        takes=lambda item: rules.may_give(actor(), Role(item.role), item.scope),
        decides=lambda person: rules.may_decide_about(actor(), person.actor),
        confirmed=confirmed(),
    )


def _invitations(chosen: Sought, bodies: frozenset[str] | None) -> list[Invitation]:
    """Invitations that wait, of those looked for; whoever was only invited has no state yet."""
    return [
        item
        for item in queries.waiting_invitations(unit.session(), now(), bodies)
        if not chosen.state
        and (not chosen.body or (item.scope == chosen.body and Role(item.role) in OF_BODY))
        and rules.is_meant(chosen.text, item.email)
    ]


def _choices(chosen: Sought, bodies: frozenset[str] | None, names: dict[str, str]) -> list[tuple[str, str]]:
    """Bodies to which the list may be narrowed, by name, and the one it is narrowed to whatever is found."""
    slugs = queries.bodies_with_people(unit.session(), bodies) | ({chosen.body} if chosen.body else set())
    return sorted(((slug, names.get(slug, slug)) for slug in slugs), key=lambda pair: (fold(pair[1]), pair[0]))


def _kept(chosen: Sought, page: int) -> dict[str, Any]:
    """What an address keeps of the list that one looks at."""
    return {**chosen.arguments(), **({"pagina": page} if page > 1 else {})}


def _address(chosen: Sought, page: int) -> str:
    return url_for("people.listed", **_kept(chosen, page))


def _back() -> Response:
    """To the list as it was when the button was pressed."""
    return redirect(_address(sought(request.args), page_number(request.args.get("pagina", ""))), 303)


def themes(language: str = "") -> list[tuple[str, str]]:
    named: Themes = current_app.extensions["theme_names"]
    return named(unit.session(), language or current_language())


def scope_names() -> dict[str, str]:
    """Names of bodies and themes by slug."""
    return {city.slug: city.name for city in city_queries.all_bodies(unit.session())} | dict(themes())


def invite_form(*, empty: bool = False) -> InviteForm:
    """The form with the roles, bodies and themes this person may give."""
    form = InviteForm(formdata=None) if empty else InviteForm()
    bodies = seen_bodies()
    form.body.choices = [NONE] + [
        SelectChoice(city.slug, city.name)
        for city in city_queries.bodies_on(unit.session(), today())
        if bodies is None or city.slug in bodies
    ]
    form.theme.choices = [NONE, *(SelectChoice(*theme) for theme in (themes() if bodies is None else []))]
    form.role.choices = [SelectChoice(role.value, role.value) for role in ROLES if _can_give(role)]
    return form


def _can_give(role: Role) -> bool:
    scopes = actor().of(Role.REFERENT) if role in OF_BODY else frozenset({""})
    return any(rules.may_give(actor(), role, scope) for scope in scopes | {""})


@people.post("/amministrazione/persone/invita")
@permits(Action.INVITE)
def invite() -> Response | tuple[str, int]:
    form = invite_form()
    if not form.validate() or not _scope_is_right(form):
        return _page(form, Sought()), 422
    if not _of_use(form):
        # Of the one who is refused the list shows how they stand.
        return _page(form, Sought(text(form.email))), 422
    gate.require(Action.INVITE, Thing(bodies=frozenset({form.scope})))
    language, role = text(form.language), form.chosen_role
    theme = dict(themes(language)).get(form.scope, "") if role in OF_THEME else ""
    with work() as writing:
        invitations.invite(writing, actor(), now(), text(form.email), role, form.scope, language, theme)
    flash("invited")
    return redirect(url_for("people.listed"), 303)


def _scope_is_right(form: InviteForm) -> bool:
    bodies = frozenset(city.slug for city in city_queries.bodies_on(unit.session(), today()))
    problem = rules.scope_problem(form.chosen_role, form.scope, bodies, frozenset(slug for slug, _ in themes()))
    if problem:
        (form.theme if problem == "unknown_theme" else form.body).errors = [problem]
    return not problem


def _of_use(form: InviteForm) -> bool:
    """Whether the person could take what they are invited to, as far as the one who invites looks after them."""
    bodies, found = seen_bodies(), queries.by_email(unit.session(), text(form.email))
    if found is None or not (bodies is None or bodies & found.actor.bodies):
        return True
    if found.disabled_at is not None:
        form.email.errors = ["account_disabled"]
    elif (form.chosen_role, form.scope) in found.actor.roles:
        form.email.errors = ["role_held"]
    return not form.email.errors


@people.post("/amministrazione/inviti/<int(max=1000000000):number>/ritira")
@permits(Action.MANAGE_PEOPLE, ends=True)
def withdraw(number: int) -> Response:
    with work() as writing:
        found = _invitation(writing, number)
        invitations.withdraw_invitation(writing, actor(), found, now())
    flash("invitation_withdrawn")
    return _back()


def _invitation(writing: Session, number: int) -> Invitation:
    found = queries.invitation_by_number(writing, number)
    if found is None:
        raise NotFound(number)
    of_body = Role(found.role) in OF_BODY
    gate.require(Action.MANAGE_PEOPLE, Thing(bodies=frozenset({found.scope} if of_body else ())))
    return found


@people.post("/amministrazione/persone/<int(max=1000000000):number>/ruoli/<int(max=1000000000):assignment>/togli")
@permits(Action.MANAGE_PEOPLE, ends=True)
def take_role(number: int, assignment: int) -> Response:
    with work() as writing:
        person = _person(writing, number)
        gate.require(Action.MANAGE_PEOPLE, thing_of(person))
        scope = next((item.scope for item in person.assignments if item.id == assignment), "")
        roles.take_role(writing, actor(), person, assignment, now(), dict(themes(person.language)).get(scope, ""))
        # Of what they took from themselves the page of people may have been a part.
        gone = person.id == actor().id and not might(person.actor, Action.MANAGE_PEOPLE)
    flash("role_removed")
    return redirect(prefixed("/scrivania"), 303) if gone else _back()


def _person(writing: Session, number: int) -> Person:
    found = queries.person(writing, number)
    if found is None or found.erased_at is not None:
        raise NotFound(number)
    return found


@people.post("/amministrazione/persone/<int(max=1000000000):number>/disattiva")
@permits(Action.ASSIGN_ROLES)
def disable(number: int) -> Response:
    with work() as writing:
        person = _person(writing, number)
        gate.require(Action.ASSIGN_ROLES, thing_of(person))
        roles.disable(writing, actor(), person, now())
    flash("account_disabled")
    return _back()


@people.post("/amministrazione/persone/<int(max=1000000000):number>/riattiva")
@permits(Action.ASSIGN_ROLES)
def enable(number: int) -> Response:
    with work() as writing:
        person = _person(writing, number)
        gate.require(Action.ASSIGN_ROLES, thing_of(person))
        roles.enable(writing, actor(), person, now())
    flash("account_enabled")
    return _back()


@people.route("/amministrazione/persone/<int(max=1000000000):number>/cancella", methods=["GET", "POST"])
@permits(Action.ASSIGN_ROLES)
def erase(number: int) -> Response | str | tuple[str, int]:
    """At the request of the person, who cannot or will not do it alone."""
    gate.require(Action.MANAGE_SERVICES)
    form = EraseForm()
    if not form.validate_on_submit():
        person = _person(unit.session(), number)
        back = _back().location
        page = render_template("accounts/erase_person.html", form=form, person=person, back=back)
        return page, 422 if form.is_submitted() else 200
    with work() as writing:
        erasure.erase(writing, actor(), _person(writing, number), now(), current_app.extensions.get("erasures", ()))
    flash("account_erased")
    return _back()
