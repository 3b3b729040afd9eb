# SPDX-License-Identifier: AGPL-3.0-or-later
"""What people type on the pages of a twinning; what makes no sense is refused with the field and a key."""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime

from app.document.dates import ROME
from app.errors import Invalid
from app.text import typed
from app.twinnings import rules
from app.twinnings.rules import Closing

#: `9000`, `9.000`, `9 000`; a point before other than three digits is none of these.
AMOUNT = re.compile(r"(?:[0-9]{1,9}|[0-9]{1,3}(?:[. ][0-9]{3}){1,2})\Z")
#: The cents of a cost, behind a comma.
CENTS = re.compile(r",([0-9]{2})\Z")
#: Years in which work was done or may be, and all that a day can have: a milestone is told which days would do.
YEARS, ANY_YEAR = range(2000, 2101), range(MINYEAR, MAXYEAR + 1)
#: What is ticked for each piece of the kit.
BOXES = ("received", "adapted")
#: Fields in which people write sentences of their own.
WRITTEN = (
    *("title", "place", "note", "minutes_text", "what", "who", "task"),
    *("text", "indicator", "before", "after", "worked", "failed"),
)


@dataclass(frozen=True)
class Typed:
    """What was typed into a form that was refused and what is wrong with it, for the page that shows it again.

    ``detail`` is said with what is wrong with a file, None for the rest. One of a form that was not sent is empty.
    ``untouched`` fields hold what the form was opened on.
    """

    refused: bool = False
    values: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)
    detail: str | None = None
    untouched: frozenset[str] = frozenset()

    @property
    def outrun(self) -> bool:
        """Whether somebody else saved something meanwhile."""
        return "changed_meanwhile" in self.problems.values()

    def value(self, name: str, held: object = "") -> str:
        """What stands in a field: as it was typed, else what is held; that too where only somebody else changed it."""
        if self.refused and not (self.outrun and name in self.untouched):
            return self.values.get(name, "")
        return "" if held is None else str(held)


@dataclass(frozen=True)
class Refusal:
    """The one form of the page that was refused: its endpoint, and all that was sent to it, in its address too."""

    endpoint: str = ""
    typed: Typed = Typed()

    def of(self, endpoint: str, **which: object) -> Typed:
        """What the form of an endpoint shows again; ``which`` tells it from others that are sent to the same one."""
        sent = self.typed.values
        mine = endpoint == self.endpoint and all(sent.get(name, "") == str(value) for name, value in which.items())
        return self.typed if mine else Typed()

    @property
    def words(self) -> list[tuple[str, str]]:
        """What somebody wrote, for the page that has its form no more."""
        return [(name, self.typed.values[name]) for name in WRITTEN if self.typed.values.get(name, "").strip()]


NOT_REFUSED = Refusal()


@dataclass(frozen=True)
class MeetingTyped:
    """A meeting as typed: the time is that of Italy."""

    title: str
    starts_at: datetime
    minutes: int
    place: str

    def untouched(self, seen: str) -> bool:
        """Whether the form holds what it was opened on: then it was sent for something else on it."""
        starts = self.starts_at.astimezone(UTC).isoformat()
        title, place = typed.line(self.title), self.place.strip()
        held = {"title": title, "starts_at": starts, "minutes": self.minutes, "place": place}
        return rules.seen(held) == seen


@dataclass(frozen=True)
class Stop:
    """Why a transfer is stopped, and whether everybody may read it."""

    reason: str
    text: str
    public: bool


def stop(form: Mapping[str, str]) -> Stop:
    """Raises ``Invalid`` where nobody chose a reason and said that they are sure: nothing opens it again."""
    said = Stop(form.get("reason", ""), form.get("text", ""), "public" in form)
    wrong = rules.wrong_stop(said.reason, said.text) | ({} if "sure" in form else {"sure": "not_sure"})
    if wrong:
        raise Invalid(wrong)
    return said


def ticks(form: Mapping[str, str]) -> dict[int, dict[str, bool]]:
    """The boxes of the kit that somebody ticked, or took the tick off, by piece: against how the page showed them."""
    changed: dict[int, dict[str, bool]] = {}
    for name in form:
        box, _, piece = name.partition("-")
        number = typed.number(piece)
        if box not in {*BOXES, "shown"} or number is None:
            continue
        shown = form.get(f"shown-{number}", "").split()
        moved = {box: f"{box}-{number}" in form for box in BOXES if (f"{box}-{number}" in form) != (box in shown)}
        changed |= {number: moved} if moved else {}
    return changed


def amount(form: Mapping[str, str], name: str) -> int | None:
    """A whole number with or without points, None where nothing was typed; a cost to the nearest euro.

    Raises ``Invalid``.
    """
    said = form.get(name, "").strip()
    if not said:
        return None
    cents = CENTS.search(said) if name == "cost" else None
    whole = said[: cents.start()] if cents else said
    if not AMOUNT.match(whole):
        raise Invalid({name: "not_a_number"})
    return int(re.sub(r"[. ]", "", whole)) + (int(cents[1]) >= 50 if cents else 0)


def day(form: Mapping[str, str], name: str, needed: bool = True, years: range = YEARS) -> date | None:
    """A day of some years. Raises ``Invalid``."""
    said = form.get(name, "").strip()
    if not said and not needed:
        return None
    found = typed.day(said)
    if found is None or found.year not in years:
        raise Invalid({name: "not_a_date"})
    return found


def meeting(form: Mapping[str, str]) -> MeetingTyped:
    """Raises ``Invalid``."""
    try:
        starts = datetime.fromisoformat(form.get("starts_at", "").strip()).replace(tzinfo=ROME)
        # Beyond what a day may be told in another zone.
        starts.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Invalid({"starts_at": "not_a_date"}) from error
    return MeetingTyped(form.get("title", ""), starts, typed.number_in(form, "minutes"), form.get("place", ""))


def untouched(form: Mapping[str, str]) -> frozenset[str]:
    """The fields of a meeting's form that hold what it was opened on."""
    minuted = form.get("minutes_text", "").strip()
    names = ["minutes_text"] if rules.seen(minuted) == form.get("seen_minutes") else []
    with suppress(Invalid):
        names += ["title", "starts_at", "minutes", "place"] if meeting(form).untouched(form.get("seen", "")) else []
    return frozenset(names)


def quarters(form: Mapping[str, str]) -> int:
    """Hours typed as 1, 1,5 or 0,25, in quarters of an hour; 0 for nonsense."""
    said = form.get("hours", "").strip().replace(",", ".")
    try:
        return round(float(said) * 4) if len(said) < 8 and 0 <= float(said) < 100_000 else 0
    except ValueError:
        return 0


def closing(form: Mapping[str, str]) -> Closing:
    """Raises ``Invalid`` with all that is wrong, where an amount is no number."""
    amounts: dict[str, int | None] = dict.fromkeys(("months", "cost"))
    wrong: dict[str, str] = {}
    for name in amounts:
        try:
            amounts[name] = amount(form, name)
        except Invalid as error:
            wrong |= error.problems
    said = Closing(
        form.get("result", ""),
        amounts["months"],
        amounts["cost"],
        typed.line(form.get("indicator", "")),
        form.get("before", "").strip(),
        form.get("after", "").strip(),
        form.get("worked", "").strip(),
        form.get("failed", "").strip(),
    )
    if wrong:
        raise Invalid(wrong | rules.wrong_closing(said))
    return said
