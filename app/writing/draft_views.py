# SPDX-License-Identifier: AGPL-3.0-or-later
"""Around the form: a new draft, the document as Markdown, versions, giving a draft up."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from app.access import Action, Thing
from app.accounts.queries import names
from app.cities.queries import by_slugs
from app.document.model import Document, Problem, located
from app.document.parse import parse
from app.document.pictures import in_kit
from app.document.render import TooComplex
from app.document.serialise import serialise
from app.document.validate import problems
from app.errors import Conflict, Invalid, NotFound
from app.files.refusal import MAX_FILE, FileRefused
from app.solutions import queries as library
from app.solutions.models import Solution
from app.solutions.said_views import AS_SAID
from app.web import gate
from app.web.files import store
from app.web.gate import permits
from app.web.kept import unkept
from app.web.languages import prefixed
from app.web.unit import session, work
from app.writing import giving_up, service
from app.writing import kit as files
from app.writing.bring import Brought, brought, picture, text_of, with_pictures, with_problem
from app.writing.forms import New, number, one_line, read_new, read_seen
from app.writing.service import Saved
from app.writing.state import State, document_of, settled
from app.writing.views import LARGE, editable, form_page, merge_page, now

drafts = Blueprint("drafts", __name__, template_folder="templates")


@drafts.url_value_preprocessor
def _limits(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    request.max_content_length, request.max_form_memory_size = MAX_FILE + LARGE, LARGE


@drafts.get("/soluzioni/nuova")
@permits(Action.WRITE_SOLUTION)
def new() -> Response:
    return _new_page({}, New())


@drafts.post("/soluzioni/nuova")
@permits(Action.WRITE_SOLUTION)
def begin() -> Answer:
    asked = read_new(request.form, _only_body())
    gate.require(Action.WRITE_SOLUTION, Thing(bodies=frozenset({asked.body})))
    try:
        found, content = _brought()
        slug = _begin(asked, found, asked.mark(content))
    except (Invalid, FileRefused) as error:
        wrong, detail = (error.problems, "") if isinstance(error, Invalid) else ({"file": error.key}, error.detail)
        answer = _new_page(wrong, asked, detail)
        answer.status_code = error.status
        return answer
    flash("draft_created")
    lost = ",".join(found.lost) if found else ""
    return redirect(url_for("writing.edit", slug=slug, perso=lost or None, portato=_office(found)), 303)


def _office(found: Brought | None) -> int | None:
    """Whether the page says where the text went: what was Markdown stands where it stood."""
    return 1 if found and found.converted else None


def _begin(asked: New, found: Brought | None, mark: str) -> str:
    """The slug of a new draft, the same however often its form is sent; pictures of the document it begins with become
    files of its kit."""
    digests = {item.name: store().put(item.content) for item in found.pictures} if found else {}
    with work() as writes:
        author = gate.actor().id
        if made := service.begun_already(writes, author, mark, now()):
            return made
        title = asked.title or (found.title if found else "")
        document = with_problem(found.document if found else Document({}), asked.problem)
        solution = service.begin(writes, title, asked.body, document, now(), author, mark=mark)
        if found and found.pictures:
            placed = with_pictures(found, _pictures_kept(writes, solution, found, digests))
            service.rewrite(writes, solution, with_problem(placed, asked.problem), author, now())
        return solution.slug


def _pictures_kept(writes: Session, solution: Solution, found: Brought, digests: Mapping[str, str]) -> dict[str, str]:
    """Addresses of the pictures of a document in the kit of its draft, by their names in it."""
    addresses = {}
    for item in found.pictures:
        said = files.Described(item.name, "documento-tecnico", "CC-BY-4.0", "public")
        taken = picture(item, digests[item.name])
        kept = files.add(writes, solution, taken, item.name, said, gate.actor().id, now())
        addresses[item.name] = in_kit(kept.name)
    return addresses


def _only_body() -> str:
    bodies = gate.open_bodies()
    return next(iter(bodies)) if len(bodies) == 1 else ""


def _new_page(wrong: dict[str, str], asked: New, detail: str = "") -> Response:
    bodies = by_slugs(session(), sorted(gate.open_bodies()))
    listed = sorted(bodies.values(), key=lambda city: city.position)
    return unkept(render_template("writing/new.html", bodies=listed, wrong=wrong, asked=asked, detail=detail))


def _brought() -> tuple[Brought | None, bytes]:
    """What somebody brings in a file, and its bytes. Raises ``Invalid`` and ``FileRefused``."""
    sent = request.files.get("file")
    if not sent or not sent.filename:
        return None, b""
    content = sent.read()
    return brought(sent.filename, content), content


def _uploaded_text() -> str:
    """The Markdown text of an uploaded file, empty where there is none. Raises ``Invalid``."""
    sent = request.files.get("file")
    return text_of(sent.filename, sent.read()) if sent and sent.filename else ""


@drafts.get("/soluzioni/<slug:slug>/markdown")
@permits(Action.EDIT_SOLUTION)
def markdown(slug: str) -> Response:
    solution = editable(slug)
    opened = service.opened(session(), solution)
    text = opened.state.markdown or as_markdown(opened.state)
    return _markdown_page(solution, text, opened.seen, pending=bool(opened.state.markdown))


@drafts.post("/soluzioni/<slug:slug>/markdown")
@permits(Action.EDIT_SOLUTION)
def save_markdown(slug: str) -> Answer:
    solution = editable(slug)
    if request.form.get("do") == "give-up":
        with work() as writes:
            service.give_up_markdown(writes, solution, gate.actor().id, now())
        # What a browser kept of the text is given up with it.
        return redirect(url_for("writing.edit", slug=slug, salvato=1), 303)
    seen = read_seen(request.form)
    typed = request.form.get("text", "")
    try:
        text = _uploaded_text() or typed
        with work() as writes:
            saved = service.save_markdown(writes, solution, text, seen, gate.actor().id, now(), AS_SAID)
    except Invalid as error:
        refused, pending = tuple(error.problems.values()), bool(service.opened(session(), solution).state.markdown)
        return _markdown_page(solution, typed, seen, refused, error.status, pending=pending)
    return _after_markdown(solution, saved)


def _after_markdown(solution: Solution, saved: Saved) -> Answer:
    if saved.refused:
        return merge_page(solution, saved)
    flash("saved")
    return redirect(url_for("drafts.markdown", slug=solution.slug, salvato=1), 303)


def _markdown_page(
    solution: Solution,
    text: str,
    seen: service.Seen,
    refused: tuple[str, ...] = (),
    status: int = 200,
    *,
    pending: bool = False,
) -> Response:
    """The page of the text; one that is ``pending`` stands beside the form, and can be given up."""
    answer = unkept(
        render_template(
            "writing/markdown.html",
            solution=solution,
            text=text,
            seen=seen,
            found=_problems(text),
            refused=refused,
            pending=pending,
        )
    )
    answer.status_code = status
    return answer


def _problems(text: str) -> tuple[Problem, ...]:
    """What is wrong in a text, each with its line."""
    parsed = parse(text)
    found = problems(parsed.document) if parsed.document else ()
    return tuple(sorted(located((*parsed.problems, *found), parsed.lines), key=lambda item: item.line))


def as_markdown(state: State) -> str:
    """The draft as the file it would be."""
    return serialise(settled(document_of(state)))


@drafts.get("/soluzioni/<slug:slug>/bozza.md")
@permits(Action.EDIT_SOLUTION)
def download(slug: str) -> Response:
    opened = service.opened(session(), editable(slug))
    answer = Response(opened.state.markdown or as_markdown(opened.state), mimetype="text/markdown")
    answer.headers["Content-Disposition"] = f'attachment; filename="{slug}.md"'
    answer.cache_control.no_store = True
    return answer


@drafts.get("/soluzioni/<slug:slug>/versione")
@permits(Action.EDIT_SOLUTION)
def version(slug: str) -> Response:
    solution = editable(slug)
    changed = service.unsaved(session(), solution)
    return unkept(render_template("writing/version.html", solution=solution, changed=changed))


@drafts.post("/soluzioni/<slug:slug>/versione")
@permits(Action.EDIT_SOLUTION)
def save_version(slug: str) -> Answer:
    """Make a version of the draft. Where a box is wrong, the form says which."""
    solution = editable(slug)
    reason = one_line(request.form.get("reason", ""))
    try:
        service.try_rendering(session(), solution)
        with work() as writes:
            service.freeze(writes, solution, gate.actor().id, now(), reason)
    except Invalid as error:
        return _refused(solution, tuple(dict.fromkeys(["version_refused", *error.problems.values()])))
    except TooComplex as error:
        return _refused(solution, ("version_refused", str(error)))
    flash("version_saved")
    return redirect(url_for("solutions.versions", slug=slug), 303)


def _refused(solution: Solution, keys: tuple[str, ...], status: int = 422) -> Response:
    answer = unkept(form_page(solution, service.opened(session(), solution), refused=keys))
    answer.status_code = status
    return answer


@drafts.post("/soluzioni/<slug:slug>/ripristina")
@permits(Action.EDIT_SOLUTION)
def restore(slug: str) -> Answer:
    solution = editable(slug)
    try:
        with work() as writes:
            service.restore(writes, solution, number(request.form.get("number", "")), gate.actor().id, now())
    except NoResultFound as error:
        raise NotFound(slug) from error
    except Conflict as late:
        return _refused(solution, (str(late),), late.status)
    flash("version_restored")
    return redirect(url_for("writing.edit", slug=slug), 303)


@drafts.get("/soluzioni/<slug:slug>/scarta")
@permits(Action.EDIT_SOLUTION)
def discard(slug: str) -> Response:
    return _discard_page(editable(slug))


def _discard_page(solution: Solution, status: int = 200) -> Response:
    """Asks once more, naming those whose words would go too."""
    others = giving_up.words_of_others(session(), solution, gate.actor().id)
    answer = unkept(
        render_template(
            "writing/discard.html",
            solution=solution,
            whole=giving_up.never_kept(solution),
            back=giving_up.left(session(), solution).number != solution.latest_number,
            edition=service.opened(session(), solution).edition,
            others=others,
            names=names(session(), [lost.person_id for lost in others]),
            changed=status != 200,
        )
    )
    answer.status_code = status
    return answer


@drafts.post("/soluzioni/<slug:slug>/scarta")
@permits(Action.EDIT_SOLUTION, ends=True)
def discard_now(slug: str) -> Answer:
    solution = editable(slug)
    seen = number(request.form.get("edition", ""))
    try:
        with work() as writes:
            gone = giving_up.discard(writes, library.locked(writes, solution.id), gate.actor().id, now(), seen)
    except Conflict as late:
        session().rollback()
        return _discard_page(editable(slug), late.status)
    flash("draft_discarded")
    return redirect(prefixed("/scrivania") if gone else url_for("solutions.show", slug=slug), 303)
