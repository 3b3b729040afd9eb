# SPDX-License-Identifier: AGPL-3.0-or-later
"""From the database to what the scorer is given: cities with their figures, offers, requests, affinities of texts."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock
from weakref import WeakKeyDictionary

from sqlalchemy.orm import Session

from app.cities.models import City
from app.cities.rules import is_closed, perimeter_on, size_class
from app.document.dates import day_of
from app.document.model import known
from app.matching import model
from app.matching.score import Market, theme_of
from app.matching.text import Space, calibration, space
from app.matching.weights import PUBLISHED, Weights, from_data
from app.needs import answers, queries, rules, service
from app.needs.models import Need
from app.needs.queries import Made
from app.needs.rules import Answer
from app.search.engine import Engine
from app.search.index import IndexDamaged
from app.solutions import queries as library
from app.solutions.models import Solution, SolutionRevision, Theme

INDICATORS = ("population", "area_km2", "municipalities", "density", "small_share")
#: Pieces of a kit with which another office can begin: more of them count no more.
WHOLE_KIT = 4
#: Letters of a solution's text that are compared; beyond them it repeats itself.
MOST_TEXT = 20_000

#: How many solutions tell how close related ones come: more of them move a percentile no further.
MOST_COMPARED = 300
#: A library larger than this takes longer to learn than who reads the page of a request waits.
MOST_LEARNT = 200
#: A solution whose theme is worth less than this has next to nothing to do with the request; ``is_near``.
NEAR, HALF_SAID = 0.25, 0.5
#: Stands for a city where only themes are compared.
NOBODY = model.City("", "")


@dataclass(frozen=True)
class Known:
    """What is computed once for each state of the library: texts to compare, and how close related ones come."""

    texts: Space
    s90_texts: float
    s90_words: float
    passages: Mapping[str, tuple[model.Passage, ...]] = field(default_factory=dict)


_KNOWN: WeakKeyDictionary[Engine, tuple[object, Known]] = WeakKeyDictionary()
_LEARNING = Lock()


@dataclass(frozen=True)
class Desk:
    """Everything requests are scored with at one moment."""

    session: Session
    engine: Engine
    market: Market
    market_of_words: Market
    known: Known
    themes: Mapping[str, Theme]
    ended: Sequence[Made]
    pending: Sequence[Made]
    now: datetime

    def market_for(self, need: model.Need) -> Market:
        """Short requests are compared word by word, long ones as documents: each has its own scale."""
        return self.market_of_words if need.words < rules.FEW_WORDS else self.market

    def affinities(self, need: model.Need) -> dict[str, float]:
        return affinities(self.engine, self.known, need)


def affinities(engine: Engine, known: Known, need: model.Need) -> dict[str, float]:
    """How close the words of a request come to each solution: a short one as a question, a long one as a document."""
    return by_words(engine, need.said) if need.words < rules.FEW_WORDS else known.texts.affinities(need.said)


def by_words(engine: Engine, text: str) -> dict[str, float]:
    """How well each solution answers a few words, by the search engine; nothing while the index is away."""
    try:
        return engine.values(text, ("solution",))
    except IndexDamaged:
        return {}


def desk(session: Session, engine: Engine, now: datetime, weights: Weights | None = None) -> Desk:
    """Offers, weights and texts as they are now."""
    learnt = _known(session, engine)
    made = queries.made(session)
    ended = [item for item in made if not rules.may_answer(item.state)]
    every, themes_of = library.themes_of_solutions(session)
    pending = [item for item in made if rules.may_answer(item.state)]
    offers = tuple(_offers(session, learnt, themes_of, ended, pending, now))
    themes = {theme.slug: theme for theme in every}
    tree = {theme.slug: theme.parent_slug for theme in themes.values()}
    chosen = weights or weights_in_force(session)
    return Desk(
        session,
        engine,
        Market(offers, tree, learnt.s90_texts, chosen),
        Market(offers, tree, learnt.s90_words, chosen),
        learnt,
        themes,
        ended,
        pending,
        now,
    )


def weights_in_force(session: Session) -> Weights:
    """The weights last decided, else the published ones."""
    decided = queries.last_decision(session)
    return from_data(*decided) if decided else PUBLISHED


def as_city(city: City, now: datetime, room: int | None = None, days: int | None = None) -> model.City:
    """A body with the figures of the register; who stated no days can take one transfer a round."""
    perimeter = perimeter_on(city.register, day_of(now).isoformat())
    figures = {}
    for name in INDICATORS:
        figure = perimeter.figures.get(name) if perimeter else None
        if figure is not None and figure.value is not None:
            source = str((figure.source or {}).get("title") or "")
            figures[name] = model.Figure(float(figure.value), figure.date, source)
    people = figures.get("population")
    size = size_class(people.value if people else None)
    return model.City(city.slug, city.name, figures, capacity=1 if room is None else room, days=days, size=size)


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


def near_ones(
    session: Session, engine: Engine, asked: model.Need, offered: Mapping[str, Sequence[str]], themes: Iterable[Theme]
) -> set[str]:
    """Of some solutions, by slug with their themes, those that have to do with a request, as a shortlist holds it.

    All of them where the library is too large to be learnt while somebody waits.
    """
    if engine.count("solution") > MOST_LEARNT:
        return set(offered)
    learnt, tree = _known(session, engine), {theme.slug: theme.parent_slug for theme in themes}
    found = affinities(engine, learnt, asked)
    market = Market((), tree, learnt.s90_words if asked.words < rules.FEW_WORDS else learnt.s90_texts)
    offers = {slug: model.Offer(slug, "", NOBODY, _narrowest(theirs, tree)) for slug, theirs in offered.items()}
    worth = {slug: theme_of(asked, offer, market, found.get(slug, 0.0))[0] for slug, offer in offers.items()}
    return {slug for slug, value in worth.items() if is_near(learnt, asked, slug, value)}


def is_near(known: Known, asked: model.Need, solution: str, theme: float) -> bool:
    """Whether a solution has to do with a request, by the factor of its theme.

    The affinity of words grows with their number: of a short request one that says half of it needs half as much.
    """
    if theme >= NEAR or asked.words >= rules.FEW_WORDS:
        return theme >= NEAR
    return theme >= NEAR / 2 and known.texts.held(asked.said, solution) >= HALF_SAID


def _narrowest(themes: Sequence[str], tree: Mapping[str, str]) -> tuple[str, ...]:
    """Themes without those that stand above another of them: the index knows a solution under both."""
    above = {tree.get(theme, "") for theme in themes}
    return tuple(theme for theme in themes if theme not in above)


def as_needs(desk: Desk, needs: Sequence[Need]) -> list[model.Need]:
    """Requests as the scorer reads them, with what was refused and what their cities already receive."""
    refused: dict[int, set[tuple[str, str]]] = {}
    received: dict[int, set[str]] = {}
    for item in desk.ended:
        if item.state == Answer.ACCEPTED:
            received.setdefault(item.asker_id, set()).add(item.solution)
        else:
            refused.setdefault(item.need_id, set()).add((item.solution, item.giver))
    return [
        replace(
            asked_in(service.as_wanted(need), as_city(need.city, desk.now)),
            key=str(need.id),
            held=answers.said(need, "yes"),
            planned=answers.said(need, "planned"),
            lacking=answers.said(need, "no"),
            excluded=frozenset(tie.city.slug for tie in need.receivers),
            twinned=frozenset(received.get(need.city_id, ())),
            declined=frozenset(refused.get(need.id, ())),
        )
        for need in needs
    ]


def _offers(
    session: Session,
    learnt: Known,
    themes: Mapping[int, Sequence[str]],
    ended: Sequence[Made],
    pending: Sequence[Made],
    now: datetime,
) -> Iterable[model.Offer]:
    published = [item for item in library.offered(session) if item.owner is not None and not item.archived_at]
    cities = _givers(session, published, ended, now)
    # An offer was not asked for: what its requester says of it is no answer of the giver.
    asked_of = [item for item in ended if item.origin != rules.OFFER]
    asked = Counter(item.giver_id for item in asked_of)
    replies = Counter(item.giver_id for item in asked_of if item.state != Answer.EXPIRED)
    waiting = Counter(item.giver_id for item in pending if item.origin != rules.OFFER)
    for solution in published:
        owner = solution.owner
        if owner is None:
            continue
        kit = [item for item in solution.front.get("kit") or () if isinstance(item, Mapping)]
        yield model.Offer(
            solution=solution.slug,
            title=solution.title,
            city=cities[owner.id],
            themes=tuple(themes.get(solution.id, ())),
            passages=learnt.passages.get(solution.slug, ()),
            badge=solution.badge,
            evidence=solution.evidence_level,
            kit=min(len(kit) / WHOLE_KIT, 1.0),
            documented=any(known(item.get("address")) for item in kit),
            preconditions=answers.preconditions(solution.front),
            asked=asked[owner.id],
            answered=replies[owner.id],
            waiting=waiting[owner.id],
            capacity=max(cities[owner.id].capacity, 0),
            available=not is_closed(owner.register, day_of(now)),
            reused=len(solution.reuses),
        )


def _givers(
    session: Session, published: Sequence[Solution], ended: Sequence[Made], now: datetime
) -> dict[int, model.City]:
    owners = {item.owner.id: item.owner for item in published if item.owner is not None}
    quarter = rules.quarter_of(day_of(now))
    stated = queries.capacities(session, [quarter])
    begun = Counter(item.giver_id for item in ended if _begun_in(item, quarter))
    found = {}
    for number, owner in owners.items():
        days, many = stated.get(number, {}).get(quarter), begun[number]
        found[number] = as_city(owner, now, rules.transfers_left(days, many), rules.days_left(days, many))
    return found


def _begun_in(item: Made, quarter: str) -> bool:
    """Whether a transfer began in a quarter."""
    if item.state != Answer.ACCEPTED or item.answered_at is None:
        return False
    return rules.quarter_of(day_of(item.answered_at)) == quarter


def _known(session: Session, engine: Engine) -> Known:
    """What the library says, learnt again when its index changes."""
    state = engine.generation()
    with _LEARNING:
        held = _KNOWN.get(engine)
        if held is None or held[0] != state:
            held = _KNOWN[engine] = (state, _learn(session, engine))
        return held[1]


def _learn(session: Session, engine: Engine) -> Known:
    rows = [(solution, revision) for solution, revision in library.published_texts(session)]
    texts = space([(item.slug, f"{item.title}\n{item.summary}\n{rev.plain[:MOST_TEXT]}") for item, rev in rows])
    words: list[float] = []
    documents: list[float] = []
    kin = _kin([solution for solution, _revision in rows])
    for solution, _revision in rows[:: max(len(rows) // MOST_COMPARED, 1)]:
        others = kin[_main(solution)] - {solution.slug}
        asked = f"{solution.title}. {solution.summary}"
        for measured, found in ((words, by_words(engine, asked)), (documents, texts.affinities(asked))):
            measured.append(max((found.get(slug, 0.0) for slug in others), default=0.0))
    passages = {solution.slug: _passages(revision) for solution, revision in rows}
    return Known(texts, calibration(documents), calibration(words), passages)


def _kin(solutions: Sequence[Solution]) -> dict[str, set[str]]:
    """Solutions by their main theme: pairs known to be related. Those without a theme have none."""
    found: dict[str, set[str]] = {"": set()}
    for item in solutions:
        if main := _main(item):
            found.setdefault(main, set()).add(item.slug)
    return found


def _main(solution: Solution) -> str:
    return next((tie.theme.slug for tie in solution.themes), "")


def _passages(revision: SolutionRevision) -> tuple[model.Passage, ...]:
    """The sentences of a solution, each with the heading it stands under."""
    headings = {section["heading"] for section in revision.sections}
    heading, found = "", []
    for line in filter(None, (line.strip() for line in revision.plain.split("\n"))):
        if line in headings:
            heading = line
            continue
        found += [model.Passage(heading, piece) for piece in re.split(r"(?<=[.!?])\s+(?=[A-ZÀ-Ý«])", line) if piece]
    return tuple(found)
