# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was shown, asked, answered and how it ended, one line per proposed solution: what weights are judged by."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.document.dates import day_of

FACTORS = ("theme", "context", "readiness", "requirements")
COLUMNS = (
    "request", "demonstration", "shown_on", "weights", "rank", "solution", "giver", "giver_name", "score", *FACTORS,
    "origin", "asked_on", "answer", "reason", "answered_on", "request_state", "outcome",
)  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """A shortlist as it was kept, and how its request stands."""

    need: int
    at: datetime
    weights: str
    items: list[dict[str, Any]]


@dataclass(frozen=True)
class Asked:
    """A proposal with its answer, and how its request stands."""

    need: int
    solution: str
    giver: str
    origin: str
    state: str
    reason: str
    rank: int
    asked_at: datetime
    answered_at: datetime | None
    grounds: dict[str, Any]


@dataclass(frozen=True)
class Ended:
    """How a request stands."""

    state: str
    outcome: str
    demonstration: bool


def lines(shown: Iterable[Shown], asked: Iterable[Asked], ends: Mapping[int, Ended]) -> list[dict[str, Any]]:
    """Each place of each list, with what became of it where it was asked; then what was asked from no list.

    A question belongs to the last list that held its solution when it was asked.
    """
    places: dict[int, list[tuple[Shown, list[dict[str, Any]]]]] = {}
    for one in sorted(shown, key=lambda item: (item.need, item.at)):
        places.setdefault(one.need, []).append((one, [_place(one, item, ends) for item in one.items]))
    alone: list[dict[str, Any]] = []
    for question in sorted(asked, key=lambda item: (item.need, item.asked_at)):
        line = _line_of(question, places.get(question.need, ()))
        if line is None or line["origin"]:
            line = _begun(question.need, question.solution, question.giver, question.grounds, ends)
            line["rank"] = question.rank or None
            alone.append(line)
        line.update(_answer(question))
    return [*(line for lists in places.values() for _one, group in lists for line in group), *alone]


def _line_of(question: Asked, lists: Iterable[tuple[Shown, list[dict[str, Any]]]]) -> dict[str, Any] | None:
    """The place of the last list that held what was asked."""
    held = None
    for one, group in lists:
        if one.at <= question.asked_at:
            held = next((line for line in group if line["solution"] == question.solution), held)
    return held


def _place(shown: Shown, item: Mapping[str, Any], ends: Mapping[int, Ended]) -> dict[str, Any]:
    begun = _begun(shown.need, str(item.get("solution")), str(item.get("city")), item, ends)
    return {**begun, "shown_on": day_of(shown.at).isoformat(), "weights": shown.weights, "rank": item.get("rank")}


def _begun(need: int, solution: str, giver: str, item: Mapping[str, Any], ends: Mapping[int, Ended]) -> dict[str, Any]:
    end = ends[need]
    values = {part["name"]: part["value"] for part in item.get("factors", ())}
    return {
        "request": need,
        "demonstration": end.demonstration,
        "weights": item.get("weights"),
        "solution": solution,
        "giver": giver,
        "score": item.get("score"),
        **{name: values.get(name) for name in FACTORS},
        "origin": "",
        "request_state": end.state,
        "outcome": end.outcome,
    }


def _answer(question: Asked) -> dict[str, Any]:
    return {
        "origin": question.origin,
        "asked_on": day_of(question.asked_at).isoformat(),
        "answer": question.state,
        "reason": question.reason,
        "answered_on": day_of(question.answered_at).isoformat() if question.answered_at else "",
    }
