# SPDX-License-Identifier: AGPL-3.0-or-later
"""The place in an act: articles, commas and letters, in lists and ranges, and how they stand side by side."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_S = r"\s{0,3}"
_LATIN = "bis|ter|quater|quinquies|sexies|septies|octies|nonies|novies|decies|undecies|duodecies|terdecies"
_SUFFIX = rf"(?:[- ]?(?:{_LATIN})(?:\.\d{{1,2}})?(?!\w))?"
_ITEM = rf"\d{{1,4}}(?!\d|[/]\d|\.\d{{2}}){_SUFFIX}[°º]?"
_SEP = rf"(?:{_S},{_S}(?:e\s{{1,3}})?|{_S}[-–/]{_S}|\s{{1,3}}(?:(?:e|ed|a|al|o)\s{{1,3}}|e(?=\d)))"
_LIST = rf"{_ITEM}(?:{_SEP}{_ITEM}){{0,30}}"
_ONWARDS = r"(?:\s{0,3},?\s{0,3}(?:e\s{1,3})?(?:seguenti|segg\.?|sgg\.?|ss\.?)(?!\w))?"
_LETTER = r"[\"'«“‘]?[a-z]{1,2}(?![\w.’'])(?:-(?:bis|ter|quater))?[\"'»”’]?\)?"
_NEXT_LETTER = r"(?:[\"'«“‘]?[a-z]{1,2}(?:-(?:bis|ter|quater))?[\"'»”’]?\)|(?!e)[a-z](?![\w.’')]))"
_ORDINALS = ("primo", "secondo", "terzo", "quarto", "quinto", "sesto", "settimo", "ottavo", "nono", "decimo")
_ORDINAL = "|".join(_ORDINALS)

_ELEMENT = re.compile(
    rf"""(?<![\w.])(?:
    (?:artt?\.?|articol[oi]){_S}(?:da\s{{1,3}})?(?:nn?\.{_S})?(?P<art>{_LIST})(?P<on>{_ONWARDS})
  | (?:comm(?:[ai]|\.|(?=\s))|co\.|cc?\.){_S}(?:da(?:l|i)?\s{{1,3}})?(?P<com>{_LIST}){_ONWARDS}
        (?:{_S},?{_S}(?P<bare>[a-z]\)))?
  | (?P<ord1>{_ORDINAL})\s{{1,3}}comma
  | comma\s{{1,3}}(?P<ord2>{_ORDINAL})(?!\w)
  | (?:par\.|paragraf[oi]|§§?){_S}(?P<par>{_LIST})
  | (?:lett(?:\.|er[ae])|let\.|lett(?=\s)){_S}(?P<let>{_LETTER}(?:{_SEP}{_NEXT_LETTER}){{0,20}})
  | (?:n\.|nn\.|numer[oi]|punt[oi]){_S}\d{{1,3}}(?:{_SEP}\d{{1,3}}){{0,9}}\)?(?![\w/])
  | (?:{_ORDINAL}|ultimo)\s{{1,3}}(?:periodo|capoverso)|ultimo\s{{1,3}}comma
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_JOINT = re.compile(
    r"\s{0,3},?\s{0,3}(?:(?:e|ed|nonché|del|della|dell['’]|dello|dei|di\s{1,3}cui\s{1,3}al(?:l['’]|la)?|all['’]|al|alla)\s{0,3})?",
    re.IGNORECASE,
)
_NUMBER = re.compile(rf"\d{{1,4}}{_SUFFIX}", re.IGNORECASE)
# A conjunction between two letters is no letter.
_LETTERS = re.compile(r"(?<![a-z])(?!(?:e|ed|o|al)\s)[a-z]{1,2}(?:-(?:bis|ter|quater))?(?![a-z])", re.IGNORECASE)
_RANGE = re.compile(r"\s{0,3}(?:[-–]|\s(?:a|al)\s)\s{0,3}")
_LONGEST_RANGE = 50


@dataclass(frozen=True, slots=True)
class Place:
    """Elements that stand side by side, as one place in an act."""

    start: int
    end: int
    articles: tuple[str, ...] = ()
    commas: tuple[str, ...] = ()
    letters: tuple[str, ...] = ()
    onwards: bool = False


def places(text: str) -> list[Place]:
    """The places a text names, in order; what act they are in is not known yet."""
    found: list[Place] = []
    for element in _elements(text):
        if found and _JOINT.fullmatch(text, found[-1].end, element.start):
            found[-1] = joined(found[-1], element)
        elif not _is_deep(element):
            found.append(element)
    return found


def _is_deep(element: Place) -> bool:
    return not (element.articles or element.commas or element.letters)


def _elements(text: str) -> Iterator[Place]:
    for match in _ELEMENT.finditer(text):
        ordinal = match["ord1"] or match["ord2"]
        commas = (str(_ORDINALS.index(ordinal.lower()) + 1),) if ordinal else numbers(match["com"] or match["par"])
        letters = tuple(item.lower() for item in _LETTERS.findall(match["let"] or match["bare"] or ""))
        yield Place(match.start(), match.end(), numbers(match["art"]), commas, letters, bool(match["on"]))


def joined(first: Place, second: Place) -> Place:
    """Two places named together as one, each article, comma and letter once."""
    return Place(
        first.start,
        second.end,
        _once(first.articles, second.articles),
        _once(first.commas, second.commas),
        _once(first.letters, second.letters),
        first.onwards or second.onwards,
    )


def _once(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))


def numbers(listed: str | None) -> tuple[str, ...]:
    """The numbers of a list, ranges written out: `14-bis`, `62-63`, `44 e 45`, `3 a 6`."""
    if not listed:
        return ()
    found: list[str] = []
    end = 0
    for match in _NUMBER.finditer(listed):
        item = re.sub(r"(?<=\d)[- ]?(?=[a-z])", "-", match[0].lower())
        if found and _RANGE.fullmatch(listed, end, match.start()) and found[-1].isdigit() and item.isdigit():
            found += _between(int(found[-1]), int(item))
        found.append(item)
        end = match.end()
    return tuple(dict.fromkeys(found))


def _between(first: int, last: int) -> list[str]:
    return [str(number) for number in range(first + 1, last)] if last - first <= _LONGEST_RANGE else []
