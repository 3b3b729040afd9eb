# SPDX-License-Identifier: AGPL-3.0-or-later
"""The buttons of a twinning: lead, milestones, people, what both sides put on the table, what is said at the end."""

from collections.abc import Callable

from flask import Blueprint, Response, flash, make_response, redirect, request, url_for
from sqlalchemy.orm import Session

from app.access import Action, Thing
from app.document.dates import day_of
from app.errors import Conflict, Invalid, NotFound
from app.files.check import Checked, check
from app.files.refusal import MAX_FILE, FileRefused
from app.needs.service import Deed
from app.text import typed
from app.twinnings import ending, forms, queries, service, sharing, views
from app.twinnings.models import Twinning
from app.twinnings.views import PATH
from app.web import gate
from app.web.files import handed, store
from app.web.gate import permits
from app.web.languages import prefixed
from app.web.unit import session, work

workbench = Blueprint("workbench", __name__, template_folder="templates")
MOST_RENDERING = 40
WORK, SPEAK = Action.WORK_ON_TWINNING, Action.SPEAK_IN_TWINNING


@workbench.url_value_preprocessor
def _limits(endpoint: str | None, _values: dict[str, object] | None) -> None:
    if endpoint == "workbench.share":
        request.max_content_length = MAX_FILE + 100_000


def deed() -> Deed:
    return Deed(gate.actor().id, views.now(), request.form.get("rendering", "")[:MOST_RENDERING])


def speaking_for(body: str) -> str:
    """The body in whose name somebody acts. Raises ``NotFound`` unless they work for it."""
    gate.require(Action.SPEAK_IN_TWINNING, Thing(bodies=frozenset({body})))
    return body


def press(number: int, action: Action, said: str, anchor: str, act: Callable[[Session, Deed], object]) -> Response:
    """Do what a button does in one unit of work; what was typed or sent wrongly is said on the page itself."""
    twinning = views.found(number, action)
    try:
        with work() as writing:
            act(writing, deed())
    except (Invalid, Conflict, FileRefused) as refused:
        return _as_it_stands(number, action, refused)
    flash(said)
    return back(twinning, anchor)


def _as_it_stands(number: int, action: Action, refused: Invalid | Conflict | FileRefused) -> Response:
    """The page read anew, as others left it meanwhile: a reading session of SQLite shows what it showed first."""
    session().rollback()
    session().expire_all()
    return _said_again(views.found(number, action), refused)


def _said_again(twinning: Twinning, refused: Invalid | Conflict | FileRefused) -> Response:
    """The page with what was typed still in its form, and what is wrong beside it."""
    sent = {name: str(value) for name, value in {**request.form, **(request.view_args or {})}.items()}
    if isinstance(refused, FileRefused):
        typed = forms.Typed(True, sent, {"file": refused.key}, str(refused.detail))
        status = Invalid.status
    else:
        problems = refused.problems if isinstance(refused, Invalid) else {"": str(refused)}
        typed = forms.Typed(True, sent, problems, untouched=forms.untouched(sent))
        status = refused.status
    return make_response(views.page(twinning, forms.Refusal(request.endpoint or "", typed)), status)


def back(twinning: Twinning, anchor: str) -> Response:
    address = url_for("twinnings.show", number=twinning.id, slug=twinning.slug, _anchor=anchor or None)
    return make_response(redirect(address, 303))


@workbench.post(f"{PATH}/capofila")
@permits(WORK)
def choose_lead(number: int, slug: str) -> Response:
    body = request.form.get("body", "")
    return press(number, WORK, "saved", "persone", lambda s, d: service.choose_lead(s, number, body, d))


@workbench.post(f"{PATH}/tappe/<int(max=1000000000):milestone>")
@permits(WORK)
def tick(number: int, slug: str, milestone: int) -> Response:
    done = request.form.get("done") == "1"
    return press(number, WORK, "saved", "tappe", lambda s, d: service.tick(s, number, milestone, done, d))


@workbench.post(f"{PATH}/tappe/<int(max=1000000000):milestone>/programma")
@permits(WORK)
def plan(number: int, slug: str, milestone: int) -> Response:
    def act(writing: Session, d: Deed) -> None:
        due_on = forms.day(request.form, "due_on", years=forms.ANY_YEAR) or day_of(d.now)
        owner = typed.number_in(request.form, "owner") or None
        service.plan_milestone(writing, number, milestone, due_on, owner, d)

    return press(number, WORK, "saved", "tappe", act)


@workbench.post(f"{PATH}/tappe")
@permits(WORK)
def add_milestone(number: int, slug: str) -> Response:
    def act(writing: Session, d: Deed) -> None:
        due_on = forms.day(request.form, "due_on", years=forms.ANY_YEAR) or day_of(d.now)
        service.add_milestone(writing, number, request.form.get("title", ""), request.form.get("phase", ""), due_on, d)

    return press(number, WORK, "saved", "tappe", act)


@workbench.post(f"{PATH}/tappe/<int(max=1000000000):milestone>/togli")
@permits(WORK)
def remove_milestone(number: int, slug: str, milestone: int) -> Response:
    remove = service.remove_milestone
    return press(number, WORK, "milestone_removed", "tappe", lambda s, d: remove(s, number, milestone, d))


@workbench.post(f"{PATH}/persone")
@permits(WORK)
def add_person(number: int, slug: str) -> Response:
    person, _, body = request.form.get("person", "").partition("|")
    chosen, task, by = typed.number(person) or 0, request.form.get("task", ""), gate.actor()
    add = service.add_person
    return press(number, WORK, "saved", "persone", lambda s, d: add(s, number, chosen, body, task, by, d))


@workbench.post(f"{PATH}/persone/<int(max=1000000000):person>/togli")
@permits(WORK)
def remove_person(number: int, slug: str, person: int) -> Response:
    remove, by = service.remove_person, gate.actor()
    return press(number, WORK, "saved", "persone", lambda s, d: remove(s, number, person, by, d))


@workbench.post(f"{PATH}/incontri")
@permits(WORK)
def set_meeting(number: int, slug: str) -> Response:
    def act(writing: Session, d: Deed) -> None:
        said = forms.meeting(request.form)
        meeting = typed.number_in(request.form, "meeting")
        seen, text = request.form.get("seen", ""), request.form.get("minutes_text")
        minuted = text if meeting else None
        if minuted is None or not said.untouched(seen):
            sharing.set_meeting(writing, number, meeting, said.title, said.starts_at, said.minutes, said.place, d, seen)
        if minuted is not None:
            sharing.keep_minutes(writing, number, meeting, minuted, d, request.form.get("seen_minutes", ""))

    return press(number, WORK, "saved", "incontri", act)


@workbench.post(f"{PATH}/incontri/<int(max=1000000000):meeting>/annulla")
@permits(WORK, ends=True)
def cancel_meeting(number: int, slug: str, meeting: int) -> Response:
    return press(number, WORK, "saved", "incontri", lambda s, d: sharing.cancel_meeting(s, number, meeting, d))


@workbench.post(f"{PATH}/note")
@permits(WORK)
def write_note(number: int, slug: str) -> Response:
    text = request.form.get("note", "")
    return press(number, WORK, "saved", "note", lambda s, d: sharing.write_note(s, number, text, d))


@workbench.post(f"{PATH}/kit/spunte")
@permits(WORK)
def check_kit(number: int, slug: str) -> Response:
    changed = forms.ticks(request.form)
    return press(number, WORK, "saved", "kit", lambda s, d: sharing.check_kit(s, number, changed, d))


@workbench.post(f"{PATH}/ore")
@permits(SPEAK)
def count_hours(number: int, slug: str) -> Response:
    def act(writing: Session, d: Deed) -> None:
        on = forms.day(request.form, "on") or day_of(d.now)
        body, what = speaking_for(request.form.get("body", "")), request.form.get("what", "")
        sharing.count_hours(writing, number, body, on, forms.quarters(request.form), what, d)

    return press(number, SPEAK, "saved", "ore", act)


@workbench.post(f"{PATH}/ore/<int(max=1000000000):entry>/togli")
@permits(SPEAK)
def take_back_hours(number: int, slug: str, entry: int) -> Response:
    def act(writing: Session, d: Deed) -> None:
        sharing.take_back_hours(writing, number, speaking_for(request.form.get("body", "")), entry, d)

    return press(number, SPEAK, "hours_taken_back", "ore", act)


@workbench.post(f"{PATH}/requisiti")
@permits(SPEAK)
def answer_readiness(number: int, slug: str) -> Response:
    def act(writing: Session, d: Deed) -> None:
        said = {name: request.form.get(name, "") for name in ("body", "precondition", "answer", "who")}
        by_when, seen = forms.day(request.form, "by_when", needed=False), request.form.get("seen", "")
        speaking_for(said["body"])
        if not said["answer"]:
            sharing.take_back_answer(writing, number, said["body"], said["precondition"], d, seen)
            return
        sharing.answer_readiness(
            writing, number, said["body"], said["precondition"], said["answer"], said["who"], by_when, d, seen
        )

    return press(number, SPEAK, "saved", "requisiti", act)


@workbench.post(f"{PATH}/kit")
@permits(WORK)
def add_piece(number: int, slug: str) -> Response:
    title = request.form.get("title", "")
    return press(number, WORK, "saved", "kit", lambda s, d: sharing.add_piece(s, number, title, d))


@workbench.post(f"{PATH}/file")
@permits(WORK)
def share(number: int, slug: str) -> Response:
    """Take in one file for the people of both sides."""
    twinning, title = views.found(number, WORK), request.form.get("title", "")
    city = next((tie.city_id for tie in twinning.parties if tie.city.slug in gate.open_bodies()), twinning.lead_id)
    try:
        name, checked = _sent()
    except FileRefused as refused:
        return _said_again(twinning, refused)
    add = sharing.add_file
    return press(number, WORK, "file_shared", "file", lambda s, d: add(s, number, city, checked, name, title, d))


def _sent() -> tuple[str, Checked]:
    """The file that came, looked at and kept before anything is written: that takes time. Raises ``FileRefused``."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise FileRefused("file_none")
    content = sent.read()
    checked = check(content)
    # On the disk before the row that names it: a row without its file would be a promise broken.
    store().put(content)
    return sent.filename, checked


@workbench.get(f"{PATH}/file/<int(max=1000000000):file>/<path:name>")
@permits(WORK)
def shared_file(number: int, slug: str, file: int, name: str) -> Response:
    twinning = views.found(number, WORK)
    found = queries.file(session(), twinning.id, file)
    # Who took it away was told that it is not shared any more: who kept its address does not read it either.
    if found is None or found.removed_at is not None:
        raise NotFound(name)
    answer = handed(found.digest, found.mime, found.name)
    answer.cache_control.private = True
    return answer


@workbench.post(f"{PATH}/file/<int(max=1000000000):file>/togli")
@permits(WORK)
def unshare(number: int, slug: str, file: int) -> Response:
    return press(number, WORK, "file_unshared", "file", lambda s, d: sharing.remove_file(s, number, file, d))


@workbench.post(f"{PATH}/file/<int(max=1000000000):file>/rimetti")
@permits(WORK)
def put_back(number: int, slug: str, file: int) -> Response:
    return press(number, WORK, "file_shared", "file", lambda s, d: sharing.put_back(s, number, file, d))


@workbench.post(f"{PATH}/ferma")
@permits(Action.END_TWINNING, ends=True)
def stop(number: int, slug: str) -> Response:
    def act(writing: Session, d: Deed) -> None:
        said = forms.stop(request.form)
        ending.stop(writing, number, said.reason, said.text, said.public, d)

    return press(number, Action.END_TWINNING, "twinning_stopped", "", act)


@workbench.post(f"{PATH}/chiudi")
@permits(SPEAK, ends=True)
def say(number: int, slug: str) -> Response:
    def act(writing: Session, d: Deed) -> None:
        body, confirmed = speaking_for(request.form.get("body", "")), "confirmed" in request.form
        seen = request.form.get("seen", "")
        ending.say(writing, number, body, forms.closing(request.form), d, confirmed, seen)

    return press(number, SPEAK, "saved", "chiusura", act)


@workbench.post(f"{PATH}/chiudi-comunque")
@permits(Action.END_TWINNING, ends=True)
def close_alone(number: int, slug: str) -> Response:
    end = Action.END_TWINNING
    return press(number, end, "saved", "", lambda s, d: ending.close_alone(s, number, d))


@workbench.post(f"{PATH}/variante")
@permits(SPEAK)
def begin_variant(number: int, slug: str) -> Response:
    twinning, body = views.found(number, SPEAK), speaking_for(request.form.get("body", ""))
    try:
        with work() as writing:
            variant = ending.begin_variant(writing, twinning.id, body, deed()).slug
    except (Invalid, Conflict) as refused:
        return _as_it_stands(number, SPEAK, refused)
    return make_response(redirect(prefixed(f"/soluzioni/{variant}/modifica"), 303))
