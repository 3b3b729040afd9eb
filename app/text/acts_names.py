# SPDX-License-Identifier: AGPL-3.0-or-later
"""Acts cited by name: codes, consolidated acts, nicknames (`TUEL`, `codice civile`, `legge Delrio`)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from app.text.acts_heads import Found, read_tail
from app.text.acts_reference import EU_KINDS, LegalReference, known_day
from app.text.acts_titles import NAMES, NAMES_BESIDE_ARTICLES

_TABLE = (*((row, False) for row in NAMES), *((row, True) for row in NAMES_BESIDE_ARTICLES))
#: How every name begins: most words of a text are passed over by their first letters, without a look at sixty names.
BEGINNINGS = (
    r"(?-i:[Tt](?:[Uu.]|[Ee][Ss])|[Cc](?:\.|[Oo][DdSs]|[Aa][Dd])|[Dd](?:[Ee][Cc]|[Ii][Rr])"
    r"|[Rr](?:[Ii][Ff]|[Gg]|[Ee][Gg])|[Ll][Ee][Gg]|[Ss][Tt][Aa]|[Aa][Ii]|[Gg][Dd]|[Ee][Ii])"
)
_PATTERN = re.compile(
    rf"(?<![\w.-])(?={BEGINNINGS})(?:"
    + "|".join(f"(?P<n{place}>{row[3]})" for place, (row, _) in enumerate(_TABLE))
    .replace(" ?", r"\s?")
    .replace(" ", r"\s{1,3}")
    + r")(?!\w|-\w)",
    re.IGNORECASE,
)
_CAD_SURE = re.compile(r"(?:\b(?:il|del|dal|nel|al|sul|col)\s{1,3}|digitale\s{0,3}[\(,]\s{0,3})$", re.IGNORECASE)
_CONSTITUTION_SURE = re.compile(r"\b(?:la|della|dalla|nella|alla|sulla)\s{1,3}$")
_CONSTITUTION_OTHER = re.compile(
    r"\s{1,3}(?:di|del|dell['’]|dei|degli|delle|della(?!\s{1,3}repubblica))\b", re.IGNORECASE
)
#: Codes that replaced each other under one name: a citation nearby tells which is meant.
_CONTRACTS = frozenset({(36, 2023), (50, 2016), (163, 2006)})
_NEAR = 80
_UNION_NUMBER = re.compile(r"\s{0,3}(?:\(?UE\)?\s{1,3})?(?:n\.\s{0,3})?(\d{1,4})/(\d{1,4})(?!\d)", re.IGNORECASE)


def named(text: str) -> Iterator[Found]:
    """The acts of a text that are cited by name."""
    for match in _PATTERN.finditer(text):
        place = int((match.lastgroup or "n0")[1:])
        (kind, number, year, _), needs_part = _TABLE[place]
        if kind == "costituzione":
            needs_part = not _is_constitution(text, match)
        elif needs_part and match[0] in ("CAD", "C.A.D."):
            needs_part = not _CAD_SURE.search(text, max(0, match.start() - 14), match.start())
        day = known_day(kind, number, year, None)
        reference = LegalReference(kind, number, year, day, name=match[0])
        yield Found(match.start(), _numbered_end(text, match.end(), reference), reference, needs_part)


def settle(found: Sequence[Found]) -> list[Found]:
    """Names shared by successive codes, settled by the number cited nearest to them; in order of place."""
    settled: list[Found] = []
    for place, act in enumerate(found):
        if act.reference.name and _is_contracts(act):
            near = [other for other in found[max(0, place - 1) : place + 2] if _settles(other, act)]
            if near:
                told = near[-1].reference
                changed = replace(act.reference, number=told.number, year=told.year, date=told.date)
                act = replace(act, reference=changed)
        settled.append(act)
    return settled


def _settles(other: Found, act: Found) -> bool:
    distance = max(other.start - act.end, act.start - other.end)
    return not other.reference.name and _is_contracts(other) and distance <= _NEAR


def _is_contracts(act: Found) -> bool:
    reference = act.reference
    return reference.kind == "decreto-legislativo" and (reference.number, reference.year) in _CONTRACTS


def _is_constitution(text: str, match: re.Match[str]) -> bool:
    """Told from the setting-up of a body by the capital letter, the article before and what follows."""
    if match[0][0] != "C" or _CONSTITUTION_OTHER.match(text, match.end()):
        return False
    return " " in match[0] or bool(_CONSTITUTION_SURE.search(text, max(0, match.start() - 8), match.start()))


def _numbered_end(text: str, end: int, reference: LegalReference) -> int:
    """`legge Delrio n. 56/2014` is one citation: its end takes in the number that repeats the name."""
    if reference.kind in EU_KINDS:
        return _union_end(text, end, reference)
    tail = read_tail(text, end, reference.kind)
    return tail.end if tail and (tail.number, tail.year) == (reference.number, reference.year) else end


def _union_end(text: str, end: int, reference: LegalReference) -> int:
    match = _UNION_NUMBER.match(text, end)
    return match.end() if match and {int(match[1]), int(match[2])} == {reference.number, reference.year} else end
