# SPDX-License-Identifier: AGPL-3.0-or-later
"""Flows of knowledge and the public figures, put together from what other houses hold."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.cities.models import City
from app.figures import queries, rules
from app.figures.rules import Body, Flow
from app.solutions.models import Solution
from app.twinnings.models import Twinning


@dataclass(frozen=True)
class Numbers:
    """The public figures; a median is None where nothing could be measured yet."""

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
    demonstration: bool = False


def flows(session: Session, theme: str = "") -> list[Flow]:
    """Who taught whom what: documented re-uses of published solutions, and twinnings; of one theme where given."""
    found = [flow for solution in queries.reused(session) for flow in _documented(solution)]
    found += [flow for twinning in queries.twinnings(session) for flow in _twinned(twinning)]
    return rules.in_order(flow for flow in found if not theme or theme in flow.themes)


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
    needs = queries.needs(session)
    twinned = queries.twinning_counts(session)
    badges = queries.solutions_by(session, "badge")
    return Numbers(
        sum(count for _, count in badges),
        badges,
        queries.solutions_by_theme(session),
        queries.solutions_by_city(session),
        len(needs),
        sum(1 for row in needs if row.state == "open"),
        Counter(row.outcome for row in needs if row.state == "closed" and row.outcome),
        Counter(theme for row in needs for theme in row.themes).most_common(),
        rules.median_days((row.published_at, row.shortlisted_at) for row in needs),
        rules.median_days((row.published_at, row.answered_at) for row in needs),
        _summed((phase, count) for state, phase, _, count in twinned if state == "running"),
        sum(count for state, _, _, count in twinned if state == "closed"),
        _summed((reason, count) for state, _, reason, count in twinned if state == "stopped"),
        sum(1 for flow in flows(session) if flow.how == rules.DOCUMENTED),
        queries.demonstrating(session),
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
