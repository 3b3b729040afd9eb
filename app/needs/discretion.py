# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the text of a request must not tell: how to reach a person, and whose it is where it is anonymous."""

import re
from collections.abc import Mapping, Sequence

from app.text.contacts import holds_contact
from app.text.folding import fold

#: The root of what is said of people and things of a city, beside its name.
ADJECTIVES = {
    "bari": "bares[ei]",
    "bologna": "bolognes[ei]",
    "cagliari": "cagliaritan[aeio]",
    "catania": "catanes[ei]",
    "firenze": "fiorentin[aeio]",
    "genova": "genoves[ei]",
    "messina": "messines[ei]",
    "milano": "milanes[ei]",
    "napoli": "napoletan[aeio]|partenope[aeio]",
    "palermo": "palermitan[aeio]",
    "reggio di calabria": "reggin[aeio]|reggio calabria",
    "roma": "capitolin[aeio]",
    "sassari": "sassares[ei]",
    "torino": "torines[ei]",
    "venezia": "venezian[aeio]",
}
#: The same of regions, most of which have one metropolitan city.
OF_REGIONS = {
    "calabria": "calabres[ei]",
    "campania": "campan[io]",
    "emilia-romagna": "emilia|romagna|emilian[aeio]|romagnol[aeio]",
    "lazio": "lazial[ei]",
    "liguria": "ligur[ei]",
    "lombardia": "lombard[aeio]",
    "piemonte": "piemontes[ei]",
    "puglia": "puglies[ei]",
    "sardegna": "sard[aeio]",
    "sicilia": "sicilian[aeio]",
    "toscana": "toscan[aeio]",
    "veneto": "venet[aeio]",
}
ROOTS = ADJECTIVES | OF_REGIONS


def with_contacts(texts: Mapping[str, str]) -> list[str]:
    """Of texts by field, the fields that hold a mailbox or a telephone number."""
    return [name for name, text in texts.items() if holds_contact(text)]


def naming(texts: Mapping[str, str], names: Sequence[str]) -> list[str]:
    """The fields that tell a city: by one of its names, that of its region among them, or by what people are called
    there."""
    known = [fold(name) for name in names if name]
    ways = [*map(re.escape, known), *(ROOTS[name] for name in known if name in ROOTS)]
    told = re.compile(rf"\b(?:{'|'.join(ways)})\b")
    return [name for name, text in texts.items() if ways and told.search(fold(text))]
