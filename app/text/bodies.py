# SPDX-License-Identifier: AGPL-3.0-or-later
"""Names of public bodies in an Italian sentence: with their article, or with a preposition that takes it in."""

import re

#: First words of names that take an article, by gender; initials of a body take that of their first letter.
FEMININE = frozenset(
    "città regione provincia università prefettura unione agenzia associazione azienda autorità camera comunità"
    " fondazione rete scuola società soprintendenza questura area".split()
)
MASCULINE = frozenset(
    "comune consorzio istituto ente ministero dipartimento politecnico libero centro consiglio circondario parco"
    " ufficio coordinamento".split()
)
#: ANCI, AgID: initials that are read as a word, with a vowel first.
INITIALS = re.compile(r"(?=[AEIOU])[A-Z][A-Za-z]*[A-Z]\b")
VOWEL = re.compile(r"[aeiouàèéìòù]", re.IGNORECASE)
IMPURE = re.compile(r"(z|gn|ps|pn|x|y|s[^aeiouh])", re.IGNORECASE)
#: Prepositions that melt into the article.
MELTED = {"a": "al", "di": "del", "da": "dal", "in": "nel", "su": "sul"}
ELIDED = "’"


def article(name: str) -> str:
    """`la`, `il`, `lo` or `l’`; empty for what is named without one: a place, a company, Roma Capitale."""
    first = re.split(r"[\s–-]", name.strip(), maxsplit=1)[0]
    if INITIALS.match(first):
        return f"l{ELIDED}"
    word = first.casefold()
    if word not in FEMININE | MASCULINE:
        return ""
    if VOWEL.match(word):
        return f"l{ELIDED}"
    if word in FEMININE:
        return "la"
    return "lo" if IMPURE.match(word) else "il"


def ending(name: str) -> str:
    """How its participle ends: `a` of a city or a region, `o` of a municipality, `o/a` where that is not known."""
    first = re.split(r"[\s–-]", name.strip(), maxsplit=1)[0].casefold()
    return "a" if first in FEMININE else "o" if first in MASCULINE else "o/a"


def named(name: str, preposition: str = "") -> str:
    """A body as a sentence names it: `la Regione Toscana`, with `a` `alla Regione Toscana`, of a place `a Bologna`."""
    found = article(name)
    if not found:
        return f"{_before(preposition, name)} {name}".strip()
    stem = MELTED.get(preposition)
    if stem is None:
        said = " ".join(filter(None, (preposition, found)))
    else:
        said = stem if found == "il" else f"{stem}l{found.removeprefix('l')}"
    return f"{said}{name}" if said.endswith(ELIDED) else f"{said} {name}"


def _before(preposition: str, name: str) -> str:
    return "ad" if preposition == "a" and name[:1].casefold() == "a" else preposition
