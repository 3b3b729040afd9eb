# SPDX-License-Identifier: AGPL-3.0-or-later
"""Solutions near the words of an address that leads nowhere; the factory hands them to the page of errors."""

from flask import current_app, url_for

from app.search.engine import Engine
from app.search.index import IndexDamaged

MOST = 5


def nearest(words: str) -> list[tuple[str, str]]:
    """Title and address of the published solutions nearest to some words; empty while there is no index."""
    engine: Engine = current_app.extensions["engine"]
    try:
        found = engine.search(words, kinds=("solution",), per_page=MOST)
    except IndexDamaged:
        return []
    return [(hit.title, url_for("solutions.show", slug=hit.slug)) for hit in found.hits]
