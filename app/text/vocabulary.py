# SPDX-License-Identifier: AGPL-3.0-or-later
"""The words of the administrations: acronyms, full forms and synonyms that stand for each other."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from app.text.acts import canonical
from app.text.stems import is_stop, stem
from app.text.tokens import tokens

Form = tuple[str, ...]

FULL_FORM, SYNONYM, ENGLISH = 0.9, 0.6, 0.8
MAX_ALTERNATIVES = 8
#: What the vocabulary knows beside a form: neighbours, and neighbours of who names it as one.
RELATED, BESIDE = 0.5, 0.2
#: What a neighbour alone is worth in the place of what names it.
NAMING = 0.3
MAX_FORM = 7
#: Each way of saying an entry is read for several purposes: more of them than an entry has.
OF_AN_ENTRY = 256
#: A word with as many capitals is an acronym.
LEAST_CAPITALS = 2


@dataclass(frozen=True)
class Alternative:
    """Another way of saying a form, as stems, and how much it is worth beside it (0-1). An acronym is that very
    ``word`` and no other of its stem: `SCIA` is not said where `scie` stands."""

    stems: Form
    weight: float
    word: str = ""


@dataclass
class _Entry:
    full: list[Form] = field(default_factory=list)
    synonyms: list[Form] = field(default_factory=list)
    #: Those of the synonyms that people say outside of offices.
    everyday: frozenset[Form] = frozenset()
    english: list[Form] = field(default_factory=list)
    related: list[Form] = field(default_factory=list)
    nearby: set[str] = field(default_factory=set)
    #: Forms of one word that is said in no other form, with that word, and all the rest.
    exact: dict[Form, str] = field(default_factory=dict)
    inflected: set[Form] = field(default_factory=set)


class Vocabulary:
    """Alternatives of the forms of `vocabulary.yml`, looked up by their stems."""

    def __init__(self, terms: Iterable[Mapping[str, Any]] = ()) -> None:
        self._alternatives: dict[Form, dict[Form, float]] = defaultdict(dict)
        self._ambiguous: dict[Form, set[str]] = defaultdict(set)
        #: Forms that are said with these words only; ``_inflected`` are those that some entry knows in other forms too.
        self._exact: dict[Form, set[str]] = defaultdict(set)
        self._inflected: set[Form] = set()
        self._entries: list[_Entry] = []
        self._holders: dict[Form, list[int]] = defaultdict(list)
        self._neighbours: dict[Form, list[int]] = defaultdict(list)
        #: What an ambiguous form may mean, in words.
        self.meanings: dict[Form, tuple[str, ...]] = {}
        #: What an acronym stands for, where that is one thing.
        self.expansions: dict[str, str] = {}
        #: Every form as its words, with its stems: what a reader may be typing.
        self.surfaces: dict[str, Form] = {}
        #: Other names of an act, such as no citation reads (`la Delrio`), with the slug of the act.
        self.acts: dict[Form, str] = {}
        #: Every name of an act as its words, with its slug: what a reader may be typing.
        self.called: dict[str, str] = {}
        #: Every word of a form, and of what is related to one.
        self.words: set[str] = set()
        for raw in terms:
            self._add(raw)
        self.longest = max((len(known) for known in self._alternatives), default=0)

    def _add(self, raw: Mapping[str, Any]) -> None:
        entry = _read(raw)
        self.expansions = _expansions(raw) | self.expansions
        self.surfaces.update(_surfaces(raw))
        self.words.update(word for text in _texts(raw, ["related"]) for word in _said(text))
        unclear = {form(text) for text in raw.get("ambiguous") or ()}
        self._link(entry, unclear)
        for typed in unclear:
            self._ambiguous[typed] |= entry.nearby
        self._connect(entry, unclear, raw.get("meanings") or ())
        act = canonical(str(raw["term"])) if raw.get("acts") else None
        if act is not None:
            self.acts.update(dict.fromkeys(_names_of_act(raw, unclear), act.slug))
            self.called.update({name: act.slug for name, known in _surfaces(raw) if known not in unclear})

    def _link(self, entry: _Entry, unclear: Set[Form]) -> None:
        """What each form of an entry may be looked for as."""
        for typed, weight in _typed(entry):
            for other in (*entry.full, *entry.synonyms):
                # Two of them are on one subject, and may be two things: `piscina` is no `palestra`.
                apart = typed in entry.everyday and other in entry.everyday
                if other != typed and other not in unclear and not apart:
                    worth = min(weight, FULL_FORM if other in entry.full else SYNONYM)
                    known = self._alternatives[typed].get(other, 0.0)
                    self._alternatives[typed][other] = max(known, worth)

    def _connect(self, entry: _Entry, unclear: Iterable[Form], means: Sequence[str]) -> None:
        """What an entry may mean, what stands beside it, and which of its words are said in no other form."""
        for acronym, word in entry.exact.items():
            self._exact[acronym].add(word)
        self._inflected |= entry.inflected
        for typed in unclear:
            told = (*self.meanings.get(typed, ()), *means)
            self.meanings[typed] = tuple(dict.fromkeys(str(text) for text in told))
        for name in {*entry.full, *entry.synonyms, *entry.english}:
            self._holders[name].append(len(self._entries))
        for neighbour in entry.related:
            self._neighbours[neighbour].append(len(self._entries))
        self._entries.append(entry)

    def alternatives(
        self, typed: Form, support: Iterable[str] = (), emphatic: bool = False, said: str = ""
    ) -> tuple[Alternative, ...]:
        """What else to look for. An ambiguous form needs ``support`` by another stem of the question, or emphasis; an
        acronym is known by the word ``said``, where that is told: `PAES` is not meant by `paesi`."""
        if typed in self._ambiguous and not emphatic and not self._ambiguous[typed].intersection(support):
            return ()
        if said and said not in (self._only(typed) or {said}):
            return ()
        # Of what is worth the same, what the file names first.
        ranked = sorted(self._alternatives.get(typed, {}).items(), key=lambda pair: -pair[1])
        return tuple(way for stems, weight in ranked[:MAX_ALTERNATIVES] for way in self._ways(stems, weight))

    def _only(self, known: Form) -> set[str]:
        """The words that alone say a form; none where any form of its stems says it."""
        return set() if known in self._inflected else self._exact.get(known, set())

    def _ways(self, known: Form, weight: float) -> list[Alternative]:
        return [Alternative(known, weight, word) for word in sorted(self._only(known)) or [""]]

    def near(self, stems: Form) -> list[tuple[Form, float]]:
        """Every form the vocabulary knows in, or beside, a row of stems, with how near it is (0-1); the stems too."""
        found: dict[Form, float] = {(item,): 1.0 for item in stems}
        for start in range(len(stems)):
            for end in range(start + 1, min(len(stems), start + MAX_FORM) + 1):
                for known, weight in self._beside(stems[start:end]):
                    if known not in self._ambiguous:
                        found[known] = max(weight, found.get(known, 0.0))
        return list(found.items())

    def naming(self, typed: Form) -> tuple[Alternative, ...]:
        """The names of what lists a form as a neighbour, and the neighbours of a word: they stand for what no document
        holds."""
        names = {name: None for number in self._neighbours.get(typed, ()) for name in self._entries[number].full}
        if len(typed) == 1:
            names |= {name: None for number in self._holders.get(typed, ()) for name in self._entries[number].related}
        return tuple(Alternative(name, NAMING) for name in names if name not in self._ambiguous)[:MAX_ALTERNATIVES]

    def _beside(self, typed: Form) -> Iterator[tuple[Form, float]]:
        for number in self._holders.get(typed, ()):
            entry = self._entries[number]
            yield from ((known, FULL_FORM) for known in (*entry.full, *entry.synonyms))
            yield from ((known, RELATED) for known in entry.related)
        for number in self._neighbours.get(typed, ()):
            entry = self._entries[number]
            yield from ((known, RELATED) for known in entry.full)
            yield from ((known, BESIDE) for known in entry.related)

    def spans(self, stems: Sequence[str]) -> list[tuple[int, int]]:
        """Known forms in a row of stems as (start, end), the longest first, not overlapping."""
        found: list[tuple[int, int]] = []
        position = 0
        while position < len(stems):
            end = self._longest_at(stems, position)
            if end > position:
                found.append((position, end))
            position = max(end, position + 1)
        return found

    def _longest_at(self, stems: Sequence[str], start: int) -> int:
        for end in range(min(len(stems), start + self.longest), start, -1):
            if tuple(stems[start:end]) in self._alternatives:
                return end
        return start


@lru_cache(maxsize=OF_AN_ENTRY)
def form(text: str) -> Form:
    """Stems of a surface form, stop words left out; a form of stop words only keeps them."""
    words = _said(text)
    kept = tuple(word for word in words if not is_stop(word)) or words
    return tuple(stem(word) for word in kept)[:MAX_FORM]


def _expansions(raw: Mapping[str, Any]) -> dict[str, str]:
    expansion, unclear = str(raw.get("expansion") or ""), set(raw.get("ambiguous") or ())
    return {str(short): expansion for short in raw.get("acronyms") or () if expansion and short not in unclear}


def _names_of_act(raw: Mapping[str, Any], unclear: Set[Form]) -> Iterator[Form]:
    """The ways of saying an entry that is an act, but for those that are citations themselves."""
    names = ((form(text), text) for text in _texts(raw))
    yield from (known for known, text in names if known not in unclear and not canonical(text))


def _read(raw: Mapping[str, Any]) -> _Entry:
    names = [raw.get("term"), raw.get("expansion"), *(raw.get("acronyms") or ())]
    entry = _Entry(full=_forms(names), synonyms=_forms(_synonyms(raw)), english=_forms(raw.get("en") or ()))
    entry.everyday, entry.related = frozenset(_forms(raw.get("everyday") or ())), _forms(raw.get("related") or ())
    texts = [str(text) for text in (*names, *_synonyms(raw)) if text]
    english = list(map(str, raw.get("en") or ()))
    exact = {text for text in [*filter(_shouts, texts), *english] if len(_said(text)) == 1}
    entry.exact = {form(text): _said(text)[0] for text in exact}
    entry.inflected = {form(text) for text in {*texts, *english} - exact}
    nearby = [*entry.full, *entry.synonyms, *entry.related]
    entry.nearby = {item for known in nearby for item in known if len(item) > 2}
    return entry


def _synonyms(raw: Mapping[str, Any]) -> list[Any]:
    """What stands for an entry: words of the offices, then what is said outside of them."""
    return [*(raw.get("synonyms") or ()), *(raw.get("everyday") or ())]


def _shouts(text: str) -> bool:
    """Whether a word is written as acronyms are: `SCIA`, `VeLA`, `S.U.A.P.`"""
    return sum(letter.isupper() for letter in text) >= LEAST_CAPITALS


def _surfaces(raw: Mapping[str, Any]) -> Iterable[tuple[str, Form]]:
    for text in _texts(raw):
        yield " ".join(_said(text)), form(text)


def _texts(raw: Mapping[str, Any], also: Sequence[str] = ()) -> Iterator[str]:
    """Every way of saying an entry, and what stands in other lists of it."""
    yield from (str(raw[name]) for name in ("term", "expansion") if raw.get(name))
    for name in ("acronyms", "synonyms", "everyday", "en", *also):
        yield from map(str, raw.get(name) or ())


@lru_cache(maxsize=OF_AN_ENTRY)
def _said(text: str) -> tuple[str, ...]:
    return tuple(token.form for token in tokens(text))


def _forms(texts: Iterable[Any]) -> list[Form]:
    return list(dict.fromkeys(known for text in texts if text and (known := form(str(text)))))


def _typed(entry: _Entry) -> Iterable[tuple[Form, float]]:
    yield from ((known, FULL_FORM) for known in entry.full)
    yield from ((known, SYNONYM) for known in entry.synonyms)
    yield from ((known, ENGLISH) for known in entry.english)
