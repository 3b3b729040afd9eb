# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a document says about its solution: who may see it, its year, its ties, the acts it rests on."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.document.dates import last_day, year_of
from app.document.model import Document, Problem, known
from app.document.schema import FIELD_BY_NAME, UNKNOWN, VISIBILITIES, Level
from app.document.shapes import SLUG
from app.matching.themes import Tree, ancestry
from app.text.acts import Citation, LegalReference, find_acts, with_region

LEGAL_BASIS = "legal_basis"
#: Stands in a row for an act that was recognised.
ACT = "\ufffc"
#: Something else a row names, at its beginning, behind a semicolon or behind an act and "e"; what follows an act and a
#: comma is its title, but for a statute: `D.P.R. 160/2010, Regolamento per`, `L. 142/1990, ordinamento e convenzioni`.
ANOTHER = re.compile(
    rf"(?:^|[;\n]|{ACT}\s*,?\s*(?:e|ed|nonché)\s)\s*"
    r"(?:(?:il|lo|la|i|gli|le|relativ[oaie]|propri[oae]?)\s+|l['’]\s*)*"
    r"(?:statut[oi]|deliber|determin|ordinanz|circolar|accord[oi]\b|convenzion|protocoll|linee guida|regolament)"
    rf"|{ACT}\s*,\s*(?:lo\s+)?statuto\b",
    re.IGNORECASE,
)
#: Fields that follow from reviews and transfers, never from what somebody types.
SITE_FIELDS = frozenset({"badge", "verified_on", "review_due", "reused_by"})
#: From what everybody may read to what few may.
NARROW = {name: width for width, name in enumerate(VISIBILITIES)}
#: Addresses of the two solutions made up for trying the site, and what every text of theirs says.
MADE_UP = ("prova-parco-attrezzature-comuni-bologna", "prova-parco-attrezzature-comuni-bari")
LABEL = "Dati dimostrativi: questa scheda è finta, per provare il sito."

#: A licence of Creative Commons as documents name it (SPDX), with its kind and its version.
CREATIVE_COMMONS = re.compile(r"CC-(BY(?:-(?:NC|SA|ND)){0,2})-(\d\.\d)|CC0-1\.0", re.IGNORECASE)


@dataclass(frozen=True)
class Tie:
    """A body a document names: `owner`, `partner` or `reuser`."""

    slug: str
    role: str
    lead: bool = False
    start: str = ""
    end: str = ""
    note: str = ""


@dataclass(frozen=True)
class CitedAct:
    """An act a document cites, with the names of the places (legal basis, section headings) that cite it."""

    reference: LegalReference
    places: tuple[str, ...]

    @property
    def in_legal_basis(self) -> bool:
        return LEGAL_BASIS in self.places


def with_above(themes: Iterable[str], tree: Tree) -> tuple[str, ...]:
    """Themes with all above them, each once: what is on a theme is on those above it too, on every page."""
    return tuple(dict.fromkeys(above for theme in themes for above in ancestry(theme, tree)))


def with_below(theme: str, tree: Tree) -> tuple[str, ...]:
    """A theme with all below it: who asks for the wider one wants the narrower ones too."""
    return (theme, *(other for other in tree if other != theme and theme in ancestry(other, tree)))


def level_of(document: Document) -> Level:
    """The level a document claims: a badge asks for what a submitted, or a validated, document needs."""
    badge = document.front.get("badge")
    if badge in ("validata", "pronta"):
        return Level.VALIDATED
    return Level.SUBMITTED if badge else Level.DRAFT


def is_published(document: Document) -> bool:
    return bool(document.front.get("badge")) and document.front.get("visibility") == "public"


def with_site_fields(document: Document, front_in_force: Mapping[str, Any]) -> Document:
    """The document with the fields that the site keeps as they are in force, whatever its author typed there."""
    front = {name: value for name, value in document.front.items() if name not in SITE_FIELDS}
    front |= {name: value for name, value in front_in_force.items() if name in SITE_FIELDS}
    return Document(front, document.sections, document.footnotes)


def narrower(*visibilities: str) -> str:
    """Of several visibilities the one that fewest may read; one that says nothing narrows nothing."""
    return VISIBILITIES[max(NARROW.get(name, 0) for name in visibilities)]


def hides_mailbox(front: Mapping[str, Any]) -> bool:
    """Whether a document names a mailbox that only members read: everybody does where it says so, and only there."""
    contact = front.get("contact")
    return isinstance(contact, Mapping) and known(contact.get("mailbox")) is not None and not _opens_mailbox(front)


def _opens_mailbox(front: Mapping[str, Any]) -> bool:
    contact = front.get("contact")
    return isinstance(contact, Mapping) and contact.get("visibility") == "public"


def for_everybody(document: Document, front_in_force: Mapping[str, Any]) -> Document:
    """What who is no member reads of a document: its mailbox only where it, and the one in force, leave it to all."""
    contact = document.front.get("contact")
    if not isinstance(contact, Mapping) or (_opens_mailbox(document.front) and _opens_mailbox(front_in_force)):
        return document
    shown = {name: value for name, value in contact.items() if name != "mailbox" or known(value) is None}
    return Document({**document.front, "contact": shown}, document.sections, document.footnotes)


def is_made_up(slug: str, text: str, based_on: str = "") -> bool:
    """Whether a solution is one of those made up, or was made from one of them, as ``text`` of it tells."""
    return slug in MADE_UP or based_on in MADE_UP or LABEL in text


def is_overdue(review_due: Any, today: date) -> bool:
    """Whether the facts should have been confirmed before today."""
    due = last_day(review_due)
    return due is not None and due < today


def year(document: Document) -> int | None:
    """The year a solution started, or the one it ended where only that is known."""
    period = document.known("period")
    if not isinstance(period, Mapping):
        return None
    return year_of(known(period.get("start"))) or year_of(known(period.get("end")))


def ties(document: Document) -> list[Tie]:
    """Owner first, then partners, then those who re-used it, each body once for each role and beginning."""
    found = [Tie(str(document.front["city"]), "owner")] if document.known("city") else []
    found += [Tie(str(slug), "partner") for slug in document.listed("partners")]
    found += [_reuse(entry) for entry in document.listed("reused_by")]
    return list({(tie.slug, tie.role, tie.start): tie for tie in found}.values())


def _reuse(entry: Mapping[str, Any]) -> Tie:
    period = entry.get("period")
    start, end = (period.get("start", ""), period.get("end", "")) if isinstance(period, Mapping) else ("", "")
    return Tie(
        str(entry["city"]),
        "reuser",
        entry.get("lead") is True,
        "" if start == UNKNOWN else str(start),
        "" if end == UNKNOWN else str(end),
        str(entry.get("note", "")),
    )


def source_of(document: Document) -> str:
    """The address of the solution a document says it is a variant of; empty where it names none that can be one."""
    source = document.known("based_on")
    return source if isinstance(source, str) and SLUG.match(source) else ""


def wrong_source(document: Document, slug: str, in_force: Collection[str]) -> tuple[Problem, ...]:
    """What is wrong with the source of a variant at ``slug``: it is another solution, and published."""
    source = source_of(document)
    if not source or (source in in_force and source != slug):
        return ()
    example = FIELD_BY_NAME["based_on"].example
    return (Problem("based_on", "own_source" if source == slug else "unknown_source", detail=source, example=example),)


@dataclass(frozen=True)
class Spread:
    """What the transfers done took, from the least to the most."""

    least: float
    most: float


def spreads(front: Mapping[str, Any]) -> dict[str, Spread]:
    """Months and costs of the transfers done, those that are known; a name without any is missing."""
    entries = front.get("reused_by")
    found = {}
    for name in ("months", "cost"):
        said = [entry.get(name) for entry in entries] if isinstance(entries, list) else []
        values = [value for value in said if isinstance(value, (int, float)) and not isinstance(value, bool)]
        if values:
            found[name] = Spread(min(values), max(values))
    return found


def cited_acts(document: Document) -> list[CitedAct]:
    """Every act of the document once, those of the legal basis first."""
    cited = [(place, citation.reference) for place, text in _places(document) for citation in find_acts(text)]
    known = [reference for _place, reference in cited]
    places: dict[str, dict[str, None]] = {}
    references: dict[str, LegalReference] = {}
    for place, found in cited:
        # "L.R. 24/2017" in the text is the law whose region the legal basis names.
        reference = with_region(found, known)
        places.setdefault(reference.slug, {})[place] = None
        references[reference.slug] = _fuller(references.get(reference.slug), reference)
    return [CitedAct(references[slug], tuple(names)) for slug, names in places.items()]


def unrecognised(front: Mapping[str, Any]) -> list[str]:
    """Rows of the legal basis that name what is not recognised, alone or beside an act: they stay words as well."""
    return [row for row in map(str, Document(front).listed(LEGAL_BASIS)) if _names_more(row, find_acts(row))]


def _names_more(row: str, cited: Sequence[Citation]) -> bool:
    """Whether a row is about something besides the acts recognised in it; the title of one of them is not."""
    left, end = "", 0
    for citation in cited:
        left, end = left + row[end : citation.start] + ACT, citation.end
    left = re.sub(rf"{ACT}\s*\([^)]*\)", ACT, left + row[end:])
    return not cited or ANOTHER.search(left) is not None


def _places(document: Document) -> Iterable[tuple[str, str]]:
    for act in document.listed(LEGAL_BASIS):
        yield LEGAL_BASIS, str(act)
    yield "summary", str(document.known("summary") or "")
    for section in document.sections:
        yield section.heading, section.text


def _fuller(old: LegalReference | None, new: LegalReference) -> LegalReference:
    """Of two citations of one act, the one that tells its full date."""
    return new if old is None or (old.date is None and new.date is not None) else old


def licence_page(licence: str) -> str:
    """Where a licence of Creative Commons is told; empty for any other, whose name alone is known."""
    found = CREATIVE_COMMONS.fullmatch(licence.strip())
    if found is None:
        return ""
    path = f"licenses/{found[1].lower()}/{found[2]}" if found[1] else "publicdomain/zero/1.0"
    return f"https://creativecommons.org/{path}/"
