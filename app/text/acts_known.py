# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is known of acts beforehand: kinds, regions, months, and the day of those the offices cite most."""

from dataclasses import dataclass

MONTHS = (
    "gennaio",
    "febbraio",
    "marzo",
    "aprile",
    "maggio",
    "giugno",
    "luglio",
    "agosto",
    "settembre",
    "ottobre",
    "novembre",
    "dicembre",
)


@dataclass(frozen=True)
class Kind:
    """How acts of a kind are named: in addresses, in short, in full, and by the authority and type of a URN."""

    slug: str
    short: str
    full: str
    urn: str


KINDS = {
    "costituzione": Kind("costituzione", "Cost.", "Costituzione della Repubblica italiana", "stato:costituzione"),
    "legge": Kind("legge", "L.", "Legge", "stato:legge"),
    "legge-costituzionale": Kind("legge-cost", "L. cost.", "Legge costituzionale", "stato:legge.costituzionale"),
    "decreto-legge": Kind("dl", "D.L.", "Decreto-legge", "stato:decreto.legge"),
    "decreto-legislativo": Kind("dlgs", "D.Lgs.", "Decreto legislativo", "stato:decreto.legislativo"),
    "dpr": Kind("dpr", "D.P.R.", "Decreto del Presidente della Repubblica", "presidente.repubblica:decreto"),
    "dpcm": Kind(
        "dpcm", "D.P.C.M.", "Decreto del Presidente del Consiglio dei ministri", "presidente.consiglio.ministri:decreto"
    ),
    "decreto-ministeriale": Kind("dm", "D.M.", "Decreto ministeriale", "ministero:decreto"),
    "regio-decreto": Kind("rd", "R.D.", "Regio decreto", "stato:regio.decreto"),
    "regio-decreto-legge": Kind("rdl", "R.D.L.", "Regio decreto-legge", "stato:regio.decreto.legge"),
    "legge-regionale": Kind("lr", "L.R.", "Legge regionale", "regione:legge"),
    "regolamento-ue": Kind("reg-ue", "Reg.", "Regolamento", "reg"),
    "direttiva-ue": Kind("dir-ue", "Dir.", "Direttiva", "dir"),
    "decisione-ue": Kind("dec-ue", "Dec.", "Decisione", "dec"),
}

#: Name of a region -> how its acts are also headed, beside "Regione <name>" and "della <name>".
REGIONS = {
    "Abruzzo": ("abruzzese",),
    "Basilicata": ("lucana",),
    "Calabria": ("calabrese",),
    "Campania": ("campana",),
    "Emilia-Romagna": ("Emilia Romagna", "E-R", "E.R.", "ER", "RER", "emiliano-romagnola"),
    "Friuli-Venezia Giulia": ("Friuli Venezia Giulia", "Friuli-Venezia-Giulia", "FVG", "F.V.G."),
    "Lazio": ("laziale",),
    "Liguria": ("ligure",),
    "Lombardia": ("lombarda",),
    "Marche": ("marchigiana",),
    "Molise": ("molisana",),
    "Piemonte": ("piemontese",),
    "Puglia": ("pugliese",),
    "Sardegna": ("sarda",),
    "Sicilia": ("siciliana", "Sic."),
    "Toscana": ("toscana",),
    "Trentino-Alto Adige": ("Trentino Alto Adige",),
    "Umbria": ("umbra",),
    "Valle d'Aosta": ("Valle d’Aosta", "valdostana"),
    "Veneto": ("veneta",),
}

_DAYS = {
    "legge": """1150/1942-08-17 300/1970-05-20 689/1981-11-24 142/1990-06-08 241/1990-08-07 104/1992-02-05 20/1994-01-14
        36/1994-01-05
        84/1994-01-28 109/1994-02-11 447/1995-10-26 59/1997-03-15 127/1997-05-15 68/1999-03-12 265/1999-08-03
        150/2000-06-07 328/2000-11-08 131/2003-06-05 4/2004-01-09 15/2005-02-11 42/2009-05-05 69/2009-06-18
        122/2010-07-30 136/2010-08-13 111/2011-07-15 148/2011-09-14 183/2011-11-12 214/2011-12-22 35/2012-04-04
        134/2012-08-07 135/2012-08-07 190/2012-11-06 213/2012-12-07 221/2012-12-17 228/2012-12-24 98/2013-08-09
        125/2013-10-30 147/2013-12-27 56/2014-04-07 89/2014-06-23 114/2014-08-11 190/2014-12-23 107/2015-07-13
        124/2015-08-07 208/2015-12-28 232/2016-12-11 81/2017-05-22 158/2017-10-06 205/2017-12-27 145/2018-12-30
        55/2019-06-14 56/2019-06-19 160/2019-12-27 27/2020-04-24 77/2020-07-17 120/2020-09-11 178/2020-12-30
        108/2021-07-29 113/2021-08-06 234/2021-12-30 78/2022-06-21 197/2022-12-29 41/2023-04-21 213/2023-12-30""",
    "legge-costituzionale": "1/1999-11-22 3/2001-10-18 1/2003-05-30 1/2012-04-20 1/2022-02-11",
    "decreto-legge": """
        112/2008-06-25 78/2010-05-31 70/2011-05-13 98/2011-07-06 138/2011-08-13 201/2011-12-06 5/2012-02-09
        52/2012-05-07 83/2012-06-22 95/2012-07-06 174/2012-10-10 179/2012-10-18 69/2013-06-21 101/2013-08-31
        66/2014-04-24 90/2014-06-24 50/2017-04-24 135/2018-12-14 32/2019-04-18 34/2019-04-30 18/2020-03-17
        34/2020-05-19 76/2020-07-16 77/2021-05-31 80/2021-06-09 152/2021-11-06 36/2022-04-30 13/2023-02-24
        19/2024-03-02""",
    "decreto-legislativo": """285/1992-04-30 502/1992-12-30 281/1997-08-28 112/1998-03-31 114/1998-03-31 286/1999-07-30
        267/2000-08-18 165/2001-03-30 196/2003-06-30 259/2003-08-01 387/2003-12-29 42/2004-01-22 82/2005-03-07
        206/2005-09-06 36/2006-01-24 152/2006-04-03 163/2006-04-12 81/2008-04-09 150/2009-10-27 198/2009-12-20
        59/2010-03-26 104/2010-07-02 156/2010-09-17 28/2011-03-03 118/2011-06-23 159/2011-09-06 33/2013-03-14
        39/2013-04-08 50/2016-04-18 97/2016-05-25 126/2016-06-30 127/2016-06-30 175/2016-08-19 179/2016-08-26
        222/2016-11-25 257/2016-12-16 56/2017-04-19 74/2017-05-25 75/2017-05-25 112/2017-07-03 117/2017-07-03
        217/2017-12-13 101/2018-08-10 106/2018-08-10 14/2019-01-12 199/2021-11-08 200/2021-11-08 201/2022-12-23
        24/2023-03-10 36/2023-03-31 138/2024-09-04 209/2024-12-31""",
    "dpr": """633/1972-10-26 600/1973-09-29 616/1977-07-24 917/1986-12-22 447/1988-09-22 487/1994-05-09 357/1997-09-08
        447/1998-10-20 445/2000-12-28 380/2001-06-06 327/2001-06-08 68/2005-02-11 184/2006-04-12 159/2010-07-09
        160/2010-09-07 207/2010-10-05 151/2011-08-01 227/2011-10-19 59/2013-03-13 62/2013-04-16 31/2017-02-13
        81/2022-06-24 81/2023-06-13""",
    "dpcm": "159/2013-12-05",
    "regio-decreto": """1398/1930-10-19 773/1931-06-18 1265/1934-07-27 1443/1940-10-28 262/1942-03-16
        327/1942-03-30 267/1942-03-16""",
}


def _days() -> dict[tuple[str, int, int], str]:
    table = {}
    for kind, entries in _DAYS.items():
        for entry in entries.split():
            number, day = entry.split("/")
            table[kind, int(number), int(day[:4])] = day
    return table


#: (kind, number, year) -> ISO day, for acts cited without it.
DAYS = _days()

#: Codes whose articles stand in an annex of the decree that approved them, and the number of that annex on Normattiva.
ANNEXES = {
    ("regio-decreto", 262, 1942): "2",
    ("regio-decreto", 1398, 1930): "1",
    ("regio-decreto", 1443, 1940): "1",
    ("regio-decreto", 327, 1942): "1",
    ("decreto-legislativo", 104, 2010): "2",
    ("decreto-legislativo", 174, 2016): "1",
}

#: Acts of a single article, cited by comma alone: "L. 56/2014, comma 44".
ONE_ARTICLE = frozenset({("legge", 56, 2014), ("legge", 107, 2015)})
