# SPDX-License-Identifier: AGPL-3.0-or-later
"""Requests as others see them: whose they are, or only how large its city is; ages, clocks, outcomes."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.access import NOBODY, Actor
from app.cities.rules import is_closed, size_on
from app.document.dates import day_of
from app.needs import proposal_queries, queries, rules
from app.needs.forms import Chosen
from app.needs.models import Need
from app.needs.queries import Sought
from app.needs.rules import State
from app.solutions.rules import with_below

#: Open requests that a new one is compared with.
MOST_COMPARED = 500
#: Those of them that are shown.
MOST_ALIKE = 3


@dataclass(frozen=True)
class Asker:
    """The city of a request as one person may know it: ``name`` is empty where only its size may be known.

    ``secret``: it is known to this person as one of the coordination, and to the others only by its size.
    """

    slug: str = ""
    name: str = ""
    short_name: str = ""
    size: str = ""
    kind: str = ""
    secret: bool = False

    @property
    def hidden(self) -> bool:
        return not self.slug


@dataclass(frozen=True)
class Row:
    """One request on the board."""

    id: int
    slug: str
    title: str
    problem: str
    asker: Asker
    themes: tuple[str, ...]
    formats: tuple[str, ...]
    state: str
    published_at: datetime
    updated_at: datetime
    by_when: date | None
    age: int
    answered_after: int | None
    outcome: str
    receivers: int
    demonstration: bool
    joinable: bool
    lapsed: bool
    #: A body of the person asks it or has joined it.
    ours: bool

    def as_data(self) -> dict[str, object]:
        """The line as CSV and JSON say it."""
        return {
            "id": self.id,
            "slug": self.slug,
            "title": self.title,
            "city": self.asker.slug or None,
            "city_name": self.asker.name or None,
            "city_size": self.asker.size or None,
            "themes": list(self.themes),
            "formats": list(self.formats),
            "state": self.state,
            "published_on": day_of(self.published_at).isoformat(),
            "by_when": self.by_when.isoformat() if self.by_when else None,
            "age_days": self.age,
            "first_answer_days": self.answered_after,
            "outcome": self.outcome or None,
            "joined": self.receivers,
            "demonstration": self.demonstration,
            "lapsed": self.lapsed,
        }


COLUMNS = (
    "id", "slug", "title", "city", "city_name", "city_size", "themes", "formats", "state", "published_on", "by_when",
    "age_days", "first_answer_days", "outcome", "joined", "demonstration", "lapsed",
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One request where a list has a line for it."""

    id: int
    slug: str
    title: str
    asker: Asker
    published_at: datetime | None
    by_when: date | None
    demonstration: bool
    lapsed: bool


def asker(need: Need, actor: Actor, chosen: Iterable[str], today: date) -> Asker:
    """Whose a request is, as far as this person may know."""
    hidden = rules.hides_city(need.visibility, need.city.slug, actor.bodies, actor.national, chosen)
    city, size = need.city, size_on(need.city.register, today)
    kind = city.kind
    if hidden:
        return Asker(size=size, kind=kind)
    secret = rules.hides_city(need.visibility, city.slug, actor.bodies, False, chosen)
    return Asker(city.slug, city.name, city.short_name, size, kind, secret)


def row(need: Need, actor: Actor, chosen: Iterable[str], now: datetime) -> Row:
    published = need.published_at or need.created_at
    until = need.closed_at or now
    return Row(
        need.id,
        need.slug,
        need.title,
        need.problem,
        asker(need, actor, chosen, day_of(now)),
        tuple(need.themes),
        tuple(need.formats),
        need.state,
        published,
        need.updated_at,
        need.by_when,
        rules.days_passed(published, until),
        rules.days_passed(published, need.answered_at) if need.answered_at else None,
        need.outcome,
        len(need.receivers),
        need.demonstration,
        bool(able_in(need, actor, day_of(now)) - {tie.city.slug for tie in need.receivers}),
        need.state == State.OPEN and need.lapsed_at is not None,
        bool(actor.bodies & {need.city.slug, *(tie.city.slug for tie in need.receivers)}),
    )


def others_in(need: Need, actor: Actor) -> frozenset[str]:
    """Bodies of the person, other than the one that asks, that can have a part in an open request."""
    return actor.bodies - {need.city.slug} if need.state == State.OPEN else frozenset()


def able_in(need: Need, actor: Actor, day: date) -> frozenset[str]:
    """Those that can join or offer on a day: none once the body that asks is no longer there."""
    return frozenset() if is_closed(need.city.register, day) else others_in(need, actor)


def rows(session: Session, needs: Sequence[Need], actor: Actor, now: datetime) -> list[Row]:
    givers = told_givers(session, needs, actor)
    return [row(need, actor, givers.get(need.id, ()), now) for need in needs]


def told_givers(session: Session, needs: Sequence[Need], actor: Actor) -> dict[int, set[str]]:
    """By request, bodies of the person to which its city said who it is; asked of anonymous requests only."""
    secret = [need.id for need in needs if need.visibility == "anonymous"]
    return proposal_queries.chosen_givers(session, secret, actor.bodies) if secret else {}


def asker_of(session: Session, need: Need, actor: Actor, now: datetime) -> Asker:
    """Whose one request is, as far as this person may know."""
    return asker(need, actor, told_givers(session, [need], actor).get(need.id, ()), day_of(now))


def sought(actor: Actor, chosen: Chosen, tree: Mapping[str, str]) -> Sought:
    """What one person looks for on the board; ``tree`` names the theme above each theme."""
    return Sought(
        (chosen.state,) if chosen.state else rules.ON_BOARD,
        _seen(actor),
        frozenset(with_below(chosen.theme, tree) if chosen.theme else ()),
        chosen.format,
        chosen.city,
        actor.bodies,
        actor.national,
    )


def _seen(actor: Actor) -> tuple[str, ...]:
    """Of which visibilities somebody finds requests."""
    return (*rules.ON_SIGHT, "members") if actor.member else rules.ON_SIGHT


def changed_last(session: Session, themes: Set[str], most: int, now: datetime) -> list[Row]:
    """Requests everybody may read, as nobody in particular sees them; of some themes where there are any."""
    return rows(session, queries.changed_last(session, Sought(themes=frozenset(themes)), most), NOBODY, now)


def latest(session: Session, now: datetime, most: int) -> list[Line]:
    """The open requests that everybody may read, the newest first, as nobody in particular sees them."""
    return [_line(need, day_of(now)) for need in queries.latest_open(session, most)]


def _line(need: Need, today: date) -> Line:
    shown = asker(need, NOBODY, (), today)
    lapsed = need.lapsed_at is not None
    return Line(need.id, need.slug, need.title, shown, need.published_at, need.by_when, need.demonstration, lapsed)


def like(session: Session, text: str, themes: Iterable[str], actor: Actor, but: int, now: datetime) -> list[Row]:
    """Open requests of others that ask for much the same, of the newest ones."""
    open_ones = Sought((State.OPEN,), _seen(actor))
    found = {need.id: need for need in queries.board(session, open_ones, most=MOST_COMPARED) if need.id != but}
    texts = ((need.id, f"{need.title} {need.problem}", need.themes) for need in found.values())
    numbers = rules.alike(text, themes, texts, MOST_ALIKE)
    return rows(session, [found[number] for number in numbers], actor, now)
