# SPDX-License-Identifier: AGPL-3.0-or-later
"""Italian acts cited by kind, number and year or day: `legge 7 aprile 2014, n. 56`, `d.lgs. 36/2023`."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.text.acts_known import MONTHS
from app.text.acts_patterns import BILL, DATE_ONLY, HEAD, MORE, PLURAL, REGION_AFTER, REGION_BEFORE, REGION_FORMS, TAILS
from app.text.acts_reference import LegalReference, known_day

_DATELESS = frozenset({"dpcm", "decreto-ministeriale"})
_LONGEST_REGION = 50
_FIRST_YEAR, _LAST_YEAR = 1861, 2099


@dataclass(frozen=True, slots=True)
class Found:
    """An act found in a text, before the articles around it are joined to it."""

    start: int
    end: int
    reference: LegalReference
    needs_part: bool = False


@dataclass(frozen=True, slots=True)
class _Tail:
    end: int
    number: int | None
    year: int
    date: dt.date | None


def numbered(text: str) -> Iterator[Found]:
    """The Italian acts of a text that are cited with a number or, for decrees of ministers, a day."""
    for head in HEAD.finditer(text):
        if not BILL.search(text, max(0, head.start() - 20), head.start()):
            yield from _after_head(text, head)


def _after_head(text: str, head: re.Match[str]) -> Iterator[Found]:
    """The act of a head; after a plural ("leggi n. 241/1990 e n. 56/2014") the others as well."""
    kind = (head.lastgroup or "legge").replace("_", "-")
    region = _region(head["region"])
    if kind == "legge-regionale" and not region:
        region = _region_before(text, head.start())
    start, tail = head.start(), read_tail(text, head.end(), kind)
    while tail:
        end = tail.end
        if kind == "legge-regionale" and not region:
            region, end = _region_after(text, end)
        day = known_day(kind, tail.number, tail.year, tail.date)
        yield Found(start, end, LegalReference(kind, tail.number, tail.year, day, region))
        more = MORE.match(text, end) if PLURAL.match(head[0]) else None
        if not more:
            return
        start, tail = more.end(), read_tail(text, more.end(), kind)


def read_tail(text: str, place: int, kind: str) -> _Tail | None:
    """Number and year, or day, that stand at a place of the text after the kind of an act."""
    for pattern in TAILS:
        match = pattern.match(text, place)
        tail = _understood(match, kind) if match else None
        if tail:
            return tail
    if kind not in _DATELESS:
        return None
    match = DATE_ONLY.match(text, place)
    day = _day(match, kind) if match else None
    return _Tail(match.end(), None, day.year, day) if match and day else None


def _understood(match: re.Match[str], kind: str) -> _Tail | None:
    groups = match.groupdict()
    number = int(groups["num"])
    day = _day(match, kind)
    if groups.get("year"):
        year = full_year(groups["year"], kind)
        day = day if day and day.year == year else None
    else:
        year = day.year if day else 0
    if not number or not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    return _Tail(match.end(), number, year, day)


def _day(match: re.Match[str], kind: str) -> dt.date | None:
    groups = match.groupdict()
    day = groups.get("d") or groups.get("nd") or groups.get("iday")
    if not day:
        return None
    month = groups["nm"] or groups["im"] or str(_month(groups["m"]))
    year = full_year(groups["y"] or groups["ny"] or groups["iy"], kind)
    try:
        return dt.date(year, int(month), int(day))
    except ValueError:
        return None


def _month(name: str | None) -> int:
    start = (name or "")[:3].lower()
    return next(number for number, month in enumerate(MONTHS, 1) if month.startswith(start))


def full_year(written: str, kind: str) -> int:
    """Four digits of a year. Two-digit years turn at 30, save for acts of the King, all of the old century."""
    digits = written.lstrip("'’")
    year = int(digits)
    if len(digits) > 2:
        return year
    return 1900 + year if year > 30 or kind.startswith("regio") else 2000 + year


def _region(form: str | None) -> str:
    return REGION_FORMS.get(re.sub(r"\s+", " ", form).casefold(), "") if form else ""


def _region_after(text: str, end: int) -> tuple[str, int]:
    match = REGION_AFTER.match(text, end)
    return (_region(match[match.lastgroup or 0]), match.end()) if match else ("", end)


def _region_before(text: str, start: int) -> str:
    match = REGION_BEFORE.search(text, max(0, start - _LONGEST_REGION), start)
    return _region(match["region"]) if match else ""
