# SPDX-License-Identifier: AGPL-3.0-or-later
"""Acts cited by name: codes, consolidated acts, nicknames (`TUEL`, `codice civile`, `legge Delrio`)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from app.text.acts_heads import Found, read_tail
from app.text.acts_reference import LegalReference, known_day

# A space stands for one to three blanks. The act is kind, number, year.
_NAMES = (
    (
        "decreto-legislativo",
        267,
        2000,
        r"tuel|t\.\s?u\.\s?e\.\s?l\.|(?:testo unico|t\.?u\.?) (?:degli enti locali|enti locali)",
    ),
    ("decreto-legislativo", 267, 2000, r"testo unico (?:delle leggi )?sull['’]ordinamento degli enti locali"),
    ("decreto-legislativo", 82, 2005, r"codice dell['’]amministrazione digitale|codice amministrazione digitale"),
    (
        "decreto-legislativo",
        36,
        2023,
        r"codice (?:dei |degli )?(?:contratti|appalti)(?: pubblici)?",
    ),
    ("decreto-legislativo", 117, 2017, r"codice del terzo settore"),
    ("decreto-legislativo", 285, 1992, r"codice della strada"),
    ("decreto-legislativo", 196, 2003, r"codice (?:della )?privacy|codice in materia di protezione dei dati personali"),
    ("decreto-legislativo", 152, 2006, r"codice dell['’]ambiente|testo unico (?:dell['’])?ambient(?:ale|e)"),
    ("decreto-legislativo", 42, 2004, r"codice dei beni culturali(?: e del paesaggio)?"),
    ("decreto-legislativo", 104, 2010, r"codice del processo amministrativo"),
    ("decreto-legislativo", 159, 2011, r"codice antimafia"),
    ("decreto-legislativo", 206, 2005, r"codice del consumo"),
    ("decreto-legislativo", 259, 2003, r"codice delle comunicazioni elettroniche"),
    ("decreto-legislativo", 165, 2001, r"testo unico (?:del|sul) pubblico impiego|tupi"),
    (
        "decreto-legislativo",
        175,
        2016,
        r"testo unico (?:(?:in materia di|delle|sulle) )?società (?:a partecipazione pubblica|partecipate)|tusp",
    ),
    ("decreto-legislativo", 81, 2008, r"testo unico (?:sulla |della )?sicurezza(?: sul lavoro)?|tusl"),
    ("decreto-legislativo", 33, 2013, r"decreto trasparenza"),
    ("decreto-legislativo", 150, 2009, r"decreto brunetta|riforma brunetta"),
    (
        "dpr",
        380,
        2001,
        r"(?:testo unico|t\.?u\.?) (?:dell['’])?edilizia",
    ),
    ("dpr", 445, 2000, r"testo unico (?:sulla |della |in materia di )?documentazione amministrativa"),
    ("dpr", 327, 2001, r"testo unico (?:sugli |degli )?espropri(?:azioni)?"),
    ("regio-decreto", 262, 1942, r"codice civile|cod\. ?civ\."),
    ("regio-decreto", 1398, 1930, r"codice penale|cod\. ?pen\."),
    ("regio-decreto", 1443, 1940, r"codice di procedura civile"),
    ("dpr", 447, 1988, r"codice di procedura penale"),
    ("legge", 56, 2014, r"legge del ?rio|riforma delrio"),
    ("legge", 124, 2015, r"(?:legge|riforma) madia"),
    ("legge", 190, 2012, r"legge (?:severino|anticorruzione)"),
    ("legge", 4, 2004, r"legge stanca"),
    ("legge", 300, 1970, r"statuto dei lavoratori"),
    ("legge", 241, 1990, r"legge sul procedimento(?: amministrativo)?"),
    ("regolamento-ue", 679, 2016, r"gdpr|rgpd|regolamento generale sulla protezione dei dati"),
    ("costituzione", None, 1947, r"costituzione(?: italiana| della repubblica)?"),
)
# These stand for an act only beside an article: by themselves they are other words.
_WITH_PART = (
    ("decreto-legislativo", 82, 2005, r"c\.a\.d\.|cad"),
    ("regio-decreto", 262, 1942, r"c\. ?c\."),
    ("regio-decreto", 1443, 1940, r"c\. ?p\. ?c\."),
    ("dpr", 447, 1988, r"c\. ?p\. ?p\."),
    ("regio-decreto", 1398, 1930, r"c\. ?p\."),
    ("decreto-legislativo", 104, 2010, r"c\. ?p\. ?a\."),
    ("costituzione", None, 1947, r"cost\."),
)
_TABLE = (*((row, False) for row in _NAMES), *((row, True) for row in _WITH_PART))
_PATTERN = re.compile(
    r"(?<![\w.-])(?:"
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
    tail = read_tail(text, end, reference.kind)
    return tail.end if tail and (tail.number, tail.year) == (reference.number, reference.year) else end
