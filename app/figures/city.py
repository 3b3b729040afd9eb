# SPDX-License-Identifier: AGPL-3.0-or-later
"""What one body asks for, gives and has given: the part of its page, and its report of a year."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.cities.models import City
from app.figures import queries
from app.needs.models import Need
from app.needs.rules import begins_on_day, day_of
from app.solutions.models import Solution
from app.twinnings.models import Twinning
from app.twinnings.rules import State


@dataclass(frozen=True)
class Exchange:
    """Requests and twinnings of a body. ``taught`` counts the bodies that adopted a solution with its help."""

    needs: Sequence[Need]
    gives: Sequence[Twinning]
    takes: Sequence[Twinning]
    taught: int
    learnt: int

    @property
    def demonstration(self) -> bool:
        twinnings = [*self.gives, *self.takes]
        return any(need.demonstration for need in self.needs) or any(item.demonstration for item in twinnings)


@dataclass(frozen=True)
class Report:
    """A year of a body: what it documented, asked for, answered, gave and took."""

    year: int
    exchange: Exchange
    solutions: Sequence[Solution]
    answers: Mapping[str, int]


def exchange(session: Session, city: City) -> Exchange:
    """Everything public between a body and the others."""
    return _exchange(city, queries.needs_of_body(session, city), queries.twinnings_of_body(session, city))


def _exchange(city: City, needs: Sequence[Need], twinnings: Sequence[Twinning]) -> Exchange:
    gives = [item for item in twinnings if item.giver is not None and item.giver.id == city.id]
    takes = [item for item in twinnings if item not in gives]
    return Exchange(needs, gives, takes, sum(len(item.receivers) for item in _done(gives)), len(_done(takes)))


def _done(twinnings: Iterable[Twinning]) -> list[Twinning]:
    return [item for item in twinnings if item.state == State.CLOSED]


def report(session: Session, city: City, year: int) -> Report:
    """What a body did in a year: a request counts in the year it was published, a twinning in each year it ran."""
    since, until = begins_on_day(date(year, 1, 1)), begins_on_day(date(year + 1, 1, 1))
    whole = exchange(session, city)
    needs = [need for need in whole.needs if need.published_at and day_of(need.published_at).year == year]
    running = [item for item in (*whole.gives, *whole.takes) if _ran(item, since, until)]
    return Report(
        year,
        _exchange(city, needs, running),
        queries.solutions_of_body(session, city),
        dict(queries.answers_of_body(session, city, since, until)),
    )


def _ran(twinning: Twinning, since: datetime, until: datetime) -> bool:
    return twinning.began_at < until and (twinning.ended_at is None or twinning.ended_at >= since)


def years(now: datetime, first: int = 2026, most: int = 5) -> list[int]:
    """The years a report can be asked for, the newest first."""
    this = day_of(now).year
    return list(range(this, max(first, this - most + 1) - 1, -1))
