# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a reader may be typing: titles of solutions, cities, themes and acts, by any of their words or other names; and
solutions whose text holds all that is typed."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, takewhile
from typing import Any

from app.search.query import read
from app.search.ranker import Ranking
from app.search.spelling import near_words
from app.text.acts import LegalReference, canonical
from app.text.stems import is_stop, stem
from app.text.tokens import tokens
from app.text.vocabulary import Form, Vocabulary

KINDS = {"theme": 0, "city": 1, "act": 2, "solution": 3, "page": 4}
MAX_WORDS = 10
MAX_READ = 400
MAX_TYPED = 200
#: Other names of a thing come after its title.
OTHER_NAME = 1
#: Things that hold the words typed in another order, or with others between, come last.
SCATTERED = 100
#: Words shorter than this, or longer, are not looked for with a letter wrong.
SHORTEST_SPOILT, LONGEST_SPOILT = 5, 24
#: Solutions suggested by their text, and the words of it that are to be typed before.
MOST_ANSWERS, LEAST_WORDS = 3, 2
#: The name of a kind, as people put it before what they look for: `tema suap`.
KIND_WORDS = {
    "tema": "theme",
    "temi": "theme",
    "citta": "city",
    "norma": "act",
    "norme": "act",
    "soluzione": "solution",
    "soluzioni": "solution",
    "pagina": "page",
}

Key = tuple[str, int, int]


@dataclass(frozen=True)
class Suggestion:
    """One thing to go to: its kind, its title, its address, and its title in English where it has one."""

    kind: str
    text: str
    url: str
    english: str = ""


@lru_cache(maxsize=1 << 14)
def named_by(title: str) -> LegalReference | None:
    """The act a title names: of a library of thousands of acts nearly all stand in the next generation too."""
    return canonical(title)


class Suggestions:
    """A sorted list of (words from some word of a title on, or of another name; place; number)."""

    def __init__(self, rows: Sequence[Mapping[str, Any]], vocabulary: Vocabulary | None = None) -> None:
        self.rows = rows
        self.words = {number: _words(row["title"]) for number, row in enumerate(rows) if row["kind"] in KINDS}
        self.acts = {str(rows[number]["slug"]): number for number in self.words if rows[number]["kind"] == "act"}
        known = vocabulary or Vocabulary()
        self.keys = sorted({*self._titles(), *self._act_names(known), *self._other_names(known)})

    def _titles(self) -> Iterator[Key]:
        english = ((number, _words(str(row.get("title_en", "")))) for number, row in enumerate(self.rows))
        in_english = ((number, words) for number, words in english if words and number in self.words)
        for number, words in chain(self.words.items(), in_english):
            for place, word in enumerate(words):
                if place == 0 or not is_stop(word):
                    yield " ".join(words[place:]), place, number

    def _act_names(self, vocabulary: Vocabulary) -> Iterator[Key]:
        """`dlgs 36 2023`, `decreto legislativo 36 2023`, `36 23` and `codice dei contratti` beside the title
        `D.Lgs. 36/2023`."""
        for slug, number in self.acts.items():
            yield slug.replace("-", " "), 0, number
            reference = named_by(str(self.rows[number]["title"]))
            if reference is not None:
                kind = takewhile(lambda word: not word.isdigit() and word != "n", _words(reference.long_label))
                yield " ".join([*kind, str(reference.number or ""), str(reference.year)]), 0, number
                yield f"{reference.number or ''} {reference.year % 100:02}", OTHER_NAME, number
        for name, slug in vocabulary.called.items():
            if slug in self.acts:
                words = name.split()
                yield from ((" ".join(words[place:]), OTHER_NAME, self.acts[slug]) for place in range(len(words)))

    def _other_names(self, vocabulary: Vocabulary) -> Iterator[Key]:
        """Acronyms, full forms, synonyms and English words of what the vocabulary knows in a title."""
        holders = self._holders(set(vocabulary.surfaces.values()), vocabulary.longest)
        for surface, form in vocabulary.surfaces.items():
            for other in (form, *(way.stems for way in vocabulary.alternatives(form, form, True))):
                for number in holders.get(other, ()):
                    yield surface, OTHER_NAME, number

    def _holders(self, known: set[Form], longest: int) -> dict[Form, list[int]]:
        found: dict[Form, list[int]] = defaultdict(list)
        for number, words in self.words.items():
            stems = tuple(stem(word) for word in words if not is_stop(word))
            spans = {stems[start:end] for start in range(len(stems)) for end in range(start + 1, start + longest + 1)}
            for form in spans & known:
                found[form].append(number)
        return found

    def starting(self, typed: str, limit: int) -> list[Suggestion]:
        """Things with a name or a word of their title that starts as typed; whole beginnings first, then by kind."""
        words = [token.form for token in tokens(typed[:MAX_TYPED])]
        if not words:
            return []
        places = self._places(" ".join(words)) or self._misspelt(words)
        reference = canonical(typed)
        if reference is not None and reference.slug in self.acts:
            places[self.acts[reference.slug]] = -1
        if len(places) < limit and (len(words) > 1 or not places):
            for number in self._scattered(words):
                places.setdefault(number, SCATTERED)
        ranked = sorted(places, key=lambda number: self._rank(number, places[number]))
        return [_suggestion(self.rows[number]) for number in ranked[:limit]]

    def _places(self, prefix: str, whole: bool = False) -> dict[int, int]:
        start = bisect_left(self.keys, (prefix,))
        near = takewhile(lambda key: key[0].startswith(prefix), self.keys[start : start + MAX_READ])
        places: dict[int, int] = {}
        for name, place, number in near:
            if whole and name[len(prefix) :][:1].strip():
                continue
            places[number] = min(place, places.get(number, place))
        return places

    def _misspelt(self, words: Sequence[str]) -> dict[int, int]:
        """What starts with a word a letter away from the only one typed, or else with one that begins so."""
        for whole in (True, False):
            places: dict[int, int] = {}
            for other in _near(words[0]) if len(words) == 1 else ():
                for number, place in self._places(other, whole).items():
                    places[number] = min(place, places.get(number, place))
            if places:
                return places
        return {}

    def _scattered(self, words: Sequence[str]) -> Set[int]:
        """Things with a name that holds every word typed, in any order; a word nothing holds may be a letter wrong."""
        kind = KIND_WORDS.get(words[0]) if len(words) > 1 else None
        wanted = [word for word in words[1 if kind else 0 :] if not is_stop(word)][:MAX_WORDS]
        found: Set[int] | None = None
        for word in wanted:
            holding = self._beginning(word) or self._nearly(word)
            found = holding if found is None else found & holding
            if not found:
                return frozenset()
        return {number for number in found or () if kind in (None, self.rows[number]["kind"])}

    def _beginning(self, word: str) -> Set[int]:
        start, end = bisect_left(self.keys, (word,)), bisect_left(self.keys, (f"{word}\U0010ffff",))
        return {number for _name, _place, number in self.keys[start:end]}

    def _nearly(self, word: str) -> Set[int]:
        """Things with a word that starts as one a letter away from the typed one."""
        return frozenset().union(*map(self._beginning, _near(word)))

    def _rank(self, number: int, place: int) -> tuple[int, int, str]:
        row = self.rows[number]
        return 2 if place == SCATTERED else min(place, 1), KINDS[row["kind"]], str(row["title"])


def answering(ranking: Ranking, typed: str) -> list[Suggestion]:
    """Solutions that hold every word typed that tells something, the best first; the last may be unfinished. None where
    a kind is named, something left out, or a filter set: titles tell those apart."""
    question = read(typed[:MAX_TYPED])
    kind = question.words[:1] and question.words[0].form in KIND_WORDS
    if kind or question.wanted or question.excluded or question.unwanted:
        return []
    stems = list(dict.fromkeys(word.stem for word in question.words))
    if stems and not ranking.known(stems[-1]):
        stems.pop()
    if len(stems) < LEAST_WORDS:
        return []
    best = (ranking.rows[number] for number in ranking.best(ranking.holding_all(stems), MAX_READ))
    return [_suggestion(row) for row in best if row["kind"] == "solution"][:MOST_ANSWERS]


def _near(word: str) -> Set[str]:
    """Words a letter away from one that is long enough to tell."""
    if not (SHORTEST_SPOILT <= len(word) <= LONGEST_SPOILT and word.isalpha()):
        return frozenset()
    return frozenset(other for other in near_words(word) if other[0] == word[0])


def _suggestion(row: Mapping[str, Any]) -> Suggestion:
    return Suggestion(str(row["kind"]), str(row["title"]), str(row["url"]), str(row.get("title_en", "")))


def _words(text: str) -> list[str]:
    return [token.form for token in tokens(text)][:MAX_WORDS]
