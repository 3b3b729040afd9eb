# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages of one request: write it, read it, change it, join it, close it."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, current_app, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from app.access import Action, Thing
from app.cities import queries as registers
from app.cities.models import City
from app.errors import Conflict, Forbidden, Invalid, NotFound
from app.needs import board, candidates, checking, forms, likeness, queries, rules, service, sheet, shortlists
from app.needs.models import Need
from app.needs.rules import State, Wanted
from app.needs.service import Deed
from app.needs.shortlists import Shown
from app.search.engine import Engine
from app.search.results import Hit
from app.solutions import queries as library
from app.solutions.models import Solution, Theme
from app.text.typed import number_in
from app.web import gate
from app.web.formats import json_answer
from app.web.gate import permits
from app.web.languages import prefixed
from app.web.unit import session, work

needs = Blueprint("needs", __name__, template_folder="templates")

PATH = "/richieste/<int(max=1000000000):number>-<slug:slug>"


def now() -> datetime:
    return datetime.now(UTC)


def deed() -> Deed:
    return Deed(gate.actor().id, now())


def engine() -> Engine:
    found: Engine = current_app.extensions["engine"]
    return found


def found(number: int, action: Action) -> Need:
    """The request, where this person may do the action to it. Raises ``NotFound``."""
    need = queries.need(session(), number)
    if need is None:
        raise NotFound(number)
    gate.require(action, need.thing)
    return need


def title_of(number: int, slug: str) -> tuple[str, str]:
    """The title of a request this person may read, and its language. Raises ``NotFound``."""
    return found(number, Action.READ_NEED).title, "it"


def my_bodies(slugs: frozenset[str] | None = None) -> list[City]:
    """The bodies for which the person can act, or those of them that are told, in the order of the register."""
    mine = registers.by_slugs(session(), sorted(gate.open_bodies() if slugs is None else slugs))
    return sorted(mine.values(), key=lambda city: city.position)


def body_of(form: forms.Typed, slugs: frozenset[str] | None = None) -> City:
    """The body for which the person acts. Raises ``Forbidden`` for one they do not work for."""
    bodies = my_bodies(slugs)
    wanted = form.get("city", "") or (bodies[0].slug if bodies else "")
    city = next((city for city in bodies if city.slug == wanted), None)
    if city is None:
        raise Forbidden(wanted)
    return city


def address(need: Need, endpoint: str = "needs.show", place: str = "") -> str:
    """The address of a page of a request, at a place of it where one is named."""
    return url_for(endpoint, number=need.id, slug=need.slug, _anchor=place or None)


def back_to(need: Need, endpoint: str = "needs.show", place: str = "") -> Response:
    return make_response(redirect(address(need, endpoint, place), 303))


@needs.get("/richieste/nuova")
@permits(Action.POST_NEED)
def new() -> Response:
    slug = forms.slug_asked(request.args)
    return _form(Wanted(forms.asked_for(request.args), limits={"solution": slug} if slug else None))


@needs.post("/richieste/nuova")
@permits(Action.POST_NEED)
def create() -> Response:
    city, wanted = body_of(request.form), forms.wanted(request.form)
    gate.require(Action.POST_NEED, Thing(bodies=frozenset({city.slug})))
    if other := number_in(request.form, "join"):
        return _join_instead(other, city, wanted, None)
    drafting = request.form.get("do") == "draft"
    if not drafting and (wrong := checking.wrong(session(), city, wanted, now())):
        return _form(wanted, city=city.slug, problems=wrong)
    if _should_look_first(wanted) and not service.is_published(session(), city, wanted, deed()):
        return _form(wanted, city=city.slug, looked=True)
    told = _scored_unless(drafting, city, wanted)
    try:
        with work() as writing:
            need = service.begin(writing, city, wanted, not drafting, deed())
            _remember(writing, need, told)
    except Invalid as wrong:
        return _again(wrong, wanted, None, city.slug)
    flash("need_drafted" if drafting else "need_published")
    return _onward(need)


def scored(city: City, wanted: Wanted, need: Need | None = None) -> Shown:
    """The shortlist that a request will have, made before anything is written: nobody waits for the lock meanwhile."""
    desk = candidates.desk(session(), engine(), now())
    own = candidates.as_city(city, now())
    asked = candidates.as_need(desk, need, wanted) if need else candidates.asked_in(wanted, own)
    return shortlists.of(desk, asked, wish=wanted.wish)


def _scored_unless(drafting: bool, city: City, wanted: Wanted, need: Need | None = None) -> Shown | None:
    return None if drafting or rules.is_too_long(wanted) else scored(city, wanted, need)


def _remember(writing: Session, need: Need, told: Shown | None) -> None:
    """Keep the shortlist of a request that is on the board."""
    if told is not None and need.state == State.OPEN:
        service.remember_shown(writing, need, told.items, told.weights, now())


def _onward(need: Need) -> Response:
    """After publishing: the shortlist where a solution was asked for by name, else the page of the request."""
    asked_for = need.state == State.OPEN and need.limits.get("solution")
    return back_to(need, "matches.show" if asked_for else "needs.show")


def _join_instead(number: int, city: City, wanted: Wanted, draft: Need | None) -> Response:
    """Join a like request from the form of one's own: what was typed stays as a draft."""
    other = found(number, Action.JOIN_NEED)
    kept = draft
    try:
        with work() as writing:
            # Held before the draft is written and told: nobody waits for one who waits for them.
            queries.hold_body(writing, city.id)
            queries.locked(writing, other.id)
            if draft is not None:
                service.edit(writing, draft.id, number_in(request.form, "edition"), wanted, deed())
            elif wanted.problem:
                kept = service.begin(writing, city, wanted, False, deed())
            service.join(writing, other.id, city, "", deed())
    except (Invalid, Conflict) as refused:
        return _again(refused, wanted, draft, city.slug)
    flash("need_joined_instead" if kept else "need_joined")
    return back_to(other)


def _should_look_first(wanted: Wanted) -> bool:
    """Without a script, what may already answer is shown once, when the person presses the button."""
    if request.form.get("do") == "draft" or request.form.get("looked"):
        return False
    return bool(wanted.problem) and any(_near(wanted, 0).values())


def _near(wanted: Wanted, but: int) -> dict[str, Any]:
    """Solutions of others and open requests that may already answer; not the solution that is asked for."""
    text = f"{wanted.title} {wanted.problem}"
    named, asked = wanted.wish, candidates.asked_in(wanted)
    themes = library.themes(session())
    return {
        "solutions": likeness.answering(session(), engine(), asked, themes, named, gate.actor().bodies) or (),
        "needs": board.like(session(), text, wanted.themes, gate.actor(), but, now()),
    }


@needs.get("/richieste/simili.json")
@permits(Action.READ_NEED)
def near() -> Response:
    wanted = Wanted(forms.asked_for(request.args), limits={"solution": forms.slug_asked(request.args)})
    found = _near(wanted, number_in(request.args, "tranne"))
    rows = [{"title": item.title, "city": item.city, "url": prefixed(item.url)} for item in found["solutions"]]
    alike = [
        {
            "id": item.id if item.joinable else None,
            "ours": item.ours,
            "title": item.title,
            "city": item.asker.short_name,
            "url": url_for("needs.show", number=item.id, slug=item.slug),
        }
        for item in found["needs"]
    ]
    return json_answer({"solutions": rows, "needs": alike})


def _may_look(wanted: Wanted, need: Need | None) -> bool:
    """Whether another request could stand in the place of this one: not once it is published, nor of endless words."""
    mine = need is None or need.state == State.DRAFT
    return mine and bool(wanted.problem) and not rules.is_too_long(wanted)


def _wished(wanted: Wanted) -> Solution | None:
    """The solution from whose page the request began, where everybody or this person may read it."""
    solution = library.by_slug(session(), wanted.wish) if wanted.wish else None
    readable = solution is not None and solution.published and gate.may(Action.READ_SOLUTION, solution.thing)
    return solution if readable else None


def _form(
    wanted: Wanted,
    need: Need | None = None,
    city: str = "",
    looked: bool = False,
    problems: dict[str, str] | None = None,
    problem: str = "",
) -> Response:
    answer = make_response(
        render_template(
            "needs/form.html",
            wanted=wanted,
            need=need,
            city=city,
            bodies=my_bodies(),
            near=_near(wanted, need.id if need else 0) if _may_look(wanted, need) else {},
            looked=looked,
            problems=problems or {},
            problem=problem,
            themes=library.themes(session()),
            formats=rules.FORMATS,
            sizes=rules.SIZES,
            wished=_wished(wanted),
            others=[body for body in registers.metropolitan_cities(session()) if body.slug not in gate.actor().bodies],
        )
    )
    answer.status_code = Invalid.status if problems else Conflict.status if problem else 200
    answer.cache_control.no_store = True
    return answer


def _again(refused: Invalid | Conflict, wanted: Wanted, need: Need | None, city: str = "") -> Response:
    """The form with what was typed, and why it was not taken."""
    problems = refused.problems if isinstance(refused, Invalid) else {}
    return _form(wanted, need, city, problems=problems, problem="" if problems else str(refused))


@needs.get(PATH)
@permits(Action.READ_NEED)
def show(number: int, slug: str) -> Response:
    need = found(number, Action.READ_NEED)
    return back_to(need) if slug != need.slug else _page(need)


def _page(need: Need, status: int = 200, problem: str = "", problems: dict[str, str] | None = None) -> Response:
    told = sheet.sheet(session(), need, gate.actor(), now(), gate.closed_bodies())
    themes = library.themes(session())
    answer = make_response(
        render_template(
            "needs/show.html",
            need=need,
            sheet=told,
            bodies=my_bodies(told.joining) if told.may_join else [],
            near=board.like(session(), f"{need.title} {need.problem}", need.themes, gate.actor(), need.id, now()),
            solutions=_answering(need, themes),
            themes={theme.slug: theme for theme in themes},
            outcomes=rules.OUTCOMES,
            problem=problem,
            problems=problems or {},
            typed=request.form if problems else {},
        )
    )
    answer.status_code = status
    answer.cache_control.no_store = True
    return answer


def _answering(need: Need, themes: Sequence[Theme]) -> Sequence[Hit] | None:
    """Solutions that might answer an open request; of one that is settled nobody asks."""
    asked = candidates.asked_in(service.as_wanted(need))
    return likeness.answering(session(), engine(), asked, themes) if need.state == State.OPEN else None


#: Status of an answer, key of what is wrong, and by field what is wrong with what was typed.
Refusal = tuple[int, str, dict[str, str]]


def refusal(why: Invalid | Conflict | NotFound) -> Refusal:
    """What a page says of a button that was refused; all is read anew for it, as somebody else may have been first."""
    session().rollback()
    session().expire_all()
    problems = why.problems if isinstance(why, Invalid) else {}
    return why.status, "invalid" if problems else str(why), problems


def anew(need: Need, why: Invalid | Conflict) -> tuple[Need, int, str, dict[str, str]]:
    """The request as it is now, and why a button of it was refused."""
    said = refusal(why)
    return queries.need(session(), need.id) or need, *said


def press(need: Need, said: str, act: Callable[[Session], object], endpoint: str = "needs.show") -> Response:
    """One button: done and said, or the page of the request again with what was wrong."""
    try:
        with work() as writing:
            act(writing)
    except (Invalid, Conflict) as refused:
        return _page(*anew(need, refused))
    flash(said)
    return back_to(need, endpoint)


@needs.get(f"{PATH}/modifica")
@permits(Action.EDIT_NEED)
def edit(number: int, slug: str) -> Response:
    need = found(number, Action.EDIT_NEED)
    return _form(service.as_wanted(need), need) if rules.may_edit(need.state) else back_to(need)


@needs.post(f"{PATH}/modifica")
@permits(Action.EDIT_NEED)
def save(number: int, slug: str) -> Response:
    need = found(number, Action.EDIT_NEED)
    wanted, edition = forms.wanted(request.form), number_in(request.form, "edition")
    if (other := number_in(request.form, "join")) and need.state == State.DRAFT:
        return _join_instead(other, need.city, wanted, need)
    publishing = need.state == State.DRAFT and request.form.get("do") != "draft"
    told = _scored_unless(need.state == State.DRAFT and not publishing, need.city, wanted, need)
    try:
        with work() as writing:
            act = service.publish if publishing else service.edit
            changed = act(writing, need.id, edition, wanted, deed())
            _remember(writing, changed, told)
    except (Invalid, Conflict) as refused:
        return _again(refused, wanted, need)
    flash("need_published" if publishing else "saved")
    return _onward(changed) if publishing else back_to(changed)


@needs.post(f"{PATH}/unisciti")
@permits(Action.JOIN_NEED)
def join(number: int, slug: str) -> Response:
    need, city = found(number, Action.JOIN_NEED), body_of(request.form)
    note = request.form.get("note", "")
    return press(need, "need_joined", lambda writing: service.join(writing, need.id, city, note, deed()))


@needs.post(f"{PATH}/lascia")
@permits(Action.JOIN_NEED, ends=True)
def leave(number: int, slug: str) -> Response:
    need, city = found(number, Action.JOIN_NEED), body_of(request.form, gate.actor().bodies)
    return press(need, "need_left", lambda writing: service.leave(writing, need.id, city, deed()))


@needs.post(f"{PATH}/chiudi")
@permits(Action.EDIT_NEED, ends=True)
def close(number: int, slug: str) -> Response:
    need = found(number, Action.EDIT_NEED)
    outcome, text = request.form.get("outcome", ""), request.form.get("outcome_text", "")
    return press(need, "need_closed", lambda writing: service.close(writing, need.id, outcome, text, deed()))


@needs.post(f"{PATH}/ritira")
@permits(Action.EDIT_NEED, ends=True)
def withdraw(number: int, slug: str) -> Response:
    need = found(number, Action.EDIT_NEED)
    return press(need, "need_withdrawn", lambda writing: service.withdraw(writing, need.id, deed()))
