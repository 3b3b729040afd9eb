# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who taught whom what, and the figures: pages and downloads."""

from typing import Any

from flask import Blueprint, Response, render_template, request, url_for

from app.access import Action
from app.figures import rules, service
from app.figures.rules import Flow
from app.solutions import queries as solutions
from app.web.formats import csv_answer, json_answer
from app.web.gate import permits
from app.web.languages import current_language, site_root
from app.web.unit import session

figures = Blueprint("figures", __name__, template_folder="templates")

FLOW_COLUMNS = ("giver", "receiver", "solution", "title", "how", "start", "end", "url")
FIGURE_COLUMNS = ("figure", "of", "value")


@figures.get("/rete")
@permits(Action.READ_PUBLIC)
def network() -> str:
    names = dict(solutions.theme_names(session(), current_language()))
    asked = request.args.get("tema", "")
    theme = asked if asked in names else ""
    every = service.flows(session())
    found = service.of_theme(every, theme)
    offered = {slug for flow in every for slug in flow.themes}
    return render_template(
        "figures/network.html",
        flows=found,
        drawing=rules.drawing(found),
        measures=rules,
        theme=theme,
        themes=[(slug, name) for slug, name in names.items() if slug in offered],
    )


def _theme() -> str:
    asked = request.args.get("tema", "")
    known = dict(solutions.theme_names(session(), "it"))
    return asked if asked in known else ""


@figures.get("/rete.json")
@permits(Action.READ_PUBLIC)
def network_json() -> Response:
    return json_answer({"flows": [_row(flow) for flow in service.flows(session(), _theme())]})


@figures.get("/rete.csv")
@permits(Action.READ_PUBLIC)
def network_csv() -> Response:
    return csv_answer([_row(flow) for flow in service.flows(session(), _theme())], FLOW_COLUMNS, "rete")


def _row(flow: Flow) -> dict[str, Any]:
    return {
        "giver": flow.giver.slug,
        "receiver": flow.receiver.slug,
        "solution": flow.solution,
        "title": flow.title,
        "how": flow.how,
        "start": flow.start,
        "end": flow.end,
        "demonstration": flow.demonstration,
        "url": site_root() + url_for("solutions.show", slug=flow.solution),
    }


@figures.get("/numeri")
@permits(Action.READ_PUBLIC)
def numbers() -> str:
    found = service.numbers(session())
    english = current_language() == "en"
    names = {theme.slug: theme.name_en if english else theme.name for theme in found.themes}
    return render_template("figures/numbers.html", numbers=found, themes=names, bodies=found.bodies)


@figures.get("/numeri.json")
@permits(Action.READ_PUBLIC)
def numbers_json() -> Response:
    return json_answer({"figures": service.as_rows(service.numbers(session()))})


@figures.get("/numeri.csv")
@permits(Action.READ_PUBLIC)
def numbers_csv() -> Response:
    return csv_answer(service.as_rows(service.numbers(session())), FIGURE_COLUMNS, "numeri")
