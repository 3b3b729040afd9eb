# SPDX-License-Identifier: AGPL-3.0-or-later
"""Figures of a city: the borders in force on a day, what is derived, what is not known."""

import json
import re
from typing import Any

import pytest
import yaml

from app.cities.places import place_of
from app.cities.rules import Figure, perimeter_on, perimeters, size_class
from app.config import ROOT

SOURCES = {"s1": {"title": "Registro di prova", "address": "https://registro.example/"}}


def register(**figures: Any) -> dict[str, Any]:
    return {"sources": SOURCES, "perimeters": [{"valid_from": "2015-01-01", "valid_to": None, "figures": figures}]}


def figure(name: str, **figures: Any) -> Figure:
    return perimeters(register(**figures))[0].figures[name]


@pytest.fixture(scope="module")
def shipped() -> dict[str, Any]:
    """The register that ships with the product, by slug."""
    data = yaml.safe_load((ROOT / "content" / "cities.yml").read_text(encoding="utf-8"))
    return {city["slug"]: {**city, "sources": data["sources"]} for city in data["cities"]}


@pytest.mark.parametrize(
    ("day", "municipalities"),
    [("2016-02-04", 17), ("2025-07-16", 17), ("2025-07-17", 70), ("2030-01-01", 70)],
)
def test_cagliari_has_other_borders_from_the_day_of_the_reform_on(
    shipped: dict[str, Any], day: str, municipalities: int
) -> None:
    found = perimeter_on(shipped["cagliari"], day)
    assert found is not None
    assert found.figures["municipalities"].value == municipalities


def test_a_city_has_no_borders_before_it_exists(shipped: dict[str, Any]) -> None:
    assert perimeter_on(shipped["cagliari"], "2016-02-03") is None
    assert perimeter_on(shipped["sassari"], "2025-03-31") is None
    assert perimeter_on(shipped["sassari"], "2025-04-01") is not None


def test_the_borders_of_every_shipped_city_follow_each_other_without_gap_or_overlap(shipped: dict[str, Any]) -> None:
    assert len(shipped) >= 15
    for slug, city in shipped.items():
        oldest_first = perimeters(city)[::-1]
        assert [item.valid_to for item in oldest_first] == [item.valid_from for item in oldest_first[1:]] + [""], slug


def test_borders_are_listed_from_the_newest_whatever_their_order_in_the_file(shipped: dict[str, Any]) -> None:
    turned = {**shipped["cagliari"], "perimeters": shipped["cagliari"]["perimeters"][::-1]}
    assert perimeters(turned) == perimeters(shipped["cagliari"])
    assert [item.valid_from for item in perimeters(turned)] == ["2025-07-17", "2016-02-04"]


def test_a_body_without_borders_has_none() -> None:
    assert perimeters({}) == ()
    assert perimeter_on({"perimeters": None}, "2026-01-01") is None


def test_density_is_inhabitants_for_each_square_kilometre() -> None:
    found = figure("density", population={"value": 1_000, "date": "2023"}, area_km2={"value": 4, "date": "2011"})
    assert (found.value, found.date, found.source, found.derived) == (250, "2023", None, True)


def test_what_is_worked_out_tells_the_sources_of_both_figures(shipped: dict[str, dict[str, Any]]) -> None:
    def source(slug: str, name: str) -> dict[str, str]:
        return dict(perimeters(shipped[slug])[0].figures[name].source or {})

    assert source("bari", "small_share")["title"].startswith("ISTAT, censimento della popolazione 2011")
    assert "; ISTAT, elenco dei comuni" in source("bari", "small_share")["title"]
    alike = {"value": 4, "source": "a"}
    entry = {"valid_from": "2015-01-01", "figures": {"population": alike, "area_km2": alike}}
    found = perimeters({"sources": {"a": {"title": "Una", "address": "https://a.example"}}, "perimeters": [entry]})
    assert found[0].figures["density"].source == {"title": "Una", "address": "https://a.example"}


def test_the_share_of_small_municipalities_is_a_percentage() -> None:
    found = figure("small_share", municipalities={"value": 312}, small_municipalities={"value": 249})
    assert found.value == pytest.approx(79.8, abs=0.01)
    assert figure("small_share", municipalities={"value": 3}, small_municipalities={"value": 0}).value == 0


@pytest.mark.parametrize(
    "figures",
    [
        {},
        {"population": {"value": 10}},
        {"area_km2": {"value": 10}},
        {"population": {"value": 10}, "area_km2": {"value": 0}},
        {"population": "non disponibile", "area_km2": {"value": 10}},
        {"population": {"value": "non disponibile"}, "area_km2": {"value": 10}},
        {"population": {"value": 10}, "area_km2": None},
    ],
)
def test_what_follows_from_a_missing_figure_stays_unknown(figures: dict[str, Any]) -> None:
    assert figure("density", **figures) == Figure(None, derived=True)


def test_the_population_is_always_among_the_figures_known_or_not() -> None:
    assert figure("population") == Figure(None)
    assert figure("population", population="non disponibile") == Figure(None)


def test_a_figure_tells_its_date_and_its_source() -> None:
    found = figure("population", population={"value": 7, "date": "2022-12-31", "source": "s1"})
    assert found == Figure(7, "2022-12-31", SOURCES["s1"])


def test_a_figure_whose_date_or_source_is_not_known_says_neither() -> None:
    assert figure("population", population={"value": 7, "date": "non disponibile", "source": "s9"}) == Figure(7)


@pytest.mark.parametrize(
    ("population", "size"),
    [
        (2_000_000, "XL"), (1_999_999, "L"), (1_000_000, "L"), (999_999, "M"), (650_000, "M"), (649_999, "S"),
        (0, "S"), (None, ""),
    ],
)  # fmt: skip
def test_size_classes_begin_at_their_bounds(population: float | None, size: str) -> None:
    assert size_class(population) == size


def test_a_body_stands_where_its_own_or_its_citys_or_its_regions_place_is() -> None:
    cities = {"messina": {"coordinates": {"lat": 38.1939, "lon": 15.5526}}}
    messina = place_of({"city": "messina"}, "Sicilia", cities)
    assert place_of({"coordinates": {"lat": 38.1939, "lon": 15.5526}}, "Sicilia", {}) == messina
    assert place_of({"city": "atlantide"}, "Sicilia", cities) == place_of({}, "Sicilia", {}) != messina
    assert place_of({"coordinates": {"lat": "x", "lon": None}}, "", {}) is None


def test_the_projection_is_that_of_the_drawing() -> None:
    drawn = (ROOT / "app/solutions/templates/library/italy.html").read_text(encoding="utf-8")
    dots = json.loads(re.findall(r"italy_dots = (\{.*?\}) %", drawn)[0])
    register = yaml.safe_load((ROOT / "content/cities.yml").read_text(encoding="utf-8"))
    for city in register["cities"]:
        assert place_of(city, "", {}) == pytest.approx(dots[city["slug"]], abs=0.2)
