# SPDX-License-Identifier: AGPL-3.0-or-later
"""Everything computed from one generation of the index, and what a typed question means in it."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np

from app.document.schema import BADGES, STATUSES
from app.search import concepts
from app.search.facets import Facets
from app.search.nearby import NearTheme, of_theme
from app.search.query import Question, read
from app.search.ranker import Mask, Ranking
from app.search.results import Apart
from app.search.segments import Reader
from app.search.suggest import Suggestion, Suggestions, named_by
from app.search.terms import STEM, slug_term
from app.text.acts import LegalReference, canonical, find_acts
from app.text.acts_known import MONTHS
from app.text.tokens import tokens
from app.text.vocabulary import Vocabulary, form

#: A typed value shorter than this must be the whole value of a facet.
SHORTEST_PART = 3
#: What a solution may be, by facet, whether or not one is.
POSSIBLE = {
    "status": re.compile("|".join(STATUSES)),
    "badge": re.compile("|".join(BADGES)),
    "evidence": re.compile("[0-5]"),
    "year": re.compile(r"(?:19|20)\d\d"),
}
#: Facets whose values are documents too, and may be named by their titles.
TITLED = ("theme", "city", "act")
#: Who types the name of a city and nothing else wants its page, then what it did; of a theme, its page as well.
NAMED_CITY, NAMED_THEME = 1.05, 0.95
METROPOLITAN = "citta metropolitana di "
#: `CM di Venezia`: how an office writes it.
SHORT_METROPOLITAN = re.compile(r"^cm (?:di )?")
#: The address of a regional law tells its region before number and year.
REGIONAL = re.compile(r"lr-.+-(\d+-\d{4})")
NAMED_MONTHS = "|".join(MONTHS)
#: How an office names an act to who knows it: `241/90`, `legge 56`.
NUMBERED = re.compile(
    rf"""(?<![\w/."-])(?:
        (?P<number>\d{{1,4}})/(?P<year>(?:19|20)?\d\d)(?![\w/])
      | (?P<kind>legge|l\.|decreto\ legislativo|d\.?\s?lgs\.?|d\.?p\.?r\.?)\s*(?:n\.?\s*)?
        (?P<alone>\d{{1,4}})(?![\w/.-]|\s+(?:{NAMED_MONTHS}))
    )""",
    re.VERBOSE | re.IGNORECASE,
)
#: What is read as a citation once any year stands behind it.
ANY_YEAR = 2000


class Snapshot:
    """Everything computed from one generation of the index."""

    def __init__(self, reader: Reader, vocabulary: Vocabulary) -> None:
        self.reader = reader
        self.ranking = Ranking(reader)
        self.facets = Facets([part.facets for part in reader.parts], self.ranking.offsets.tolist())
        self._alike = self.facets.by_name.pop("alike", None)
        self.rows = [row for row, alive in zip(self.ranking.rows, self.ranking.live, strict=True) if alive]
        self.vocabulary = vocabulary
        self.kinds = np.array([row["kind"] for row in self.ranking.rows], dtype=object)

    def prepare(self) -> None:
        """What takes long the first time, before the first questions."""
        self.ranking.prepare()
        _ = self.acts

    def of_alike(self, slugs: Sequence[str]) -> Mask:
        """What belongs to cities that are like any of some; everything where none is named."""
        if not slugs:
            return np.ones(self.ranking.size, bool)
        held = self._alike.holding(slugs) if self._alike else np.zeros(self.ranking.size, bool)
        cities = [str(self.ranking.rows[number]["slug"]) for number in np.flatnonzero(held & self.ranking.live)]
        return self.facets.filter({"city": cities or [""]})

    @cached_property
    def comparable(self) -> list[tuple[str, str]]:
        """Cities that others are like, as (slug, short name), by name."""
        known = set(self._alike.values) if self._alike else set()
        rows = [row for row in self.rows if row["kind"] == "city" and row["slug"] in known]
        return sorted(((str(row["slug"]), str(row["city"])) for row in rows), key=lambda pair: pair[1])

    @cached_property
    def suggestions(self) -> Suggestions:
        """Made when first asked for: the search that meets a new generation must not wait for it."""
        return Suggestions(self.rows, self.vocabulary)

    @cached_property
    def themes(self) -> list[NearTheme]:
        """Themes with their words: an answer without hits names those near it."""
        numbers = np.flatnonzero(self.ranking.live & (self.kinds == "theme"))
        documents = [part.document(inner)[0] for part, inner in map(self.ranking.place, numbers.tolist())]
        return [of_theme(Suggestion("theme", item.title, item.url), item.summary) for item in documents]

    @cached_property
    def titles(self) -> Mapping[tuple[str, str], tuple[str, str]]:
        """(kind, slug) -> title in Italian, title in English."""
        return {(row["kind"], row["slug"]): (str(row["title"]), str(row["title_en"])) for row in self.rows}

    @cached_property
    def acts(self) -> Mapping[tuple[int | None, int], str]:
        """Number and year -> the act as it is cited, of those that share them with no other."""
        many = Counter((act.number, act.year) for act, _title in self._named_acts)
        return {(act.number, act.year): title for act, title in self._named_acts if many[act.number, act.year] == 1}

    @cached_property
    def acts_of_number(self) -> Mapping[tuple[str, int | None], list[tuple[LegalReference, str]]]:
        """Kind and number -> the acts that share them, each as it is cited."""
        found: dict[tuple[str, int | None], list[tuple[LegalReference, str]]] = {}
        for act, title in self._named_acts:
            found.setdefault((act.kind, act.number), []).append((act, title))
        return found

    def most_cited(self, act: LegalReference) -> str:
        """Of the acts of the same kind and number the one that most documents cite, as they cite it; empty for none."""
        known = self.acts_of_number.get((act.kind, act.number), ())
        cited = [(len(self.ranking.impacts(STEM, slug_term(one.slug))[0]), one.year, title) for one, title in known]
        return max(cited)[2] if cited else ""

    @cached_property
    def _named_acts(self) -> list[tuple[LegalReference, str]]:
        titles = [str(row["title"]) for row in self.rows if row["kind"] == "act"]
        return [(act, title) for title in titles if (act := named_by(title))]

    @cached_property
    def regional(self) -> Mapping[str, list[str]]:
        """A regional law as it is cited without its region -> the slugs of those that documents cite."""
        found: dict[str, list[str]] = {}
        for row in self.rows:
            if row["kind"] == "act" and (named := REGIONAL.fullmatch(str(row["slug"]))):
                found.setdefault(f"lr-{named[1]}", []).append(str(row["slug"]))
        return found

    def named(self, text: str) -> tuple[int, float] | None:
        """The number of the city or theme a text is the name of, and nothing else, and its share of the best score."""
        name = folded(text)
        city = self._cities.get(SHORT_METROPOLITAN.sub("", name))
        return (city, NAMED_CITY) if city is not None else self._named_themes.get(name)

    @cached_property
    def _named_themes(self) -> Mapping[str, tuple[int, float]]:
        numbers = np.flatnonzero(self.ranking.live & (self.kinds == "theme")).tolist()
        found = [(number, self.ranking.rows[number]) for number in numbers]
        titled = ((str(row[name]), number) for number, row in found for name in ("title", "title_en"))
        return {folded(title): (number, NAMED_THEME) for title, number in titled if title}

    @cached_property
    def _cities(self) -> Mapping[str, int]:
        """Name of a city, whole, short or as its address says it (`reggio calabria`) -> number of its document. A
        whole name is known without its kind too: `roma capitale`."""
        alive = zip(range(self.ranking.size), self.ranking.rows, self.ranking.live, strict=True)
        cities = [(number, row) for number, row, live in alive if live and row["kind"] == "city"]
        named = [(folded(str(row[name])), number) for name in ("slug", "title", "city") for number, row in cities]
        return {known: number for name, number in named for known in (name, name.removeprefix(METROPOLITAN))}


def folded(text: str) -> str:
    """The words of a text as they are compared, without capitals and accents."""
    return " ".join(token.form for token in tokens(text))


def understood(snapshot: Snapshot, text: str) -> Question:
    """The question of a text; a filter whose value nothing carries is read as words, so that it finds no less."""
    question = read(_cited_in_full(snapshot, text) if NUMBERED.search(text) else text)
    unknown = [value for name, value in question.wanted if not _values(snapshot, name, value)]
    if not unknown:
        return question
    plain = read(" ".join([question.plain, *unknown]))
    wanted = tuple(pair for pair in question.wanted if pair[1] not in unknown)
    kept = replace(plain, wanted=wanted, phrases=question.phrases, excluded=question.excluded)
    return replace(kept, unwanted=question.unwanted)


def _cited_in_full(snapshot: Snapshot, text: str) -> str:
    """The text with acts that are named by number and year alone (`la 241/90`), or by kind and number, as the documents
    cite them."""
    cited = [range(citation.start, citation.end) for citation in find_acts(text)]

    def in_full(match: re.Match[str]) -> str:
        act = canonical(f"legge {match[0]}" if match["number"] else f"{match['kind']} {match['alone']}/{ANY_YEAR}")
        if act is None or any(match.start() in place for place in cited):
            return match[0]
        if match["number"]:
            return snapshot.acts.get((act.number, act.year), match[0])
        return snapshot.most_cited(act) or match[0]

    return NUMBERED.sub(in_full, text)


def of_regions(snapshot: Snapshot, question: Question) -> Question:
    """The question with each regional law that is cited without its region as the documents cite it: of two regions
    that share number and year, both."""
    if not any(slug in snapshot.regional for slug in question.acts):
        return question
    meant = {slug: snapshot.regional.get(slug, [slug]) for slug in question.acts}
    cited = zip(question.acts, question.cited, strict=True)
    acts = {full: text for slug, text in cited for full in meant[slug]}
    places = [(full, slug, term) for slug, term in question.places for full in meant[slug]]
    named = tuple((full, term.replace(slug_term(slug), slug_term(full), 1)) for full, slug, term in places)
    return replace(question, acts=tuple(acts), cited=tuple(acts.values()), places=named)


def of_kinds(snapshot: Snapshot, kinds: Sequence[str]) -> Mask:
    """The live documents of some kinds, of all where none is named."""
    live = snapshot.ranking.live
    return live & np.isin(snapshot.kinds, list(kinds)) if kinds else live.copy()


def quoted(snapshot: Snapshot, allowed: Mask, phrases: Sequence[tuple[str, ...]]) -> Mask:
    """Those of some documents that hold every phrase."""
    holding = allowed.copy()
    for stems in phrases:
        holding &= snapshot.ranking.holding(stems)
    return holding


def with_phrases(snapshot: Snapshot, allowed: Mask, phrases: Sequence[tuple[str, ...]]) -> Mask:
    """Those of some documents that hold the most phrases, all of them where none holds any: quotes never empty an
    answer."""
    held = np.zeros(snapshot.ranking.size, np.int64)
    for stems in phrases:
        held += quoted(snapshot, allowed, [stems])
    most: Mask = allowed & (held == held.max(initial=0))
    return most


def apart(snapshot: Snapshot, question: Question, kinds: Sequence[str]) -> Apart:
    """Whether the words of a quoted phrase stand side by side nowhere, or no document asked for holds all phrases."""
    phrases, live = question.phrases, snapshot.ranking.live
    if any(len(phrase) > 1 and not quoted(snapshot, live, [phrase]).any() for phrase in phrases):
        return "words"
    return "" if quoted(snapshot, of_kinds(snapshot, kinds), phrases).any() else "phrases"


def uncited(snapshot: Snapshot, question: Question) -> frozenset[str]:
    """Acts of a question that no document cites."""
    return frozenset(slug for slug in question.acts if not snapshot.ranking.known(slug_term(slug)))


def with_named(snapshot: Snapshot, chosen: Mapping[str, Sequence[str]], question: Question) -> dict[str, list[str]]:
    """The filters chosen and those typed as `tema:suap`; of one facet, the values of both."""
    found = {name: list(values) for name, values in chosen.items()}
    for name, value in question.wanted:
        found.setdefault(name, []).extend(_values(snapshot, name, value))
    return found


def _values(snapshot: Snapshot, name: str, value: str) -> list[str]:
    """The values of a facet that a typed one means: the same, else the closest, else one that a solution may have
    though none has; else none."""
    facet = snapshot.facets.by_name.get(name)
    slug = concepts.slug_of(name, value)
    values = facet.values if facet else []
    close = [item for item in values if item == slug] or _close(snapshot, name, slug, values)
    return close or [slug] * bool(name in POSSIBLE and POSSIBLE[name].fullmatch(slug))


def _close(snapshot: Snapshot, name: str, slug: str, values: Sequence[str]) -> list[str]:
    """Values with a word that begins as typed, else those whose title holds every word typed."""
    if len(slug) < SHORTEST_PART:
        return []
    begun = [value for value in values if f"-{slug}" in f"-{value}"]
    if begun or name not in TITLED:
        return begun
    typed = set(form(slug))
    return [value for value in values if typed <= set(form(" ".join(snapshot.titles.get((name, value), ()))))]
