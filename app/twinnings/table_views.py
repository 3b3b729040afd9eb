# SPDX-License-Identifier: AGPL-3.0-or-later
"""The buttons of what both sides put on the table: meetings, notes, files, kit, hours, readiness."""

from flask import Blueprint, Response, flash, make_response, request
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.files.check import check
from app.files.refusal import MAX_FILE, FileRefused
from app.needs.rules import day_of
from app.twinnings import forms, queries, sharing, views
from app.twinnings.models import Twinning
from app.twinnings.service import Deed
from app.twinnings.views import PATH
from app.twinnings.work_views import SPEAK, WORK, back, deed, press, speaking_for
from app.web import gate
from app.web.files import handed, store
from app.web.gate import permits
from app.web.unit import session, work

table = Blueprint("table", __name__, template_folder="templates")


@table.url_value_preprocessor
def _limits(endpoint: str | None, _values: dict[str, object] | None) -> None:
    if endpoint == "table.share":
        request.max_content_length = MAX_FILE + 100_000


@table.post(f"{PATH}/incontri")
@permits(WORK)
def set_meeting(number: int, slug: str) -> Response:
    def act(writing: Session, d: Deed) -> None:
        typed = forms.meeting(request.form)
        meeting = forms.number(request.form, "meeting")
        sharing.set_meeting(writing, number, meeting, typed.title, typed.starts_at, typed.minutes, typed.place, d)

    return press(number, WORK, "saved", "incontri", act)


@table.post(f"{PATH}/incontri/<int(max=1000000000):meeting>/annulla")
@permits(WORK)
def cancel_meeting(number: int, slug: str, meeting: int) -> Response:
    return press(number, WORK, "saved", "incontri", lambda s, d: sharing.cancel_meeting(s, number, meeting, d))


@table.post(f"{PATH}/note")
@permits(WORK)
def write_note(number: int, slug: str) -> Response:
    text = request.form.get("note", "")
    return press(number, WORK, "saved", "note", lambda s, d: sharing.write_note(s, number, text, d))


@table.post(f"{PATH}/kit/<int(max=1000000000):piece>")
@permits(WORK)
def check_kit(number: int, slug: str, piece: int) -> Response:
    received, adapted = "received" in request.form, "adapted" in request.form
    return press(number, WORK, "saved", "kit", lambda s, d: sharing.check_kit(s, number, piece, received, adapted, d))


@table.post(f"{PATH}/ore")
@permits(SPEAK)
def count_hours(number: int, slug: str) -> Response:
    def act(writing: Session, d: Deed) -> None:
        on = forms.day(request.form, "on") or day_of(d.now)
        body, what = speaking_for(request.form.get("body", "")), request.form.get("what", "")
        sharing.count_hours(writing, number, body, on, forms.quarters(request.form), what, d)

    return press(number, SPEAK, "saved", "ore", act)


@table.post(f"{PATH}/requisiti")
@permits(SPEAK)
def answer_readiness(number: int, slug: str) -> Response:
    def act(writing: Session, d: Deed) -> None:
        said = {name: request.form.get(name, "") for name in ("body", "precondition", "answer", "who")}
        by_when = forms.day(request.form, "by_when", needed=False)
        speaking_for(said["body"])
        sharing.answer_readiness(
            writing, number, said["body"], said["precondition"], said["answer"], said["who"], by_when, d
        )

    return press(number, SPEAK, "saved", "requisiti", act)


@table.post(f"{PATH}/incontri/<int(max=1000000000):meeting>/verbale")
@permits(WORK)
def keep_minutes(number: int, slug: str, meeting: int) -> Response:
    text = request.form.get("minutes_text", "")
    return press(number, WORK, "saved", "incontri", lambda s, d: sharing.keep_minutes(s, number, meeting, text, d))


@table.post(f"{PATH}/kit")
@permits(WORK)
def add_piece(number: int, slug: str) -> Response:
    title = request.form.get("title", "")
    return press(number, WORK, "saved", "kit", lambda s, d: sharing.add_piece(s, number, title, d))


@table.post(f"{PATH}/file")
@permits(WORK)
def share(number: int, slug: str) -> Response:
    """Take in one file for the people of both sides."""
    twinning, sent = views.found(number, WORK), request.files.get("file")
    try:
        if sent is None or not sent.filename:
            raise FileRefused("file_none")
        _take(twinning, sent.filename, sent.read())
    except FileRefused as refused:
        session().expire_all()
        return make_response(views.page(views.found(number, WORK), file_refused=(refused.key, refused.detail)), 422)
    flash("file_added")
    return back(twinning, "file")


def _take(twinning: Twinning, name: str, content: bytes) -> None:
    checked = check(content)
    city = next((tie.city_id for tie in twinning.parties if tie.city.slug in gate.actor().bodies), twinning.lead_id)
    # On the disk before the row that names it: a row without its file would be a promise broken.
    store().put(content)
    with work() as writing:
        sharing.add_file(writing, twinning.id, city, checked, name, request.form.get("title", ""), deed())


@table.get(f"{PATH}/file/<int(max=1000000000):file>/<path:name>")
@permits(WORK)
def shared_file(number: int, slug: str, file: int, name: str) -> Response:
    twinning = views.found(number, WORK)
    found = queries.file(session(), twinning.id, file)
    if found is None:
        raise NotFound(name)
    answer = handed(found.digest, found.mime, found.name)
    answer.cache_control.private = True
    return answer


@table.post(f"{PATH}/file/<int(max=1000000000):file>/togli")
@permits(WORK)
def unshare(number: int, slug: str, file: int) -> Response:
    return press(number, WORK, "file_removed", "file", lambda s, d: sharing.remove_file(s, number, file, d))


@table.post(f"{PATH}/file/<int(max=1000000000):file>/rimetti")
@permits(WORK)
def put_back(number: int, slug: str, file: int) -> Response:
    try:
        return press(number, WORK, "file_added", "file", lambda s, d: sharing.put_back(s, number, file, d))
    except FileRefused as refused:
        return make_response(views.page(views.found(number, WORK), file_refused=(refused.key, refused.detail)), 422)
