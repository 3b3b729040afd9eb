# SPDX-License-Identifier: AGPL-3.0-or-later
"""Words of everyday Italian: which are right though no document holds them, and how common each is.

The list is that of pyspellchecker, counted in subtitles; it is kept as sorted hashes with their shares, 0.7 MB in place
of 6 of strings.
"""

import gzip
import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from app.text import places
from app.text.folding import fold
from app.text.stems import stem

#: The list gives every word it counted too rarely this count: two thirds of it, rare forms of verbs among them
#: (`servii`, `comitto`), which are mistakes more often than words.
TOO_RARE = 50


@dataclass(frozen=True)
class Listed:
    """Hashes of terms in order, and which share of running words each term is."""

    hashes: NDArray[np.uint64]
    shares: NDArray[np.float32]

    def share(self, term: str) -> float:
        """0 for a term that is not listed."""
        wanted = _hash(term)
        at = int(self.hashes.searchsorted(wanted))
        return float(self.shares[at]) if at < len(self.hashes) and self.hashes[at] == wanted else 0.0


def right(word: str) -> bool:
    """Whether a folded word stands in the list, or names a place."""
    return word in places.EVERY or listed()[0].share(word) > 0


def common(term: str, length: float, stemmed: bool) -> float:
    """How likely a text of everyday Italian, of so many words, holds a folded word, or one of its stem."""
    words, stems = listed()
    return float(1 - (1 - (stems if stemmed else words).share(term)) ** length)


@lru_cache(maxsize=1)
def listed() -> tuple[Listed, Listed]:
    """The words of the list, and their stems; read once, a third of a second."""
    packed = files("spellchecker").joinpath("resources/it.json.gz").read_bytes()
    counts: dict[str, int] = json.loads(gzip.decompress(packed))
    words: Counter[str] = Counter()
    for word, count in counts.items():
        if count > TOO_RARE:
            words[fold(word)] += count
    stems: Counter[str] = Counter()
    for word, count in words.items():
        # Not kept: forty thousand words nobody may ever type are no help to who asks next, and ten megabytes.
        stems[stem.__wrapped__(word)] += count
    every = sum(counts.values())
    return _kept(words, every), _kept(stems, every)


def _kept(counts: Mapping[str, int], every: int) -> Listed:
    hashes = np.array([_hash(term) for term in counts], np.uint64)
    order = np.argsort(hashes)
    shares = np.array(list(counts.values()), np.float64) / every
    return Listed(hashes[order], shares[order].astype(np.float32))


def _hash(word: str) -> np.uint64:
    return np.uint64(int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "big"))
