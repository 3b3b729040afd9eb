# SPDX-License-Identifier: AGPL-3.0-or-later
"""Flows of knowledge and the public figures, put together from what other houses hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.cities.models import City
from app.cities.places import place_of
from app.cities.queries import all_bodies
from app.document.dates import day_of
from app.figures import queries, rules
from app.figures.count import Asked, Documented, Facts, Transfer
from app.figures.genealogy import Lineage, lineages
from app.figures.rules import Body, Flow, Practice
from app.solutions import queries as library
from app.solutions.models import Solution, Theme
from app.solutions.rules import with_above
from app.twinnings.models import Twinning
from app.twinnings.rules import REUSED, State

#: The role of a body that took a solution over.
REUSER = "reuser"


@dataclass(frozen=True)
class Network:
    """Who taught whom what, and the trees that grew from it; ``bodies`` are all of the register, by slug."""

    flows: Sequence[Flow]
    trees: Sequence[Lineage]
    bodies: Mapping[str, Body]


def network(session: Session) -> Network:
    """Re-uses told in published solutions, twinnings that run or were adopted, variants and their sources.

    What was taught stays taught: a solution that left the library since keeps its twinnings.
    """
    bodies = _bodies(all_bodies(session))
    solutions = {solution.slug: solution for solution in queries.taught(session)}
    twinnings, adopters = queries.twinnings(session), queries.adopters(session)
    found = [flow for solution in solutions.values() for flow in _documented(solution, bodies)]
    found += [flow for solution in solutions.values() for flow in _varied(solution, solutions, bodies)]
    found += [flow for twinning in twinnings for flow in _twinned(twinning, adopters, bodies)]
    flows = rules.in_order(found)
    known = {twinning.solution.slug: twinning.giver for twinning in twinnings}
    practices = [
        _practice(solution, bodies[owner.slug]) for solution in solutions.values() if (owner := solution.owner)
    ]
    practices += [
        _taught(twinning, bodies[giver.slug])
        for twinning in {item.solution.slug: item for item in twinnings}.values()
        if twinning.solution.slug not in solutions and (giver := known[twinning.solution.slug])
    ]
    return Network(flows, lineages(practices, flows), bodies)


def _bodies(register: Sequence[City]) -> dict[str, Body]:
    entries = {city.slug: city.register for city in register}
    return {
        city.slug: Body(city.slug, city.short_name, place_of(city.register, city.region, entries), city.metropolitan)
        for city in register
    }


def _practice(solution: Solution, owner: Body) -> Practice:
    return Practice(solution.slug, solution.title, owner, solution.based_on)


def _taught(twinning: Twinning, giver: Body) -> Practice:
    """What a twinning teaches, called as it was when it began where not everybody may read what it is called now."""
    solution, opens = twinning.solution, _opens(twinning.solution)
    title = solution.title if opens else twinning.title
    return Practice(solution.slug, title, giver, solution.based_on if opens else "", opens)


def _opens(solution: Solution) -> bool:
    """Whether everybody may open its sheet: one that was archived stays and says so."""
    return bool(solution.badge) and solution.visibility == "public"


def _themes(solution: Solution) -> tuple[str, ...]:
    parents = {tie.theme.slug: tie.theme.parent_slug for tie in solution.themes}
    return tuple(sorted(with_above(parents, parents)))


def _documented(solution: Solution, bodies: Mapping[str, Body]) -> list[Flow]:
    owner = solution.owner
    if owner is None:
        return []
    told = (bodies[owner.slug], solution.slug, solution.title)
    return [
        Flow(
            told[0],
            bodies[tie.city.slug],
            *told[1:],
            rules.DOCUMENTED,
            tie.start,
            tie.end,
            _themes(solution),
            demonstration=solution.demonstration,
        )
        for tie in solution.reuses
    ]


def _varied(solution: Solution, solutions: Mapping[str, Solution], bodies: Mapping[str, Body]) -> list[Flow]:
    """That a variant by another body is there says that somebody learnt its source."""
    source, owner = solutions.get(solution.based_on), solution.owner
    if source is None or source.owner is None or owner is None or source.owner.id == owner.id:
        return []
    return [
        Flow(
            bodies[source.owner.slug],
            bodies[owner.slug],
            source.slug,
            source.title,
            rules.VARIANT,
            themes=_themes(source),
            demonstration=source.demonstration,
        )
    ]


def _twinned(twinning: Twinning, adopters: set[tuple[int, int]], bodies: Mapping[str, Body]) -> list[Flow]:
    giver, running = twinning.giver, twinning.state == State.RUNNING
    if giver is None:
        return []
    taught = _taught(twinning, bodies[giver.slug])
    return [
        Flow(
            taught.owner,
            bodies[receiver.slug],
            taught.slug,
            taught.title,
            rules.RUNNING if running else rules.CLOSED,
            _day(twinning.began_at),
            _day(twinning.ended_at),
            _themes(twinning.solution),
            f"{twinning.id}-{twinning.slug}",
            twinning.demonstration,
            taught.opens,
        )
        for receiver in twinning.receivers
        if running or (twinning.id, receiver.id) in adopters
    ]


def _day(instant: datetime | None) -> str:
    return day_of(instant).isoformat() if instant else ""


@dataclass(frozen=True)
class Counting:
    """What is counted, with the names of the bodies and the themes it is counted by."""

    facts: Facts
    bodies: Mapping[str, str]
    themes: Sequence[Theme]


def counting(session: Session) -> Counting:
    """Everything the public figures count, as it stands now."""
    themes, named = library.themes_of_solutions(session)
    parents = {theme.slug: theme.parent_slug for theme in themes}
    families = {number: frozenset(with_above(slugs, parents)) for number, slugs in named.items()}
    facts = Facts(_solutions(session, families), _requests(session, parents), _transfers(session, families))
    return Counting(facts, queries.body_names(session), themes)


def _solutions(session: Session, themes: Mapping[int, frozenset[str]]) -> list[Documented]:
    found: dict[int, tuple[str, set[str], set[str]]] = {}
    for number, badge, role, slug in queries.bodies_of_solutions(session):
        _, made, reused = found.setdefault(number, (badge, set(), set()))
        if slug is not None:
            (reused if role == REUSER else made).add(slug)
    return [
        Documented(badge, themes.get(number, frozenset()), frozenset(made), frozenset(reused))
        for number, (badge, made, reused) in found.items()
    ]


def _requests(session: Session, parents: Mapping[str, str]) -> list[Asked]:
    """The requests of the board that everybody sees; those that do not name their city count in the whole only."""
    joined: dict[int, set[str]] = {}
    needs = {}
    for need, slug in queries.requests(session):
        needs[need.id] = need
        joined.setdefault(need.id, {need.city.slug}).update({slug} if slug else ())
    return [
        Asked(
            need.state,
            need.outcome,
            need.published_at,
            need.shortlisted_at,
            need.answered_at,
            frozenset(with_above(need.themes, parents)),
            frozenset(joined[need.id]) if need.visibility == "public" else frozenset(),
            need.demonstration,
        )
        for need in needs.values()
    ]


def _transfers(session: Session, themes: Mapping[int, frozenset[str]]) -> list[Transfer]:
    bodies: dict[int, set[str]] = {}
    adopted: set[int] = set()
    twinnings = {}
    for twinning, slug, result in queries.transfers(session):
        twinnings[twinning.id] = twinning
        bodies.setdefault(twinning.id, set()).add(slug)
        if result in REUSED:
            adopted.add(twinning.id)
    return [
        Transfer(
            item.state,
            item.phase,
            item.stop_reason if item.stop_public else "",
            item.id in adopted,
            themes.get(item.solution_id, frozenset()),
            frozenset(bodies[item.id]),
            item.demonstration,
        )
        for item in twinnings.values()
    ]
