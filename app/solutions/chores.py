# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the worker does for solutions: renders their pages before anybody asks, as their texts are rendered once; clears
old PDFs."""

import time
from collections import deque
from collections.abc import Sequence

from flask import Flask

from app.config import Settings
from app.db import Database
from app.document.dates import today
from app.errors import Forbidden, NotFound
from app.solutions import pdf, queries
from app.solutions.queries import State
from app.solutions.views import mark_of, page_of
from app.web.kept import KeptPages
from app.web.languages import LANGUAGES, alternate_url, asked, home_of

#: Seconds of one turn; other chores get theirs before the next, and readers the processor.
TURN_SECONDS = 0.5
#: Where pages of solutions stand below the site.
SOLUTIONS = "/soluzioni/"


def clear_pdfs(app: Flask) -> int:
    """Remove the PDFs that were made long ago. Answers how many."""
    settings: Settings = app.config["SETTINGS"]
    return pdf.clear_old(settings.pdf_folder)


class PreparedPages:
    """Goes through the published solutions whenever one of them, or what their pages show besides, has changed."""

    def __init__(self) -> None:
        self._seen: object = None
        self._left: deque[tuple[str, State]] = deque()

    def prepare(self, app: Flask) -> int:
        """Render pages that are not kept as they are now, for a turn. Answers how many."""
        database: Database = app.extensions["database"]
        with database.reading() as session:
            seen = (*queries.pulse(session), today(), app.extensions["kept"].file)
            if seen != self._seen:
                self._left = deque(self._wanted(app, queries.states(session)))
                self._seen = seen
        return self._turn(app)

    def _wanted(self, app: Flask, states: Sequence[State]) -> list[tuple[str, State]]:
        """Languages and solutions whose page is missing or old, Italian first; pages of what is gone are forgotten."""
        kept: KeptPages = app.extensions["kept"]
        held = kept.marks()
        wanted: dict[str, tuple[str, str, State]] = {}
        for language, state in ((language, state) for language in LANGUAGES for state in states):
            address = f"{home_of(app, language)}{SOLUTIONS}{state.slug}"
            wanted[address] = kept.mark(*mark_of(state, language)), language, state
        kept.forget(address for address in held if SOLUTIONS in address and address not in wanted)
        return [(language, state) for address, (mark, language, state) in wanted.items() if held.get(address) != mark]

    def _turn(self, app: Flask) -> int:
        end = time.monotonic() + TURN_SECONDS
        done = 0
        while self._left and time.monotonic() < end and not app.extensions["stopping"].is_set():
            language, state = self._left.popleft()
            done += _prepare(app, language, state)
        return done


def _prepare(app: Flask, language: str, state: State) -> bool:
    kept: KeptPages = app.extensions["kept"]
    with asked(app, f"{SOLUTIONS}{state.slug}", language):
        try:
            html = page_of(state.slug, state.variants)
        except (Forbidden, NotFound):
            # Withdrawn a moment ago: its readers are told so by its page.
            return False
        # The state was read before the page: where it changed between the two, the page is made once more.
        kept.keep(alternate_url(language, absolute=True), kept.mark(*mark_of(state, language)), html)
    return True
