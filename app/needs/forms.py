# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a person typed about requests, proposals, capacity and weights, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict

from app.matching.weights import sums_to_one
from app.needs.rules import CONSTRAINTS, FORMATS, MOST_DAYS, MOST_PROPOSALS, ON_BOARD, Wanted
from app.text.typed import day, line, number, number_in

Typed = MultiDict[str, str]
MOST_QUESTION = 400
MOST_TWINS = 5
MOST_SLUG = 120
#: The three answers to a question, as the links of its letter name them.
LEANINGS = ("si", "dopo", "no")
#: Preconditions answered with one button.
MOST_ASKED = 300


@dataclass(frozen=True)
class Chosen:
    """What the board is narrowed to; each empty for any."""

    theme: str = ""
    state: str = ""
    format: str = ""
    city: str = ""

    def arguments(self) -> dict[str, str]:
        named = {"tema": self.theme, "stato": self.state, "formato": self.format, "citta": self.city}
        return {name: value for name, value in named.items() if value}


@dataclass(frozen=True)
class Reply:
    """An answer to a proposal."""

    later_on: date | None
    reason: str
    text: str


def wanted(form: Typed) -> Wanted:
    typed = {name: form.get(name, "").strip() for name in CONSTRAINTS}
    return Wanted(
        form.get("problem", "").strip(),
        day(form.get("by_when", "")),
        line(form.get("title", "")),
        tuple(dict.fromkeys(filter(None, form.getlist("themes")))),
        {name: text for name, text in typed.items() if text},
        tuple(name for name in FORMATS if name in form.getlist("formats")),
        form.get("visibility", "public") or "public",
        limits(form),
    )


def limits(form: Typed) -> dict[str, Any]:
    """What is apart from the score: a solution asked for, whom the request keeps out, how many proposals it wants.

    What is not limited is left out.
    """
    many = number_in(form, "proposals") if form.get("proposals") else MOST_PROPOSALS
    found = {
        "solution": slug_asked(form),
        "excluded": sorted({slug[:120] for slug in form.getlist("excluded") if slug}),
        "sizes": sorted(set(form.getlist("sizes"))),
        "proposals": many if many != MOST_PROPOSALS else None,
    }
    return {name: value for name, value in found.items() if value not in ([], None, "")}


def slug_asked(typed: Mapping[str, str]) -> str:
    """The solution from whose page the request began; empty for none."""
    return typed.get("soluzione", "").strip()[:MOST_SLUG]


def answered(form: Typed) -> dict[str, str]:
    """What was said of preconditions of solutions: `precondition-1` with `answer-1`, and so on.

    Where `shown-1` tells what the page showed, only what differs from it was said: one precondition may stand twice.
    """
    said = {}
    for place in range(1, MOST_ASKED + 1):
        text, given = form.get(f"precondition-{place}", ""), form.get(f"answer-{place}", "")
        if text and given != form.get(f"shown-{place}"):
            said[text] = given
    return said


def twins(arguments: Typed) -> list[str]:
    """The cities an official holds for similar: `gemelle=a,b` or one after the other."""
    said = ",".join(arguments.getlist("gemelle"))[:MOST_QUESTION].split(",")
    return list(dict.fromkeys(filter(None, said)))[:MOST_TWINS]


def asked_for(arguments: Mapping[str, str]) -> str:
    """Words handed over by the search page."""
    return arguments.get("q", "").strip()[:MOST_QUESTION]


def chosen(arguments: Mapping[str, str]) -> Chosen:
    state, wish = arguments.get("stato", ""), arguments.get("formato", "")
    return Chosen(
        arguments.get("tema", "")[:80],
        state if state in ON_BOARD else "",
        wish if wish in FORMATS else "",
        arguments.get("citta", "")[:120],
    )


def leaning(arguments: Mapping[str, str]) -> str:
    """The answer that a link of a letter was pressed for: `si`, `dopo`, `no`; empty for none."""
    typed = arguments.get("risposta", "")
    return typed if typed in LEANINGS else ""


def reply(form: Mapping[str, str]) -> Reply:
    return Reply(day(form.get("later_on", "")), form.get("reason", ""), form.get("text", "").strip())


def capacity(form: Mapping[str, str], quarters: list[str]) -> tuple[dict[str, int], dict[str, str]]:
    """Days by quarter as typed, and what is wrong with them; a quarter left empty is not stated."""
    days: dict[str, int] = {}
    wrong: dict[str, str] = {}
    for quarter in quarters:
        typed = form.get(f"days-{quarter}", "").strip()
        if not typed:
            continue
        many = number(typed, MOST_DAYS)
        if many is None:
            wrong[quarter] = "not_days"
        else:
            days[quarter] = many
    return days, wrong


def weights(form: Mapping[str, str], names: tuple[str, ...]) -> tuple[dict[str, float], dict[str, str]]:
    """Weights typed as per cent; they must make a hundred."""
    found: dict[str, float] = {}
    for name in names:
        try:
            value = float(form.get(name, "").strip().replace(",", "."))
        except ValueError:
            return {}, {name: "not_a_number"}
        if not 0 < value <= 100:
            return {}, {name: "not_a_share"}
        found[name] = value / 100
    if not sums_to_one(found.values()):
        return found, {"weights": "not_a_hundred"}
    return found, {}
