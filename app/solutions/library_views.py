# SPDX-License-Identifier: AGPL-3.0-or-later
"""The library by city, by theme and by act."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for

from app.access import Action
from app.cities import queries as city_queries
from app.cities.models import City
from app.cities.rules import is_closed, perimeter_on, perimeters, size_class, size_on
from app.document.dates import today
from app.errors import NotFound
from app.search.forms import page_number
from app.search.listing import Part, around, part
from app.solutions import act_queries, queries
from app.solutions.models import Theme
from app.solutions.rules import with_below
from app.web import gate
from app.web.formats import csv_answer, json_answer
from app.web.gate import permits
from app.web.languages import site_root
from app.web.unit import session

library = Blueprint("library", __name__, template_folder="templates")

CITY_FIGURES = ("population", "area_km2", "density", "municipalities", "small_share")
CITY_COLUMNS = ("slug", "name", "kind", "region", *CITY_FIGURES, "size", "solutions", "reused", "url")
CITY_WORDS = {"kind": ("words.html", "body_kind"), "size": ("words.html", "size")}
THEME_COLUMNS = ("slug", "name", "name_en", "parent", "solutions", "url")
#: Solutions on one page of a theme, an act or a body: twice those of the search, as rows have neither excerpts nor
#: filters beside them, and no list of a dozen is cut in two.
PER_PAGE = 20
#: Acts are a line each.
ACTS_PER_PAGE = 100
ACT_COLUMNS = ("slug", "label", "title", "urn", "official", "solutions", "url")


@library.get("/citta")
@permits(Action.READ_PUBLIC)
def cities() -> str:
    bodies = city_queries.all_bodies(session())
    counts = queries.counts_by_city(session())
    metropolitan = [(city, perimeter_on(city.register, today().isoformat())) for city in bodies if city.metropolitan]
    others = [city for city in bodies if not city.metropolitan and counts.get(city.id)]
    made_up = queries.made_up(session())
    return render_template("library/cities.html", cities=metropolitan, others=others, counts=counts, made_up=made_up)


@library.get("/citta.json")
@permits(Action.READ_PUBLIC)
def cities_json() -> Response:
    return json_answer({"cities": _city_rows()})


@library.get("/citta.csv")
@permits(Action.READ_PUBLIC)
def cities_csv() -> Response:
    return csv_answer(_city_rows(), CITY_COLUMNS, "citta", CITY_WORDS)


@library.get("/citta/<slug:slug>")
@permits(Action.READ_PUBLIC)
def city(slug: str) -> str:
    body = city_queries.by_slug(session(), slug)
    if body is None:
        raise NotFound(slug)
    counts = queries.counts_of_city(session(), body)
    shown = _asked(sum(counts.values()))
    ties = queries.of_city(session(), body, shown) if any(counts.values()) else []
    current = perimeter_on(body.register, today().isoformat())
    return render_template(
        "library/city.html",
        city=body,
        closed=is_closed(body.register, today()),
        perimeter=current,
        perimeters=perimeters(body.register),
        size=size_on(body.register, today()),
        counts=counts,
        ties={group: [pair for name, *pair in ties if name == group] for group in queries.GROUPS},
        **_around("library.city", "soluzioni", shown, slug=slug),
    )


@library.get("/temi")
@permits(Action.READ_PUBLIC)
def themes() -> str:
    counted, made_up = queries.themes_with_counts(session()), queries.made_up(session())
    return render_template("library/themes.html", themes=counted, made_up=made_up)


@library.get("/temi.json")
@permits(Action.READ_PUBLIC)
def themes_json() -> Response:
    return json_answer({"themes": _theme_rows()})


@library.get("/temi.csv")
@permits(Action.READ_PUBLIC)
def themes_csv() -> Response:
    return csv_answer(_theme_rows(), THEME_COLUMNS, "temi")


@library.get("/temi/<slug:slug>")
@permits(Action.READ_PUBLIC)
def theme(slug: str) -> str:
    every = queries.themes(session())
    found = next((item for item in every if item.slug == slug), None)
    if found is None:
        raise NotFound(slug)
    children = [item for item in every if item.parent_slug == slug]
    family = queries.of_themes(with_below(slug, {item.slug: item.parent_slug for item in every}))
    total, changed_at = queries.extent(session(), family)
    shown = _asked(total)
    return render_template(
        "library/theme.html",
        theme=found,
        parent=_parent(every, found),
        children=children,
        total=total,
        changed_at=changed_at,
        solutions=queries.listed(session(), family, shown),
        **_around("library.theme", "soluzioni", shown, slug=slug),
    )


def _parent(every: Sequence[Theme], theme: Theme) -> Theme | None:
    return next((item for item in every if item.slug == theme.parent_slug), None)


@library.get("/norme")
@permits(Action.READ_PUBLIC)
def acts() -> str:
    every = act_queries.acts(session())
    shown = _asked(len(every), ACTS_PER_PAGE)
    listed = every[shown.before : shown.before + shown.most]
    return render_template("library/acts.html", acts=listed, **_around("library.acts", "norme", shown))


@library.get("/norme.json")
@permits(Action.READ_PUBLIC)
def acts_json() -> Response:
    return json_answer({"acts": _act_rows()})


@library.get("/norme.csv")
@permits(Action.READ_PUBLIC)
def acts_csv() -> Response:
    return csv_answer(_act_rows(), ACT_COLUMNS, "norme")


@library.get("/norme/<slug:slug>")
@permits(Action.READ_PUBLIC)
def act(slug: str) -> str:
    found = act_queries.act_in_sight(session(), slug, gate.actor().member)
    if found is None:
        raise NotFound(slug)
    citing = queries.of_act(found)
    total, changed_at = queries.extent(session(), citing)
    shown = _asked(total)
    return render_template(
        "library/act.html",
        act=found,
        total=total,
        changed_at=changed_at,
        solutions=queries.listed(session(), citing, shown),
        **_around("library.act", "soluzioni", shown, slug=slug),
    )


def _asked(total: int, most: int | None = None) -> Part:
    """The page of a list of so many rows that the reader asks for."""
    return part(page_number(request.args.get("pagina", "1")), total, most or PER_PAGE)


def _around(endpoint: str, anchor: str, shown: Part, **named: Any) -> dict[str, Any]:
    """What a template needs of the page shown and of those around it; their links lead to where the list begins."""

    def address(number: int) -> str:
        return url_for(endpoint, **named, pagina=number if number > 1 else None, _anchor=anchor)

    return {**around(shown, address), "shown_query": f"pagina={shown.number}" if shown.number > 1 else ""}


def _city_rows() -> list[dict[str, Any]]:
    counts = queries.counts_by_city(session())
    return [_city_row(city, counts.get(city.id, queries.Held())) for city in city_queries.all_bodies(session())]


def _city_row(city: City, held: queries.Held) -> dict[str, Any]:
    perimeter = perimeter_on(city.register, today().isoformat())
    figures = {name: figure.value for name, figure in perimeter.figures.items()} if perimeter else {}
    shown = {name: round(value, 1) for name, value in figures.items() if value is not None}
    return {
        "slug": city.slug,
        "name": city.name,
        "kind": city.kind,
        "region": city.region,
        **{name: shown.get(name) for name in CITY_FIGURES},
        "size": size_class(figures.get("population")),
        "solutions": held.made,
        "reused": held.reused,
        "url": site_root() + url_for("library.city", slug=city.slug),
    }


def _theme_rows() -> list[dict[str, Any]]:
    return [
        {
            "slug": theme.slug,
            "name": theme.name,
            "name_en": theme.name_en,
            "parent": theme.parent_slug,
            "solutions": count,
            "url": site_root() + url_for("library.theme", slug=theme.slug),
        }
        for theme, count in queries.themes_with_counts(session())
    ]


def _act_rows() -> list[dict[str, Any]]:
    return [
        {
            "slug": act.slug,
            "label": act.label,
            "title": act.long_label,
            "urn": act.urn,
            "official": act.address,
            "solutions": count,
            "url": site_root() + url_for("library.act", slug=act.slug),
        }
        for act, count in act_queries.acts(session())
    ]
