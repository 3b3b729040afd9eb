# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is near the words of an address that leads nowhere; the factory hands it to the page of errors."""

from difflib import get_close_matches

from flask import current_app

from app.search.engine import Engine
from app.search.index import IndexDamaged
from app.search.results import Hit
from app.text.tokens import tokens
from app.web.languages import prefixed

MOST = 5
#: Of things called alike, bodies and themes before what they did; then as the search has them.
KINDS = (("city", "theme"), ("act", "solution"))
#: How alike two words are that one may be written for the other, and the share of the words that a thing must have.
ALIKE, SHARE = 0.75, 0.6


def nearest(words: str) -> list[tuple[str, str]]:
    """Title and address of what is called nearly so, the nearest first; empty where nothing is or no index."""
    engine: Engine = current_app.extensions["engine"]
    try:
        found = [hit for kinds in KINDS for hit in engine.search(words, kinds=kinds, per_page=MOST).hits]
    except IndexDamaged:
        return []
    shares = [(_share(hit, words), hit) for hit in found]
    near = sorted((pair for pair in shares if pair[0] >= SHARE), key=lambda pair: -pair[0])
    return [(hit.title, prefixed(hit.url)) for _, hit in near[:MOST]]


def _share(hit: Hit, words: str) -> float:
    """The share of the words that stand in its title or its address, give or take a letter."""
    asked = [token.form for token in tokens(words)]
    names = [token.form for token in tokens(f"{hit.title} {hit.slug.replace('-', ' ')}")]
    held = sum(bool(get_close_matches(word, names, 1, ALIKE)) for word in asked)
    return held / len(asked) if asked else 0.0
