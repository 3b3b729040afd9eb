# SPDX-License-Identifier: AGPL-3.0-or-later
"""From the database to what the scorer is given: cities with their figures, offers, requests, affinities of texts."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from sqlalchemy.orm import Session

from app.cities.models import City
from app.cities.rules import is_closed, perimeter_on, size_class
from app.document.dates import day_of
from app.matching import model
from app.matching.score import Market, as_question
from app.matching.weights import PUBLISHED, Weights, from_data
from app.needs import answers, learnt, library_queries, proposal_queries, queries, round_queries, rules, service
from app.needs.models import Need
from app.needs.offered import Given, given
from app.needs.proposal_queries import Made
from app.needs.rules import Answer
from app.search.engine import Engine
from app.solutions import queries as library
from app.solutions.models import Theme

INDICATORS = ("population", "area_km2", "municipalities", "density", "small_share")
#: Stands for a city where only themes are compared.
NOBODY = model.City("", "")


@dataclass(frozen=True)
class Desk:
    """Everything requests are scored with at one moment."""

    session: Session
    engine: Engine
    market: Market
    market_of_words: Market
    known: learnt.Known
    themes: Mapping[str, Theme]
    ended: Sequence[Made]
    pending: Sequence[Made]
    now: datetime

    @cached_property
    def received(self) -> Mapping[int, set[str]]:
        """By body, the solutions that a transfer has brought it or is bringing it, whoever asked for it."""
        return proposal_queries.received(self.session)

    @cached_property
    def refused(self) -> Mapping[int, set[tuple[str, str]]]:
        """By request, the solutions that their givers refused it; silence, or its own no to an offer, is none."""
        found: dict[int, set[tuple[str, str]]] = {}
        for item in self.ended:
            if item.state == Answer.DECLINED and item.origin != rules.OFFER:
                found.setdefault(item.need_id, set()).add((item.solution, item.giver))
        return found

    @property
    def preconditions(self) -> frozenset[str]:
        """All that solutions ask of whoever takes them."""
        return frozenset(text for offer in self.market.offers for text in offer.preconditions)

    def market_for(self, need: model.Need) -> Market:
        """Short requests and English ones are compared word by word, long ones as documents: each has its own scale."""
        return self.market_of_words if as_question(need) else self.market

    def affinities(self, need: model.Need) -> dict[str, float]:
        return learnt.affinities(self.engine, self.known, need)

    def passages(self, solutions: Iterable[str]) -> dict[str, tuple[model.Passage, ...]]:
        """The sentences of some solutions, where a request may find its own."""
        return learnt.passages(self.session, solutions)


def desk(session: Session, engine: Engine, now: datetime, weights: Weights | None = None) -> Desk:
    """Offers, weights and texts as they are now."""
    library_said = learnt.known(session, engine)
    made = proposal_queries.made(session)
    ended = [item for item in made if not rules.may_answer(item.state)]
    every = library.themes(session)
    pending = [item for item in made if rules.may_answer(item.state)]
    offers = tuple(_offers(session, given(session, engine, every), ended, pending, now))
    themes = {theme.slug: theme for theme in every}
    tree = {theme.slug: theme.parent_slug for theme in themes.values()}
    chosen = weights or weights_in_force(session)
    return Desk(
        session,
        engine,
        Market(offers, tree, library_said.s90_texts, chosen),
        Market(offers, tree, library_said.s90_words, chosen),
        library_said,
        themes,
        ended,
        pending,
        now,
    )


def weights_in_force(session: Session) -> Weights:
    """The weights last decided, else the published ones."""
    decided = round_queries.last_decision(session)
    return from_data(*decided) if decided else PUBLISHED


def as_city(city: City, now: datetime, room: int | None = None, days: int | None = None) -> model.City:
    """A body with the figures of the register."""
    perimeter = perimeter_on(city.register, day_of(now).isoformat())
    figures = {}
    for name in INDICATORS:
        figure = perimeter.figures.get(name) if perimeter else None
        if figure is not None and figure.value is not None:
            source = str((figure.source or {}).get("title") or "")
            figures[name] = model.Figure(float(figure.value), figure.date, source)
    people = figures.get("population")
    size = size_class(people.value if people else None)
    return model.City(city.slug, city.name, figures, capacity=rules.in_a_round(room), days=days, size=size)


def asked_in(wanted: rules.Wanted, city: model.City = NOBODY) -> model.Need:
    """What is typed of a request, as the scorer reads it."""
    limits = wanted.limits or {}
    return model.Need(
        key="",
        city=city,
        title=wanted.title,
        text=" ".join([wanted.problem, *(wanted.constraints or {}).values()]),
        themes=wanted.themes,
        wanted=limits.get("proposals", rules.MOST_PROPOSALS),
        unwanted=frozenset(limits.get("excluded", ())),
        sizes=frozenset(limits.get("sizes", ())),
    )


def as_needs(desk: Desk, needs: Sequence[Need]) -> list[model.Need]:
    """Requests as the scorer reads them, with what was refused and what their cities already receive."""
    return [as_need(desk, need) for need in needs]


def as_need(
    desk: Desk, need: Need, wanted: rules.Wanted | None = None, given: Mapping[str, str] | None = None
) -> model.Need:
    """One request as it is, or as it would be with other words or with other answers to preconditions."""
    said = (need.answers or {}) if given is None else given
    return replace(
        asked_in(wanted or service.as_wanted(need), as_city(need.city, desk.now)),
        key=str(need.id),
        held=answers.said(said, "yes"),
        planned=answers.said(said, "planned"),
        lacking=answers.said(said, "no"),
        unsure=answers.said(said, answers.UNKNOWN),
        excluded=frozenset(tie.city.slug for tie in need.receivers),
        twinned=frozenset(desk.received.get(need.city_id, ())),
        declined=frozenset(desk.refused.get(need.id, ())),
    )


def _offers(
    session: Session, every: Iterable[Given], ended: Sequence[Made], pending: Sequence[Made], now: datetime
) -> Iterable[model.Offer]:
    owners = {city.id: city for city in library_queries.owners(session)}
    cities = _givers(session, owners, ended, now)
    there = {number for number, owner in owners.items() if not is_closed(owner.register, day_of(now))}
    # An offer was not asked for: what its requester says of it is no answer of the giver; nor is a silence of nobody.
    asked_of = [item for item in ended if item.origin != rules.OFFER and item.reason != rules.NOBODY_THERE]
    # Save for one that is a giver's yes to a round: it was asked, and has answered, whatever its requester says.
    said_yes = Counter(item.giver_id for item in (*ended, *pending) if item.handed_over)
    asked = Counter(item.giver_id for item in asked_of) + said_yes
    replies = Counter(item.giver_id for item in asked_of if item.state != Answer.EXPIRED) + said_yes
    waiting = Counter(item.giver_id for item in pending if item.origin != rules.OFFER)
    # Read a moment apart, an owner that gives nothing else may be one no more.
    for item in (item for item in every if item.owner in owners):
        yield model.Offer(
            solution=item.solution,
            title=item.title,
            city=cities[item.owner],
            themes=item.themes,
            badge=item.badge,
            evidence=item.evidence,
            kit=item.kit,
            pieces=item.pieces,
            documented=item.documented,
            preconditions=item.preconditions,
            asked=asked[item.owner],
            answered=replies[item.owner],
            waiting=waiting[item.owner],
            capacity=max(cities[item.owner].capacity, 0),
            available=item.owner in there,
            reused=item.reused,
        )


def _givers(
    session: Session, owners: Mapping[int, City], ended: Sequence[Made], now: datetime
) -> dict[int, model.City]:
    quarter = rules.quarter_of(day_of(now))
    stated = queries.capacities(session, [quarter])
    begun = Counter(item.giver_id for item in ended if _begun_in(item, quarter))
    found = {}
    for number, owner in owners.items():
        days, many = stated.get(number, {}).get(quarter), begun[number]
        found[number] = as_city(owner, now, rules.transfers_left(days, many), rules.days_left(days, many))
    return found


def beside_rounds(givers: Iterable[model.City], made: Iterable[Made]) -> dict[str, int]:
    """By giver, its room without what rounds ask it already and it has still to answer: two rounds, one beside the
    other, ask it no more than one."""
    asked = Counter(item.giver for item in made if (item.origin, item.state) == (rules.ROUND, Answer.WAITING))
    return {city.slug: max(city.capacity - asked[city.slug], 0) for city in givers}


def _begun_in(item: Made, quarter: str) -> bool:
    """Whether a transfer began in a quarter that takes from the days of its giver, as no exchange does."""
    if item.state != Answer.ACCEPTED or item.answered_at is None or item.origin == rules.EXCHANGE:
        return False
    return rules.quarter_of(day_of(item.answered_at)) == quarter
