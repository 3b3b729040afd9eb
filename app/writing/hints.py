# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a text suggests to who writes it: acts it cites, acronyms it does not explain."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.text.acts import find_acts
from app.text.folding import fold

MOST = 6
#: Two letters are an acronym of too many things.
ACRONYM = r"\b[A-Z]{3,12}\b"
READ = 20_000
READ_WORDS = 300


@dataclass(frozen=True)
class Acronym:
    """An acronym as a text writes it, and what it stands for."""

    short: str
    full: str


def unexplained(text: str, expansions: Mapping[str, str]) -> list[Acronym]:
    """Acronyms a text uses without ever saying what they stand for, in the order they come."""
    folded = fold(text)
    found = []
    for match in re.finditer(ACRONYM, text[:READ]):
        full = expansions.get(match[0])
        if full and fold(full) not in folded and Acronym(match[0], full) not in found:
            found.append(Acronym(match[0], full))
    return found[:MOST]


def acts_not_listed(text: str, listed: Sequence[str]) -> list[str]:
    """Acts a text cites that the legal basis does not name yet, as they are written out in full."""
    known = {citation.reference.slug for item in listed for citation in find_acts(item)}
    found = {citation.reference.slug: citation.reference.long_label for citation in find_acts(text[:READ])}
    return [label for slug, label in found.items() if slug not in known][:MOST]


def plain_words(text: str) -> str:
    """The words of a text without what a search would read as an order."""
    return " ".join(re.findall(r"\w+", text))[:READ_WORDS]
