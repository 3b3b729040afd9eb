# SPDX-License-Identifier: AGPL-3.0-or-later
"""Acts cited in Italian text, in any spelling, as references with a URN and the address of the official text."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from app.text.acts_flat import GAP, Flat, flattened
from app.text.acts_heads import Found, numbered
from app.text.acts_names import named, settle
from app.text.acts_parts import Place, joined, places
from app.text.acts_reference import LegalReference
from app.text.acts_union import of_union

__all__ = ["Citation", "LegalReference", "canonical", "find_acts", "with_region"]

_OF = r"(?:della|dello|dell['’]|delle|del|dei|degli|ex|(?:di\s{1,3})?cui\s{1,3}(?:alla|all['’]|al)|alla|all['’]|al)"
_ADJECTIVE = r"(?:(?:citat|predett|suddett|menzionat|medesim|stess|ridett|richiamat)[oa]|vigente|nuovo|nuova)"
#: Between a place and the act after it: "art. 63 del d.lgs.", "art. 14 L.".
_ANNEX = r"(?:(?:d?ell['’]|,\s{0,3})allegato(?:\s{1,3}[\divxlc.]{1,6}|\s{1,3}[a-h])?\s{1,3})"
_CONSOLIDATED = r"(?:del\s{1,3}testo\s{1,3}unico\s{1,3}(?=di\s{1,3}cui))"
_BEFORE = re.compile(
    rf"\s{{0,3}}(?:,|[-–](?=\s))?\s{{0,3}}{_ANNEX}?{_CONSOLIDATED}?(?P<of>{_OF}\s{{0,3}})?(?:{_ADJECTIVE}\s{{1,3}})?",
    re.IGNORECASE,
)
#: Between an act and the place after it: "L. 241/90, art. 15", "L. 241/90 (art. 15)".
_AFTER = re.compile(
    r"\s{0,3}(?:,|-|–|:|(?P<open>\())?\s{0,3}(?:all['’]|l['’]|al\s{1,3}|agli\s{1,3}|ai\s{1,3})?", re.IGNORECASE
)
#: "l 241 90": in a sentence these would be two numbers.
_TYPED = re.compile(r"\b(\d{1,5})\s{1,3}(\d{2})$")

#: Number and year of a regional law.
_Identity = tuple[int | None, int]


@dataclass(frozen=True, slots=True)
class Citation:
    """An act where a text cites it, with the articles named beside it."""

    start: int
    end: int
    surface: str
    reference: LegalReference


def find_acts(text: str) -> list[Citation]:
    """Every act a text cites, in order, never overlapping."""
    flat = flattened(text)
    return [_in_place(text, flat, citation) for citation in _found(flat.text)]


def _in_place(text: str, flat: Flat, citation: Citation) -> Citation:
    start, end = flat.span(citation.start, citation.end)
    return Citation(start, end, text[start:end], citation.reference)


def _found(text: str) -> list[Citation]:
    acts = settle(_apart([*numbered(text), *of_union(text), *named(text)]))
    if not acts:
        return []
    before, after = _share(text, acts, places(text))
    sure = {act.reference.slug for act in acts if not act.needs_part and act.reference.kind != "costituzione"}
    found = []
    for number, act in enumerate(acts):
        left, right = before.get(number), after.get(number)
        if not act.needs_part or left or right or act.reference.slug in sure or _is_all(text, act):
            found.append(_citation(text, act, left, right))
    regions = _regions(citation.reference for citation in found)
    return [replace(citation, reference=_completed(citation.reference, regions)) for citation in found]


def with_region(reference: LegalReference, known: Iterable[LegalReference]) -> LegalReference:
    """A regional law cited without its region, given the region of the only one of that number and year known."""
    return _completed(reference, _regions(known))


def _regions(known: Iterable[LegalReference]) -> dict[_Identity, dict[str, LegalReference]]:
    regions: dict[_Identity, dict[str, LegalReference]] = {}
    for reference in known:
        if reference.region:
            regions.setdefault((reference.number, reference.year), {})[reference.region] = reference
    return regions


def _completed(reference: LegalReference, regions: dict[_Identity, dict[str, LegalReference]]) -> LegalReference:
    same = regions.get((reference.number, reference.year), {})
    if reference.kind != "legge-regionale" or reference.region or len(same) != 1:
        return reference
    region, other = next(iter(same.items()))
    return replace(reference, region=region, date=reference.date or other.date)


def _is_all(text: str, act: Found) -> bool:
    return text[act.start : act.end] == text.replace(GAP, " ").strip()


def canonical(text: str) -> LegalReference | None:
    """The act a short text cites, if it cites exactly one."""
    found = {citation.reference.slug: citation.reference for citation in reversed(find_acts(text))}
    if not found:
        return _typed(text.strip())
    return next(iter(found.values())) if len(found) == 1 else None


def _typed(text: str) -> LegalReference | None:
    """What is typed into a search box: number and two digits of a year, a blank between them, and nothing else."""
    with_slash = _TYPED.sub(r"\1/\2", text)
    if with_slash == text:
        return None
    found = find_acts(with_slash)
    return found[0].reference if found and found[0].surface == with_slash else None


def _apart(found: Iterable[Found]) -> list[Found]:
    """In order; where two overlap the one that begins first, then the longer, stays."""
    kept: list[Found] = []
    for act in sorted(found, key=lambda act: (act.start, -act.end)):
        if not kept or act.start >= kept[-1].end:
            kept.append(act)
    return kept


def _share(
    text: str, acts: Sequence[Found], named_places: Sequence[Place]
) -> tuple[dict[int, Place], dict[int, Place]]:
    """Which place belongs before and which after each act."""
    before: dict[int, Place] = {}
    after: dict[int, Place] = {}
    starts = [act.start for act in acts]
    for place in named_places:
        following = bisect_left(starts, place.end)
        strength = _binding(text, place, acts[following]) if following < len(acts) else 0
        follows = following > 0 and bool(_AFTER.fullmatch(text, acts[following - 1].end, place.start))
        if _goes_on(strength, follows, following - 1 in before):
            before[following] = place
        elif follows:
            after[following - 1] = place
    return before, after


def _goes_on(strength: int, follows: bool, previous_has_one: bool) -> bool:
    """Whether a place belongs to the act after it: "del" binds it there, mere nearness only where nothing else does."""
    return strength == _STRONG or (strength == _WEAK and (not follows or previous_has_one))


_WEAK, _STRONG = 1, 2
_NOWHERE = Place(0, 0)


def _binding(text: str, place: Place, act: Found) -> int:
    match = _BEFORE.fullmatch(text, place.end, act.start)
    if not match:
        return 0
    return _STRONG if match["of"] else _WEAK


def _citation(text: str, act: Found, left: Place | None, right: Place | None) -> Citation:
    start = left.start if left else act.start
    end, right = _closed(text, act, right)
    place = joined(left or _NOWHERE, right or _NOWHERE)
    reference = replace(
        act.reference,
        articles=place.articles,
        commas=place.commas,
        letters=place.letters,
        onwards=place.onwards,
    )
    return Citation(start, end, text[start:end], reference)


def _closed(text: str, act: Found, right: Place | None) -> tuple[int, Place | None]:
    """Where a citation ends: a place in brackets counts with the bracket that closes it, or not at all."""
    if not right:
        return act.end, None
    if "(" not in text[act.end : right.start]:
        return right.end, right
    return (right.end + 1, right) if text.startswith(")", right.end) else (act.end, None)
