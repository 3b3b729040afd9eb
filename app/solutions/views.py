# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading a solution: its page, its formats, its versions and what changed between them."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from flask import Blueprint, Response, current_app, render_template, request, url_for
from sqlalchemy.exc import NoResultFound

from app.access import Action, Thing
from app.accounts.queries import names
from app.document.compare import compare
from app.document.dates import today
from app.document.model import Document
from app.document.parse import parse
from app.document.serialise import digest_of, serialise
from app.errors import NotFound
from app.journal import queries as journal
from app.solutions import pdf, queries
from app.solutions.models import Solution, SolutionRevision
from app.solutions.rules import (
    for_everybody,
    hides_mailbox,
    is_overdue,
    licence_page,
    narrower,
    source_of,
    spreads,
    unrecognised,
)
from app.solutions.said_views import AS_SAID
from app.text.typed import number
from app.web import gate
from app.web.formats import conditional, fresh, json_answer
from app.web.gate import permits
from app.web.kept import kept, personal, sent, unkept
from app.web.languages import current_language, site_root
from app.web.release import RELEASE
from app.web.unit import session

solutions = Blueprint("solutions", __name__, template_folder="templates")
#: Rows of the journal that say why the site itself wrote a version.
BY_THE_SITE = frozenset({"evidence-lowered", "solution-reused"})


@solutions.app_template_global()
def unrecognised_references(front: Mapping[str, Any]) -> list[str]:
    """The references of a document that lead to no act."""
    return unrecognised(front)


@solutions.app_template_global()
def licence_said(front: Mapping[str, Any]) -> str | dict[str, str]:
    """The licence of a document as schema.org says it: the page that tells it, or a work with its name."""
    licence = str(front.get("licence") or "CC-BY-4.0")
    return licence_page(licence) or {"@type": "CreativeWork", "name": licence}


@solutions.app_template_global()
def readable_source(slug: str, front: Mapping[str, Any]) -> Solution | None:
    """The other solution that the document at ``slug`` says it is a variant of, where this reader may open it."""
    source = source_of(Document(front))
    found = queries.by_slug(session(), source, acts=False) if source not in ("", slug) else None
    return found if found is not None and gate.may(Action.READ_SOLUTION, found.thing) else None


def found(slug: str, *, acts: bool = True) -> Solution:
    """The solution this reader may open. Raises ``NotFound``."""
    solution = queries.by_slug(session(), slug, acts=acts)
    if solution is None:
        raise NotFound(slug)
    gate.require(Action.READ_SOLUTION, solution.thing)
    return solution


@solutions.get("/soluzioni/<slug:slug>")
@permits(Action.READ_SOLUTION)
def show(slug: str) -> Response:
    state = queries.state(session(), slug)
    if state is None:
        raise NotFound(slug)
    if not state.published or personal():
        # What few may read, and what one reader sees around it, is made for them alone.
        return unkept(page_of(slug, state.variants))
    gate.require(Action.READ_SOLUTION, Thing(published=True))
    mark = mark_of(state, current_language())
    return fresh(*mark) or sent(kept(mark, partial(page_of, slug, state.variants)), *mark)


def mark_of(state: queries.State, language: str) -> tuple[object, ...]:
    """Everything the page of a published solution changes with: one that is kept under the same mark is right."""
    what = (state.slug, state.revision_number, state.updated_at, state.variants, state.register, state.source_changed)
    return (RELEASE, language, *what, is_overdue(state.review_due, today()))


def page_of(slug: str, variants: Sequence[queries.Variant]) -> str:
    """The page of a solution for whoever asks. Raises ``NotFound``."""
    held = queries.with_text(session(), slug)
    if held is None:
        raise NotFound(slug)
    solution, revision = held
    gate.require(Action.READ_SOLUTION, solution.thing)
    return render_template("solutions/show.html", **_shown(solution, revision), variants=variants)


def _shown(solution: Solution, revision: SolutionRevision) -> dict[str, Any]:
    """What page and paper show alike."""
    return {
        "solution": solution,
        "revision": revision,
        "front": solution.front,
        "spreads": spreads(solution.front),
        "plain": unrecognised(solution.front),
        "unconfirmed": not revision.confirmed and not solution.demonstration,
        "overdue": is_overdue(solution.front.get("review_due"), today()),
    }


@solutions.get("/soluzioni/<slug:slug>.md")
@permits(Action.READ_SOLUTION)
def show_markdown(slug: str) -> Response:
    solution = found(slug)
    revision = queries.current_revision(session(), solution)
    whole = gate.actor().member or not hides_mailbox(solution.front)
    text = revision.text if whole else serialise(_document(solution, revision))
    answer = conditional(Response(text, mimetype="text/markdown"), digest_of(text))
    answer.headers["Content-Disposition"] = f'inline; filename="{slug}.md"'
    return answer


@solutions.get("/soluzioni/<slug:slug>.json")
@permits(Action.READ_SOLUTION)
def show_json(slug: str) -> Response:
    solution = found(slug)
    revision = queries.current_revision(session(), solution)
    answer = json_answer(as_data(solution, revision))
    # By all it says: the names of acts change with other sheets that cite them.
    return conditional(answer, answer.get_data(as_text=True))


@solutions.get("/soluzioni/<slug:slug>.pdf")
@permits(Action.READ_SOLUTION)
def show_pdf(slug: str) -> Response:
    solution = found(slug)
    revision = queries.current_revision(session(), solution)
    page = render_template("solutions/print.html", **_shown(solution, revision))
    settings = current_app.config["SETTINGS"]
    shown = pdf.with_pictures(page, current_app.extensions["pictures"](solution, revision.text))
    content = pdf.document(shown, settings.pdf_folder, settings.data_folder / "files")
    answer = Response(content, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{slug}.pdf"'
    return answer


@solutions.get("/soluzioni/<slug:slug>/versioni")
@permits(Action.READ_SOLUTION)
def versions(slug: str) -> str:
    solution = found(slug, acts=False)
    working = gate.may(Action.READ_DRAFT, solution.thing)
    revisions = queries.revisions(session(), solution, waiting=working)
    authors = names(session(), [item.author_id for item in revisions]) if working else {}
    # Asked once for each kind of reader: the bodies of a transfer are looked up each time.
    kinds = {item.number: narrower(solution.visibility, item.visibility) for item in revisions}
    seen = {kind for kind in set(kinds.values()) if gate.may(Action.READ_SOLUTION, solution.part(kind))}
    shown = [item for item in revisions if item.live_at is None or kinds[item.number] in seen]
    told = journal.done_to(session(), "solution", slug, BY_THE_SITE)
    moved = {row.data["version"]: row for row in told}
    return render_template("solutions/versions.html", solution=solution, revisions=shown, authors=authors, moved=moved)


@solutions.get("/soluzioni/<slug:slug>/versioni/<int(max=1000000):number>")
@permits(Action.READ_SOLUTION)
def version(slug: str, number: int) -> str:
    solution = found(slug)
    revision = _revision(solution, number)
    return render_template("solutions/version.html", solution=solution, revision=revision, title=_called(revision))


def _called(revision: SolutionRevision) -> str:
    """The title that a version had, empty where its text cannot be read any more."""
    written = parse(revision.text).document
    return str(written.front.get("title") or "") if written else ""


@solutions.get("/soluzioni/<slug:slug>/versioni/differenze")
@permits(Action.READ_SOLUTION)
def differences(slug: str) -> str:
    solution = found(slug)
    number = _number("a", solution.revision_number)
    old, new = queries.revision_pair(session(), solution, _number("da", max(number - 1, 1)), number)
    if old is None or new is None:
        raise NotFound(number)
    before, after = (_document(solution, _readable(solution, revision)) for revision in (old, new))
    changes = compare(before, after, AS_SAID)
    return render_template("solutions/differences.html", solution=solution, old=old, new=new, changes=changes)


def _number(name: str, default: int) -> int:
    asked = number(request.args.get(name, ""))
    return default if asked is None else asked


def _revision(solution: Solution, number: int) -> SolutionRevision:
    try:
        return _readable(solution, queries.revision(session(), solution, number))
    except NoResultFound as error:
        raise NotFound(number) from error


def _readable(solution: Solution, revision: SolutionRevision) -> SolutionRevision:
    """The revision, once it is sure that this reader may see one that never came into force, or was for few."""
    if revision.live_at is None:
        gate.require(Action.READ_DRAFT, solution.thing)
    else:
        gate.require(Action.READ_SOLUTION, revision.thing)
    return revision


def _document(solution: Solution, revision: SolutionRevision) -> Document:
    """The document as far as this reader may have it."""
    parsed = revision.document()
    return parsed if gate.actor().member else for_everybody(parsed, solution.front)


def as_data(solution: Solution, revision: SolutionRevision) -> dict[str, Any]:
    """The solution as JSON: front matter as it stands, sections as Markdown, acts as recognised."""
    document = _document(solution, revision)
    return {
        "slug": solution.slug,
        "url": site_root() + url_for("solutions.show", slug=solution.slug),
        "version": revision.number,
        "saved_at": revision.saved_at.isoformat(),
        **document.front,
        "sections": [{"heading": section.heading, "text": section.text} for section in document.sections],
        "footnotes": document.footnotes,
        "acts": [
            {"label": tie.act.label, "urn": tie.act.urn, "official": tie.act.address, "places": tie.places}
            for tie in solution.acts
        ],
    }
