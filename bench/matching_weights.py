# SPDX-License-Identifier: AGPL-3.0-or-later
"""How much the context tells beside the theme: the ground of its weight, and of no other.

Each factor is put alone into a logistic model of pairs, log-odds = b (ln F of the right one - ln F of the other): for
the context a true receiver and one of other networks (URBACT), for the theme a solution that answers a judged request
(grade 2 or 3) and one that does not. The ratio of the two b is that of the weights which the two sources suggest.
"""

from collections.abc import Sequence
from math import log
from pathlib import Path

import numpy as np
from flask import Flask
from scipy.optimize import minimize_scalar

from app.cities.queries import by_slug
from app.matching.model import LEAST
from app.matching.score import bounded, theme_of
from app.matching.weights import PUBLISHED
from app.needs.candidates import desk
from bench.matching_judged import DAY, GOOD, Judged, as_need
from bench.matching_pairs import alike, cases, networks, populations

RESAMPLES = 200
STEEPEST = 20.0

#: ln of a factor of the right ones, and of the others.
Sides = tuple[np.ndarray, np.ndarray]


def slope(groups: Sequence[Sides]) -> float:
    """b of the logistic model, each group counting the same."""

    def unlikely(b: float) -> float:
        apart = (right[:, None] - wrong[None, :] for right, wrong in groups)
        return float(sum(np.log1p(np.exp(-b * gap)).mean() for gap in apart))

    return float(minimize_scalar(unlikely, bounds=(0, STEEPEST), method="bounded").x)


def resampled(groups: Sequence[Sides]) -> tuple[float, float]:
    """95 % bootstrap interval of the slope, over groups."""
    draw = np.random.default_rng(0)
    found = [slope([groups[place] for place in draw.integers(0, len(groups), len(groups))]) for _ in range(RESAMPLES)]
    low, high = np.percentile(found, [2.5, 97.5])
    return float(low), float(high)


def of_context(path: Path) -> list[Sides]:
    """True receivers and others of each URBACT network with one giver."""
    people = populations()

    def logs(giver: tuple[str, str], places: Sequence[tuple[str, str]]) -> np.ndarray:
        return np.array([log(max(LEAST, alike(giver, place, people))) for place in places])

    found = cases(networks(path, "URBACT", True), people)
    return [(logs(case.giver, case.true), logs(case.giver, case.others)) for case in found]


def of_theme(app: Flask, requests: Sequence[Judged]) -> list[Sides]:
    """Solutions that answer each judged request, and those that do not."""
    groups = []
    with app.app_context(), app.extensions["database"].work() as session:
        given = desk(session, app.extensions["engine"], DAY)
        offers = {offer.solution: offer for offer in given.market.offers}
        for row in requests:
            city = by_slug(session, row.city)
            if city is None:
                raise LookupError(row.city)
            need = as_need(row, city)
            market, close = given.market_for(need), given.affinities(need)
            value = {
                slug: log(bounded(theme_of(need, offers[slug], market, close.get(slug, 0.0))[0])) for slug in row.grades
            }
            good = [value[slug] for slug, grade in row.grades.items() if grade >= GOOD]
            rest = [value[slug] for slug, grade in row.grades.items() if grade < GOOD]
            if good and rest:
                groups.append((np.array(good), np.array(rest)))
    return groups


def report(app: Flask, path: Path, requests: Sequence[Judged]) -> None:
    if not path.is_file():
        return
    context, theme = of_context(path), of_theme(app, requests)
    told = {"context": context, "theme": theme}
    for name, groups in told.items():
        low, high = resampled(groups)
        print(f"what the {name} tells, slope of {len(groups)} groups: {slope(groups):.2f} [{low:.2f}, {high:.2f}]")
    ratio = slope(context) / slope(theme)
    print(f"context beside theme: {ratio:.3f}; published weights: {PUBLISHED.context / PUBLISHED.theme:.3f}")
