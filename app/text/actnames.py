# SPDX-License-Identifier: AGPL-3.0-or-later
"""Names of acts: kinds and how they are written, codes known by name, dates of acts often cited by year only."""

from dataclasses import dataclass

MONTHS = {
    name: number
    for number, name in enumerate(
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre".split(), 1
    )
}

REGIONS = {
    "abruzzo": "Abruzzo",
    "basilicata": "Basilicata",
    "calabria": "Calabria",
    "campania": "Campania",
    "emilia-romagna": "Emilia-Romagna",
    "emilia romagna": "Emilia-Romagna",
    "er": "Emilia-Romagna",
    "friuli-venezia giulia": "Friuli-Venezia Giulia",
    "friuli venezia giulia": "Friuli-Venezia Giulia",
    "lazio": "Lazio",
    "liguria": "Liguria",
    "lombardia": "Lombardia",
    "marche": "Marche",
    "molise": "Molise",
    "piemonte": "Piemonte",
    "puglia": "Puglia",
    "sardegna": "Sardegna",
    "sicilia": "Sicilia",
    "siciliana": "Sicilia",
    "toscana": "Toscana",
    "umbria": "Umbria",
    "valle d'aosta": "Valle d'Aosta",
    "veneto": "Veneto",
}


@dataclass(frozen=True)
class Kind:
    """A kind of act: its code, how it is written (a pattern over folded-case text), its label and URN authority."""

    code: str
    pattern: str
    label: str
    long_label: str
    urn: str
    bare_date: bool = False


_ = r"[\s\u00a0]*"

#: The longer spelling first: `d.lgs.` before `d.l.`, `l.r.` before `l.`.
KINDS = (
    Kind(
        "dlgs",
        rf"d\.?{_}lgs\.?(?:vo\.?)?|d\.{_}leg\.?(?:vo)?|d\.?{_}l\.?vo|decret[oi]{_}legislativ[oi]",
        "D.Lgs.",
        "Decreto legislativo",
        "stato:decreto.legislativo",
    ),
    Kind(
        "dpcm",
        rf"d\.?{_}p\.?{_}c\.?{_}m\.?|decreto{_}del{_}presidente{_}del{_}consiglio(?:{_}dei{_}ministri)?",
        "D.P.C.M.",
        "Decreto del Presidente del Consiglio dei ministri",
        "presidente.consiglio.ministri:decreto",
        True,
    ),
    Kind(
        "dpr",
        rf"d\.?{_}p\.?{_}r\.?|decreto{_}del{_}presidente{_}della{_}repubblica",
        "D.P.R.",
        "Decreto del Presidente della Repubblica",
        "presidente.repubblica:decreto",
    ),
    Kind(
        "dm",
        rf"d\.?{_}m\.?|decreto{_}ministeriale|decreto{_}interministeriale",
        "D.M.",
        "Decreto ministeriale",
        "ministero:decreto",
        True,
    ),
    Kind("dl", rf"d\.?{_}l\.?|decret[oi][\s-]+legge", "D.L.", "Decreto-legge", "stato:decreto.legge"),
    Kind("rd", rf"r\.?{_}d\.?|regio{_}decreto", "R.D.", "Regio decreto", "stato:regio.decreto"),
    Kind("lr", rf"l\.?{_}r\.?|legg[ei]{_}regional[ei]", "L.R.", "Legge regionale", "regione:legge"),
    Kind(
        "lc", rf"l\.{_}cost\.?|legge{_}costituzionale", "L. cost.", "Legge costituzionale", "stato:legge.costituzionale"
    ),
    Kind("legge", r"l\.|l|legg[ei]", "L.", "Legge", "stato:legge"),
)
KIND_BY_CODE = {kind.code: kind for kind in KINDS}


@dataclass(frozen=True)
class Known:
    """An act known by a name: its kind, number and date."""

    pattern: str
    code: str
    number: str
    date: str
    exact_case: bool = False


NAMED = (
    Known(r"TUEL|T\.U\.E\.L\.", "dlgs", "267", "2000-08-18", True),
    Known(
        rf"testo{_}unico{_}(?:delle{_}leggi{_}sull'ordinamento{_})?(?:degli|sugli){_}enti{_}locali",
        "dlgs",
        "267",
        "2000-08-18",
    ),
    Known(r"CAD", "dlgs", "82", "2005-03-07", True),
    Known(rf"codice{_}dell'amministrazione{_}digitale", "dlgs", "82", "2005-03-07"),
    Known(rf"codice{_}dei{_}contratti(?:{_}pubblici)?", "dlgs", "36", "2023-03-31"),
    Known(rf"codice{_}del{_}terzo{_}settore", "dlgs", "117", "2017-07-03"),
    Known(rf"codice{_}dell'ambiente|testo{_}unico{_}ambientale", "dlgs", "152", "2006-04-03"),
    Known(rf"testo{_}unico{_}(?:dell'|sull')edilizia", "dpr", "380", "2001-06-06"),
    Known(r"(?:legge|riforma)[\s\u00a0]+delrio", "legge", "56", "2014-04-07"),
    Known(r"GDPR|RGPD", "reg-ue", "679", "2016", True),
    Known(rf"regolamento{_}generale{_}sulla{_}protezione{_}dei{_}dati", "reg-ue", "679", "2016"),
)

#: Dates of acts that texts often cite by year only, so that their URN is the full one.
DATES = {
    ("legge", 241, 1990): "1990-08-07",
    ("legge", 56, 2014): "2014-04-07",
    ("legge", 136, 2010): "2010-08-13",
    ("legge", 124, 2015): "2015-08-07",
    ("legge", 190, 2012): "2012-11-06",
    ("legge", 142, 1990): "1990-06-08",
    ("legge", 4, 2004): "2004-01-09",
    ("legge", 81, 2017): "2017-05-22",
    ("legge", 108, 2021): "2021-07-29",
    ("legge", 113, 2021): "2021-08-06",
    ("dlgs", 267, 2000): "2000-08-18",
    ("dlgs", 82, 2005): "2005-03-07",
    ("dlgs", 36, 2023): "2023-03-31",
    ("dlgs", 50, 2016): "2016-04-18",
    ("dlgs", 163, 2006): "2006-04-12",
    ("dlgs", 127, 2016): "2016-06-30",
    ("dlgs", 126, 2016): "2016-06-30",
    ("dlgs", 222, 2016): "2016-11-25",
    ("dlgs", 152, 2006): "2006-04-03",
    ("dlgs", 33, 2013): "2013-03-14",
    ("dlgs", 36, 2006): "2006-01-24",
    ("dlgs", 257, 2016): "2016-12-16",
    ("dlgs", 165, 2001): "2001-03-30",
    ("dlgs", 117, 2017): "2017-07-03",
    ("dlgs", 118, 2011): "2011-06-23",
    ("dpr", 160, 2010): "2010-09-07",
    ("dpr", 59, 2013): "2013-03-13",
    ("dpr", 380, 2001): "2001-06-06",
    ("dpr", 445, 2000): "2000-12-28",
    ("dpr", 447, 1998): "1998-10-20",
    ("dl", 66, 2014): "2014-04-24",
    ("dl", 80, 2021): "2021-06-09",
    ("dl", 179, 2012): "2012-10-18",
    ("dl", 76, 2020): "2020-07-16",
    ("dl", 77, 2021): "2021-05-31",
    ("dl", 78, 2010): "2010-05-31",
    ("dl", 95, 2012): "2012-07-06",
    ("dl", 34, 2019): "2019-04-30",
}
