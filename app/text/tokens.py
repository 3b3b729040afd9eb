# SPDX-License-Identifier: AGPL-3.0-or-later
"""Words of Italian administrative text: elisions, dotted acronyms, points in numbers, acts, each with its place."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from app.text.folding import APOSTROPHES, fold

MAX_WORD = 40

_ELIDED = (
    "dell|nell|sull|dall|all|coll|quell|bell|sant|senz|tutt|quest|mezz|anch|com|cos|dov|quand|l|d|un|c|n|s|m|t|v|gl"
)
WORD = re.compile(
    rf"""
    (?P<plain>[^\W\d_]{{2,}}+(?![^\W_]|[({APOSTROPHES}]))                          # most words, told at once
  | (?=[^\W_])(?:                                                                # nothing else begins a word
    (?P<acronym>(?<![^\W_])(?:
        (?:[^\W\d_]\.){{2,9}}(?:[^\W\d_](?![^\W_]))?                              # S.U.A.P., s.u.a.p
      | (?:[^\W\d_]\.[ ]){{1,8}}[^\W\d_]\.))                                      # S. U. A. P.
  | (?P<number>\d{{1,3}}(?:[.\u00a0]\d{{3}})+(?!\d))                            # 1.268
  | (?P<version>(?<![\d.,])\d\.0(?![.,]?\d))                                  # 4.0
  | (?<![^\W_])(?=[^\W_]{{1,6}}[{APOSTROPHES}])(?:{_ELIDED})[{APOSTROPHES}](?=[^\W_])  # dell', l', un': left out
  | (?P<word>[^\W_]+(?:\([^\W\d_]\)[^\W_]+)?)                                  # Too(l)smart: one word
    )
    """,
    re.VERBOSE | re.IGNORECASE,
)


#: Most words of a text are among the few thousand words of all texts.
@lru_cache(maxsize=20_000)
def _form(surface: str) -> str:
    return fold(surface.replace("(", "").replace(")", ""))[:MAX_WORD]


class Token(NamedTuple):
    """One word: its folded form, and where it stands in the original text."""

    form: str
    start: int
    end: int


def tokens(text: str) -> Iterator[Token]:
    """The words of a text in order; a word longer than ``MAX_WORD`` letters is cut."""
    for match in WORD.finditer(text):
        kind = match.lastgroup
        if kind is None:
            continue
        surface = match[0]
        start, end = match.span()
        if kind in {"plain", "word", "version"}:
            form = _form(surface)
        elif kind == "acronym":
            end = start + len(surface.rstrip(" "))
            form = fold(re.sub(r"[. ]", "", surface))[:MAX_WORD]
        else:
            form = re.sub(r"\D", "", surface)[:MAX_WORD]
        if form:
            yield Token(form, start, end)
