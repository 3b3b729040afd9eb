# SPDX-License-Identifier: AGPL-3.0-or-later
"""The board of requests as page, JSON, CSV and Atom feeds, and the days a body can give."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for

from app.access import Action, Thing
from app.cities import queries as registers
from app.document.dates import day_of
from app.errors import NotFound
from app.needs import board, forms, proposal_queries, queries, rules, service, sheet
from app.needs.board import COLUMNS, Row
from app.needs.forms import Chosen
from app.needs.queries import Sought
from app.needs.rules import State
from app.needs.views import deed, now
from app.search.forms import page_number
from app.search.listing import around, part
from app.solutions import queries as library
from app.solutions.rules import with_below
from app.text.folding import fold
from app.web import gate
from app.web.asked import refuse_unknown
from app.web.formats import conditional, csv_answer, json_answer
from app.web.gate import permits
from app.web.languages import current_language, site_root
from app.web.unit import session, work

boards = Blueprint("boards", __name__, template_folder="templates")

ENTRIES = 30
PER_PAGE = 50
WORDS = {
    "state": ("needs/_words.html", "state"),
    "outcome": ("needs/_words.html", "outcome"),
    "formats": ("needs/_words.html", "format"),
    "city_size": ("words.html", "size"),
}


def _rows() -> list[Row]:
    """All that is looked for, however much it is. Raises ``Invalid``."""
    refuse_unknown({"stato": rules.ON_BOARD, "formato": rules.FORMATS})
    sought = board.sought(gate.actor(), forms.chosen(request.args), library.tree(session()))
    return board.rows(session(), queries.board(session(), sought), gate.actor(), now())


def _page(chosen: Chosen) -> dict[str, Any]:
    """One page of what is looked for, what stands around it, and the cities it may be narrowed to."""
    sought = board.sought(gate.actor(), chosen, library.tree(session()))
    total = queries.many_on_board(session(), sought)
    shown = part(page_number(request.args.get("pagina", "1")), total, PER_PAGE)

    def address(number: int) -> str:
        arguments: dict[str, Any] = {**chosen.arguments(), "pagina": number if number > 1 else None}
        return url_for("boards.show", **arguments)

    needs = queries.board(session(), sought, shown.before, shown.most)
    return {
        "rows": board.rows(session(), needs, gate.actor(), now()),
        "many": total,
        "cities": _cities(sought),
        **around(shown, address),
    }


def _cities(sought: Sought) -> list[tuple[str, str]]:
    """The cities of the board whichever is chosen, and the chosen one whatever is found."""
    found = {city.slug: city.short_name for city in queries.cities_on_board(session(), replace(sought, city=""))}
    if sought.city and sought.city not in found:
        other = registers.by_slug(session(), sought.city)
        found[sought.city] = other.short_name if other else sought.city
    return sorted(found.items(), key=lambda pair: (fold(pair[1]), pair[0]))


@boards.get("/richieste")
@permits(Action.READ_NEED)
def show() -> Response:
    chosen, mine, answering = forms.chosen(request.args), gate.actor().bodies, gate.open_bodies()
    drafts = queries.of_bodies(session(), mine, (State.DRAFT,)) if mine else []
    answer = make_response(
        render_template(
            "needs/board.html",
            **_page(chosen),
            chosen=chosen,
            drafts=drafts,
            waiting=proposal_queries.waiting_for(session(), answering) if answering else [],
            themes=library.themes(session()),
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
    return json_answer({"requests": _lines()})


@boards.get("/richieste.csv")
@permits(Action.READ_NEED)
def as_csv() -> Response:
    return csv_answer(_lines(), (*COLUMNS, "url"), "richieste", WORDS)


def _lines() -> list[dict[str, object]]:
    root = site_root()
    return [row.as_data() | {"url": root + url_for("needs.show", number=row.id, slug=row.slug)} for row in _rows()]


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
    name = theme.name_en if current_language() == "en" else theme.name
    return _feed(name, set(with_below(slug, library.tree(session()))))


def _feed(name: str, themes: set[str]) -> Response:
    entries = board.changed_last(session(), themes, ENTRIES, now())
    body = render_template("needs/feed.xml", name=name, entries=entries, root=site_root())
    # By all it says: names of bodies, and how large they are, change without any request.
    return conditional(Response(body, mimetype="application/atom+xml"), body)


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
