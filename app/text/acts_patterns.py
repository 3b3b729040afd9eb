# SPDX-License-Identifier: AGPL-3.0-or-later
"""The patterns of Italian acts: the kind as a head, then a tail with number and year or day."""

import re

from app.text.acts_known import MONTHS, REGIONS

# Every repetition here is bounded, so that each place in a text costs a fixed number of steps whatever the text.
S = r"\s{0,3}"
_B = r"\s{1,3}"
_DASH = "[-‐‑‒–—]"
_OF = rf"(?:dell['’]anno|dell['’]|del|della|de|dd\.?|in{S}data|d\.d\.)"
_NO = r"(?:nn\.|num(?:ero|\.)?|nr\.?|n(?:°|º|ro)\.?|n\.{0,2}(?:°|º)?)"
_LGS = rf"(?:l\.?{S}g\.?{S}s|legisl|legs|leg|lgs|lg)"
_DECREE = r"(?:decret[oi]|decr\.|dd?\.?)"
_PRESIDENT = rf"decreto{_B}(?:del{_B})?pres(?:idente|\.){_B}"
_NUMBER_FOLLOWS = rf"(?={S},?{S}(?:{_OF}{S})?(?:{_NO}{S})?\d)"
_WORD = r"(?:[\s'’,.-]{1,3}[^\W\d_]{1,20})"
_MINISTER = (
    rf"(?:{_B}(?-i:\(?[A-Z]{{2,8}}\)?|[A-Z][a-zà-ÿ]{{3,15}}){_WORD}{{0,3}}?{_NUMBER_FOLLOWS}"
    rf"|{_B}(?:del{S})?(?:ministero|ministro|min\.){_WORD}{{0,12}}?{_NUMBER_FOLLOWS})?"
)
# "legge Gelmini n. 240/2010", "DL Semplificazioni n. 76/2020".
_NICKNAME = rf"(?:(?:(?!{_B}provincial){_B}(?-i:[A-Z])[^\W\d_]{{2,20}}){{1,2}}(?={_B}{_NO}{S}\d))?"

REGION_FORMS = {form.casefold(): name for name, forms in REGIONS.items() for form in (name, *forms)}
_REGION = "|".join(re.escape(form).replace(r"\ ", _B) for form in sorted(REGION_FORMS, key=lambda form: -len(form)))
_REGION_OF = rf"(?:(?:della|dell['’]|delle|del){S})?(?:regione{S}(?:autonoma{S})?(?:(?:della|dell['’]|del){S})?)?"

_HEADS = {
    "decreto-legislativo": rf"(?:decret[oi]{_B}legislativ[oi]|{_DECREE}{S}(?:{_LGS}|l)\.?{S}vo\.?"
    rf"|{_DECREE}{S}{_LGS}\.?){_NICKNAME}",
    "regio-decreto-legge": rf"r\.?{S}d\.?{S}l\.?|regio{_B}decreto{S}{_DASH}?{S}legge",
    "decreto-legge": rf"(?:decret[oi](?:{S}{_DASH}?{S})legge|dd?\.?{S}ll?\.?){_NICKNAME}",
    "dpcm": rf"d\.?{S}p\.?{S}c\.?{S}m\.?"
    rf"|{_PRESIDENT}(?:del{_B})?cons(?:iglio|\.)(?:{_B}(?:dei{_B})?min(?:istri|\.))?",
    "dpr": rf"dd?\.?{S}pp?\.?{S}rr?\.?|{_PRESIDENT}(?:della{_B})?rep(?:ubblica|\.)",
    "decreto-ministeriale": rf"(?:d\.?{S}m\.?|decreto{_B}(?:inter)?min(?:isteriale|\.)"
    rf"|decreto(?={_B}(?:del{S})?minist|{_B}\d{{1,2}}[°º]?{_B}[a-z]{{5,9}}{_B}\d{{4}}{S},?{S}del{_B}minist)){_MINISTER}",
    "regio-decreto": rf"r\.?{S}d\.?|regi[oi]{_B}decret[oi]",
    "legge-costituzionale": rf"l(?:egge|\.)?{S}cost(?:ituzionale|\.)?|l\.?{S}c\.",
    "legge-regionale": rf"(?:legg[ei]{S}regional[ei]|legge{S}reg\.|ll?\.?{S}rr?\.?|l\.{S}reg\.?"
    rf"|legge(?={_B}(?:della{_B})?regione\b))(?:{S}{_REGION_OF}(?P<region>{_REGION})(?![^\W\d_]),?)?",
    "legge": rf"legg[ei](?:{_B}(?:statale|nazionale|ordinaria|quadro|delega|finanziaria"
    rf"|di{_B}(?:bilancio|stabilità|conversione|riforma)))?{_NICKNAME}|ll?\.|l",
}
HEAD = re.compile(
    r"(?<![\w.‐‑-])(?:"
    + "|".join(f"(?P<{kind.replace('-', '_')}>{pattern})" for kind, pattern in _HEADS.items())
    + r")(?=[\s\d,(n'’])",
    re.IGNORECASE,
)
PLURAL = re.compile(r"(?:leggi|decreti|regi\b|dd|ll)", re.IGNORECASE)

_MONTH = "|".join(f"{month}|{month[:4]}\\.|{month[:3]}\\.?" for month in MONTHS)
_DAY = (
    rf"(?:(?P<d>\d{{1,2}})[°º]?{_B}(?P<m>{_MONTH}){_B}(?P<y>\d{{4}}|['’]?\d{{2}})"
    r"|(?P<nd>\d{1,2})(?P<sep>[./-])(?P<nm>\d{1,2})(?P=sep)(?P<ny>\d{4}|\d{2})"
    r"|(?P<iy>\d{4})-(?P<im>\d{2})-(?P<iday>\d{2}))(?![\d/])"
)
_NUM = rf"(?:{_NO}{S})?(?P<num>\d{{1,5}})(?!\d)"
_FULL_YEAR = r"(?P<year>\d{4})(?!\d|[/.-]\d)"
_START = rf"{S},?{S}(?:{_OF}{S})?"
#: In the order they are tried: day and number, number/year, number and day, number of year, year and number, bare.
TAILS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_START}{_DAY}{S},?{S}{_NO}{S}(?P<num>\d{{1,5}})(?!\d|/\d)",
        rf"{S},?{S}{_NUM}{S}/{S}(?P<year>\d{{4}}|['’]?\d{{2}})(?!\d|[/.-]\d)(?:{S},?{S}{_OF}{S}{_DAY})?",
        rf"{S},?{S}{_NUM}{S},?{S}{_OF}?{S}{_DAY}",
        rf"{S},?{S}{_NUM}{S}{_OF}{S}{_FULL_YEAR}",
        rf"{_START}(?P<year>\d{{4}}){S},?{S}{_NO}{S}(?P<num>\d{{1,5}})(?!\d|/\d)",
        rf"{S}{_NUM}(?:\s|-){_FULL_YEAR}(?!{S}(?:euro|€))",
    )
)
DATE_ONLY = re.compile(rf"{_START}{_DAY}", re.IGNORECASE)
MORE = re.compile(rf"{S}(?:,{S}(?:e{_B})?|e{_B}|ed{_B})(?={_NO}|\d)", re.IGNORECASE)
REGION_AFTER = re.compile(
    rf"{S}(?:,{S})?(?:(?:della|dell['’]|delle|del){S}(?:regione{S})?|regione{S})(?P<region>{_REGION})(?![^\W\d_])"
    rf"|{S}\((?:regione{S})?(?P<inside>{_REGION})\)|{_B}(?P<bare>{_REGION})(?![^\W\d_])",
    re.IGNORECASE,
)
#: "Regione Veneto, L.R. 19/2005": ends where the head begins.
REGION_BEFORE = re.compile(
    rf"regione{S}(?:autonoma{S})?(?:(?:della|dell['’]|del){S})?(?P<region>{_REGION}){S}(?:[,:;–-]{S})?$", re.IGNORECASE
)
BILL = re.compile(rf"(?:proposta|disegno|progetto|schema|bozza){_B}di{_B}$", re.IGNORECASE)
