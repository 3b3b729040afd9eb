# SPDX-License-Identifier: AGPL-3.0-or-later
"""The search page, the browse page, their data formats, and suggestions while typing."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, current_app, render_template, request, url_for
from flask_babel import get_locale
from sqlalchemy.exc import SQLAlchemyError

from app.access import Action
from app.document.dates import today
from app.search.engine import Engine
from app.search.fallback import without_index
from app.search.forms import FACETS, KINDS, PER_PAGE, SORTS, Asked, clean, is_code, read_asked, read_query
from app.search.index import IndexDamaged
from app.search.indexer import Indexer
from app.search.listing import Addresses, Naming, filters, pages
from app.search.results import Hit, Results, Row
from app.search.service import count_unmet
from app.search.snapshot import TITLED
from app.search.suggest import Suggestion
from app.web.asked import refuse_malformed, refuse_unknown
from app.web.formats import csv_answer, json_answer
from app.web.gate import permits
from app.web.languages import DEFAULT, current_language, prefixed, site_root
from app.web.logs import log
from app.web.unit import session, work

search = Blueprint("search", __name__, template_folder="templates")

#: A table is read whole, so it has every row; the first of them have their snippets. What it says beside of solutions
#: comes from a function that the factory names.
COLUMNS = (
    *Row._fields,
    "status",
    "start",
    "end",
    "evidence",
    "badge",
    "themes",
    "one_off_cost",
    "summary",
    "demonstration",
)
WORDS = {column: ("words.html", column) for column in ("kind", "status", "badge")}
MAX_ROWS = 20_000
SUGGESTIONS = 8
#: Milliseconds that counting a search in vain waits for somebody who writes.
A_MOMENT = 200
#: Themes named to who found nothing and asked for nothing near one.
THEMES = 8


@search.get("/cerca")
@permits(Action.SEARCH)
def results() -> str:
    return _page(read_asked(request.args))


@search.get("/soluzioni")
@permits(Action.SEARCH)
def browse() -> str:
    return _page(read_asked(request.args), browsing=True)


@search.get("/cerca.json")
@permits(Action.SEARCH)
def results_json() -> Response:
    return json_answer(_as_data(_asked_for_data()))


@search.get("/cerca.csv")
@permits(Action.SEARCH)
def results_csv() -> Response:
    return _table(_asked_for_data(), "ricerca")


@search.get("/soluzioni.json")
@permits(Action.SEARCH)
def browse_json() -> Response:
    return json_answer(_as_data(_solutions_only(_asked_for_data())))


@search.get("/soluzioni.csv")
@permits(Action.SEARCH)
def browse_csv() -> Response:
    return _table(_solutions_only(_asked_for_data()), "soluzioni")


@search.get("/cerca/suggerimenti")
@permits(Action.SEARCH)
def suggestions() -> Response:
    typed = clean(request.args.get("q", ""))
    return json_answer({"query": typed, "suggestions": [_row(item) for item in _suggested(typed)]})


def _row(item: Suggestion) -> dict[str, str]:
    """A suggestion in the language of the page where it has a name in it, else marked as Italian."""
    row = {"kind": item.kind, "text": _said(item), "url": prefixed(item.url)}
    return row if current_language() == DEFAULT or item.english else {**row, "lang": DEFAULT}


def _said(item: Suggestion) -> str:
    return item.text if current_language() == DEFAULT else item.english or item.text


def _suggested(typed: str) -> list[Suggestion]:
    try:
        return engine().suggest(typed, SUGGESTIONS) if typed else []
    except IndexDamaged:
        return []


@search.get("/cerca/suggerimenti.json")
@permits(Action.SEARCH)
def suggestions_of_browsers() -> Response:
    """The same as browsers ask for it by `opensearch.xml`: words, texts, descriptions, addresses."""
    typed = clean(request.args.get("q", ""))
    found = _suggested(typed)
    addresses = [_whole(item.url) for item in found]
    answer = json_answer([typed, [_said(item) for item in found], [], addresses])
    answer.mimetype = "application/x-suggestions+json"
    return answer


def engine() -> Engine:
    found: Engine = current_app.extensions["engine"]
    return found


def _page(asked: Asked, browsing: bool = False) -> str:
    found = find(_solutions_only(asked) if browsing else asked)
    _count_if_unmet(asked, found)
    endpoint = "search.browse" if browsing else "search.results"
    addresses = Addresses(url_for(endpoint), asked)
    naming = _naming()
    return render_template(
        "search/results.html",
        asked=asked,
        found=found,
        browsing=browsing,
        endpoint=endpoint,
        addresses=addresses,
        naming=naming,
        elsewhere=_solutions_beside(asked, found),
        main_themes=_main_themes(found),
        comparable=engine().comparable(),
        filters=filters(found.facets, asked, addresses, naming),
        around=[(number, addresses.on_page(number) if number else "") for number in pages(found.page, found.pages)],
    )


def _solutions_beside(asked: Asked, found: Results) -> int:
    """How many solutions answer where nothing of the kind chosen does."""
    if found.total or not asked.text or "solution" in (asked.kinds or ("solution",)):
        return 0
    return find(asked.of_kind("soluzioni")).total


def _main_themes(found: Results) -> Sequence[tuple[str, int]]:
    """Themes with the number of their solutions, the most first, where nothing answers and no theme is near."""
    if found.near_themes or (found.total and not found.beside):
        return ()
    return find(Asked(kind="soluzioni")).facets.get("theme", ())[:THEMES]


def _naming() -> Naming:
    """Names of themes, cities and acts as the index knows them; a year is its own, other values the page names."""
    # A letter is in the language of its reader, whichever page is read meanwhile.
    locale, titles = get_locale(), engine().named()
    english = locale is not None and locale.language == "en"

    def name(facet: str, value: str) -> str:
        kind = "city" if facet == "simili" else FACETS[facet]
        if kind in TITLED:
            title, title_en = titles.get((kind, value)) or (value, "")
            return (english and title_en) or title or value
        return value if kind == "year" else ""

    return name


@search.app_template_global("saved_search")
def _saved(query: str) -> list[tuple[str, str, str]]:
    """What a saved search asks for, as (name in the address, code, name): its words, then its filters."""
    asked, name = read_query(query), _naming()
    words = [("q", asked.text, asked.text)] if asked.text else []
    return [*words, *((facet, code, name(facet, code)) for facet, code in asked.chosen())]


def _solutions_only(asked: Asked) -> Asked:
    return replace(asked, kind="soluzioni")


def find(asked: Asked) -> Results:
    """The answer of the index, or of the database where the index cannot answer."""
    try:
        return engine().search(
            asked.text,
            filters=asked.facets,
            sort=asked.sort,
            page=asked.page,
            per_page=PER_PAGE,
            kinds=asked.kinds,
            correct=not asked.exact,
        )
    except IndexDamaged as error:
        return _without_index(asked, error)


def _table(asked: Asked, name: str) -> Response:
    """Every answer as a line; with the index away, those that can be read in time."""
    try:
        rows = engine().listed(asked.text, asked.facets, asked.sort, MAX_ROWS, asked.kinds, not asked.exact)
    except IndexDamaged as error:
        rows = _rows(_without_index(asked.on_page(1), error, MAX_ROWS).hits)
    return csv_answer(_lines(rows), COLUMNS, name, WORDS)


def _lines(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Answers as programmes read them, each with every column."""
    told = current_app.extensions["lines"](session(), [row.slug for row in rows if row.kind == "solution"])
    return [_line(row, told) for row in rows]


def _line(row: Row, told: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    beside = told.get(row.slug, {}) if row.kind == "solution" else {}
    said = {**beside, **row._asdict(), "score": round(row.score, 3), "url": _whole(row.url)}
    return {column: said.get(column) for column in COLUMNS}


def _whole(path: str) -> str:
    return site_root() + prefixed(path)


def _without_index(asked: Asked, error: IndexDamaged, most: int = PER_PAGE) -> Results:
    log.warning("search without index", reason=str(error))
    indexer: Indexer = current_app.extensions["indexer"]
    return without_index(indexer.every_document(session()), asked, most)


def _count_if_unmet(asked: Asked, found: Results) -> None:
    unmet = (
        asked.text
        and asked.page == 1
        and not asked.exact
        and not asked.filters
        and "solution" in (asked.kinds or ("solution",))
        and (not found.total or found.beside or found.corrected)
    )
    if not unmet or found.degraded:
        return
    try:
        with work(A_MOMENT) as writing:
            count_unmet(writing, asked.text, today())
    except SQLAlchemyError as error:
        # A reader's answer never waits for, or fails with, a statistic.
        log.warning("unmet search not counted", reason=type(error).__name__)


def _asked_for_data() -> Asked:
    """Raises ``Invalid``: an order, a kind, a filter that makes no sense would be left out."""
    refuse_unknown({"ordine": SORTS, "tipo": KINDS})
    refuse_malformed(FACETS, is_code)
    return read_asked(request.args)


def _as_data(asked: Asked) -> dict[str, Any]:
    found = find(asked)
    # Past the last page a reader is shown the last one; a programme that goes on until a page is empty would never end.
    over = asked.page > max(found.pages, 1)
    return {
        "query": found.query,
        "corrected": found.corrected,
        "total": found.total,
        "page": asked.page if over else found.page,
        "pages": found.pages,
        "facets": {
            name: [{"value": value, "count": count} for value, count in values] for name, values in found.facets.items()
        },
        "results": [] if over else _lines(_rows(found.hits)),
        "beside": found.beside,
        "suggestion": found.suggestion,
        "missing": list(found.missing),
        "uncited": list(found.uncited),
        "degraded": found.degraded,
        "near_themes": [{"title": near.text, "url": _whole(near.url)} for near in found.near_themes],
    }


def _rows(hits: Sequence[Hit]) -> list[Row]:
    return [Row.of(vars(hit.document), hit.score, hit.said) for hit in hits]
