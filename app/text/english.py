# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether a text is in English, by the small words that hold a sentence together."""

from app.text.stems import STOP
from app.text.tokens import tokens

#: Of these no Italian sentence is made; not `on` and `by`, which Italian offices borrow (`on line`, `by-pass`).
SMALL = frozenset(
    """across all an and are at between can could does for from has have how is its need not of our should that
    the their them these they this those to us want we what when where which who will with would you your""".split()
)
#: Without what English writes too.
ITALIAN = STOP - SMALL - frozenset("a by c come d do due e i in l me o".split())


def is_english(text: str) -> bool:
    """Whether more of its small words are English than Italian."""
    words = [token.form for token in tokens(text)]
    return sum(word in SMALL for word in words) > sum(word in ITALIAN for word in words)
