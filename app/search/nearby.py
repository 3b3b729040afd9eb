# SPDX-License-Identifier: AGPL-3.0-or-later
"""What stands near a question: themes for one that found nothing, the meanings of an acronym that has several."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from app.search.query import Word
from app.search.ranker import Ranking
from app.search.suggest import Suggestion
from app.text.stems import is_stop, stem
from app.text.tokens import tokens
from app.text.vocabulary import Form, Vocabulary, form

MAX_THEMES = 4
MAX_MEANINGS = 4
#: Words with the same beginning of this length are near: `tributaria`, `tributi`.
BEGINNING = 6
TITLE, DESCRIPTION = 1.0, 0.4
#: A theme that shares less than this is not near.
LEAST = 0.12

#: How much a stem tells.
Rarity = Callable[[str], float]


@dataclass(frozen=True)
class NearTheme:
    """A theme with the beginnings of the words of its title and of its description."""

    shown: Suggestion
    title: frozenset[str]
    description: frozenset[str]


def of_theme(shown: Suggestion, description: str) -> NearTheme:
    return NearTheme(shown, _beginnings(shown.text), _beginnings(description))


def _beginnings(text: str) -> frozenset[str]:
    return frozenset(stem(token.form)[:BEGINNING] for token in tokens(text) if not is_stop(token.form))


def near_themes(
    words: Sequence[Word], vocabulary: Vocabulary, themes: Sequence[NearTheme], rarity: Rarity
) -> tuple[Suggestion, ...]:
    """Themes that speak of what was asked, or of what the vocabulary knows beside it; the nearest first."""
    stems = tuple(word.stem for word in words)
    near = vocabulary.near(stems)
    worth = [sum(weight * _shared(theme, way, rarity) for way, weight in near) for theme in themes]
    ranked = sorted(range(len(themes)), key=lambda number: -worth[number])
    return tuple(themes[number].shown for number in ranked[:MAX_THEMES] if worth[number] > LEAST)


def only_beside(words: Sequence[Word], found: Sequence[tuple[str, str]]) -> bool:
    """Whether all that was found, as (kind, title), are pages about the site that speak of something else."""
    if not found or any(kind != "page" for kind, _title in found):
        return False
    asked = {word.stem[:BEGINNING] for word in words}
    return not any(asked & _beginnings(title) for _kind, title in found)


def _shared(theme: NearTheme, way: Form, rarity: Rarity) -> float:
    """The share of a form that stands in a theme, squared: half of a form is rarely half of what it says, least of all
    its commoner half (`verde pubblico`). A word of the title says more than one of the description."""
    found = (
        rarity(item)
        * (TITLE * (item[:BEGINNING] in theme.title) or DESCRIPTION * (item[:BEGINNING] in theme.description))
        for item in way
    )
    every = sum(map(rarity, way))
    return (sum(found) / every) ** 2 if every else 0.0


def meanings(plain: str, vocabulary: Vocabulary, ranking: Ranking) -> tuple[str, ...]:
    """What an ambiguous form typed by itself may mean, of that which some document holds."""
    known: Iterable[str] = vocabulary.meanings.get(form(plain), ())
    return tuple(text for text in known if ranking.holding(form(text)).any())[:MAX_MEANINGS]
