# SPDX-License-Identifier: AGPL-3.0-or-later
"""The address where programmes send drafts as Markdown and read them back; everything else is JSON."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Response, abort, g, request, url_for

from app.access import Action, Thing
from app.document.model import Problem
from app.errors import Invalid
from app.solutions import queries as library
from app.solutions.models import Solution
from app.web import gate
from app.web.formats import json_answer
from app.web.gate import actor, permits
from app.web.languages import site_root
from app.web.messages import problem_row
from app.web.unit import session, work
from app.writing import programmes as service
from app.writing.draft_views import as_markdown
from app.writing.programmes import Sent, Stale, Wrong
from app.writing.service import opened
from app.writing.views import editable, now

programmes = Blueprint("programmes", __name__)

#: Kinds of body that are a text; a form of a page is none, so that no page of another site can send one.
TEXTS = frozenset({"text/markdown", "text/x-markdown", "text/plain", "application/octet-stream"})


@programmes.get("/api/v1/bozze/<slug:slug>.json")
@permits(Action.SEND_DRAFT)
def read(slug: str) -> Response:
    """The draft as it is now, with the version to send back."""
    solution = editable(slug, Action.SEND_DRAFT)
    state = opened(session(), solution)
    text = state.state.markdown or as_markdown(state.state)
    return _answer(solution.slug, state, service.lacking(text), markdown=text)


@programmes.post("/api/v1/bozze/<slug:slug>.json")
@permits(Action.SEND_DRAFT)
def send(slug: str) -> Response:
    """Make the draft of this address, or write over it."""
    solution = library.by_slug(session(), slug)
    gate.require(Action.SEND_DRAFT, solution.thing if solution else Thing(bodies=_own()))
    try:
        sent = _write(slug, solution)
    except Wrong as wrong:
        return _problems(wrong.status, wrong.found)
    except Invalid as wrong:
        return _problems(wrong.status, [Problem(field, key) for field, key in wrong.problems.items()])
    answer = _answer(slug, sent.opened, sent.found)
    answer.status_code = 200 if solution else 201
    answer.headers["Location"] = url_for("programmes.read", slug=slug)
    return answer


def _own() -> frozenset[str]:
    return frozenset(body for _role, body in actor().roles)


def _write(slug: str, solution: Solution | None) -> Sent:
    """Raises ``Wrong``, ``Invalid``, ``Stale``, ``Conflict``."""
    request.max_content_length = service.MAX_BYTES
    if request.mimetype and request.mimetype not in TEXTS:
        abort(415)
    parsed = service.read(request.get_data(cache=False))
    _refuse_unmet(solution)
    with work() as writes:
        if solution is None:
            return service.begin(writes, slug, parsed, actor(), now())
        held = library.locked(writes, solution.id)
        return service.update(writes, held, parsed, _known(), actor(), now())


def _refuse_unmet(solution: Solution | None) -> None:
    """Raise ``Stale`` where the request wants a draft that is not there, or none where there is one."""
    if solution is None and (_known() or request.if_match.star_tag):
        raise Stale("missing")
    if solution is not None and request.if_none_match.star_tag:
        raise Stale("there")


def _known() -> frozenset[str]:
    """The versions one of which the programme says it read; empty where it says none.

    Compressed answers carry the name of their compression behind a colon, and a proxy that compresses makes tags weak.
    """
    return frozenset(tag.partition(":")[0] for tag in request.if_match.as_set(include_weak=True))


def _problems(status: int, found: Iterable[Problem]) -> Response:
    answer = json_answer({"error": status, "problems": _told(found), "request_id": g.request_id})
    answer.status_code = status
    answer.cache_control.no_store = True
    return answer


def _told(found: Iterable[Problem]) -> list[dict[str, Any]]:
    return [problem_row(item.field, item.key, item.detail, item.line, item.example) for item in found]


def _answer(slug: str, state: Any, found: Iterable[Problem], **more: str) -> Response:
    version = service.version(state)
    data = {
        "slug": slug,
        "version": version,
        "saved_at": state.saved_at,
        "page": site_root() + url_for("writing.edit", slug=slug),
        "problems": _told(found),
    }
    answer = json_answer({**data, **more})
    answer.set_etag(version)
    answer.cache_control.no_store = True
    return answer
