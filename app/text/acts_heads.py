# SPDX-License-Identifier: AGPL-3.0-or-later
"""Italian acts cited by kind, number and year or day: `legge 7 aprile 2014, n. 56`, `d.lgs. 36/2023`, `DPR n. 160 del 2010`."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.text.acts_known import MONTHS, REGIONS
from app.text.acts_reference import LegalReference, known_day

# Every repetition below is bounded, so that each place in the text costs a fixed number of steps.
_S = r"\s{0,3}"
_OF = rf"(?:dell['’]anno|dell['’]|del|della|de|dd\.?|in{_S}data|d\.d\.)"
_NO = r"(?:nn\.|num(?:ero|\.)?|nr\.?|n(?:°|º|ro)\.?|n\.{0,2}(?:°|º)?)"
_DECREE = r"(?:decret[oi]|decr\.|dd?\.?)"
_MINISTER = rf"(?:\s{{1,3}}(?-i:\(?[A-Z]{{2,8}}\)?)|\s{{1,3}}(?:del{_S})?(?:ministero|ministro|min\.)(?:[\s'’,.-]{{1,3}}[^\W\d_]{{1,20}}){{0,9}}?)?"
_REGION_FORMS = {form.casefold(): name for name, forms in REGIONS.items() for form in (name, *forms)}
_REGION = "|".join(
    re.escape(form).replace(r"\ ", r"\s{1,3}") for form in sorted(_REGION_FORMS, key=lambda form: -len(form))
)
_REGION_OF = rf"(?:(?:della|dell['’]|del|delle){_S})?(?:regione{_S}(?:autonoma{_S})?(?:(?:della|dell['’]|del){_S})?)?"

HEAD = re.compile(
    rf"""(?<![\w.-])(?:
    (?P<dlgs>decret[oi]\s{{1,3}}legislativ[oi]
        |{_DECREE}{_S}(?:l\.?{_S}g\.?{_S}s|legisl|legs|leg|lgs|lg|l)\.?{_S}vo\.?
        |{_DECREE}{_S}(?:l\.?{_S}g\.?{_S}s|legisl|legs|leg|lgs|lg)\.?)
  | (?P<rdl>r\.?{_S}d\.?{_S}l\.?|regio\s{{1,3}}decreto{_S}-?{_S}legge)
  | (?P<dl>decret[oi](?:\s{{1,3}}|{_S}[-–]{_S})legge|dd?\.?{_S}ll?\.?)
  | (?P<dpcm>d\.?{_S}p\.?{_S}c\.?{_S}m\.?|decreto\s{{1,3}}(?:del\s{{1,3}})?pres(?:idente|\.)\s{{1,3}}(?:del\s{{1,3}})?cons(?:iglio|\.)
        (?:\s{{1,3}}(?:dei\s{{1,3}})?min(?:istri|\.))?)
  | (?P<dpr>dd?\.?{_S}pp?\.?{_S}rr?\.?|decreto\s{{1,3}}(?:del\s{{1,3}})?pres(?:idente|\.)\s{{1,3}}(?:della\s{{1,3}})?rep(?:ubblica|\.))
  | (?P<dm>(?:d\.?{_S}m\.?|decreto\s{{1,3}}(?:inter)?min(?:isteriale|\.)|decreto(?=\s{{1,3}}(?:del{_S})?ministr?)){_MINISTER})
  | (?P<rd>r\.?{_S}d\.?|regi[oi]\s{{1,3}}decret[oi])
  | (?P<lc>l(?:egge|\.)?{_S}cost(?:ituzionale|\.)?|l\.?{_S}c\.)
  | (?P<lr>(?:legg[ei]{_S}regional[ei]|legge{_S}reg\.|ll?\.?{_S}rr?\.?|l\.{_S}reg\.?|legge(?=\s{{1,3}}(?:della\s{{1,3}})?regione\b))
        (?:{_S}{_REGION_OF}(?P<region>{_REGION})(?![^\W\d_]),?)?)
  | (?P<l>legg[ei](?:\s{{1,3}}(?:statale|nazionale|ordinaria|quadro|delega|finanziaria
        |di\s{{1,3}}(?:bilancio|stabilità|conversione|riforma)))?|ll?\.|l)
  )(?=[\s\d,(n'’])""",
    re.VERBOSE | re.IGNORECASE,
)
_KIND_OF = {
    "dlgs": "decreto-legislativo",
    "rdl": "regio-decreto-legge",
    "dl": "decreto-legge",
    "dpcm": "dpcm",
    "dpr": "dpr",
    "dm": "decreto-ministeriale",
    "rd": "regio-decreto",
    "lc": "legge-costituzionale",
    "lr": "legge-regionale",
    "l": "legge",
}
_PLURAL = re.compile(r"(?:leggi|decreti|regi\b|dd|ll)", re.IGNORECASE)
_DATELESS = frozenset({"dpcm", "decreto-ministeriale"})

_MONTH = "|".join(f"{month}|{month[:4]}\\.|{month[:3]}\\.?" for month in MONTHS)
_DAY = (
    rf"(?:(?P<d>\d{{1,2}})[°º]?\s{{1,3}}(?P<m>{_MONTH})\s{{1,3}}(?P<y>\d{{4}}|['’]?\d{{2}})"
    r"|(?P<nd>\d{1,2})(?P<sep>[./-])(?P<nm>\d{1,2})(?P=sep)(?P<ny>\d{4}|\d{2})"
    r"|(?P<iy>\d{4})-(?P<im>\d{2})-(?P<iday>\d{2}))(?![\d/])"
)
_NUM = rf"(?:{_NO}{_S})?(?P<num>\d{{1,5}})(?!\d)"
_YEAR = r"(?P<year>\d{4}|['’]?\d{2})(?!\d|[/.-]\d)"
_START = rf"{_S},?{_S}(?:{_OF}{_S})?"
_TAILS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_START}{_DAY}{_S},?{_S}{_NO}{_S}(?P<num>\d{{1,5}})(?!\d|/\d)",
        rf"{_S},?{_S}{_NUM}{_S}/{_S}{_YEAR}(?:{_S},?{_S}{_OF}{_S}{_DAY})?",
        rf"{_S},?{_S}{_NUM}{_S},?{_S}{_OF}?{_S}{_DAY}",
        rf"{_S},?{_S}{_NUM}\s{{0,3}}{_OF}{_S}(?P<year>\d{{4}})(?!\d|[/.-]\d)",
        rf"{_START}(?P<year>\d{{4}}){_S},?{_S}{_NO}{_S}(?P<num>\d{{1,5}})(?!\d|/\d)",
        rf"{_S}{_NUM}(?:\s|-)(?P<year>\d{{4}})(?!\d|[/.-]\d|\s{{0,3}}(?:euro|€))",
    )
)
_DATE_ONLY = re.compile(rf"{_START}{_DAY}", re.IGNORECASE)
_MORE = re.compile(rf"{_S}(?:,{_S}(?:e\s{{1,3}})?|e\s{{1,3}}|ed\s{{1,3}})(?={_NO}|\d)", re.IGNORECASE)
_REGION_AFTER = re.compile(
    rf"{_S}(?:,{_S})?(?:(?:della|dell['’]|del|delle){_S}(?:regione{_S})?|regione{_S})(?P<region>{_REGION})(?![^\W\d_])"
    rf"|{_S}\((?:regione{_S})?(?P<inside>{_REGION})\)",
    re.IGNORECASE,
)
_BILL = re.compile(r"(?:proposta|disegno|progetto|schema|bozza)\s{1,3}di\s{1,3}$", re.IGNORECASE)
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
    """The Italian acts of a text that are cited with a number or, for ministers' decrees, a day."""
    for head in HEAD.finditer(text):
        name = head.lastgroup if head.lastgroup != "region" else "lr"
        kind = _KIND_OF[name or "l"]
        if _BILL.search(text, max(0, head.start() - 20), head.start()):
            continue
        tail = read_tail(text, head.end(), kind)
        start = head.start()
        region = _region(head["region"])
        while tail:
            end = tail.end
            if kind == "legge-regionale" and not region:
                region, end = _region_after(text, end)
            yield Found(start, end, _reference(kind, tail, region))
            more = _MORE.match(text, tail.end) if _PLURAL.match(head[0]) else None
            tail = read_tail(text, more.end(), kind) if more else None
            start = more.end() if more else end


def read_tail(text: str, place: int, kind: str) -> _Tail | None:
    """Number and year, or day, that stand at a place of the text after the kind of an act."""
    for pattern in _TAILS:
        match = pattern.match(text, place)
        tail = _understood(match, kind) if match else None
        if tail:
            return tail
    if kind not in _DATELESS:
        return None
    match = _DATE_ONLY.match(text, place)
    day = _day(match, kind) if match else None
    return _Tail(match.end(), None, day.year, day) if match and day else None


def _understood(match: re.Match[str], kind: str) -> _Tail | None:
    groups = match.groupdict()
    number = int(groups["num"])
    day = _day(match, kind)
    if groups.get("year"):
        year: int | None = full_year(groups["year"], kind)
        if day and day.year != year:
            return None
    else:
        year = day.year if day else None
    if year is None or not number or not _FIRST_YEAR <= year <= _LAST_YEAR:
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


def _reference(kind: str, tail: _Tail, region: str) -> LegalReference:
    day = known_day(kind, tail.number, tail.year, tail.date)
    return LegalReference(kind, tail.number, tail.year, day, region)


def _region(form: str | None) -> str:
    return _REGION_FORMS.get(re.sub(r"\s+", " ", form).casefold(), "") if form else ""


def _region_after(text: str, end: int) -> tuple[str, int]:
    match = _REGION_AFTER.match(text, end)
    return (_region(match["region"] or match["inside"]), match.end()) if match else ("", end)
