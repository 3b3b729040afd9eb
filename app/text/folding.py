# SPDX-License-Identifier: AGPL-3.0-or-later
"""Folding: one form for what a reader takes for the same letters (case, accents, apostrophes, dashes)."""

import unicodedata

APOSTROPHES = "'’‘ʼ`´′"
_SAME = str.maketrans(
    {**dict.fromkeys(APOSTROPHES, "'"), **dict.fromkeys("‐‑‒–—−", "-"), "ß": "ss", "æ": "ae", "ø": "o"}
)


def fold(text: str) -> str:
    """Lower case, no accents, one kind of apostrophe and dash. Not length-preserving."""
    if text.isascii():
        return text.lower().replace("`", "'")
    plain = text.casefold().translate(_SAME)
    if plain.isascii():
        return plain
    decomposed = unicodedata.normalize("NFKD", plain)
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    # Taken apart, some letters show capitals and dashes that were hidden: the trade mark sign, for one.
    return bare if bare.isascii() and bare.islower() else bare.casefold().translate(_SAME)
