# SPDX-License-Identifier: AGPL-3.0-or-later
"""Meetings and steps to be made as an iCalendar file (RFC 5545): times of Italy, lines folded at 75 octets, changes by
sequence.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from app.document.dates import ROME
from app.twinnings.models import Meeting

STAMP, LOCAL, DAY = "%Y%m%dT%H%M%SZ", "%Y%m%dT%H%M%S", "%Y%m%d"
#: When clocks change in Italy, for calendars that do not know the zone by its name.
ZONE = (
    "BEGIN:VTIMEZONE",
    "TZID:Europe/Rome",
    "BEGIN:STANDARD",
    "DTSTART:19961027T030000",
    "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
    "TZOFFSETFROM:+0200",
    "TZOFFSETTO:+0100",
    "TZNAME:CET",
    "END:STANDARD",
    "BEGIN:DAYLIGHT",
    "DTSTART:19810329T020000",
    "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
    "TZOFFSETFROM:+0100",
    "TZOFFSETTO:+0200",
    "TZNAME:CEST",
    "END:DAYLIGHT",
    "END:VTIMEZONE",
)


@dataclass(frozen=True)
class Step:
    """A milestone as calendars hold it: a whole day that takes nobody's time, changed so many times; ``over`` where
    nobody has to make it any more.
    """

    number: int
    title: str
    due_on: date
    sequence: int = 0
    over: bool = False


def calendar(
    meetings: Iterable[Meeting], host: str, title: str, address: str, now: datetime, steps: Iterable[Step] = ()
) -> str:
    """The file of one twinning."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Twin Metro//IT",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_text(title)}",
        "X-WR-TIMEZONE:Europe/Rome",
        *ZONE,
    ]
    # Not every calendar shows addresses, and none says of which of one's transfers a day is.
    about = (f"DESCRIPTION:{_text(title)}\\n{_text(address)}", f"URL:{address}")
    stamp = f"DTSTAMP:{now.astimezone(UTC).strftime(STAMP)}"
    for meeting in meetings:
        lines += ["BEGIN:VEVENT", stamp, *_meeting(meeting, host), *about, "END:VEVENT"]
    for step in steps:
        lines += ["BEGIN:VEVENT", stamp, *_step(step, host), *about, "END:VEVENT"]
    return "\r\n".join(_folded(line) for line in [*lines, "END:VCALENDAR"]) + "\r\n"


def _meeting(meeting: Meeting, host: str) -> list[str]:
    start = meeting.starts_at.astimezone(ROME)
    end = (meeting.starts_at.astimezone(UTC) + timedelta(minutes=meeting.minutes)).astimezone(ROME)
    return [
        f"UID:{meeting.uid}@{host}",
        f"SEQUENCE:{meeting.sequence}",
        f"DTSTART;TZID=Europe/Rome:{start.strftime(LOCAL)}",
        f"DTEND;TZID=Europe/Rome:{end.strftime(LOCAL)}",
        f"SUMMARY:{_text(meeting.title)}",
        *([f"LOCATION:{_text(meeting.place)}"] if meeting.place else []),
        f"STATUS:{'CANCELLED' if meeting.cancelled_at else 'CONFIRMED'}",
    ]


def _step(step: Step, host: str) -> list[str]:
    return [
        f"UID:tappa-{step.number}@{host}",
        f"SEQUENCE:{step.sequence}",
        f"DTSTART;VALUE=DATE:{step.due_on.strftime(DAY)}",
        f"DTEND;VALUE=DATE:{(step.due_on + timedelta(days=1)).strftime(DAY)}",
        f"SUMMARY:{_text(step.title)}",
        "TRANSP:TRANSPARENT",
        f"STATUS:{'CANCELLED' if step.over else 'CONFIRMED'}",
    ]


def _text(value: str) -> str:
    """A text value: what has a meaning in the format is escaped, controls are left out."""
    plain = "".join(letter for letter in value if letter == "\n" or ord(letter) >= 32)
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> str:
    """A line in pieces of at most 75 octets, each after the first behind a blank, no letter cut in two."""
    pieces, piece, size = [], "", 0
    for letter in line:
        width = len(letter.encode("utf-8", "replace"))
        if size + width > 74:
            pieces.append(piece)
            piece, size = "", 1
        piece += letter
        size += width
    return "\r\n ".join([*pieces, piece])
