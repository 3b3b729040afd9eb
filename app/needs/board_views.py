# SPDX-License-Identifier: AGPL-3.0-or-later
"""The board of requests as page, JSON, CSV and Atom feeds, and the days a body can give."""

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for

from app.access import Action, Thing
from app.cities import queries as registers
from app.document.dates import day_of
from app.errors import NotFound
from app.needs import board, forms, queries, rules, service, sheet
from app.needs.board import COLUMNS, Row
from app.needs.rules import State
from app.needs.views import deed, now
from app.solutions import queries as library
from app.solutions.rules import with_below
from app.web import gate
from app.web.formats import conditional, csv_answer, json_answer
from app.web.gate import permits
from app.web.languages import site_root
from app.web.release import RELEASE
from app.web.unit import session, work

boards = Blueprint("boards", __name__, template_folder="templates")

ENTRIES = 30


def _rows() -> list[Row]:
    return board.board(session(), gate.actor(), forms.chosen(request.args), library.tree(session()), now())


@boards.get("/richieste")
@permits(Action.READ_NEED)
def show() -> Response:
    chosen, mine, answering = forms.chosen(request.args), gate.actor().bodies, gate.open_bodies()
    rows = _rows()
    drafts = queries.of_bodies(session(), mine, (State.DRAFT,)) if mine else []
    answer = make_response(
        render_template(
            "needs/board.html",
            rows=rows,
            chosen=chosen,
            drafts=drafts,
            waiting=queries.waiting_for(session(), answering) if answering else [],
            themes=library.themes(session()),
            cities=sorted({(row.asker.slug, row.asker.short_name) for row in rows if row.asker.slug}),
            states=rules.ON_BOARD,
            formats=rules.FORMATS,
        )
    )
    answer.cache_control.private = True
    answer.cache_control.no_cache = True
    return answer


@boards.get("/richieste.json")
@permits(Action.READ_NEED)
def as_json() -> Response:
    return json_answer({"requests": [row.as_data() for row in _rows()]})


@boards.get("/richieste.csv")
@permits(Action.READ_NEED)
def as_csv() -> Response:
    return csv_answer([row.as_data() for row in _rows()], COLUMNS, "richieste")


@boards.get("/feed/richieste.atom")
@permits(Action.READ_PUBLIC)
def feed() -> Response:
    return _feed("", set())


@boards.get("/feed/richieste/<slug:slug>.atom")
@permits(Action.READ_PUBLIC)
def feed_of_theme(slug: str) -> Response:
    theme = library.theme_by_slug(session(), slug)
    if theme is None:
        raise NotFound(slug)
    return _feed(theme.name, set(with_below(slug, library.tree(session()))))


def _feed(name: str, themes: set[str]) -> Response:
    found = board.public_board(session(), themes, now())
    entries = sorted(found, key=lambda row: row.updated_at, reverse=True)[:ENTRIES]
    body = render_template("needs/feed.xml", name=name, entries=entries, root=site_root())
    marks = [f"{row.id}:{row.state}:{row.updated_at.isoformat()}:{row.asker.slug}" for row in entries]
    return conditional(Response(body, mimetype="application/atom+xml"), RELEASE, *marks)


@boards.get("/citta/<slug:slug>/disponibilita")
@permits(Action.STATE_CAPACITY)
def capacity(slug: str) -> Response:
    return _capacity_page(slug)


def _capacity_page(slug: str, problems: dict[str, str] | None = None) -> Response:
    city = registers.by_slug(session(), slug)
    if city is None:
        raise NotFound(slug)
    gate.require(Action.STATE_CAPACITY, Thing(bodies=frozenset({slug})))
    quarters = rules.quarters_from(day_of(now()))
    answer = make_response(
        render_template(
            "needs/capacity.html",
            city=city,
            quarters=quarters,
            stated=queries.capacities(session(), quarters).get(city.id, {}),
            free=sheet.free_days(session(), city, now()),
            problems=problems or {},
            most=rules.MOST_DAYS,
            each=rules.DAYS_A_TRANSFER,
        )
    )
    answer.status_code = 422 if problems else 200
    answer.cache_control.no_store = True
    return answer


@boards.post("/citta/<slug:slug>/disponibilita")
@permits(Action.STATE_CAPACITY)
def state_capacity(slug: str) -> Response:
    city = registers.by_slug(session(), slug)
    if city is None:
        raise NotFound(slug)
    gate.require(Action.STATE_CAPACITY, Thing(bodies=frozenset({slug})))
    quarters = rules.quarters_from(day_of(now()))
    days, wrong = forms.capacity(request.form, quarters)
    if wrong:
        return _capacity_page(slug, wrong)
    with work() as writing:
        service.state_capacity(writing, city, days, quarters, deed())
    flash("capacity_stated")
    return make_response(redirect(url_for("boards.capacity", slug=slug), 303))
