# SPDX-License-Identifier: AGPL-3.0-or-later
"""Acts of the European Union: `Reg. (UE) 2016/679`, `regolamento UE n. 1303/2013`, `direttiva 95/46/CE`."""

import re
from collections.abc import Iterator

from app.text.acts_heads import Found, full_year
from app.text.acts_reference import LegalReference

_S = r"\s{0,3}"
_BODY = r"(?:UE|CEE|CE|EU|EC|U\.E\.|C\.E\.|C\.E\.E\.|Euratom)"
_NO = r"(?:nn\.|num(?:ero|\.)?|n(?:°|º|r\.?)?\.?)"
_NUMBERS = rf"(?P<a>\d{{1,4}}){_S}/{_S}(?P<b>\d{{1,4}})(?!\d|/\d)"
_HEAD = re.compile(
    rf"""(?<![\w.-])(?:(?P<reg>regolament[oi]|reg\.|reg(?=[\s(]))|(?P<dir>direttiv[ae]|dir\.|dir(?=[\s(]))|(?P<dec>decision[ei]|dec\.))
    (?P<sort>\s{{1,3}}(?:delegat[oaie]|di\s{{1,3}}esecuzione))?
    (?:\s{{1,3}}[^\W\d_]{{2,20}}(?=\s{{1,3}}\({_BODY}\)))?
    (?P<europe>\s{{1,3}}(?:europe[oaie]|comunitari[oa]))?
    (?:{_S}(?:\((?P<b1>{_BODY})(?:,\s{{1,3}}Euratom)?\)|(?P<b2>{_BODY})(?![^\W\d_])))?
    (?:{_S}del\s{{1,3}}(?:parlamento\s{{1,3}}europeo(?:\s{{1,3}}e\s{{1,3}}del\s{{1,3}}consiglio)?|consiglio))?
    (?:{_S}/)?{_S}(?:{_NO}{_S})?
    (?:{_NUMBERS}|(?P<n>\d{{1,4}})\s{{1,3}}del\s{{1,3}}(?P<y>\d{{4}})(?!\d))
    (?P<tail>{_S}/{_S}{_BODY}(?!\w)|\s{{0,3}}\({_BODY}\)|\s{{1,3}}(?-i:UE|CEE|CE)(?!\w))?""",
    re.VERBOSE | re.IGNORECASE,
)
_MORE = re.compile(
    rf"{_S}(?:,|e|ed|,{_S}e)\s{{1,3}}(?P<item>(?:\({_BODY}\){_S})?(?:{_NO}{_S})?{_NUMBERS}(?:{_S}/{_S}{_BODY}(?!\w))?)",
    re.IGNORECASE,
)
_KIND_OF = {"reg": "regolamento-ue", "dir": "direttiva-ue", "dec": "decisione-ue"}
_PLURAL = re.compile(r"(?:regolamenti|direttive|decisioni)", re.IGNORECASE)
_YEARS = range(1952, 2100)
_YEAR_FIRST = 2015


def of_union(text: str) -> Iterator[Found]:
    """The acts of the Union in a text. One that says neither body nor Europe is somebody else's regulation."""
    for head in _HEAD.finditer(text):
        short = next(name for name in _KIND_OF if head[name])
        if not _is_of_union(short, head):
            continue
        first, second = head["a"] or head["n"], head["b"] or head["y"]
        reference = _reference(_KIND_OF[short], first, second, _eli(short, head["sort"]))
        if not reference:
            continue
        yield Found(head.start(), head.end(), reference)
        if _PLURAL.match(head[0]):
            yield from _others(text, head.end(), reference)


def _is_of_union(short: str, head: re.Match[str]) -> bool:
    said = any(head[name] for name in ("b1", "b2", "europe", "tail", "sort"))
    return said or _is_unmistakable(short, head["a"] or "", head["b"] or "")


def _is_unmistakable(short: str, first: str, second: str) -> bool:
    """The year first is how the Union numbers its acts; nobody at home does. Two years are a period."""
    if len(first) != 4 or int(first) not in _YEARS or (len(second) == 4 and int(second) in _YEARS):
        return False
    return short == "dir" or (short == "reg" and int(first) >= _YEAR_FIRST)


def _others(text: str, place: int, first: LegalReference) -> Iterator[Found]:
    while match := _MORE.match(text, place):
        reference = _reference(first.kind, match["a"], match["b"], first.eli)
        if not reference:
            return
        yield Found(match.start("item"), match.end(), reference)
        place = match.end()


def _reference(kind: str, first: str, second: str, eli: str) -> LegalReference | None:
    year, number = _year_and_number(kind, first, second)
    if year not in _YEARS or not number:
        return None
    return LegalReference(kind, number, year, eli=eli)


def _year_and_number(kind: str, first: str, second: str) -> tuple[int, int]:
    """Which of two numbers is the year: the first since 2015, and in directives and decisions of any age."""
    one, two = int(first), int(second)
    year_first = len(first) == 4 and one in _YEARS
    year_second = len(second) == 4 and two in _YEARS
    if kind == "regolamento-ue":
        if year_first and (one >= _YEAR_FIRST or not year_second):
            return one, two
        return full_year(second, kind), one
    if year_first or not year_second:
        return full_year(first, kind), two
    return two, one


def _eli(short: str, sort: str | None) -> str:
    if not sort:
        return ""
    return f"{short}_del" if "delegat" in sort.lower() else f"{short}_impl"
