# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a text suggests to who writes it: similar solutions, themes, acts, acronyms; and what was searched in vain."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, current_app, render_template, request

from app.access import Action
from app.document.dates import today
from app.search import queries as searches
from app.search.engine import Engine
from app.search.index import IndexDamaged
from app.web.formats import json_answer
from app.web.gate import permits
from app.web.kept import unkept
from app.web.languages import current_language
from app.web.unit import session
from app.writing import hints as suggesting
from app.writing import service
from app.writing.state import State
from app.writing.views import LARGE, editable

hinting = Blueprint("hinting", __name__, template_folder="templates")

SIMILAR = 4
#: Letters of a text that a search for similar solutions reads.
READ_FOR_SEARCH = 400
#: Searches in vain that writers are shown: those of the last days that came on so many of them, as what came on one may
#: be anything, typed twice by anybody.
UNMET, UNMET_DAYS, UNMET_TIMES = 5, 90, 2
#: Lists of the form that a suggestion would repeat, and the box that sends each.
LISTS = {"themes": "themes", "legal_basis": "acts", "questions": "questions"}


@hinting.url_value_preprocessor
def _limits(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    request.max_content_length = request.max_form_memory_size = LARGE


@hinting.get("/soluzioni/<slug:slug>/simili")
@permits(Action.EDIT_SOLUTION)
def show(slug: str) -> Response:
    """What the saved draft suggests, as a page."""
    solution = editable(slug)
    state = service.opened(session(), solution).state
    return unkept(render_template("writing/hints.html", solution=solution, **_hints(slug, state)))


@hinting.post("/soluzioni/<slug:slug>/suggerimenti")
@permits(Action.EDIT_SOLUTION)
def typed(slug: str) -> Response:
    """What the text suggests while it is being typed."""
    editable(slug)
    return _answer(slug)


@hinting.post("/soluzioni/nuova/suggerimenti")
@permits(Action.WRITE_SOLUTION)
def begun() -> Response:
    """What title and problem of a solution suggest before there is a draft of it."""
    return _answer("")


def _answer(slug: str) -> Response:
    title, text = request.form.get("title", ""), request.form.get("text", "")
    given = {name: request.form.getlist(box) for name, box in LISTS.items()}
    state = State({"title": title, **given})
    found = _hints(slug, state, text)
    page = render_template("writing/_hints.html", beginning=not slug, **found)
    return json_answer({"html": page, "similar": [hit.slug for hit in found["similar"]], "acts": found["acts"]})


def _hints(slug: str, state: State, text: str = "") -> dict[str, Any]:
    text = text or "\n".join(state.sections.values())
    words = f"{state.title} {text[:READ_FOR_SEARCH]}"
    listed = state.fields.get("legal_basis", [])
    chosen = state.fields.get("themes", [])
    themes = [hit.slug for hit in _found(words, "theme") if hit.slug not in chosen]
    return {
        "similar": [hit for hit in _found(words, "solution") if hit.slug != slug][:SIMILAR],
        "near": [(slug, engine().title("theme", slug, current_language() == "en")) for slug in themes[:SIMILAR]],
        "acts": suggesting.acts_not_listed(text, listed if isinstance(listed, list) else []),
        "unmet": _unmet(state.fields.get("questions", [])) if slug else [],
        "acronyms": suggesting.unexplained(f"{state.title}\n{text}", engine().vocabulary.expansions),
    }


def _unmet(asked: Any) -> list[str]:
    """What readers searched in vain and the solution does not say yet that it answers."""
    known = {" ".join(str(item).casefold().split()) for item in asked} if isinstance(asked, list) else set()
    rows = searches.most_unmet(session(), today() - timedelta(days=UNMET_DAYS), UNMET + len(known), UNMET_TIMES)
    return [text for text, _count in rows if text not in known][:UNMET]


def _found(text: str, kind: str) -> list[Any]:
    words = suggesting.plain_words(text)
    try:
        return list(engine().search(words, kinds=(kind,), per_page=SIMILAR + 2).hits) if words else []
    except IndexDamaged:
        return []


def engine() -> Engine:
    found: Engine = current_app.extensions["engine"]
    return found
