# SPDX-License-Identifier: AGPL-3.0-or-later
"""Home, the written pages, and the addresses machines ask for."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, Response, current_app, render_template, request, url_for
from flask_babel import gettext
from markupsafe import escape

from app import schema
from app.access import Action
from app.cities import queries as city_queries
from app.config import Settings
from app.document.dates import day_of
from app.errors import NotFound
from app.needs import board
from app.pages import examples, queries
from app.pages import sitemap as maps
from app.pages.models import WrittenPage
from app.pages.sitemap import Entry
from app.solutions import queries as solution_queries
from app.solutions.models import Solution
from app.twinnings import queries as twinning_queries
from app.web.addresses import to_write
from app.web.formats import fresh, json_answer
from app.web.gate import permits
from app.web.kept import generation, kept, personal, sent, unkept
from app.web.languages import DEFAULT, LANGUAGES, current_language, site_root
from app.web.release import RELEASE
from app.web.unit import session

pages = Blueprint("pages", __name__, template_folder="templates")

WRITTEN = ("aiuto", "programma", "accessibilita", "privacy", "informazioni", "note-legali")
#: Public pages of what happens between the cities, and of all that can be taken away.
ALIVE = ("boards.show", "twinnings.index", "figures.network", "figures.numbers", "catalogue.index")
#: Solutions, and requests and transfers, that the home page shows.
LATEST, NEWEST = 6, 3
XML = "application/xml"
#: What stands before the path of a page in each language.
PREFIXES = {language: "" if language == DEFAULT else f"/{language}" for language in LANGUAGES}


def settings() -> Settings:
    found: Settings = current_app.config["SETTINGS"]
    return found


@pages.get("/")
@permits(Action.READ_PUBLIC)
def home() -> Response:
    state = generation()
    if personal() or not state:
        # Without an index nothing tells that the page changed.
        return unkept(_home())
    mark = (RELEASE, current_language(), "home", state)
    return fresh(*mark) or sent(kept(mark, _home), *mark)


def _home() -> str:
    latest = solution_queries.newest(session(), LATEST)
    return render_template(
        "pages/home.html",
        themes=solution_queries.themes_with_counts(session()),
        totals=queries.totals(session()),
        latest=latest,
        examples=_examples(latest),
        needs=board.latest(session(), datetime.now(UTC), NEWEST),
        twinnings=twinning_queries.latest_running(session(), NEWEST),
    )


def _examples(latest: Iterable[Solution]) -> list[str]:
    """Searches that find something. Those of the sheets are in Italian: who reads in another language gets others."""
    return (
        examples.of_newest(current_app.extensions["engine"], latest) if current_language() == DEFAULT else []
    ) or _usual()


def _usual() -> list[str]:
    """What most people look for."""
    return [
        gettext("sportello unico per le imprese"),
        gettext("gare per i piccoli comuni"),
        gettext("piano strategico metropolitano"),
    ]


@pages.get(f"/<any({', '.join(repr(name) for name in WRITTEN)}):name>")
@permits(Action.READ_PUBLIC)
def written(name: str) -> str:
    page = _written(name)
    return render_template("pages/written.html", page=page, html=_filled(page.html))


def title_of(name: str) -> tuple[str, str]:
    """The title of a written page and its language. Raises ``NotFound``."""
    page = _written(name)
    return page.title, page.language


def _written(name: str) -> WrittenPage:
    """The page in the language of the reader, else in Italian. Raises ``NotFound``."""
    page = queries.page(session(), name, current_language()) or queries.page(session(), name, "it")
    if page is None:
        raise NotFound(name)
    return page


def _filled(html: str) -> str:
    """The stored HTML with the installation's own names in place of the marks of the text."""
    form, missing = _report_form(), escape(gettext("non ancora indicato"))
    ask = escape(gettext("si chiede con"))
    places = {
        "{feedback}": escape(settings().feedback) or form,
        "{controller}": escape(settings().controller) or missing,
        "{source}": escape(settings().source_url) or f"{missing} ({ask} {form})",
    }
    for mark, value in places.items():
        html = html.replace(mark, value)
    return html


def _report_form() -> str:
    """A link to the form for who reads a page and wants to say something of it."""
    address = escape(url_for("reader.report_page", pagina=request.path))
    words = escape(gettext("il modulo «Segnala un errore in questa pagina»"))
    return f'<a href="{address}" rel="nofollow">{words}</a>'


@pages.get("/robots.txt")
@permits(Action.READ_PUBLIC)
def robots() -> Response:
    closed = [f"Disallow: {prefix}{path}" for prefix in ("", "/en") for path in ("/cerca", "/segnala")]
    lines = ["User-agent: *", *closed, f"Sitemap: {site_root()}/sitemap.xml", ""]
    return Response("\n".join(lines), mimetype="text/plain")


@pages.get("/sitemap.xml")
@permits(Action.READ_PUBLIC)
def sitemap() -> Response:
    def made() -> Iterator[str]:
        files = _files()
        if len(files) == 1:
            return maps.pages(site_root(), files[0], PREFIXES)
        return maps.index(site_root(), [_path("pages.sitemap_part", number=n + 1) for n in range(len(files))])

    return _map(0, made)


@pages.get("/sitemap-<int(max=1000000000):number>.xml")
@permits(Action.READ_PUBLIC)
def sitemap_part(number: int) -> Response:
    def made() -> Iterator[str]:
        files = _files()
        if not 1 <= number <= len(files):
            raise NotFound(f"sitemap-{number}.xml")
        return maps.pages(site_root(), files[number - 1], PREFIXES)

    return _map(number, made)


def _files() -> list[Sequence[Entry]]:
    return maps.parts(_entries(), maps.MOST // len(LANGUAGES))


def _map(number: int, made: Callable[[], Iterator[str]]) -> Response:
    """A file of the map, made once for each state of the library, whatever stands after its address."""
    state = generation()
    if not state:
        # Without an index nothing tells that it changed.
        return Response("".join(made()), mimetype=XML)
    mark = (RELEASE, site_root(), "sitemap", number, state)
    return fresh(*mark) or sent(kept(mark, made, f"{site_root()}/sitemap-{number}.xml"), *mark, mimetype=XML)


def _entries() -> list[Entry]:
    """Public pages, each with the day of its last change where known."""
    fixed = ("pages.home", "search.browse", "library.cities", "library.themes", "library.acts", *ALIVE)
    found = [Entry(_path(name)) for name in fixed]
    found += [Entry(_path("pages.written", name=name)) for name in WRITTEN]
    solution, city, theme, act = map(_base, ("solutions.show", "library.city", "library.theme", "library.act"))
    days = queries.solution_days(session())
    found += [Entry(f"{solution}{slug}", day_of(changed_at).isoformat()) for slug, changed_at in days]
    found += [Entry(f"{city}{body.slug}") for body in city_queries.metropolitan_cities(session())]
    found += [Entry(f"{theme}{item.slug}") for item in solution_queries.themes(session())]
    found += [Entry(f"{act}{slug}") for slug in queries.cited_acts(session())]
    return found


def _base(endpoint: str) -> str:
    """What stands before the slug in the addresses of a kind of page: made once, not for each of thousands."""
    return _path(endpoint, slug="x").removesuffix("x")


def _path(endpoint: str, **values: Any) -> str:
    return url_for(endpoint, **values).removeprefix(PREFIXES[current_language()]) or "/"


@pages.get("/opensearch.xml")
@permits(Action.READ_PUBLIC)
def opensearch() -> Response:
    page = render_template("pages/opensearch.xml", root=site_root())
    return Response(page, mimetype="application/opensearchdescription+xml")


@pages.get("/.well-known/security.txt")
@permits(Action.READ_PUBLIC)
def security() -> Response:
    contact = _security_contact()
    if not contact:
        raise NotFound("security.txt")
    lines = [
        f"Contact: {contact}",
        f"Expires: {_expiry()}",
        "Preferred-Languages: it, en",
        f"Canonical: {site_root()}/.well-known/security.txt",
        "",
    ]
    return Response("\n".join(lines), mimetype="text/plain")


def _security_contact() -> str:
    """The address for reports of weaknesses; without one, the page of the source that says how they are made."""
    contact = settings().security_contact or settings().feedback
    if not contact:
        source = settings().source_url.rstrip("/")
        return f"{source}/blob/main/SECURITY.md" if source and not settings().production else ""
    return to_write(contact)


def _expiry() -> str:
    """Half a year from the first day of this month: within the year RFC 9116 recommends, the same all month."""
    today = datetime.now(UTC)
    first = today.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (first + timedelta(days=183)).strftime("%Y-%m-%dT%H:%M:%SZ")


@pages.get("/healthz")
@permits(Action.PROBE)
def health() -> Response:
    return json_answer({"status": "ok"})


@pages.get("/readyz")
@permits(Action.PROBE)
def ready() -> Response:
    states = {**schema.standing(session()), "index": current_app.extensions["engine"].ready()}
    answer = json_answer({"status": "ok" if all(states.values()) else "not ready", **states})
    if not all(states.values()):
        answer.status_code = 503
        answer.headers["Retry-After"] = "10"
    return answer
