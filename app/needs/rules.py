# SPDX-License-Identifier: AGPL-3.0-or-later
"""Requests and proposals: what is asked for, what may follow what, whose turn it is, until when. Pure functions."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any

from app.cities.rules import SIZE_CLASSES
from app.document.dates import ROME, day_of
from app.needs import discretion
from app.text.folding import fold
from app.text.stems import POLITE, STOP, stem

#: Everything requests write in the journal: on `need` and `proposal` (their numbers), `round`, `capacity`, `weights`.
ACTIONS: Mapping[str, str] = {
    "need-drafted": "a request was begun; edition",
    "need-published": "a request is on the board; edition, themes",
    "need-edited": "a request was changed; edition, by_when where it has another day",
    "preconditions-answered": "what its city says of preconditions of solutions; answers (how many)",
    "need-joined": "another body needs the same",
    "need-left": "a body no longer takes part",
    "need-met": "a solution published since is among the first of its shortlist (by the site); solution",
    "need-answerable": "the same, told to the office of that solution, which may offer it (by the site); solution",
    "need-overdue": "its day has passed: its city is asked to close or extend it (by the site); by_when",
    "need-lapsed": "its city did not answer: the board says so (by the site); by_when",
    "need-matched": "one of its proposals was accepted; twinning",
    "need-withdrawn": "its city took the request back",
    "need-closed": "its city closed the request, or its transfer is over; outcome, twinning",
    "need-reopened": "its transfer stopped: the request is on the board again; twinning",
    "proposal-made": "a giver is asked for one solution; need, origin, rank",
    "exchange-proposed": "a giver is asked as part of an exchange between cities; need, origin, rank",
    "exchange-withdrawn": "the coordination took an exchange back, the question stays; need",
    "proposal-offered": "a giver offers one of its solutions; need",
    "proposal-reminded": "half of the time to answer has passed (by the site); need",
    "proposal-accepted": "the twinning begins; need, twinning",
    "proposal-postponed": "asked again on a day; need, later_on",
    "proposal-declined": "no, because; need, reason",
    "proposal-expired": "nobody answered in time (by the site); need, next",
    "proposal-ended": "a body or its solution is gone, or it is met elsewhere (by the site); need, reason, next",
    "proposal-withdrawn": "the question no longer stands; need, dropped (with its request, or for another one)",
    "capacity-stated": "days a body can give; days by quarter",
    "round-previewed": "all open requests were assigned, on trial; weights, floor",
    "round-computed": "a round begun with many requests is a preview now (by the site); weights",
    "round-failed": "it could not be computed (by the site)",
    "round-published": "the proposals of a round were made; proposals, needs; of a request without any, unserved",
    "round-discarded": "a preview was thrown away; for (the preview under another floor that takes its place)",
    "weights-decided": "the weights of the scorer changed; version",
}


#: After these the home page shows other requests than before, or says something else of them.
AT_HOME = frozenset(
    {
        "need-published",
        "need-edited",
        "need-lapsed",
        "need-withdrawn",
        "need-closed",
        "need-reopened",
        "proposal-accepted",
    }
)


class State(StrEnum):
    """How a request stands."""

    DRAFT = "draft"
    OPEN = "open"
    MATCHED = "matched"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class Answer(StrEnum):
    """How a proposal stands: `waiting` for the giver, `offered` for the requester, `later` for either of them."""

    WAITING = "waiting"
    OFFERED = "offered"
    LATER = "later"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


ON_BOARD = (State.OPEN, State.MATCHED, State.CLOSED)
#: Visibilities of the requests that everybody finds there.
ON_SIGHT = ("public", "anonymous")
PENDING = (Answer.WAITING, Answer.OFFERED, Answer.LATER)
FORMATS = ("colloquio", "visita", "missione", "trasferimento")
VISIBILITIES = ("public", "members", "anonymous")
#: The origin of a proposal that its giver made unasked: the requester answers.
OFFER = "offer"
#: The origin of a proposal that a round made, for a request that did not choose it.
ROUND = "round"
#: The origin of a proposal to the next of the list, after an answer or a silence.
NEXT = "next"
#: The origin of a proposal that is part of an exchange: its lesson is one beyond the days that its giver stated.
EXCHANGE = "exchange"
#: Why a giver says no; `other` wants words.
REASONS = ("no-capacity", "not-mature", "confidential", "changed", "other")
#: Why a requester says no to an offer.
OFFER_REASONS = ("not-the-problem", "not-for-us", "other-chosen", "no-capacity", "other")
#: Why the site ends a proposal that is waited for: its giver, or the city of its request, is no longer there.
GIVER_CLOSED, ASKER_CLOSED = "giver-closed", "asker-closed"
#: That its solution is no longer in the library.
SOLUTION_GONE = "solution-gone"
#: Why the site ends a question: another transfer brings its solution to the city that asks.
RECEIVED = "received"
#: Why a yes is refused to a proposal that is over, by what it has lost.
REFUSED = {
    GIVER_CLOSED: "body_gone",
    ASKER_CLOSED: "body_gone",
    SOLUTION_GONE: "solution_gone",
    RECEIVED: "received_already",
}
#: Of these, what no later day brings back.
GONE = frozenset({"body_gone", "solution_gone"})
#: Why a question expires that nobody was there to answer: no silence of that body.
NOBODY_THERE = "nobody-there"
OUTCOMES = ("solved", "solved-elsewhere", "not-needed", "nobody")
#: How a request ends whose transfer ran to its end and was not adopted.
NOT_ADOPTED = "not-adopted"
#: What stands beside a yes whose transfer was stopped.
STOPPED = "stopped"
CONSTRAINTS = ("budget", "staff", "legal_basis", "municipalities", "software")

MOST_TITLE, LEAST_PROBLEM, MOST_PROBLEM, MOST_CONSTRAINT, MOST_TEXT = 120, 20, 4_000, 300, 2_000
MOST_THEMES, MOST_NOTE = 5, 500
MOST_EXCLUDED, MOST_PROPOSALS = 20, 3
SIZES = tuple(name for name, _ in SIZE_CLASSES)
MOST_DAYS = 90
#: What a transfer takes from its giver in a quarter, in days: the least that the programmes ask for.
DAYS_A_TRANSFER = 5
LONGEST_AHEAD = timedelta(days=5 * 366)
LONGEST_LATER = timedelta(days=366)
QUARTERS_STATED = 4
SLUG_LENGTH = 80


@dataclass(frozen=True)
class Wanted:
    """A request as typed: two answers, and what was added to them."""

    problem: str
    by_when: date | None = None
    title: str = ""
    themes: tuple[str, ...] = ()
    constraints: Mapping[str, str] | None = None
    formats: tuple[str, ...] = ()
    visibility: str = "public"
    limits: Mapping[str, Any] | None = None

    @property
    def heading(self) -> str:
        return self.title or first_words(self.problem)

    @property
    def wish(self) -> str:
        """The solution that is asked for by name; empty for none."""
        return str((self.limits or {}).get("solution", ""))

    def said(self) -> dict[str, Any]:
        """What is kept as a version."""
        return {
            "title": self.heading,
            "problem": self.problem,
            "by_when": self.by_when.isoformat() if self.by_when else "",
            "themes": list(self.themes),
            "constraints": dict(self.constraints or {}),
            "formats": list(self.formats),
            "visibility": self.visibility,
            "limits": dict(self.limits or {}),
        }


def first_words(text: str) -> str:
    """The first sentence, cut between two words where it is too long for a title."""
    sentence = re.split(r"(?<=[.!?…])\s|\n", text.strip(), maxsplit=1)[0].strip()
    if len(sentence) <= 100:
        return sentence.rstrip(".") if sentence.count(".") == 1 else sentence
    head = sentence[:100]
    return (head.rpartition(" ")[0] or head).rstrip(",;: ") + "…"


def slug_of(title: str) -> str:
    """The words of a title for an address; never empty."""
    words = re.sub(r"[^a-z0-9]+", "-", fold(title)).strip("-")
    if len(words) > SLUG_LENGTH:
        words = words[:SLUG_LENGTH].rpartition("-")[0] or words[:SLUG_LENGTH]
    return words or "richiesta"


def wrong_in(wanted: Wanted, today: date, themes: Iterable[str], city_names: Sequence[str] = ()) -> dict[str, str]:
    """Field -> what is wrong with it, for a request that should be published."""
    wrong = wrong_in_draft(wanted, themes)
    if len(wanted.problem) < LEAST_PROBLEM and "problem" not in wrong:
        wrong["problem"] = "too_short" if wanted.problem else "required"
    if wanted.by_when is None:
        wrong["by_when"] = "required"
    elif not today < wanted.by_when <= today + LONGEST_AHEAD:
        wrong["by_when"] = "day_past" if wanted.by_when <= today else "too_far"
    texts = {"problem": wanted.problem, "title": wanted.title, **(wanted.constraints or {})}
    told = dict.fromkeys(discretion.with_contacts(texts), "contact")
    if wanted.visibility == "anonymous":
        told |= dict.fromkeys(discretion.naming(texts, city_names), "names_city")
    return {**told, **wrong}


def wrong_in_draft(wanted: Wanted, themes: Iterable[str]) -> dict[str, str]:
    """Field -> what is wrong with it, whatever the state."""
    wrong = {}
    if len(wanted.problem) > MOST_PROBLEM:
        wrong["problem"] = "too_long"
    if len(wanted.title) > MOST_TITLE:
        wrong["title"] = "too_long"
    if len(wanted.themes) > MOST_THEMES or set(wanted.themes) - set(themes):
        wrong["themes"] = "too_many_themes" if len(wanted.themes) > MOST_THEMES else "unknown_theme"
    if set(wanted.formats) - set(FORMATS):
        wrong["formats"] = "not_a_choice"
    if wanted.visibility not in VISIBILITIES:
        wrong["visibility"] = "not_a_choice"
    wrong |= wrong_limits(wanted.limits)
    wrong |= {name: "too_long" for name, text in (wanted.constraints or {}).items() if len(text) > MOST_CONSTRAINT}
    return wrong


def is_too_long(wanted: Wanted) -> bool:
    """Whether a text of a request is longer than any may be: it is not compared with anything."""
    return "too_long" in wrong_in_draft(wanted, wanted.themes).values()


def wrong_limits(typed: Mapping[str, Any] | None) -> dict[str, str]:
    """Field -> what is wrong with a limit set apart from the score."""
    limits, wrong = typed or {}, {}
    if len(limits.get("excluded", ())) > MOST_EXCLUDED:
        wrong["excluded"] = "too_many_cities"
    if set(limits.get("sizes", ())) - set(SIZES):
        wrong["sizes"] = "not_a_choice"
    if not 1 <= limits.get("proposals", MOST_PROPOSALS) <= MOST_PROPOSALS:
        wrong["proposals"] = "not_a_choice"
    return wrong


def hides_city(visibility: str, city: str, bodies: Iterable[str], national: bool, chosen: Iterable[str]) -> bool:
    """Whether somebody who works for ``bodies`` sees the size of the city only.

    ``chosen`` are the givers the city itself has asked: to them it has said who it is.
    """
    mine = set(bodies)
    return visibility == "anonymous" and not national and city not in mine and not mine & set(chosen)


def may_edit(state: str) -> bool:
    return state in {State.DRAFT, State.OPEN}


def may_join(state: str, city: str, receivers: Iterable[str], body: str) -> bool:
    return state == State.OPEN and body != city and body not in set(receivers)


def may_close(state: str) -> bool:
    """Whether its city may say how it ended; while a transfer runs, the end of the transfer says it."""
    return state == State.OPEN


def needs_consent(origin: str, visibility: str) -> bool:
    """Whether the yes of a giver would tell whose a request is that chose neither to be known nor this giver."""
    return origin == ROUND and visibility == "anonymous"


def reasons(origin: str) -> tuple[str, ...]:
    """Why the answer to a proposal may be no: a requester's reasons for an offer, else a giver's."""
    return OFFER_REASONS if origin == OFFER else REASONS


def may_answer(state: str) -> bool:
    """Whether a proposal still waits for an answer, of the giver or (an offer) of the requester."""
    return state in PENDING


def is_past(by_when: date | None, now: datetime) -> bool:
    """Whether the day by which a request was needed is over in Rome."""
    return by_when is not None and by_when < day_of(now)


def due_after(now: datetime, days: int) -> datetime:
    """When an answer is due: the end of the day, ``days`` from today."""
    return datetime.combine(day_of(now) + timedelta(days=days), time(23, 59), ROME).astimezone(UTC)


def half_way(asked_at: datetime, due_at: datetime) -> datetime:
    return asked_at + (due_at - asked_at) / 2


def begins_on_day(day: date) -> datetime:
    """The first instant of a day in Rome."""
    return datetime.combine(day, time(0), ROME).astimezone(UTC)


def wrong_day(later_on: date | None, today: date) -> str:
    """What is wrong with the day of a postponed answer, empty where it will do."""
    if later_on is None:
        return "required"
    if later_on <= today:
        return "day_past"
    return "" if later_on <= today + LONGEST_LATER else "too_far"


def quarter_of(day: date) -> str:
    return f"{day.year}-{(day.month - 1) // 3 + 1}"


def quarters_from(day: date, many: int = QUARTERS_STATED) -> list[str]:
    """This quarter and those that follow."""
    first = day.year * 4 + (day.month - 1) // 3
    return [f"{number // 4}-{number % 4 + 1}" for number in range(first, first + many)]


def days_passed(since: datetime, until: datetime) -> int:
    return max((day_of(until) - day_of(since)).days, 0)


def transfers_left(stated: int | None, begun: int) -> int | None:
    """Transfers a giver can still begin in a quarter for which it stated days; None where it stated nothing.

    Who stated nothing is refused to nobody for lack of days.
    """
    if stated is None:
        return None
    room = max(stated // DAYS_A_TRANSFER, 1) if stated else 0
    return max(room - begun, 0)


def in_a_round(left: int | None) -> int:
    """Transfers a round can give a giver that has so many left; who stated no days can take one."""
    return 1 if left is None else left


def days_left(stated: int | None, begun: int) -> int | None:
    """Days a giver has still free in a quarter; None where it stated nothing."""
    return None if stated is None else max(stated - begun * DAYS_A_TRANSFER, 0)


@dataclass(frozen=True)
class Days:
    """What a giver stated for some quarters, and how many transfers that take from it began in each."""

    stated: Mapping[str, int]
    begun: Mapping[str, int]

    def transfers_left(self, quarter: str) -> int | None:
        return transfers_left(self.stated.get(quarter), self.begun.get(quarter, 0))

    def left(self, quarter: str) -> int | None:
        return days_left(self.stated.get(quarter), self.begun.get(quarter, 0))


def begins_on(quarter: str) -> date:
    year, _, number = quarter.partition("-")
    return date(int(year), int(number) * 3 - 2, 1)


def begins_at(quarter: str) -> datetime:
    return datetime.combine(begins_on(quarter), time(0), ROME).astimezone(UTC)


@lru_cache(maxsize=1_000)
def _stems(text: str) -> frozenset[str]:
    words = re.findall(r"[a-z0-9]+", fold(text))
    return frozenset(stem(word) for word in words if len(word) > 2 and word not in STOP and word not in POLITE)


def alikeness(one: str, other: str) -> float:
    """How much of the shorter text stands in the other, 0 to 1, by stems of words; one word in common is nothing."""
    mine, theirs = _stems(one), _stems(other)
    common = len(mine & theirs)
    return common / min(len(mine), len(theirs)) if common >= 2 else 0.0


def alike(text: str, themes: Iterable[str], others: Iterable[tuple[int, str, Iterable[str]]], most: int) -> list[int]:
    """Numbers of the texts most like this one, the most alike first; others are (number, text, themes)."""
    mine = set(themes)
    scored = [
        (alikeness(text, other) + (0.15 if mine & set(their_themes) else 0.0), number)
        for number, other, their_themes in others
    ]
    return [number for score, number in sorted(scored, key=lambda pair: (-pair[0], pair[1])) if score >= 0.4][:most]
