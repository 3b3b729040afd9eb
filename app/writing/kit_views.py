# SPDX-License-Identifier: AGPL-3.0-or-later
"""The kit of a solution: its files, taking them in and out, describing them, handing them to who may have them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from app.access import Action, Thing
from app.document.pictures import address, folder_of, named, reference
from app.document.schema import KIT_KINDS, VISIBILITIES
from app.errors import Conflict, Invalid, NotFound
from app.files.check import check
from app.files.kinds import IMAGES
from app.files.names import check_name
from app.files.refusal import MAX_FILE, FileRefused
from app.solutions import queries as library
from app.solutions.models import Solution
from app.solutions.rules import narrower
from app.web import gate
from app.web.files import handed, shown, store
from app.web.gate import permits
from app.web.kept import unkept
from app.web.unit import session, work
from app.writing import kit as files
from app.writing import queries
from app.writing.forms import one_line
from app.writing.models import Attachment
from app.writing.views import editable, now

kits = Blueprint("kits", __name__, template_folder="templates")

#: Files sent at once, with the form around them.
MAX_AT_ONCE = 4
LARGEST = MAX_AT_ONCE * MAX_FILE + 100_000


@kits.url_value_preprocessor
def _limits(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    if endpoint == "kits.add":
        request.max_content_length = LARGEST


def shown_pictures(solution: Solution, text: str) -> dict[str, str]:
    """Digests of the pictures that this reader sees in the text of the version in force, by their addresses."""
    given = {item.name: item.digest for item in kit_files(solution) if item.code in IMAGES}
    missing = named(text) - given.keys()
    for file in queries.left_pictures(session(), solution, missing) if missing else ():
        if gate.may(Action.READ_SOLUTION, _as_shown(file, solution)):
            given[file.name] = file.digest
    folder = folder_of(solution.slug)
    return {address(folder, name): digest for name, digest in given.items()}


@kits.app_template_global()
def kit_files(solution: Solution) -> Sequence[Attachment]:
    """Files of the version in force that this reader may have."""
    every = queries.published_attachments(session(), solution)
    seen = {kind for kind in {file.visibility for file in every} if gate.may(Action.READ_SOLUTION, solution.part(kind))}
    return [file for file in every if file.visibility in seen]


@kits.get("/soluzioni/<slug:slug>/kit")
@permits(Action.EDIT_SOLUTION)
def kit(slug: str) -> Response:
    return _page(editable(slug))


@dataclass(frozen=True)
class NotDescribed:
    """A description that was not taken: of which file, and what is wrong; nothing where somebody came before."""

    number: int = 0
    problems: Mapping[str, str] = field(default_factory=dict)


def _page(
    solution: Solution,
    wrong: Sequence[tuple[str, str, str]] = (),
    taken: Sequence[str] = (),
    status: int = 200,
    refused: NotDescribed = NotDescribed(),
) -> Response:
    answer = unkept(
        render_template(
            "writing/kit.html",
            solution=solution,
            attachments=queries.attachments(session(), solution),
            before=queries.described_before(session(), solution),
            removed=queries.removed_since(session(), solution, now() - files.UNDO),
            wrong=wrong,
            taken=taken,
            kinds=KIT_KINDS,
            visibilities=VISIBILITIES,
            megabytes=MAX_FILE // (1024 * 1024),
            most=MAX_AT_ONCE,
            images=IMAGES,
            reference=reference,
            typed={} if refused.number else request.form,
            refused=refused,
        )
    )
    answer.status_code = status
    return answer


@kits.post("/soluzioni/<slug:slug>/kit")
@permits(Action.EDIT_SOLUTION)
def add(slug: str) -> Answer:
    """Take in the files that are sent; one that is refused does not hinder the others."""
    solution = editable(slug)
    sent = [(item.filename, item.read()) for item in request.files.getlist("file") if item.filename]
    wrong = [] if sent else [("", "file_none", "")]
    taken = []
    for name, content in sent[:MAX_AT_ONCE]:
        try:
            taken.append(_take(solution, name, content))
        except FileRefused as error:
            wrong.append((name, error.key, error.detail))
        except Invalid as error:
            wrong += [(name, key, field) for field, key in error.problems.items()]
    wrong += [(name, "files_at_once", str(MAX_AT_ONCE)) for name, _content in sent[MAX_AT_ONCE:]]
    if wrong:
        # What was taken before is shown with the rest: the page had read the kit already.
        session().rollback()
        session().expire_all()
        return _page(editable(slug), wrong, taken, 422)
    flash("file_added")
    return redirect(url_for("kits.kit", slug=slug), 303)


def _take(solution: Solution, name: str, content: bytes) -> str:
    """The name under which a file is in the kit now."""
    checked = check(content)
    check_name(name, checked.kind)
    said = _said(request.form.get("visibility", ""))
    if not said.problems():
        # On the disk before the row that names it: a row without its file would be a promise broken.
        store().put(content)
    with work() as writes:
        return files.add(writes, solution, checked, name, said, gate.actor().id, now()).name


@kits.post("/soluzioni/<slug:slug>/kit/<int(max=999999999):number>/descrizione")
@permits(Action.EDIT_SOLUTION)
def describe(slug: str, number: int) -> Answer:
    """What is said of a file, without sending it again; what was typed stays on the page until it is taken."""
    solution = editable(slug)
    found = files.of_solution(session(), solution, number)
    try:
        with work() as writes:
            files.describe(writes, solution, number, _said(found.visibility), gate.actor().id, now())
    except Invalid as error:
        return _page(solution, status=error.status, refused=NotDescribed(number, error.problems))
    except Conflict as late:
        session().rollback()
        standing = queries.described_last(session(), files.of_solution(session(), editable(slug), number))
        if standing.removed_at is not None:
            raise
        return _page(editable(slug), status=late.status, refused=NotDescribed(standing.id))
    flash("saved")
    return redirect(url_for("kits.kit", slug=slug), 303)


def _said(visibility: str) -> files.Described:
    """What was typed about a file that some may have."""
    return files.Described(
        one_line(request.form.get("title", "")),
        request.form.get("document_kind", ""),
        one_line(request.form.get("licence", "")),
        visibility,
    )


@kits.post("/soluzioni/<slug:slug>/kit/<int(max=999999999):number>/togli")
@permits(Action.EDIT_SOLUTION)
def remove(slug: str, number: int) -> Answer:
    solution = editable(slug)
    with work() as writes:
        files.remove(writes, solution, number, gate.actor().id, now())
    flash("file_removed")
    return redirect(url_for("kits.kit", slug=slug), 303)


@kits.post("/soluzioni/<slug:slug>/kit/<int(max=999999999):number>/rimetti")
@permits(Action.EDIT_SOLUTION)
def put_back(slug: str, number: int) -> Answer:
    solution = editable(slug)
    try:
        with work() as writes:
            files.put_back(writes, solution, number, gate.actor().id, now())
    except FileRefused as error:
        return _page(solution, [("", error.key, error.detail)], status=422)
    flash("file_added")
    return redirect(url_for("kits.kit", slug=slug), 303)


@kits.get("/soluzioni/<slug:slug>/immagini/<string(maxlength=160):name>")
@permits(Action.READ_SOLUTION)
def picture(slug: str, name: str) -> Response:
    """A picture of the kit, for the text that shows it."""
    solution = library.by_slug(session(), slug)
    found = queries.picture(session(), solution, name) if solution else None
    if found is None or solution is None:
        raise NotFound(name)
    return _given_out(found, _as_shown(found, solution), shown)


def _as_shown(file: Attachment, solution: Solution) -> Thing:
    """What the policy looks at in a picture: one that has left the kit is read where an earlier version shows it."""
    thing = files.thing(solution, file)
    if file.live_at is None or file.published or gate.may(Action.READ_SOLUTION, thing):
        return thing
    said = queries.shown_in(session(), solution, file.name)
    earlier = (solution.part(narrower(file.visibility, visibility)) for visibility in said)
    return next((version for version in earlier if gate.may(Action.READ_SOLUTION, version)), thing)


@kits.get("/allegati/<int(max=999999999):number>/<path:name>")
@permits(Action.READ_SOLUTION)
def attachment(number: int, name: str) -> Response:
    found = queries.attachment(session(), number)
    solution = library.by_slug(session(), found.solution.slug) if found else None
    if found is None or solution is None:
        raise NotFound(name)
    # Its address stays when it is described anew: the file is the same.
    found = found if found.published else queries.in_force(session(), found)
    return _given_out(found, files.thing(solution, found), handed)


def _given_out(file: Attachment, thing: Thing, give: Callable[[str, str, str], Response]) -> Response:
    """A file to whom may have it; kept by nobody but them where others may not."""
    gate.require(Action.READ_SOLUTION, thing)
    answer = give(file.digest, file.mime, file.name)
    if not (thing.published and thing.visibility == "public"):
        answer.cache_control.private = True
    return answer
