# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who taught whom what, and the figures: pages and downloads."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for

from app.access import Action
from app.document.dates import today
from app.figures import count, genealogy, rules, service
from app.figures.chart import chart
from app.figures.rules import Flow
from app.solutions import queries as solutions
from app.web.asked import refuse_unknown
from app.web.formats import csv_answer, json_answer, words_of
from app.web.gate import permits
from app.web.languages import current_language, site_root
from app.web.unit import session

figures = Blueprint("figures", __name__, template_folder="templates")

FLOW_COLUMNS = (
    "giver",
    "giver_name",
    "receiver",
    "receiver_name",
    "solution",
    "title",
    "how",
    "start",
    "end",
    "themes",
    "variants",
    "demonstration",
    "url",
)
#: Where the words are for what a figure is of, but for themes and bodies.
OF_WORDS = {
    "badge": ("words.html", "badge"),
    "outcome": ("needs/_words.html", "outcome"),
    "phase": ("twinnings/_words.html", "phase"),
    "reason": ("twinnings/_words.html", "reason"),
}
FIGURE_COLUMNS = ("figure", "of", "of_name", "value", "cases")


def _asked(name: str, known: Iterable[str]) -> str:
    """What the address asks for, where it is known; else nothing. Raises ``Invalid`` where data is asked for."""
    every, asked = set(known), request.args.get(name, "")
    refuse_unknown({name: every})
    return asked if asked in every else ""


@figures.get("/rete")
@permits(Action.READ_PUBLIC)
def network() -> str:
    every, found, names, theme, body = _network()
    # What nothing was learnt about, or by whom nothing was, is offered where it is what the address asks for.
    offered = {theme, *(slug for flow in every.flows for slug in flow.themes)}
    sides = {body, *(slug for flow in every.flows for slug in flow.bodies)}
    bodies = {slug: side.name for slug, side in every.bodies.items() if slug in sides}
    return render_template(
        "figures/network.html",
        flows=found,
        counted=rules.by_how(found),
        trees=genealogy.touched(every.trees, found),
        chart=chart(found),
        theme=theme,
        body=body,
        themes=[pair for pair in names.items() if pair[0] in offered],
        bodies=sorted(bodies.items(), key=lambda pair: pair[1]),
        variants=_variants(every),
    )


def _network() -> tuple[service.Network, list[Flow], dict[str, str], str, str]:
    """Everything, the passages that the address asks for, the names of all themes, and what is asked for."""
    every, names = service.network(session()), dict(solutions.theme_names(session(), current_language()))
    theme = _asked("tema", names)
    body = _asked("ente", every.bodies)
    return every, rules.chosen(every.flows, theme, body), names, theme, body


def _variants(every: service.Network) -> dict[Flow, list[rules.Practice]]:
    """The variants that came of a passage."""
    return {flow: found for flow, found in genealogy.variants(every.trees).items() if found}


@figures.get("/rete.json")
@permits(Action.READ_PUBLIC)
def network_json() -> Response:
    return json_answer({"flows": _rows()})


@figures.get("/rete.csv")
@permits(Action.READ_PUBLIC)
def network_csv() -> Response:
    return csv_answer(_rows(), FLOW_COLUMNS, "rete", {"how": ("figures/_words.html", "how")})


def _rows() -> list[dict[str, Any]]:
    every, found, *_ = _network()
    variants = _variants(every)
    return [_row(flow, [variant.slug for variant in variants.get(flow, ())]) for flow in found]


def _row(flow: Flow, variants: list[str]) -> dict[str, Any]:
    return {
        "giver": flow.giver.slug,
        "giver_name": flow.giver.name,
        "receiver": flow.receiver.slug,
        "receiver_name": flow.receiver.name,
        "solution": flow.solution,
        "title": flow.title,
        "how": flow.how,
        "start": flow.start,
        "end": flow.end,
        "themes": list(flow.themes),
        "variants": variants,
        "demonstration": flow.demonstration,
        "url": site_root() + url_for("solutions.show", slug=flow.solution) if flow.opens else "",
    }


@figures.get("/numeri")
@permits(Action.READ_PUBLIC)
def numbers() -> str:
    counting, theme, body = _counting()
    return render_template(
        "figures/numbers.html",
        numbers=count.numbers(counting.facts, theme, body),
        themes=_theme_names(counting),
        bodies=counting.bodies,
        theme=theme,
        body=body,
        least=rules.LEAST_CASES,
        today=today(),
    )


def _counting() -> tuple[service.Counting, str, str]:
    """What is counted, and the theme and the body that the address asks for."""
    counting = service.counting(session())
    return counting, _asked("tema", (item.slug for item in counting.themes)), _asked("ente", counting.bodies)


def _figures() -> list[dict[str, Any]]:
    """The figures as a table, with what they are of in words."""
    counting, theme, body = _counting()
    names = {by: words_of(*where) for by, where in OF_WORDS.items()}
    names |= {"theme": _theme_names(counting).__getitem__, "city": counting.bodies.__getitem__}
    return [
        {**row, "of_name": names[str(row["figure"]).rpartition("-by-")[2]](str(row["of"])) if row["of"] else ""}
        for row in count.as_rows(count.numbers(counting.facts, theme, body))
    ]


def _theme_names(counting: service.Counting) -> dict[str, str]:
    english = current_language() == "en"
    return {item.slug: item.name_en if english else item.name for item in counting.themes}


@figures.get("/numeri.json")
@permits(Action.READ_PUBLIC)
def numbers_json() -> Response:
    return json_answer({"figures": _figures()})


@figures.get("/numeri.csv")
@permits(Action.READ_PUBLIC)
def numbers_csv() -> Response:
    return csv_answer(_figures(), FIGURE_COLUMNS, "numeri", {"figure": ("figures/_words.html", "figure")})
