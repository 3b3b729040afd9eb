# SPDX-License-Identifier: AGPL-3.0-or-later
"""Flows of knowledge and the public figures, put together from what other houses hold."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.cities.models import City
from app.figures import queries, rules
from app.figures.rules import Body, Flow
from app.solutions.models import Solution, Theme
from app.twinnings.models import Twinning

#: The role of a body that took a solution over.
REUSER = "reuser"


@dataclass(frozen=True)
class Numbers:
    """The public figures; a median is None where nothing could be measured yet.

    ``bodies`` and ``themes`` are those the figures name.
    """

    solutions: int
    by_badge: Sequence[tuple[str, int]]
    by_theme: Sequence[tuple[str, int]]
    by_city: Sequence[tuple[str, int]]
    needs: int
    needs_open: int
    needs_by_outcome: Mapping[str, int]
    needs_by_theme: Sequence[tuple[str, int]]
    days_to_shortlist: float | None
    days_to_answer: float | None
    twinnings_by_phase: Mapping[str, int]
    transfers: int
    stopped: Mapping[str, int]
    documented: int
    demonstration: bool
    bodies: Mapping[str, str]
    themes: Sequence[Theme]


def flows(session: Session, theme: str = "") -> list[Flow]:
    """Who taught whom what: documented re-uses of published solutions, and twinnings; of one theme where given."""
    found = [flow for solution in queries.reused(session) for flow in _documented(solution)]
    found += [flow for twinning in queries.twinnings(session) for flow in _twinned(twinning)]
    return of_theme(rules.in_order(found), theme)


def of_theme(found: Sequence[Flow], theme: str) -> list[Flow]:
    """Flows of solutions on a theme; all where none is given."""
    return [flow for flow in found if not theme or theme in flow.themes]


def _body(city: City) -> Body:
    return Body(city.slug, city.short_name)


def _documented(solution: Solution) -> list[Flow]:
    owner = solution.owner
    themes = tuple(tie.theme.slug for tie in solution.themes)
    if owner is None:
        return []
    return [
        Flow(
            _body(owner),
            _body(tie.city),
            solution.slug,
            solution.title,
            rules.DOCUMENTED,
            tie.start,
            tie.end,
            themes,
        )
        for tie in solution.reuses
    ]


def _twinned(twinning: Twinning) -> list[Flow]:
    giver, solution = twinning.giver, twinning.solution
    if giver is None:
        return []
    themes = tuple(tie.theme.slug for tie in solution.themes)
    return [
        Flow(
            _body(giver),
            _body(receiver),
            solution.slug,
            solution.title,
            rules.RUNNING if twinning.state == "running" else rules.CLOSED,
            twinning.began_at.date().isoformat(),
            twinning.ended_at.date().isoformat() if twinning.ended_at else "",
            themes,
            f"{twinning.id}-{twinning.slug}",
            twinning.demonstration,
        )
        for receiver in twinning.receivers
    ]


def numbers(session: Session) -> Numbers:
    """Every public figure, computed now."""
    needs, twinned = queries.needs(session), queries.twinning_counts(session)
    badges, themes = queries.solutions_by(session, "badge"), queries.themes_with_solutions(session)
    ties = queries.solutions_by_body(session)
    given = _summed((city.slug, count) for city, role, count in ties if role != REUSER)
    return Numbers(
        solutions=sum(count for _, count in badges),
        by_badge=badges,
        by_theme=[(theme.slug, count) for theme, count in themes if count],
        by_city=sorted(given.items(), key=lambda pair: (-pair[1], pair[0])),
        needs=len(needs),
        needs_open=sum(1 for row in needs if row.state == "open"),
        needs_by_outcome=Counter(row.outcome for row in needs if row.state == "closed" and row.outcome),
        needs_by_theme=Counter(theme for row in needs for theme in row.themes).most_common(),
        days_to_shortlist=rules.median_days((row.published_at, row.shortlisted_at) for row in needs),
        days_to_answer=rules.median_days((row.published_at, row.answered_at) for row in needs),
        twinnings_by_phase=_summed((phase, count) for state, phase, _, _, count in twinned if state == "running"),
        transfers=sum(count for state, _, _, _, count in twinned if state == "closed"),
        stopped=_summed((reason, count) for state, _, reason, _, count in twinned if state == "stopped"),
        documented=sum(count for _, role, count in ties if role == REUSER),
        demonstration=any(row.demonstration for row in needs) or any(made_up for _, _, _, made_up, _ in twinned),
        bodies={city.slug: city.short_name for city, _, _ in ties},
        themes=[theme for theme, _ in themes],
    )


def _summed(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for key, count in pairs:
        found[key] += count
    return dict(found)


def as_rows(found: Numbers) -> list[dict[str, str | float | int | None]]:
    """The figures as a table: what, of what, how much."""
    single = {
        "solutions": found.solutions,
        "requests": found.needs,
        "requests-open": found.needs_open,
        "days-to-first-shortlist-median": found.days_to_shortlist,
        "days-to-first-answer-median": found.days_to_answer,
        "transfers-closed": found.transfers,
        "transfers-documented": found.documented,
    }
    rows: list[dict[str, str | float | int | None]] = [
        {"figure": name, "of": "", "value": value} for name, value in single.items()
    ]
    several = {
        "solutions-by-badge": found.by_badge,
        "solutions-by-theme": found.by_theme,
        "solutions-by-city": found.by_city,
        "requests-by-theme": found.needs_by_theme,
        "requests-by-outcome": sorted(found.needs_by_outcome.items()),
        "twinnings-by-phase": sorted(found.twinnings_by_phase.items()),
        "twinnings-stopped-by-reason": sorted(found.stopped.items()),
    }
    for name, pairs in several.items():
        rows += [{"figure": name, "of": key, "value": count} for key, count in pairs]
    return rows
