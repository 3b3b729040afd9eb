# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is computed once for each state of the library: its words counted, and how close related solutions come."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from threading import Lock
from weakref import WeakKeyDictionary

from sqlalchemy.orm import Session

from app.matching import model
from app.matching.score import as_question, says_little
from app.matching.text import Counted, Space, calibration, counted, space
from app.needs import library_queries
from app.needs.library_queries import InForce, Told
from app.search.engine import Engine
from app.search.index import IndexDamaged
from app.solutions import queries as library
from app.text.english import is_english

#: Letters of a solution's text that are compared; beyond them it repeats itself.
MOST_TEXT = 20_000
#: How many solutions tell how close related ones come: more of them move a percentile no further.
MOST_COMPARED = 300
#: Under the first a solution has next to nothing to do with a request, under the second it may have; ``nearness``.
NEAR, SURE = 0.12, 0.19
#: A short request of which a solution holds so much is not far from it: it only says little.
WHOLE = 0.75


@dataclass(frozen=True)
class Known:
    """Texts to compare, how close related ones come, and the words of each revision, for the next state."""

    texts: Space
    s90_texts: float
    s90_words: float
    counted: Mapping[int, Counted]


_KNOWN: WeakKeyDictionary[Engine, tuple[object, Known]] = WeakKeyDictionary()
_LEARNING = Lock()


def known(session: Session, engine: Engine) -> Known:
    """What the library says, learnt again when its index changes."""
    state = engine.generation()
    with _LEARNING:
        held = _KNOWN.get(engine)
        if held is None or held[0] != state:
            held = _KNOWN[engine] = (state, _learn(session, engine, held[1].counted if held else {}))
        return held[1]


def _learn(session: Session, engine: Engine, before: Mapping[int, Counted]) -> Known:
    """Only texts that were not counted ``before`` are read: a change of one solution reads one."""
    told = library_queries.in_force(session)
    words = {item.revision: before[item.revision] for item in told if item.revision in before}
    new = {item.revision: item for item in told if item.revision not in before}
    for number, plain in library_queries.plain_texts(session, new, MOST_TEXT):
        words[number] = counted(f"{new[number].title}\n{new[number].summary}\n{plain}")
    texts = space({item.slug: words[item.revision] for item in told})
    return Known(texts, *_scales(session, engine, texts, told), words)


def _scales(session: Session, engine: Engine, texts: Space, told: Sequence[InForce]) -> tuple[float, float]:
    """s90 of documents and of words: how close a solution comes to the closest other one of its main theme."""
    _themes, themes_of = library.themes_of_solutions(session)
    main = {item.slug: themes_of.get(item.solution, [""])[0] for item in told}
    kin: dict[str, set[str]] = {}
    for slug, theme in main.items():
        if theme:
            kin.setdefault(theme, set()).add(slug)
    documents: list[float] = []
    words: list[float] = []
    for item in told[:: max(len(told) // MOST_COMPARED, 1)]:
        asked, others = f"{item.title}. {item.summary}", kin.get(main[item.slug], set()) - {item.slug}
        for measured, found in ((documents, texts.affinities(asked)), (words, by_words(engine, asked))):
            measured.append(max((found.get(slug, 0.0) for slug in others), default=0.0))
    return calibration(documents), calibration(words)


def by_words(engine: Engine, text: str) -> dict[str, float]:
    """How well each solution answers a few words, by the search engine; nothing while the index is away."""
    try:
        return engine.values(text, ("solution",))
    except IndexDamaged:
        return {}


def affinities(engine: Engine, known: Known, need: model.Need) -> dict[str, float]:
    """How close the words of a request come to each solution: a short one as a question, a long one as a document."""
    return by_words(engine, need.said) if as_question(need) else known.texts.affinities(need.said)


#: The share of what a request says that each solution holds; None for one in English, which no document is in.
Held = Mapping[str, float] | None


def held(known: Known, need: model.Need) -> Held:
    return None if is_english(need.said) else known.texts.held(need.said)


def share(held: Held, slug: str) -> float:
    """What of a request a solution holds; of one in English nobody knows, and it is not held against it."""
    return 1.0 if held is None else held.get(slug, 0.0)


def nearness(theme: float, share: float) -> float:
    """How much a solution has to do with a request, 0 to 1: the factor of its theme, and what of the request it holds.

    A theme ticked, or a few common words, make a factor out of anything; what the request is about is then in no
    document (docs/matching.md).
    """
    return theme * sqrt(share)


def holds_all(held: Held, need: model.Need, slug: str) -> bool:
    """Whether a solution holds what a short request says."""
    return held is not None and says_little(need) and held.get(slug, 0.0) >= WHOLE


def passages(session: Session, solutions: Iterable[str]) -> dict[str, tuple[model.Passage, ...]]:
    """The sentences of some solutions, each with the heading it stands under: of those that are shown only."""
    return {item.slug: _sentences(item) for item in library_queries.told(session, solutions)}


def _sentences(told: Told) -> tuple[model.Passage, ...]:
    headings = {section["heading"] for section in told.sections}
    heading, found = "", []
    for line in filter(None, (line.strip() for line in told.plain.split("\n"))):
        if line in headings:
            heading = line
            continue
        found += [model.Passage(heading, piece) for piece in re.split(r"(?<=[.!?])\s+(?=[A-ZÀ-Ý«])", line) if piece]
    return tuple(found)
