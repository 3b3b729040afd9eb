# SPDX-License-Identifier: AGPL-3.0-or-later
"""Makers of cities, offers and requests, and generated ones."""

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from app.matching.model import City, Figure, Need, Offer
from app.matching.score import Market

TREE = {
    "suap": "semplificazione",
    "edilizia": "semplificazione",
    "semplificazione": "",
    "cuc": "appalti",
    "appalti": "",
}
THEMES = tuple(TREE)


def make_city(slug: str = "bologna", **values: Any) -> City:
    """A city with known figures."""
    figures = {
        "population": Figure(1_014_000, "2022", "ISTAT"),
        "municipalities": Figure(55, "2022", "ISTAT"),
        "small_share": Figure(20, "2022", "ISTAT"),
        "density": Figure(270, "2022", "ISTAT"),
    }
    return City(slug, slug.title(), **{"figures": figures, "capacity": 2, **values})


def make_offer(solution: str = "suap-bologna", city: City | None = None, **values: Any) -> Offer:
    given = {"themes": ("suap",), "badge": "validata", "evidence": 2, "kit": 0.5, "documented": True, **values}
    return Offer(solution, solution.replace("-", " ").title(), city or make_city(), **given)


def make_need(key: str = "1", city: City | None = None, **values: Any) -> Need:
    given = {
        "title": "Pratiche delle imprese",
        "text": "Ogni comune chiede moduli diversi.",
        "themes": ("suap",),
        **values,
    }
    return Need(key, city or make_city("torino"), **given)


def make_market(*offers: Offer, **values: Any) -> Market:
    return Market(tuple(offers), **{"tree": TREE, "s90": 1.0, **values})


figures = st.builds(Figure, st.floats(1, 5e6), st.just("2022"), st.just("ISTAT"))
cities = st.builds(
    City,
    st.sampled_from(["bari", "bologna", "genova", "milano", "napoli", "torino"]),
    st.just("Città"),
    st.dictionaries(st.sampled_from(["population", "municipalities", "small_share", "density"]), figures),
    st.integers(0, 3),
    size=st.sampled_from(["", "S", "M", "L", "XL"]),
)
offers = st.builds(
    Offer,
    st.sampled_from([f"soluzione-{number}" for number in range(6)]),
    st.just("Soluzione"),
    cities,
    st.lists(st.sampled_from(THEMES), max_size=3, unique=True).map(tuple),
    badge=st.sampled_from(["", "in-completamento", "visibile", "validata", "pronta"]),
    evidence=st.sampled_from([None, 1, 2, 3, 4, 5]),
    kit=st.floats(0, 1),
    documented=st.booleans(),
    preconditions=st.lists(
        st.sampled_from(["convenzione con i comuni", "piattaforma unica", "personale dedicato"]), unique=True
    ).map(tuple),
    asked=st.integers(0, 9),
    capacity=st.integers(0, 3),
    available=st.booleans(),
).map(lambda offer: replace(offer, answered=min(offer.asked, 4)))
needs = st.builds(
    Need,
    st.sampled_from(["1", "2", "3"]),
    cities,
    st.just("Titolo"),
    st.just("Un problema da risolvere"),
    st.lists(st.sampled_from(THEMES), max_size=3, unique=True).map(tuple),
    held=st.frozensets(st.sampled_from(["convenzione con i comuni", "piattaforma unica"])),
    planned=st.frozensets(st.sampled_from(["piattaforma unica", "personale dedicato a tempo pieno"])),
    lacking=st.frozensets(st.sampled_from(["convenzione con i comuni", "personale dedicato"])),
    unsure=st.frozensets(st.sampled_from(["piattaforma unica", "personale dedicato"])),
    unwanted=st.frozensets(st.sampled_from(["bari", "genova"]), max_size=1),
    sizes=st.frozensets(st.sampled_from(["S", "M", "L"]), max_size=2),
    excluded=st.frozensets(st.sampled_from(["bari", "milano"]), max_size=1),
    twinned=st.frozensets(st.sampled_from(["soluzione-1"]), max_size=1),
    declined=st.frozensets(st.tuples(st.just("soluzione-2"), st.just("genova")), max_size=1),
)
affinities = st.dictionaries(st.sampled_from([f"soluzione-{number}" for number in range(6)]), st.floats(0, 3))
