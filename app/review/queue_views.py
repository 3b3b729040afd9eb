# SPDX-License-Identifier: AGPL-3.0-or-later
"""The editorial desk: queues of what waits, and the story of a solution, as pages, CSV and JSON."""

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for

from app.access import Action
from app.cities import queries as registers
from app.errors import NotFound
from app.review import forms, page_reports, queries, queues
from app.review.queues import COLUMNS, QUEUES, Row
from app.review.sheet import STORY, story
from app.review.views import found, now
from app.solutions import queries as library
from app.web import gate
from app.web.formats import csv_answer, json_answer
from app.web.gate import permits
from app.web.unit import session, work

desk = Blueprint("queues", __name__, template_folder="templates")
QUEUE = f"any({', '.join(repr(queue) for queue in QUEUES)})"


@desk.get("/redazione")
@permits(Action.READ_QUEUES)
def mine() -> Response:
    counts = queues.counts(session(), gate.actor(), now())
    first = next((queue for queue in QUEUES if counts[queue]), QUEUES[0])
    return make_response(redirect(url_for("queues.queue", name=first), 303))


@desk.get(f"/redazione/<{QUEUE}:name>")
@permits(Action.READ_QUEUES)
def queue(name: str) -> Response:
    chosen = forms.chosen(request.args)
    answer = make_response(
        render_template(
            "review/queue.html",
            name=name,
            rows=_rows(name),
            counts=queues.counts(session(), gate.actor(), now()),
            chosen=chosen,
            bodies=registers.all_bodies(session()),
            themes=library.themes(session()),
        )
    )
    answer.cache_control.no_store = True
    return answer


@desk.get(f"/redazione/<{QUEUE}:name>.json")
@permits(Action.READ_QUEUES)
def queue_json(name: str) -> Response:
    return json_answer({"queue": name, "rows": [row.as_data() for row in _rows(name)]})


@desk.get(f"/redazione/<{QUEUE}:name>.csv")
@permits(Action.READ_QUEUES)
def queue_csv(name: str) -> Response:
    return csv_answer([row.as_data() for row in _rows(name)], COLUMNS, name)


@desk.post("/redazione/segnalazioni/<int(max=1000000000):number>/risolvi")
@permits(Action.CLOSE_REPORT, ends=True)
def resolve_report(number: int) -> Response:
    report = queries.page_report(session(), number)
    if report is None:
        raise NotFound(number)
    gate.require(Action.CLOSE_REPORT, report.thing)
    with work() as writing:
        page_reports.resolve(writing, number, gate.actor().id, now())
    flash("resolved")
    return make_response(redirect(url_for("queues.queue", name=queues.REPORTS), 303))


@desk.get("/soluzioni/<slug:slug>/storia.json")
@permits(Action.READ_JOURNAL)
def story_json(slug: str) -> Response:
    solution = found(slug, Action.READ_JOURNAL)
    return json_answer({"solution": slug, "entries": story(session(), solution)})


@desk.get("/soluzioni/<slug:slug>/storia.csv")
@permits(Action.READ_JOURNAL)
def story_csv(slug: str) -> Response:
    solution = found(slug, Action.READ_JOURNAL)
    return csv_answer(story(session(), solution), STORY, f"{slug}-storia")


def _rows(name: str) -> list[Row]:
    return queues.rows(session(), gate.actor(), name, forms.chosen(request.args), now())
