# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a reader may be typing: titles of solutions, cities, themes and acts, found from any of their words."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.text.stems import is_stop
from app.text.tokens import tokens

KINDS = {"theme": 0, "city": 1, "act": 2, "solution": 3, "page": 4}
MAX_WORDS = 10
MAX_READ = 400


@dataclass(frozen=True)
class Suggestion:
    """One thing to go to: its kind, its title, its address."""

    kind: str
    text: str
    url: str


class Suggestions:
    """A sorted list of (words from some word of a title on, rank, number)."""

    def __init__(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self.rows = rows
        self.keys = sorted(self._keys())

    def _keys(self) -> list[tuple[str, int, int]]:
        found = []
        for number, row in enumerate(self.rows):
            if row["kind"] not in KINDS:
                continue
            forms = [token.form for token in tokens(row["title"])][:MAX_WORDS]
            for place, form in enumerate(forms):
                if place == 0 or not is_stop(form):
                    found.append((" ".join(forms[place:]), place, number))
        return found

    def starting(self, typed: str, limit: int) -> list[Suggestion]:
        """Titles with a word that starts as typed; whole beginnings first, then by kind and title."""
        prefix = " ".join(token.form for token in tokens(typed))
        if not prefix:
            return []
        start = bisect_left(self.keys, (prefix,))
        places: dict[int, int] = {}
        for key, place, number in self.keys[start : start + MAX_READ]:
            if not key.startswith(prefix):
                break
            places[number] = min(place, places.get(number, place))
        ranked = sorted(places, key=lambda number: self._rank(number, places[number]))
        return [self._suggestion(number) for number in ranked[:limit]]

    def _rank(self, number: int, place: int) -> tuple[bool, int, str]:
        row = self.rows[number]
        return place > 0, KINDS[row["kind"]], str(row["title"])

    def _suggestion(self, number: int) -> Suggestion:
        row = self.rows[number]
        return Suggestion(str(row["kind"]), str(row["title"]), str(row["url"]))
