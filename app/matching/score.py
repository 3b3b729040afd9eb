# SPDX-License-Identifier: AGPL-3.0-or-later
"""The score: 100 x theme^.64 x context^.06 x readiness^.15 x requirements^.15, each factor in [0.05, 1].

Geometric, so that a wrong theme cannot be bought back; w ln(factor) is a factor's contribution, and contributions add
up to ln(score / 100). Theme is three tenths taxonomy, the rest text. Ranges, weights and sources: docs/matching.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import exp, log
from typing import Any

from app.matching import context as contexts
from app.matching import requirements as asked
from app.matching.bulk import Table
from app.matching.gates import closed
from app.matching.model import FACTORS, LEAST, Excluded, Factor, Match, Need, Offer
from app.matching.readiness import readiness
from app.matching.text import scaled
from app.matching.themes import Tree, overlap, shared, with_text
from app.matching.weights import PUBLISHED, Weights
from app.text.english import is_english

HIGH, MIDDLE = 70.0, 45.0
#: Under so many words a request says little: its matches are marked.
FEW_WORDS = 60
#: A shown number is rounded to this: the score is no probability.
STEP = 5


@dataclass(frozen=True)
class Market:
    """What all requests are scored against: offers, the tree of themes, s90 of the texts, weights."""

    offers: tuple[Offer, ...]
    tree: Tree = field(default_factory=dict)
    s90: float = 1.0
    weights: Weights = PUBLISHED

    @cached_property
    def table(self) -> Table:
        """The same offers as arrays, made when first needed."""
        return Table(self.offers, self.tree, self.s90, self.weights)


def bounded(value: float) -> float:
    return min(1.0, max(LEAST, value))


def theme_of(need: Need, offer: Offer, market: Market, affinity: float) -> tuple[float, Mapping[str, Any]]:
    """The overlap of themes along the tree and the text; the text alone where the request names no theme."""
    text = scaled(affinity, market.s90)
    kin = overlap(need.themes, offer.themes, market.tree)
    value = with_text(kin, text) if need.themes else text
    return value, {"text": text, "taxonomy": kin, "shared": shared(need.themes, offer.themes)}


def match(need: Need, offer: Offer, market: Market, affinity: float) -> Match:
    """Score an offer that no gate keeps out. ``affinity`` is the raw text affinity of request and solution."""
    theme, said = theme_of(need, offer, market, affinity)
    matters = contexts.indicator_weights(need.themes or offer.themes, market.tree)
    context = contexts.similarity(need.city, offer.city, matters)
    ready, wanted = readiness(offer), asked.requirements(need, offer)
    values: dict[str, tuple[float, Mapping[str, Any]]] = {
        "theme": (theme, said),
        "context": (context.value, {"coverage": context.coverage, "compared": context.compared}),
        "readiness": (
            ready.value,
            {
                "maturity": ready.maturity,
                "evidence": ready.evidence,
                "kit": ready.kit,
                "pieces": offer.pieces,
                "replies": ready.replies,
            },
        ),
        "requirements": (
            wanted.value,
            {
                "held": wanted.held,
                "planned": wanted.planned,
                "missing": wanted.missing,
                "unanswered": wanted.unanswered,
                "deduced": wanted.deduced,
            },
        ),
    }
    return _matched(need, offer, values, market.weights)


def _matched(
    need: Need, offer: Offer, values: Mapping[str, tuple[float, Mapping[str, Any]]], weights: Weights
) -> Match:
    factors = tuple(
        Factor(name, bounded(values[name][0]), weight * log(bounded(values[name][0])), values[name][1])
        for name, weight in zip(FACTORS, weights.values, strict=True)
    )
    return Match(need.key, offer, 100 * exp(sum(item.contribution for item in factors)), factors, weights.version)


def matches(need: Need, market: Market, affinities: Mapping[str, float]) -> tuple[list[Match], list[Excluded]]:
    """Every offer scored, the best first, and those a gate keeps out. ``affinities`` by solution; 0 where missing."""
    found, out = [], []
    for offer in market.offers:
        gate = closed(need, offer)
        if gate is not None:
            out.append(Excluded(offer, *gate))
        else:
            found.append(match(need, offer, market, affinities.get(offer.solution, 0.0)))
    out.sort(key=lambda item: (item.offer.solution, item.offer.city.slug))
    return sorted(found, key=lambda item: item.key), out


def band(score: float) -> str:
    """`high` from 70, `middle` from 45, `low` below: what is shown instead of a number."""
    return "high" if score >= HIGH else "middle" if score >= MIDDLE else "low"


def shown(score: float) -> int:
    """The score rounded to 5, for whoever asks for the number; down where up would be a better band."""
    near = int(STEP * round(score / STEP))
    return near if band(near) == band(score) else near - STEP


def says_little(need: Need) -> bool:
    """Whether a request is matched with little to go by."""
    return need.words < FEW_WORDS


def as_question(need: Need) -> bool:
    """Whether a request is read as a question, word by word, not as a document: a short one, and one in English, of
    which the search engine knows some words and the documents none."""
    return says_little(need) or is_english(need.said)
