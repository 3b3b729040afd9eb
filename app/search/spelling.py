# SPDX-License-Identifier: AGPL-3.0-or-later
"""Words one mistake away from a word nobody wrote: a letter missing, added, changed, swapped, a space lost."""

from collections.abc import Callable, Iterator, Mapping, Set

LETTERS = "abcdefghijklmnopqrstuvwxyz"
SHORTEST = 4
LONGEST = 24

Frequency = Callable[[str], int]
#: Those of some words that are known, with how many documents hold each.
Frequencies = Callable[[Set[str]], Mapping[str, int]]


def corrections(word: str, frequencies: Frequencies, wanted: int = 2) -> list[str]:
    """Known words one edit away, the most frequent first; none for short words and for numbers."""
    if not (SHORTEST <= len(word) <= LONGEST and word.isalpha()):
        return []
    found = frequencies(set(near_words(word)))
    return sorted(found, key=lambda near: (-_likely(word, near, found[near]), near))[:wanted]


def _likely(typed: str, near: str, count: int) -> float:
    """Frequency, doubled where the first letter is right: people rarely miss it."""
    return count * (2.0 if near[:1] == typed[:1] else 1.0)


def near_words(word: str) -> Iterator[str]:
    """Every word one edit away, known or not."""
    splits = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    for head, tail in splits:
        if tail:
            yield head + tail[1:]
            yield from (head + letter + tail[1:] for letter in LETTERS if letter != tail[0])
        if len(tail) > 1 and tail[0] != tail[1]:
            yield head + tail[1] + tail[0] + tail[2:]
        yield from (head + letter + tail for letter in LETTERS)


def split(word: str, frequency: Frequency) -> tuple[str, str] | None:
    """The two known words a lost space joined, the more frequent pair; None where there is none."""
    if not word.isalpha() or len(word) > LONGEST:
        return None
    found = [
        (min(frequency(word[:place]), frequency(word[place:])), word[:place], word[place:])
        for place in range(3, len(word) - 2)
    ]
    best = max(found, default=(0, "", ""))
    return (best[1], best[2]) if best[0] else None
