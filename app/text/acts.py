# SPDX-License-Identifier: AGPL-3.0-or-later
"""Acts cited in Italian text, in any spelling, as references with a URN and the address of the official text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.text.actnames import DATES, KIND_BY_CODE, KINDS, MONTHS, NAMED, REGIONS, Known
from app.text.folding import fold

NORMATTIVA = "https://www.normattiva.it/uri-res/N2Ls?"
EURLEX = "https://eur-lex.europa.eu/eli"
EU_LABELS = {"reg-ue": "Reg. (UE)", "dir-ue": "Dir. (UE)", "dec-ue": "Dec. (UE)"}
EU_LONG = {"reg-ue": "Regolamento (UE)", "dir-ue": "Direttiva (UE)", "dec-ue": "Decisione (UE)"}
CONSTITUTION = "costituzione"
MAX_GAP = 60


@dataclass(frozen=True)
class LegalReference:
    """One act, and the part of it that a citation names. ``date`` is ISO and full, None where only the year is known."""

    kind: str
    number: str
    year: int
    date: str | None = None
    region: str = ""
    articles: tuple[str, ...] = ()
    commas: tuple[str, ...] = ()
    letters: tuple[str, ...] = ()

    @property
    def slug(self) -> str:
        """Name of the whole act in addresses, the same whether or not the day is cited."""
        if self.kind == CONSTITUTION:
            return CONSTITUTION
        if self.kind in EU_LABELS:
            return f"{self.kind}-{self.year}-{self.number}"
        region = "-".join(re.findall(r"[a-z]+", fold(self.region)))
        tail = f"{self.number}-{self.year}" if self.number else str(self.date)
        return "-".join(filter(None, [self.kind, region, tail.lower()]))

    @property
    def urn(self) -> str:
        """URN of the act with the cited part; the ELI path for acts of the European Union."""
        if self.kind == CONSTITUTION:
            return f"urn:nir:stato:costituzione:1947-12-27{self._partition}"
        if self.kind in EU_LABELS:
            return f"eli/{self.kind.partition('-')[0]}/{self.year}/{self.number}"
        authority = KIND_BY_CODE[self.kind].urn
        if self.kind == "lr" and self.region:
            authority = f"regione.{'.'.join(re.findall(r'[a-z]+', fold(self.region)))}:legge"
        number = f";{self.number}" if self.number else ""
        return f"urn:nir:{authority}:{self.date or self.year}{number}{self._partition}"

    @property
    def _partition(self) -> str:
        if not self.articles:
            return ""
        parts = [f"~art{self.articles[0].replace('-', '').replace(' ', '')}"]
        parts += [f"com{self.commas[0]}"] if self.commas else []
        parts += [f"let{self.letters[0]}"] if self.letters and self.commas else []
        return "-".join(parts)

    @property
    def url(self) -> str | None:
        """Official text; None for acts without a stable national address (regional laws, ministerial decrees)."""
        if self.kind in {"lr", "dm"}:
            return None
        if self.kind in EU_LABELS:
            return f"{EURLEX}/{self.kind.partition('-')[0]}/{self.year}/{self.number}/oj"
        return NORMATTIVA + self.urn

    @property
    def label(self) -> str:
        """Short Italian citation of the whole act."""
        if self.kind == CONSTITUTION:
            return "Costituzione"
        if self.kind in EU_LABELS:
            return f"{EU_LABELS[self.kind]} {self.year}/{self.number}"
        names = [KIND_BY_CODE[self.kind].label, self.region, self._tail]
        return " ".join(filter(None, names))

    @property
    def _tail(self) -> str:
        return f"{self.number}/{self.year}" if self.number else _italian_date(str(self.date))

    @property
    def long_label(self) -> str:
        """Full Italian citation of the whole act."""
        if self.kind == CONSTITUTION:
            return "Costituzione della Repubblica italiana"
        if self.kind in EU_LONG:
            return f"{EU_LONG[self.kind]} {self.year}/{self.number}"
        names = [KIND_BY_CODE[self.kind].long_label, self.region]
        head = " ".join(filter(None, names))
        if self.date and self.number:
            return f"{head} {_italian_date(self.date)}, n. {self.number}"
        return f"{head} {self._tail}" if self.date else f"{head} n. {self.number} del {self.year}"

    @property
    def whole(self) -> "LegalReference":
        """The act without the cited part."""
        return LegalReference(self.kind, self.number, self.year, self.date, self.region)


@dataclass(frozen=True)
class Citation:
    """Where a text cites an act: ``text[start:end]`` is ``surface``."""

    start: int
    end: int
    surface: str
    reference: LegalReference


def _italian_date(date: str) -> str:
    year, month, day = date.split("-")
    return f"{int(day)} {list(MONTHS)[int(month) - 1]} {year}"


_S = r"[\s\u00a0]{0,3}"
_N = rf"(?:n(?:r|um|ro)?[.°º]{{0,2}}|numero){_S}"
_LONG_DATE = rf"(?P<day>[0-3]?\d)[°º]?{_S}(?P<month>{'|'.join(MONTHS)}){_S}(?P<longyear>[12]\d{{3}})"
_SHORT_DATE = rf"(?P<sday>[0-3]?\d)[./-](?P<smonth>[01]?\d)[./-](?P<syear>[12]\d{{3}}|\d\d)"
_ORDINAL = r"bis|ter|quater|quinquies|sexies|septies|octies|novies|decies|undecies"
_KIND = "|".join(f"(?P<{kind.code}>{kind.pattern})" for kind in KINDS)
_REGION = "|".join(sorted(map(re.escape, REGIONS), key=len, reverse=True))

CORE = re.compile(
    rf"""(?<![\w.])(?:{_KIND})
    (?:{_S}(?:(?:della{_S}|dell')?(?:regione{_S})?\(?(?P<region>{_REGION})\)?\b))?
    {_S},?{_S}
    (?:
        (?:del(?:l')?{_S}|in{_S}data{_S})?(?:{_LONG_DATE}|{_SHORT_DATE})(?:{_S},?{_S}{_N}(?P<number>\d{{1,5}})(?![\w]))?
      | (?:{_N})?(?P<number2>\d{{1,5}}){_S}/{_S}(?P<year2>[12]\d{{3}}|\d\d)(?![\w/])
      | (?:{_N})?(?P<number3>\d{{1,5}}){_S},?{_S}del(?:l'anno)?{_S}(?:(?P<year3>[12]\d{{3}})(?![\w/])|(?P<day3>[0-3]?\d)[°º]?{_S}(?P<month3>{"|".join(MONTHS)}){_S}(?P<longyear3>[12]\d{{3}})|(?P<sday3>[0-3]?\d)[./-](?P<smonth3>[01]?\d)[./-](?P<syear3>[12]\d{{3}}))
    )""",
    re.VERBOSE | re.IGNORECASE,
)
EU = re.compile(
    rf"""(?<![\w.])(?:(?P<reg>reg\.|reg|regolament[oi])|(?P<dir>dir\.|dir|direttiv[ae])|(?P<dec>decision[ei]))
    {_S}(?:(?:di{_S})?(?:esecuzione|delegat[oa]))?{_S}(?:europe[oa]{_S})?\(?(?P<body>ue|ce|cee|u\.e\.|c\.e\.)?\)?{_S}(?:{_N})?
    (?P<first>\d{{1,4}}){_S}/{_S}(?P<second>\d{{1,4}})(?:/(?P<tail>ue|ce|cee)\b)?(?![\w/])""",
    re.VERBOSE | re.IGNORECASE,
)
_ITEM = rf"\d{{1,4}}(?:{_S}-?{_S}(?:{_ORDINAL})\b)?"
_LIST = rf"{_ITEM}(?:{_S}(?:,|e|ed|-|–|a|al)(?:{_S}(?:l'|il{_S}))?{_S}{_ITEM}){{0,8}}(?:{_S}(?:e{_S})?(?:ss|segg|seguenti)\b\.?)?"
_LETTERS = rf"[a-z]\)?(?:{_S}(?:,|e|ed|-|–){_S}[a-z]\)?(?![\w])){{0,8}}"
PART = rf"""(?:artt?\.|art|articol[oi]){_S}(?P<articles>{_LIST})
    (?:{_S},?{_S}(?:comm[ai]|co?\.|c){_S}(?P<commas>{_LIST}))?
    (?:{_S},?{_S}(?:lett(?:era|ere)?\.?){_S}(?P<letters>{_LETTERS}))?"""
BEFORE = re.compile(
    rf"(?<!\w){PART}{_S},?{_S}(?:(?:di cui al(?:la)?|della|dello|del|dell'|delle|dei){_S})?(?:(?:citat[oa]|predett[oa]|medesim[oa]){_S})?\Z",
    re.VERBOSE | re.IGNORECASE,
)
COMMA_ONLY = rf"(?:comm[ai]|co?\.){_S}(?P<commas>{_LIST})(?:{_S},?{_S}lett(?:era|ere)?\.?{_S}(?P<letters>{_LETTERS}))?"
AFTER = re.compile(rf"{_S},?{_S}(?:\(?{PART})", re.VERBOSE | re.IGNORECASE)
AFTER_COMMA = re.compile(rf"{_S},?{_S}{COMMA_ONLY}", re.VERBOSE | re.IGNORECASE)
COMMA_BEFORE = re.compile(rf"(?<!\w){COMMA_ONLY}{_S},?{_S}(?:(?:della|dello|del|dell'){_S})\Z", re.VERBOSE | re.IGNORECASE)
CONSTITUTIONAL = re.compile(r"(?<!\w)(?:Costituzione|Cost\.)(?!\w)")
_NAMES = [(re.compile(rf"(?<![\w.])(?:{known.pattern})(?!\w)", 0 if known.exact_case else re.IGNORECASE), known) for known in NAMED]


def find_acts(text: str) -> list[Citation]:
    """Every citation of an act, in order, not overlapping. Never raises; time grows with the length of the text."""
    taken: list[Citation] = []
    last = 0
    for found in sorted(_candidates(text), key=lambda item: (item.start, -item.end)):
        if found.start >= last:
            taken.append(found)
            last = found.end
        elif found.end > last and taken and found.start < last:
            continue
    return taken


def canonical(text: str) -> LegalReference | None:
    """The act that a text, taken by itself, cites."""
    found = find_acts(text)
    return found[0].reference if found else None


def _candidates(text: str) -> Iterator[Citation]:
    for match in CORE.finditer(text):
        reference = _national(match)
        if reference is not None:
            yield _with_parts(text, match.start(), match.end(), reference)
    for match in EU.finditer(text):
        reference = _european(match)
        if reference is not None:
            yield _with_parts(text, match.start(), match.end(), reference)
    for pattern, known in _NAMES:
        for match in pattern.finditer(text):
            yield _with_parts(text, match.start(), match.end(), _named(known))
    for match in CONSTITUTIONAL.finditer(text):
        found = _with_parts(text, match.start(), match.end(), LegalReference(CONSTITUTION, "", 1947, "1947-12-27"))
        if found.reference.articles:
            yield found


def _national(match: re.Match[str]) -> LegalReference | None:
    kind = next(kind for kind in KINDS if match[kind.code])
    number = match["number"] or match["number2"] or match["number3"] or ""
    date = _date(match)
    year = int(date[:4]) if date else _year(match["year2"] or match["year3"] or "")
    if not year or not _plausible(match, kind.code, number):
        return None
    if not number and not (kind.bare_date and date):
        return None
    number = number.lstrip("0") or number
    region = REGIONS.get((match["region"] or "").lower(), "") if kind.code == "lr" else ""
    if kind.code != "lr" and match["region"]:
        return None
    return LegalReference(kind.code, number, year, date or DATES.get((kind.code, int(number or 0), year)), region)


def _plausible(match: re.Match[str], code: str, number: str) -> bool:
    """A bare letter is a law only with a number and a year, and `l` only when it does not close a word."""
    surface = match[code]
    if surface.lower() in {"l", "dl", "dm", "rd", "lr"} and not number:
        return False
    return not (surface == "l" and match["year2"] is None)


def _year(text: str) -> int:
    if not text:
        return 0
    if len(text) == 2:
        return int(text) + (2000 if int(text) < 30 else 1900)
    return int(text) if 1850 <= int(text) <= 2100 else 0


def _date(match: re.Match[str]) -> str | None:
    for day, month, year in (
        ("day", "month", "longyear"),
        ("sday", "smonth", "syear"),
        ("day3", "month3", "longyear3"),
        ("sday3", "smonth3", "syear3"),
    ):
        if match[day]:
            name = match[month].lower()
            number = MONTHS.get(name) or int(name)
            full_year = _year(match[year])
            if full_year and 1 <= number <= 12 and 1 <= int(match[day]) <= 31:
                return f"{full_year}-{number:02d}-{int(match[day]):02d}"
    return None


def _european(match: re.Match[str]) -> LegalReference | None:
    if not (match["body"] or match["tail"]):
        return None
    first, second = match["first"], match["second"]
    kind = "reg-ue" if match["reg"] else "dir-ue" if match["dir"] else "dec-ue"
    first_is_year, second_is_year = _is_eu_year(first), _is_eu_year(second)
    if first_is_year and (not second_is_year or kind != "reg-ue" or int(first) >= 2015):
        return LegalReference(kind, second.lstrip("0"), int(first))
    if second_is_year:
        return LegalReference(kind, first.lstrip("0"), int(second))
    return None


def _is_eu_year(text: str) -> bool:
    return len(text) == 4 and 1952 <= int(text) <= 2100


def _named(known: Known) -> LegalReference:
    date = known.date if len(known.date) == 10 else None
    return LegalReference(known.code, known.number, int(known.date[:4]), date)


def _with_parts(text: str, start: int, end: int, reference: LegalReference) -> Citation:
    """The citation with the articles, commas and letters that stand before or after the act."""
    head = text[max(0, start - MAX_GAP - 40) : start]
    tail = text[end : end + MAX_GAP]
    before = BEFORE.search(head)
    if before is not None:
        return _citation(text, start - (len(head) - before.start()), end, reference, before)
    after = AFTER.match(tail) or AFTER_COMMA.match(tail)
    if after is not None:
        return _citation(text, start, end + after.end(), reference, after)
    comma = COMMA_BEFORE.search(head)
    if comma is not None:
        return _citation(text, start - (len(head) - comma.start()), end, reference, comma)
    return Citation(start, end, text[start:end], reference)


def _citation(text: str, start: int, end: int, whole: LegalReference, part: re.Match[str]) -> Citation:
    groups = part.groupdict()
    reference = LegalReference(
        whole.kind,
        whole.number,
        whole.year,
        whole.date,
        whole.region,
        _items(groups.get("articles") or ""),
        _items(groups.get("commas") or ""),
        tuple(re.findall(r"(?<![a-z])[a-z](?![a-z])", re.sub(r"\b(?:e|ed)\b(?!\))", " ", (groups.get("letters") or "").lower()))),
    )
    end = start + len(text[start:end].rstrip())
    return Citation(start, end, text[start:end], reference)


def _items(text: str) -> tuple[str, ...]:
    found = re.findall(rf"(\d{{1,4}})(?:[\s\u00a0-]*({_ORDINAL})\b)?", text.lower())
    return tuple(f"{number}-{ordinal}" if ordinal else number for number, ordinal in found)
