# SPDX-License-Identifier: AGPL-3.0-or-later
"""What people type on the pages of a twinning; what makes no sense is refused with the field and a key."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from app.document.dates import ROME
from app.errors import Invalid
from app.twinnings.rules import Closing


@dataclass(frozen=True)
class MeetingTyped:
    """A meeting as typed: the time is that of Italy."""

    title: str
    starts_at: datetime
    minutes: int
    place: str


def number(form: Mapping[str, str], name: str) -> int:
    """A number that is not negative, 0 where there is none."""
    typed = form.get(name, "").strip()
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


def amount(form: Mapping[str, str], name: str) -> int | None:
    """A whole number with or without points, None where nothing was typed. Raises ``Invalid``."""
    typed = form.get(name, "").strip().replace(".", "").replace(" ", "")
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit() and len(typed) < 10):
        raise Invalid({name: "not_a_number"})
    return int(typed)


def day(form: Mapping[str, str], name: str, needed: bool = True) -> date | None:
    """A day. Raises ``Invalid``."""
    typed = form.get(name, "").strip()
    if not typed and not needed:
        return None
    try:
        found = date.fromisoformat(typed)
    except ValueError as error:
        raise Invalid({name: "not_a_date"}) from error
    if not 2000 <= found.year <= 2100:
        raise Invalid({name: "not_a_date"})
    return found


def meeting(form: Mapping[str, str]) -> MeetingTyped:
    """Raises ``Invalid``."""
    try:
        starts = datetime.fromisoformat(form.get("starts_at", "").strip()).replace(tzinfo=ROME)
    except ValueError as error:
        raise Invalid({"starts_at": "not_a_date"}) from error
    if not 2000 <= starts.year <= 2100:
        raise Invalid({"starts_at": "not_a_date"})
    return MeetingTyped(form.get("title", ""), starts, number(form, "minutes"), form.get("place", ""))


def quarters(form: Mapping[str, str]) -> int:
    """Hours typed as 1, 1,5 or 0,25, in quarters of an hour; 0 for nonsense."""
    typed = form.get("hours", "").strip().replace(",", ".")
    try:
        return round(float(typed) * 4) if len(typed) < 8 and 0 <= float(typed) < 1_000 else 0
    except ValueError:
        return 0


def closing(form: Mapping[str, str]) -> Closing:
    """Raises ``Invalid``."""
    return Closing(
        form.get("result", ""),
        amount(form, "months"),
        amount(form, "cost"),
        " ".join(form.get("indicator", "").split()),
        form.get("before", "").strip(),
        form.get("after", "").strip(),
        form.get("worked", "").strip(),
        form.get("failed", "").strip(),
    )
