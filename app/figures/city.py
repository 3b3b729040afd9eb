# SPDX-License-Identifier: AGPL-3.0-or-later
"""What one body asks for, gives and has given: the part of its page, and its report of a year."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.cities.models import City
from app.cities.rules import is_closed
from app.document.dates import day_of
from app.figures import queries
from app.needs import proposal_queries
from app.needs.models import Need
from app.needs.rules import begins_at, begins_on_day, days_left, quarters_from
from app.solutions.models import Solution
from app.twinnings.models import Twinning
from app.twinnings.rules import State


@dataclass(frozen=True)
class Exchange:
    """Requests and twinnings of a body, days its offices can give in this quarter (None: it does not say).

    ``free``: what is left of those days, as the shortlists of requests say it.
    ``joined``: numbers of those requests that another body posted and this one joined.
    ``taught`` counts the bodies that adopted a solution with its help, ``learnt`` the solutions it adopted itself;
    ``certified`` are the twinnings in which either happened, ``unadopted`` the closed ones that nobody adopted,
    ``missed`` those that others adopted and this body, which received it too, did not. ``later`` are the variants that
    came of them after the year that is told.
    """

    needs: Sequence[Need]
    gives: Sequence[Twinning]
    takes: Sequence[Twinning]
    taught: int
    learnt: int
    certified: Sequence[Twinning]
    unadopted: frozenset[int]
    days: int | None = None
    free: int | None = None
    joined: frozenset[int] = frozenset()
    missed: frozenset[int] = frozenset()
    later: frozenset[int] = frozenset()

    @property
    def demonstration(self) -> bool:
        twinnings = [*self.gives, *self.takes]
        return any(need.demonstration for need in self.needs) or any(item.demonstration for item in twinnings)


@dataclass(frozen=True)
class Report:
    """A year of a body: what it documented, alone (``own``) or with others, asked for, answered, gave and took."""

    year: int
    exchange: Exchange
    own: Sequence[Solution]
    with_others: Sequence[Solution]
    answers: Mapping[str, int]


def exchange(session: Session, city: City, now: datetime) -> Exchange:
    """Everything public between a body and the others."""
    quarter, following = quarters_from(day_of(now), 2)
    needs, days = queries.needs_of_body(session, city, quarter)
    twinnings, adopters = queries.twinnings_of_body(session, city)
    found = _exchange(city, needs, twinnings, adopters, adopters)
    if days is None or is_closed(city.register, day_of(now)):
        # What it had said it could give, nobody can ask of a body that is no longer there.
        return found
    begun = proposal_queries.begun(session, city.id, begins_at(quarter), begins_at(following))
    return replace(found, days=days, free=days_left(days, len(begun)))


def _exchange(
    city: City,
    needs: Sequence[Need],
    twinnings: Sequence[Twinning],
    adopters: set[tuple[int, int]],
    every: set[tuple[int, int]],
) -> Exchange:
    """``adopters`` are those that count, ``every`` all there are: how each ended is told as it is known today."""
    gives = [item for item in twinnings if item.giver is not None and item.giver.id == city.id]
    takes = [item for item in twinnings if item not in gives]
    given = {item.id for item in gives}
    taught = [(number, receiver) for number, receiver in adopters if number in given]
    learnt = [item for item in takes if (item.id, city.id) in adopters]
    helped = {number for number, _ in taught}
    certified = [item for item in gives if item.id in helped] + learnt
    bodies = {receiver for _, receiver in taught}
    joined = frozenset(need.id for need in needs if need.city_id != city.id)
    unadopted = _unadopted(twinnings, every)
    over = frozenset(item.id for item in takes if item.state == State.CLOSED and (item.id, city.id) not in every)
    told = (len(bodies), len(learnt), certified, unadopted)
    return Exchange(needs, gives, takes, *told, joined=joined, missed=over - unadopted)


def _unadopted(twinnings: Sequence[Twinning], adopters: set[tuple[int, int]]) -> frozenset[int]:
    adopted = {number for number, _ in adopters}
    return frozenset(item.id for item in twinnings if item.state == State.CLOSED and item.id not in adopted)


def report(session: Session, city: City, year: int) -> Report:
    """What a body did in a year: a request counts in the year it was published, a twinning in each year it ran, a
    solution from the year on in which it was first there to be read.
    """
    since, until = begins_on_day(date(year, 1, 1)), begins_on_day(date(year + 1, 1, 1))
    (asked, _), (twinnings, every) = queries.needs_of_body(session, city), queries.twinnings_of_body(session, city)
    needs = [need for need in asked if need.published_at and day_of(need.published_at).year == year]
    running = [item for item in twinnings if _ran(item, since, until)]
    ended = {item.id for item in running if item.ended_at is not None and item.ended_at < until}
    adopters = {pair for pair in every if pair[0] in ended}
    variants = {tie.variant_id for item in running for tie in item.parties if tie.variant_id is not None}
    made, there = queries.solutions_of_body(session, city, until, variants)
    return Report(
        year,
        replace(_exchange(city, needs, running, adopters, every), later=frozenset(variants - there)),
        [solution for role, solution in made if role == "owner"],
        [solution for role, solution in made if role == "partner"],
        dict(queries.answers_of_body(session, city, since, until)),
    )


def _ran(twinning: Twinning, since: datetime, until: datetime) -> bool:
    return twinning.began_at < until and (twinning.ended_at is None or twinning.ended_at >= since)


def years(now: datetime, first: int = 2026, most: int = 5) -> list[int]:
    """The years a report can be asked for, the newest first."""
    this = day_of(now).year
    return list(range(this, max(first, this - most + 1) - 1, -1))
