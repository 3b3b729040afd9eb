# SPDX-License-Identifier: AGPL-3.0-or-later
"""Phases and milestones of a twinning, when somebody is reminded, what the two closing forms ask: pure."""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from app.document.model import Document
from app.document.parse import called_notes
from app.document.schema import FIELD_BY_NAME, RESULTS_SECTION
from app.review.ageing import add_months


class State(StrEnum):
    RUNNING = "running"
    CLOSED = "closed"
    STOPPED = "stopped"


#: A milestone that was added is there no more.
REMOVED = "milestone-removed"
#: After these the home page shows other twinnings, or other phases, than before.
AT_HOME = frozenset(
    {
        "twinning-begun",
        "twinning-closed",
        "twinning-stopped",
        "milestone-done",
        "milestone-undone",
        "milestone-added",
        REMOVED,
    }
)
#: What makes of a milestone another one in calendars.
MILESTONE_CHANGES = frozenset({"milestone-planned", "milestone-done", "milestone-undone", REMOVED})
#: What the site does by itself: nobody worked on the twinning then.
REMINDERS = ("milestone-due", "milestone-late")
PHASES = ("capire", "adattare", "riusare")
#: Fields in which a variant adapts its source; the others say whose it is and how it stands.
ADAPTED = frozenset(
    {
        "title",
        "summary",
        "resources",
        "legal_basis",
        "municipalities",
        "steps",
        "roles",
        "tools",
        "preconditions",
        "kit",
    }
)
#: What the title of a document may hold.
LONGEST_NAME = FIELD_BY_NAME["title"].limit
#: What a variant begins with; the other fields of the source are for its authors to fill.
CARRIED = ("themes", "legal_basis", "preconditions")
ROLES = ("giver", "receiver")
#: Pre-filled milestones: key, phase, months after the beginning.
PLAN: tuple[tuple[str, str, int], ...] = (
    ("first-meeting", "capire", 1),
    ("visit", "capire", 2),
    ("transfer-plan", "capire", 3),
    ("mid-point", "adattare", 6),
    ("acts-adopted", "adattare", 8),
    ("end-of-learning", "riusare", 10),
    ("sharing", "riusare", 12),
)
#: The step that is done once every side has told how it went.
SHARING = PLAN[-1][0]
#: The same plan where the request asks for a talk, a visit or a mission only.
TALKS: tuple[tuple[str, str, int], ...] = (
    ("first-meeting", "capire", 1),
    ("visit", "capire", 2),
    ("sharing", "riusare", 3),
)
TRANSFER = "trasferimento"
#: How long after its beginning a transfer may plan anything: as far as a request may look ahead, five times its plan.
MOST_MONTHS = 5 * 12
#: One that runs for longer plans a year more, from any day.
MORE_MONTHS = 12
#: Steps that are drawn together stay so far apart.
LEAST_APART = timedelta(days=7)
STOP_REASONS = ("capacity", "funding", "legal", "technical", "priorities-changed", "no-answer", "other")
RESULTS = ("adopted", "adapted", "stopped")
#: A receiver's result as the document of the source says it; who did not adopt it is not named there.
REUSED = {"adopted": "adottata", "adapted": "adattata"}
REMIND_BEFORE = timedelta(days=7)
ESCALATE_AFTER = timedelta(days=7)
#: One side may close alone when the other has said nothing for so long after it.
CLOSES_ALONE_AFTER = timedelta(days=30)

MOST_TITLE, MOST_TEXT, MOST_SHORT = 160, 4_000, 200
MOST_MILESTONES, MOST_MEETINGS, MOST_NOTES, MOST_PIECES = 40, 60, 500, 60
MOST_QUARTERS = 4 * 24
MOST_COST, MOST_HELP = 100_000_000, 600


@dataclass(frozen=True)
class Planned:
    """A milestone as it is pre-filled."""

    key: str
    phase: str
    position: int
    due_on: date


def as_far_as_filled(given: Mapping[str, Any], written: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a source, without what its variant never filled: nobody took that out of it."""
    kept: dict[str, Any] = {}
    for name, value in given.items():
        own = written.get(name)
        if name in CARRIED:
            kept[name] = value
        elif isinstance(value, dict) and isinstance(own, dict):
            kept[name] = {part: inner for part, inner in value.items() if part in own}
        elif own not in (None, "", [], {}):
            kept[name] = value
    return kept


def without_results(source: Document) -> Document:
    """A source without what came of it there, and without the notes of that: no receiver has these results."""
    sections = tuple(section for section in source.sections if section.heading != RESULTS_SECTION)
    text = "\n".join(section.text for section in sections)
    return Document(source.front, sections, called_notes(source.footnotes, text))


def called_after(title: str, owner: str, receiver: str) -> str:
    """What a variant is called at first: as its source, with who adapts it in place of whose the source is.

    A title that leaves no room for it is cut between two words.
    """
    own = f" ({receiver})"
    bare, room = title.removesuffix(f" ({owner})"), LONGEST_NAME - len(own)
    if len(bare) > room:
        bare = f"{bare[:room].rpartition(' ')[0].rstrip(' ,;:–-') or bare[: room - 1]}…"
    return bare + own


def plan(began_on: date, by_when: date | None = None, formats: Collection[str] = ()) -> list[Planned]:
    """The pre-filled milestones of a twinning that begins on a day, as `docs/requests.md` explains them.

    ``by_when`` and ``formats`` are those of its request.
    """
    steps = TALKS if is_short(formats) else PLAN
    days = _in_time(began_on, [add_months(began_on, months) for _, _, months in steps], by_when)
    return [Planned(key, phase, number, days[number]) for number, (key, phase, _) in enumerate(steps)]


def is_short(formats: Collection[str]) -> bool:
    """Whether a request asks for something, and not for a transfer."""
    return bool(formats) and TRANSFER not in formats


def _in_time(began_on: date, days: Sequence[date], by_when: date | None) -> list[date]:
    """The days drawn together so that the last but one is not after ``by_when``, unless the steps would be too close.

    A day that has passed draws nothing together.
    """
    if by_when is None or not began_on < by_when < days[-2]:
        return list(days)
    wanted, usual = (by_when - began_on).days, (days[-2] - began_on).days
    found, before = [], began_on
    for day in days:
        scaled = began_on + timedelta(days=(day - began_on).days * wanted // usual)
        before = max(scaled, before + LEAST_APART)
        found.append(before)
    return found


def in_time(began_on: date, by_when: date, due: Iterable[tuple[str, date]]) -> str:
    """How a plan stands to the day its request names: `past` when it began, `late`, `kept`. Each as (key, day)."""
    if by_when <= began_on:
        return "past"
    return "late" if any(day > by_when for key, day in due if key != SHARING) else "kept"


def days_of(began_on: date, today: date) -> tuple[date, date]:
    """The first and the last day of a milestone or a meeting: five years from the beginning, and a year from today."""
    return began_on, max(add_months(began_on, MOST_MONTHS), add_months(today, MORE_MONTHS))


def wrong_day(day: date, began_on: date, today: date) -> str:
    """What is wrong with the day of a milestone or of a meeting, empty where it will do."""
    first, last = days_of(began_on, today)
    if day < first:
        return "before_beginning"
    return "" if day <= last else "too_far"


def wrong_hours(quarters: int, counted: int) -> dict[str, str]:
    """What is wrong with the hours of somebody who has ``counted`` some of that day already."""
    if quarters <= 0:
        return {"hours": "no_hours"}
    if quarters > MOST_QUARTERS:
        return {"hours": "too_many_hours"}
    return {"hours": "day_full"} if quarters + counted > MOST_QUARTERS else {}


def wrong_work_day(on: date, began_on: date, today: date) -> dict[str, str]:
    """What is wrong with a day on which somebody worked."""
    return {"on": "in_future"} if on > today else {"on": "not_begun"} if on < began_on else {}


def is_past_plan(answer: str, by_when: date | None, today: date) -> bool:
    """Whether a precondition is planned for a day that has passed."""
    return answer == "planned" and by_when is not None and by_when < today


def phase_of(done: Iterable[tuple[str, bool]]) -> str:
    """The first phase with a milestone still to do; the last where none is. Each as (phase, done)."""
    left = {phase for phase, is_done in done if not is_done}
    return next((phase for phase in PHASES if phase in left), PHASES[-1])


def reminder(due_on: date, done: bool, reminded: bool, escalated: bool, today: date) -> str:
    """`remind` from seven days before, `escalate` from seven days after, each once; else empty."""
    if done:
        return ""
    if today >= due_on + ESCALATE_AFTER and not escalated:
        return "escalate"
    return "remind" if today >= due_on - REMIND_BEFORE and not reminded and not escalated else ""


@dataclass(frozen=True)
class Closing:
    """What one side says at the end; figures are None where they are not known."""

    result: str
    months: int | None = None
    cost: int | None = None
    indicator: str = ""
    before: str = ""
    after: str = ""
    worked: str = ""
    failed: str = ""

    def as_data(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if value not in (None, "")}


def wrong_stop(reason: str, text: str) -> dict[str, str]:
    """What is wrong with the reason of a stop and its words, by field."""
    wrong = {} if reason in STOP_REASONS else {"reason": "required"}
    if len(text) > MOST_TEXT:
        wrong["text"] = "too_long"
    elif reason == "other" and not text.strip():
        wrong["text"] = "required"
    return wrong


def wrong_closing(closing: Closing) -> dict[str, str]:
    """What is wrong with what one side says at the end, by field."""
    wrong = {} if closing.result in RESULTS else {"result": "required"}
    if closing.months is not None and not 0 <= closing.months <= MOST_HELP:
        wrong["months"] = "too_much"
    if closing.cost is not None and not 0 <= closing.cost <= MOST_COST:
        wrong["cost"] = "too_much"
    short = {"indicator": closing.indicator, "before": closing.before, "after": closing.after}
    wrong |= {name: "too_long" for name, text in short.items() if len(text) > MOST_SHORT}
    long = {"worked": closing.worked, "failed": closing.failed}
    return wrong | {name: "too_long" for name, text in long.items() if len(text) > MOST_TEXT}


def seen(held: object) -> str:
    """What a form was opened on, in short: empty where nothing was held yet."""
    text = json.dumps(held, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16] if held else ""


def outcome(said: Iterable[Mapping[str, Any]]) -> str:
    """What the twinning came to, as its receivers say: `adopted`, else `adapted`, else `stopped`."""
    results = {str(form.get("result")) for form in said}
    return next((result for result in RESULTS if result in results), "stopped")


def adopted(said: Mapping[str, Any]) -> bool:
    """Whether a closing form says that the solution is in use where it went."""
    return said.get("result") in REUSED


def at_odds(forms: Iterable[tuple[str, Mapping[str, Any]]]) -> bool:
    """Whether giver and receivers contradict each other on whether anybody adopted it. Each as (side, said)."""
    told: dict[str, bool] = {}
    for side, said in forms:
        told[side] = told.get(side, False) or adopted(said)
    return len(set(told.values())) > 1


def all_spoken(parties: Iterable[object], spoken: Iterable[object]) -> bool:
    """Whether every body that takes part has told how it went."""
    return set(parties) <= set(spoken)


def may_close(sides: Iterable[str], last_at: datetime | None, now: datetime) -> bool:
    """Whether a receiver has spoken, and the last form is so old that nobody need wait for the others."""
    return "receiver" in set(sides) and last_at is not None and now - last_at >= CLOSES_ALONE_AFTER
