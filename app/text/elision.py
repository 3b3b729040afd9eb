# SPDX-License-Identifier: AGPL-3.0-or-later
"""Articles before a day of the month (`l’8 maggio`): a sentence into which a day is filled cannot know them."""

import re

_BEFORE_VOWEL = re.compile(r"\b([IiAa]|[DdNn]e|[Dd]a|[Ss]u)l (?=(?:8|11) [^\W\d_])")


def elided(text: str) -> str:
    """The same text with the articles before eight and eleven as they are read: both begin with a vowel."""
    return _BEFORE_VOWEL.sub(_with_apostrophe, text) if " 8 " in text or " 11 " in text else text


def _with_apostrophe(found: re.Match[str]) -> str:
    begin = found[1]
    return {"i": "l’", "I": "L’"}.get(begin, f"{begin}ll’")
