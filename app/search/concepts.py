# SPDX-License-Identifier: AGPL-3.0-or-later
"""Question -> plan: the concepts to score, with acronyms, full forms, synonyms, acts and likely spellings beside."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from app.search.excerpt import Marks
from app.search.query import Question, Word
from app.search.ranker import Concept, Ranking
from app.search.spelling import corrections, split
from app.search.terms import is_act, is_comma, page_term, pairs, slug_term
from app.text.acts import canonical
from app.text.folding import fold
from app.text.stems import is_stop, stem
from app.text.tokens import tokens
from app.text.vocabulary import NAMING, Alternative, Vocabulary, form

SPELLING = 0.8
#: Each meaning of a short form that no document writes.
MEANT = 0.8
JOINED = 0.9
#: An act is one word that says more than most: beside a sentence it must weigh like a few.
ACT_WEIGHT = 1.5
#: The page of the act before those who cite it, where nothing else is asked.
PAGE_WEIGHT = 2.5
#: What names the article or comma that is asked for stands before what names the act; the page of the act, for all of
#: them, stays where it is. Where a comma is asked for, its article alone is half of it.
PLACE_WEIGHT = 0.8
ARTICLE_WEIGHT = 0.4
#: Capitals of no more letters than these tell nothing: `PA`, `CM`.
MOST_UNTOLD = 2
#: A word in capitals that is longer is one typed with the key locked.
LONGEST_ACRONYM = 4
#: With more unknown words than these a question is in another language, and its words are no mistakes; nor are they
#: where more small words of English hold it together than in what Italian offices borrow (`privacy by design`).
MOST_UNKNOWN = 3
MOST_BORROWED = 1

#: Of a question of so many words each one is meant; of a sentence many only hold it together.
MOST_TOLD = 4

#: Whether a folded word stays as it was typed though no document holds it.
Stays = Callable[[str], bool]


@dataclass(frozen=True)
class Plan:
    """What is scored. ``changes`` are likely spellings of unknown words; ``known`` tells whether any word is known;
    ``missing`` are the folded words of a short question that no document holds, in no way of saying them; ``places``
    the articles of the acts among the concepts: what names them stands higher, no answer needs to."""

    question: Question
    concepts: tuple[Concept, ...] = ()
    pairs: tuple[str, ...] = ()
    marks: Marks = field(default_factory=Marks)
    changes: dict[str, str] = field(default_factory=dict)
    known: bool = True
    missing: tuple[str, ...] = ()
    places: tuple[Concept, ...] = ()


def none_stays(_word: str) -> bool:
    return False


def all_stay(_word: str) -> bool:
    return True


def plan(question: Question, vocabulary: Vocabulary, ranking: Ranking, stays: Stays = none_stays) -> Plan:
    """How to score a question on one generation of the index; words no document holds may be respelt, unless they
    stay."""
    stems = [word.stem for word in question.words]
    found = [_of_act(slug) for slug in question.acts]
    changes: dict[str, str] = {}
    joined = _joined(question.words, ranking)
    whole = {word for pair in joined for word in pair}
    unknown = [word for word in question.words if word not in whole and not ranking.known(word.stem, word.form)]
    lost = _mistaken(question, unknown)
    for start, end in _cover(vocabulary.spans(stems), len(stems)):
        words = question.words[start:end]
        others = [*stems[:start], *stems[end:]]
        concept = _of_words(words, others, vocabulary)
        if words[0] in lost and len(words) == 1 and not concept.alternatives:
            concept = _unwritten(words[0], bool(others), vocabulary, ranking, None if stays(words[0].form) else changes)
        elif _unsaid(concept, unknown if others else (), ranking):
            concept = _with_names(concept, vocabulary)
        found.append(concept)
    missing = _missing(question, found, unknown, ranking)
    placed = dict.fromkeys(slug for slug, _term in question.places)
    found += [Concept((), (Alternative((stem(one.form + other.form),), JOINED),)) for one, other in joined]
    return Plan(
        question,
        tuple(found),
        tuple(pairs(_as_meant(question.words, changes))),
        _marks(question, found),
        changes,
        bool(question.acts) or len(unknown) < len(question.words) or not question.words,
        missing,
        tuple(_of_places(slug, [term for other, term in question.places if other == slug]) for slug in placed),
    )


def _missing(
    question: Question, concepts: Sequence[Concept], unknown: Sequence[Word], ranking: Ranking
) -> tuple[str, ...]:
    """The words that are held by no document, nor is anything that means the same; a neighbour does not. An English
    word that no document holds may well be spoken of in Italian."""
    if len(question.words) > MOST_TOLD or question.english:
        return ()
    telling = {word.form for word in unknown if word.capital or not is_stop(word.form)}
    unheld = (
        concept
        for concept in concepts
        if not any(way.weight > NAMING and ranking.held(way) for way in concept.alternatives)
    )
    return tuple(said for concept in unheld for _stem, said in concept.words if said in telling)


def _mistaken(question: Question, unknown: Sequence[Word]) -> Sequence[Word]:
    """The unknown words that may be mistakes: none in another language."""
    return unknown if len(unknown) <= MOST_UNKNOWN and question.english <= MOST_BORROWED else ()


def _unsaid(concept: Concept, unknown: Sequence[Word], ranking: Ranking) -> bool:
    """Whether no document holds some words together, or one that is unknown in any other way of saying it."""
    alone = len(concept.words) == 1 and concept.words[0][1] in {word.form for word in unknown}
    return ranking.in_pieces(concept) or (alone and not any(map(ranking.held, concept.alternatives)))


def _cover(spans: Sequence[tuple[int, int]], count: int) -> list[tuple[int, int]]:
    """The spans, and each place outside them by itself, in order."""
    inside = {place for start, end in spans for place in range(start, end)}
    return sorted([*spans, *((place, place + 1) for place in range(count) if place not in inside)])


def _of_act(slug: str) -> Concept:
    return Concept((), (Alternative((slug_term(slug),), ACT_WEIGHT), Alternative((page_term(slug),), PAGE_WEIGHT)))


def _of_places(slug: str, terms: Collection[str]) -> Concept:
    """The places of one act are one thing: of several the best counts."""
    in_part = any(map(is_comma, terms))
    weights = {term: PLACE_WEIGHT if is_comma(term) == in_part else ARTICLE_WEIGHT for term in terms}
    ways = [Alternative((term,), weight) for term, weight in {**weights, page_term(slug): PLACE_WEIGHT}.items()]
    return Concept((), tuple(ways))


def _of_words(words: Sequence[Word], others: Sequence[str], vocabulary: Vocabulary) -> Concept:
    typed = tuple(word.stem for word in words)
    # `PA` and `CM` stand everywhere, and say little: capitals do not make more of them, nor of a word by itself.
    emphatic = bool(others) and all(word.capital and len(word.form) > MOST_UNTOLD for word in words)
    said = words[0].form if len(words) == 1 else ""
    ways = vocabulary.alternatives(typed, others, emphatic, said)
    if typed in vocabulary.acts:
        ways += _of_act(vocabulary.acts[typed]).alternatives
    return Concept(tuple((word.stem, word.form) for word in words), ways)


def _unwritten(
    word: Word, beside: bool, vocabulary: Vocabulary, ranking: Ranking, changes: dict[str, str] | None
) -> Concept:
    """What to look for in the place of a word that no document holds, where it stands ``beside`` others in other words
    too; without ``changes`` it is not respelt."""
    meant = _meanings(word, vocabulary) if beside else ()
    if meant or changes is None:
        concept = Concept(((word.stem, word.form),), meant)
    else:
        concept = _respelt(word, vocabulary, ranking, changes)
    return concept if not beside or word.form in (changes or ()) else _with_names(concept, vocabulary)


def _meanings(word: Word, vocabulary: Vocabulary) -> tuple[Alternative, ...]:
    """Whatever a short form may mean that no document writes: `CM Torino`."""
    return tuple(Alternative(form(text), MEANT) for text in vocabulary.meanings.get((word.stem,), ()))


def _with_names(concept: Concept, vocabulary: Vocabulary) -> Concept:
    """What lists the words as its neighbours stands for them too."""
    names = vocabulary.naming(tuple(item for item, _word in concept.words))
    return Concept(concept.words, concept.alternatives + names)


def _respelt(word: Word, vocabulary: Vocabulary, ranking: Ranking, changes: dict[str, str]) -> Concept:
    """The likeliest spelling in the place of a word nobody wrote, the next one beside it; of an acronym another one."""
    near = corrections(word.form, ranking.frequencies)
    acronym = word.capital and len(word.form) <= LONGEST_ACRONYM
    if acronym:
        near = [other for other in near if other.upper() in vocabulary.expansions]
    if near:
        changes[word.form] = near[0]
        return Concept(((stem(near[0]), near[0]),), tuple(Alternative((stem(other),), SPELLING) for other in near[1:]))
    parts = None if acronym else split(word.form, ranking.frequency)
    if parts is None:
        return Concept(((word.stem, word.form),))
    changes[word.form] = parts
    return Concept(tuple((stem(part), part) for part in _said(parts)))


def _as_meant(words: Sequence[Word], changes: Mapping[str, str]) -> Iterator[str]:
    """The stems of the question with likely spellings in the place of unknown words."""
    for word in words:
        yield from map(stem, _said(changes[word.form]) if word.form in changes else (word.form,))


def _said(text: str) -> list[str]:
    """The words of a likely spelling that say something."""
    return [token.form for token in tokens(text) if not is_stop(token.form)]


def _joined(words: Sequence[Word], ranking: Ranking) -> list[tuple[Word, Word]]:
    """Two words side by side that the documents write as one: `pago PA`, `open data`."""
    return [(first, second) for first, second in pairwise(words) if ranking.frequency(first.form + second.form)]


def _marks(question: Question, concepts: Sequence[Concept]) -> Marks:
    """What was typed wherever it stands; other ways of saying it where they stand whole."""
    typed = {item for concept in concepts for item, _word in concept.words}
    quoted = {item for phrase in question.phrases for item in phrase}
    forms = {way.stems for concept in concepts for way in concept.alternatives if not is_act(way.stems[0])}
    places = frozenset(term for _slug, term in question.places)
    return Marks(frozenset(typed | quoted), tuple(sorted(forms)), question.acts, places)


def slug_of(name: str, value: str) -> str:
    """The value of a facet as its slug: acts by citation, sizes in capitals, the rest hyphenated."""
    if name == "act":
        reference = canonical(value)
        if reference is not None:
            return reference.slug
    if name == "size":
        return value.upper()
    return "-".join(token.form for token in tokens(fold(value)))
