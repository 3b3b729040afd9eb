# SPDX-License-Identifier: AGPL-3.0-or-later
"""Words one mistake away from a word nobody wrote: a letter missing, added, changed, swapped, a space lost."""

from collections.abc import Callable, Iterator, Mapping, Set

from app.text.stems import is_stop

LETTERS = "abcdefghijklmnopqrstuvwxyz"
VOWELS = frozenset("aeiou")
KEYBOARD = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
SHORTEST = 4
LONGEST = 24
SHORTEST_PART = 3
#: A word of up to this many letters stands one letter from many others: one typed for another far away is no mistake.
SHORT = 5
#: Before a vowel, with an apostrophe that is easily left out.
ELIDED = frozenset({"all", "coll", "dall", "dell", "nell", "quell", "sull", "un"})

#: How likely each mistake is made: its share among typed mistakes (J. Pollock and A. Zamora, "Automatic spelling
#: correction in scientific and scholarly text", 1984: a letter missing 34 %, added 27 %, changed 19 %, two swapped
#: 12.5 %) over the ways to make it. Half of the letters added repeat the one beside; of those changed three in five are
#: a neighbour on the keyboard or another vowel.
MISSING, SWAPPED, TWICE, NEIGHBOUR, ADDED, CHANGED = 34.0, 12.5, 13.0, 2.3, 0.5, 0.4
#: People rarely miss the first letter.
FIRST_RIGHT = 2.0

Frequency = Callable[[str], int]
#: Those of some words that are known, with how many documents hold each.
Frequencies = Callable[[Set[str]], Mapping[str, int]]


def corrections(word: str, frequencies: Frequencies, wanted: int = 2) -> list[str]:
    """Known words one mistake away, the likeliest first; none for short words and for numbers."""
    if not (SHORTEST <= len(word) <= LONGEST and word.isalpha()):
        return []
    near = near_words(word)
    if len(word) <= SHORT:
        near = {other: likely for other, likely in near.items() if likely > CHANGED}
    found = frequencies(near.keys())
    return sorted(found, key=lambda other: (-found[other] * near[other] * _first(word, other), other))[:wanted]


def _first(typed: str, meant: str) -> float:
    return FIRST_RIGHT if meant[:1] == typed[:1] else 1.0


def near_words(word: str) -> dict[str, float]:
    """Every word one mistake away, known or not, with how likely it is mistyped like this."""
    found: dict[str, float] = {}
    for near, likely in _mistakes(word):
        found[near] = max(likely, found.get(near, 0.0))
    return found


def _mistakes(word: str) -> Iterator[tuple[str, float]]:
    for place in range(len(word) + 1):
        head, tail = word[:place], word[place:]
        yield from ((head + letter + tail, MISSING) for letter in LETTERS)
        if not tail:
            return
        letter, rest = tail[0], tail[1:]
        yield head + rest, TWICE if letter in (head[-1:], rest[:1]) else ADDED
        yield from ((head + other + rest, _changed(letter, other)) for other in LETTERS if other != letter)
        if rest and letter != rest[0]:
            yield head + rest[0] + letter + rest[1:], SWAPPED


def _changed(typed: str, meant: str) -> float:
    alike = meant in NEIGHBOURS.get(typed, ()) or (typed in VOWELS and meant in VOWELS)
    return NEIGHBOUR if alike else CHANGED


def _neighbours() -> dict[str, frozenset[str]]:
    """The keys around each: each row of the keyboard begins half a key further right."""
    places = {key: (column + row / 2, row) for row, keys in enumerate(KEYBOARD) for column, key in enumerate(keys)}
    return {
        key: frozenset(
            other for other, (x, y) in places.items() if other != key and abs(x - left) <= 1 and abs(y - top) <= 1
        )
        for key, (left, top) in places.items()
    }


NEIGHBOURS = _neighbours()


def split(word: str, frequency: Frequency) -> str | None:
    """The words that a lost space or apostrophe joined, the most frequent ones; None where there are none.

    One of the two may be an article or a preposition: `datidella`, `dellente` (`dell'ente`).
    """
    if not word.isalpha() or len(word) > LONGEST:
        return None
    parts = [(word[:place], word[place:]) for place in range(2, len(word) - 2)]
    count, head, tail = max(((_together(*pair, frequency), *pair) for pair in parts), default=(0, "", ""))
    between = "'" if head in ELIDED else " "
    return f"{head}{between}{tail}" if count else None


def _together(head: str, tail: str, frequency: Frequency) -> int:
    """How many documents speak for two words; 0 where one of them is none."""
    if head in ELIDED:
        return frequency(tail) if len(tail) >= SHORTEST and tail[0] in VOWELS | {"h"} else 0
    if min(len(head), len(tail)) < SHORTEST_PART:
        return 0
    if is_stop(head) != is_stop(tail):
        return frequency(tail if is_stop(head) else head)
    return min(frequency(head), frequency(tail))
