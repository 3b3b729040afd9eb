# SPDX-License-Identifier: AGPL-3.0-or-later
"""Solutions like some words: those that may already answer a request, or fill what is missing."""

from collections.abc import Iterable, Mapping, Sequence, Set

from sqlalchemy.orm import Session

from app.matching import model
from app.matching.score import Market, as_question, theme_of
from app.needs import learnt
from app.needs.candidates import NOBODY
from app.search.engine import Engine
from app.search.index import IndexDamaged
from app.search.results import Hit
from app.solutions.models import Theme

MOST_LIKE = 4
#: Solutions shown under a missing precondition, and missing preconditions of one solution that are looked up.
MOST_CLOSING, MOST_GAPS = 2, 12
#: Share of what a precondition says that a solution must say too, for it to help: else it only shares a common word.
FILLING = 0.5
#: A library larger than this takes longer to learn than who reads the page of a request waits.
MOST_LEARNT = 200


def answering(
    session: Session,
    engine: Engine,
    asked: model.Need,
    themes: Iterable[Theme],
    but: str = "",
    bodies: Set[str] = frozenset(),
) -> Sequence[Hit] | None:
    """Solutions that may already answer a request, as near to it as a shortlist calls near, the nearest first.

    Empty where all that share its words are far from it; None where none was found, or the index is away.
    """
    found = solutions_like(engine, asked.said, but, bodies, 3 * MOST_LIKE)
    offered = {hit.slug: hit.document.facets.get("theme", ()) for hit in found}
    near = _near_ones(session, engine, asked, offered, themes) if found else {}
    ordered = sorted((hit for hit in found if hit.slug in near), key=lambda hit: -near[hit.slug])
    return ordered[:MOST_LIKE] if found else None


def _near_ones(
    session: Session, engine: Engine, asked: model.Need, offered: Mapping[str, Sequence[str]], themes: Iterable[Theme]
) -> dict[str, float]:
    """Of some solutions, by slug with their themes, those that have to do with a request, as a shortlist holds it, each
    with how well its theme fits.

    All of them alike where the library is too large to be learnt while somebody waits.
    """
    if engine.count("solution") > MOST_LEARNT:
        return dict.fromkeys(offered, 0.0)
    known, tree = learnt.known(session, engine), {theme.slug: theme.parent_slug for theme in themes}
    found = learnt.affinities(engine, known, asked)
    market = Market((), tree, known.s90_words if as_question(asked) else known.s90_texts)
    offers = {slug: model.Offer(slug, "", NOBODY, _narrowest(theirs, tree)) for slug, theirs in offered.items()}
    worth = {slug: theme_of(asked, offer, market, found.get(slug, 0.0))[0] for slug, offer in offers.items()}
    held = learnt.held(known, asked)
    near = (slug for slug, value in worth.items() if learnt.nearness(value, learnt.share(held, slug)) >= learnt.NEAR)
    return {slug: round(worth[slug], 6) for slug in near}


def _narrowest(themes: Sequence[str], tree: Mapping[str, str]) -> tuple[str, ...]:
    """Themes without those that stand above another of them: the index knows a solution under both."""
    above = {tree.get(theme, "") for theme in themes}
    return tuple(theme for theme in themes if theme not in above)


def solutions_like(
    engine: Engine, text: str, but: str = "", bodies: Set[str] = frozenset(), most: int = MOST_LIKE
) -> Sequence[Hit]:
    """Solutions whose words are like some text, save for one and for those that some bodies own; none while the index
    is away or nothing is typed."""
    if len(text.split()) < 2:
        return ()
    try:
        hits = engine.like(text, ("solution",), 3 * MOST_LIKE)
    except IndexDamaged:
        return ()
    # Of the bodies that a solution is found under the owner is the first; who only took part may have to ask for it.
    others = [hit for hit in hits if hit.slug != but and not bodies & set(hit.document.facets.get("city", ())[:1])]
    return others[:most]


def closing(session: Session, engine: Engine, gaps: Iterable[str], but: str = "") -> dict[str, Sequence[Hit]]:
    """Solutions that may fill what is missing, by precondition; ``but`` asks for it and does not fill it."""
    texts = list(dict.fromkeys(gaps))[:MOST_GAPS]
    found = {text: solutions_like(engine, text, but) for text in texts}
    if any(found.values()) and engine.count("solution") <= MOST_LEARNT:
        known = learnt.known(session, engine).texts
        found = {text: _filling(hits, known.held(text)) for text, hits in found.items()}
    return {text: hits[:MOST_CLOSING] for text, hits in found.items()}


def _filling(hits: Iterable[Hit], held: Mapping[str, float]) -> list[Hit]:
    return [hit for hit in hits if held.get(hit.slug, 0.0) >= FILLING]
