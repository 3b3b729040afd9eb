# SPDX-License-Identifier: AGPL-3.0-or-later
"""Generated cities, offers, requests and rounds of the sizes that matter, the same for the same seed."""

import random
from dataclasses import dataclass

import numpy as np

from app.matching.context import NATIONAL
from app.matching.model import City, Figure, Need, Offer
from app.matching.round import Arc, RoundInput
from app.matching.score import Market

THEMES = {f"t{number}": "" if number < 6 else f"t{number % 6}" for number in range(26)}
BADGES = ("in-completamento", "visibile", "validata", "pronta")
ANSWERS = tuple(f"condizione {name}" for name in ("alfa", "beta", "gamma", "delta", "epsilon", "zeta"))
#: Requests look at so many of their best offers in a round.
KEPT = 20


@dataclass(frozen=True)
class Load:
    """Cities, what they offer and what they ask."""

    cities: tuple[City, ...]
    market: Market
    needs: tuple[Need, ...]


def make_load(needs: int, offers: int, cities: int, seed: int = 0) -> Load:
    chance = random.Random(seed)
    bodies = tuple(_city(chance, number) for number in range(cities))
    given = tuple(_offer(chance, number, chance.choice(bodies)) for number in range(offers))
    asked = tuple(_need(chance, number, chance.choice(bodies)) for number in range(needs))
    return Load(bodies, Market(given, THEMES, 0.5), asked)


def _city(chance: random.Random, number: int) -> City:
    figures = {}
    for name, reference in NATIONAL.items():
        if chance.random() < 0.9:
            value = chance.gauss(reference.median, reference.spread)
            figures[name] = Figure(10**value if reference.log else max(0.0, value))
    return City(f"c{number:05}", f"Città {number}", figures, capacity=chance.randint(1, 6))


def _offer(chance: random.Random, number: int, city: City) -> Offer:
    asked = chance.randint(0, 5)
    return Offer(
        f"s{number:05}",
        f"Soluzione {number}",
        city,
        tuple(chance.sample(sorted(THEMES), chance.randint(1, 3))),
        badge=chance.choice(BADGES),
        evidence=chance.choice((None, 1, 2, 3, 4, 5)),
        kit=chance.random(),
        documented=chance.random() < 0.5,
        preconditions=tuple(chance.sample(ANSWERS, chance.randint(0, 3))),
        asked=asked,
        answered=chance.randint(0, asked),
        capacity=chance.randint(1, 3),
    )


def _need(chance: random.Random, number: int, city: City) -> Need:
    held = frozenset(chance.sample(ANSWERS, chance.randint(0, 2)))
    themes = tuple(chance.sample(sorted(THEMES), chance.randint(1, 2)))
    return Need(f"n{number:05}", city, f"Richiesta {number}", "testo", themes, held=held)


def affinities(load: Load, number: int) -> np.ndarray:
    """Made-up affinities of a request with every offer: most of them none."""
    draw = np.random.default_rng(number)
    values = np.zeros(len(load.market.offers))
    chosen = draw.choice(len(values), min(len(values), 400), replace=False)
    values[chosen] = draw.random(len(chosen))
    return values


def make_round(needs: int, offers: int, cities: int, seed: int = 0) -> RoundInput:
    """A round in which each request has twenty candidates; popular solutions are wanted by many."""
    draw = np.random.default_rng(seed)
    owner = draw.integers(cities, size=offers)
    popular = 1 / (10 + np.arange(offers))
    popular /= popular.sum()
    arcs = []
    for need in range(needs):
        for offer in draw.choice(offers, min(KEPT, offers), replace=False, p=popular):
            score = round(float(draw.uniform(30, 95)), 6)
            arcs.append(Arc(f"n{need:05}", f"s{offer:05}", f"c{owner[offer]:05}", score))
    return RoundInput(
        tuple(arcs),
        {f"n{need:05}": 3 for need in range(needs)},
        {(f"s{offer:05}", f"c{owner[offer]:05}"): int(draw.integers(1, 4)) for offer in range(offers)},
        {f"c{city:05}": int(draw.integers(1, 7)) for city in range(cities)},
        floor=30.0,
    )
