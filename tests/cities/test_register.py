# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading the register file: its order, its sources, and the name of whatever is wrong in it."""

from datetime import date
from typing import Any

import pytest
import yaml

from app.cities.models import City
from app.cities.register import Entry, as_data, read
from app.config import ROOT

CITY: dict[str, Any] = {"slug": "bari", "name": "Città metropolitana di Bari", "region": "Puglia"}

#: Where the figures of the first city stand.
FIGURES = "cities.1.perimeters.1.figures"


def with_figures(**figures: Any) -> dict[str, Any]:
    """A register of one city with these figures."""
    return {"cities": [{**CITY, "perimeters": [{"valid_from": "2015-01-01", "figures": figures}]}]}


def first(data: Any) -> Entry:
    """The first right entry of a register."""
    return read(data).entries[0]


def shipped() -> list[Entry]:
    found = read(yaml.safe_load((ROOT / "content" / "cities.yml").read_text(encoding="utf-8")))
    assert not found.problems
    return list(found.entries)


def test_the_shipped_register_is_read_whole() -> None:
    found = shipped()
    cities = [entry for entry in found if entry.kind == "citta-metropolitana"]
    assert found[: len(cities)] == cities
    assert sum(entry.register["project"] for entry in cities) == 14
    for entry in cities:
        used = {
            figure["source"]
            for perimeter in entry.register["perimeters"]
            for figure in perimeter["figures"].values()
            if isinstance(figure, dict)
        }
        assert set(entry.register["sources"]) == used, f"{entry.slug} uses a source that the register does not list"


def test_an_entry_keeps_only_the_sources_it_uses() -> None:
    figures = {"population": {"value": 1, "source": "s2"}, "area_km2": {"value": 1, "source": "s9"}}
    data = {
        "sources": {"s1": {"title": "A"}, "s2": {"title": "B"}},
        "cities": [{**CITY, "perimeters": [{"valid_from": "2015-01-01", "figures": figures}]}],
    }
    assert first(data).register["sources"] == {"s2": {"title": "B"}}


def test_cities_come_before_other_bodies_and_keep_their_order() -> None:
    data = {"cities": [{"slug": "b", "name": "B"}, {"slug": "a", "name": "A"}], "bodies": [{"slug": "c", "name": "C"}]}
    assert [(entry.slug, entry.position) for entry in read(data).entries] == [("b", 0), ("a", 1), ("c", 2)]


@pytest.mark.parametrize("region", ["non disponibile", None, ""])
def test_a_region_that_is_not_known_is_left_empty(region: str | None) -> None:
    assert first({"cities": [{**CITY, "region": region}]}).region == ""


def test_days_typed_without_quotes_are_kept_as_text() -> None:
    entry = first({"cities": [{**CITY, "valid_from": date(2015, 1, 1)}]})
    assert entry.register["valid_from"] == "2015-01-01"


@pytest.mark.parametrize("change", [{"name": "B"}, {"kind": "comune"}, {"region": "Lazio"}, {"note": "Nuova"}])
def test_the_digest_changes_with_whatever_the_entry_says(change: dict[str, str]) -> None:
    assert first({"cities": [{**CITY, **change}]}).digest != first({"cities": [CITY]}).digest


@pytest.mark.parametrize(
    ("data", "field", "key"),
    [
        (None, "file", "not_a_mapping"),
        ([CITY], "file", "not_a_mapping"),
        ({}, "cities", "missing"),
        ({"cities": []}, "cities", "missing"),
        ({"cities": {"bari": CITY}}, "cities", "not_a_list"),
        ({"cities": [CITY], "bodies": "anci"}, "bodies", "not_a_list"),
        ({"cities": [CITY], "sources": ["s1"]}, "sources", "not_a_mapping"),
        ({"cities": [CITY, "bari"]}, "cities.2", "not_a_mapping"),
        ({"cities": [CITY, {1: 2}]}, "cities.2", "not_a_mapping"),
        ({"cities": [CITY, {"name": "Senza slug"}]}, "cities.2.slug", "missing"),
        ({"cities": [{**CITY, "slug": "Città di Bari"}]}, "cities.1.slug", "not_a_slug"),
        ({"cities": [{**CITY, "slug": 12}]}, "cities.1.slug", "not_a_slug"),
        ({"cities": [CITY], "bodies": [CITY]}, "bodies.1.slug", "entry_twice"),
        ({"cities": [{"slug": "bari"}]}, "cities.1.name", "missing"),
        ({"cities": [{**CITY, "name": " "}]}, "cities.1.name", "not_a_text"),
        ({"cities": [{**CITY, "name": "a" * 201}]}, "cities.1.name", "too_long"),
        ({"cities": [{**CITY, "kind": ["x"]}]}, "cities.1.kind", "not_a_slug"),
        ({"cities": [{**CITY, "website": "javascript:alert(1)"}]}, "cities.1.website", "not_an_address"),
        ({"cities": [{**CITY, "istat_code": float("nan")}]}, "cities.1", "not_a_value"),
        ({"cities": [{**CITY, "perimeters": {"valid_from": "2015"}}]}, "cities.1.perimeters", "not_a_list"),
        ({"cities": [{**CITY, "perimeters": ["2015"]}]}, "cities.1.perimeters.1", "not_a_mapping"),
        ({"cities": [{**CITY, "perimeters": [{"figures": [1]}]}]}, "cities.1.perimeters.1.figures", "not_a_mapping"),
        (with_figures(population={"value": -5}), f"{FIGURES}.population.value", "not_a_number"),
        (with_figures(population={"value": "1.014.124"}), f"{FIGURES}.population.value", "not_a_number"),
        (with_figures(population=1_014_124), f"{FIGURES}.population", "not_a_mapping"),
        ({"cities": [{**CITY, "valid_to": "31/12/2025"}]}, "cities.1.valid_to", "not_a_date"),
        (
            {"cities": [{**CITY, "perimeters": [{"valid_from": "dal 2015"}]}]},
            "cities.1.perimeters.1.valid_from",
            "not_a_date",
        ),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_wrong_shape_is_named_with_its_place(data: Any, field: str, key: str) -> None:
    found = [(problem.field, problem.key) for problem in read(data).problems]
    assert (field, key) in found
    assert all(problem.example for problem in read(data).problems)


def test_a_figure_that_is_not_available_is_right() -> None:
    data = with_figures(population={"value": "non disponibile"}, municipalities="non disponibile", area_km2=None)
    assert not read(data).problems


def test_an_entry_that_is_wrong_takes_no_other_with_it() -> None:
    found = read({"cities": [CITY, {"slug": "senza-nome"}, {"slug": "roma", "name": "Roma"}]})
    assert [(entry.slug, entry.position) for entry in found.entries] == [("bari", 0), ("roma", 2)]


def as_city(entry: Entry) -> City:
    return City(
        slug=entry.slug,
        name=entry.name,
        kind=entry.kind,
        region=entry.region,
        position=entry.position,
        digest=entry.digest,
        register=dict(entry.register),
    )


def test_the_register_written_back_says_the_same() -> None:
    again = read(as_data(as_city(entry) for entry in shipped()))
    assert not again.problems
    assert [entry.digest for entry in again.entries] == [entry.digest for entry in shipped()]


def test_two_sources_of_one_name_stay_two_sources() -> None:
    def city(slug: str, title: str) -> City:
        figures = {"population": {"value": 1, "source": "s1"}}
        entry = {**CITY, "slug": slug, "perimeters": [{"figures": figures}]}
        return as_city(first({"cities": [entry], "sources": {"s1": {"title": title}}}))

    again = read(as_data([city("bari", "Nuova"), city("roma", "Vecchia")])).entries
    titles = [source["title"] for entry in again for source in entry.register["sources"].values()]
    assert titles == ["Nuova", "Vecchia"]
