# SPDX-License-Identifier: AGPL-3.0-or-later
"""Words that are right Italian though no document holds them.

The list is that of pyspellchecker, counted in subtitles; it is kept as sorted hashes, 0.3 MB in place of 6 of strings.
"""

import gzip
import hashlib
import json
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from app.text.folding import fold

#: The list gives every word it counted too rarely this count: two thirds of it, rare forms of verbs among them
#: (`servii`, `comitto`), which are mistakes more often than words.
TOO_RARE = 50

Hashes = NDArray[np.uint64]


def right(word: str) -> bool:
    """Whether a folded word stands in the list."""
    known, wanted = listed(), _hash(word)
    at = int(known.searchsorted(wanted))
    return at < len(known) and bool(known[at] == wanted)


@lru_cache(maxsize=1)
def listed() -> Hashes:
    """The hashes of the words of the list, in order; read once, a tenth of a second."""
    packed = files("spellchecker").joinpath("resources/it.json.gz").read_bytes()
    counts: dict[str, int] = json.loads(gzip.decompress(packed))
    return np.unique(np.array([_hash(fold(word)) for word, count in counts.items() if count > TOO_RARE], np.uint64))


def _hash(word: str) -> np.uint64:
    return np.uint64(int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "big"))
