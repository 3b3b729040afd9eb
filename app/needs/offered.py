# SPDX-License-Identifier: AGPL-3.0-or-later
"""What published solutions offer whoever asks: read once for each state of the library."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from weakref import WeakKeyDictionary

from sqlalchemy.orm import Session

from app.document.model import known
from app.needs import answers, library_queries
from app.search.engine import Engine
from app.solutions import queries as library
from app.solutions.models import Theme

#: Pieces of a kit with which another office can begin: more of them count no more.
WHOLE_KIT = 4


@dataclass(frozen=True)
class Given:
    """One solution that a body, by its number, could give; the fields as ``matching.model.Offer`` has them."""

    owner: int
    solution: str
    title: str
    themes: tuple[str, ...]
    badge: str
    evidence: int | None
    kit: float
    pieces: int
    documented: bool
    preconditions: tuple[str, ...]
    reused: int


_GIVEN: WeakKeyDictionary[Engine, tuple[object, tuple[Given, ...]]] = WeakKeyDictionary()
_READING = Lock()


def given(session: Session, engine: Engine, themes: Sequence[Theme]) -> tuple[Given, ...]:
    """What the library offers, the newest first, read again when a solution or a theme changes."""
    state = library.pulse(session), [(theme.id, theme.slug) for theme in themes]
    with _READING:
        held = _GIVEN.get(engine)
        if held is None or held[0] != state:
            held = _GIVEN[engine] = (state, tuple(_read(session)))
        return held[1]


def _read(session: Session) -> Iterator[Given]:
    _themes, themes_of = library.themes_of_solutions(session)
    owners: dict[int, int] = {}
    for solution, body in library_queries.tied(session, "owner"):
        owners.setdefault(solution, body)
    # Each body once, however often it did.
    reused = Counter(solution for solution, _body in set(library_queries.tied(session, "reuser")))
    for item in library_queries.offered(session):
        if item.solution not in owners:
            continue
        kit = [piece for piece in item.kit or () if isinstance(piece, Mapping)]
        yield Given(
            owner=owners[item.solution],
            solution=item.slug,
            title=item.title,
            themes=tuple(themes_of.get(item.solution, ())),
            badge=item.badge,
            evidence=item.evidence,
            kit=min(len(kit) / WHOLE_KIT, 1.0),
            pieces=len(kit),
            documented=any(known(piece.get("address")) for piece in kit),
            preconditions=answers.preconditions({"preconditions": item.preconditions}),
            reused=reused[item.solution],
        )
