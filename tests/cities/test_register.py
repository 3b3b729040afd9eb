# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading the register file: its order, its sources, and the name of whatever is wrong in it."""

from datetime import date
from typing import Any

import pytest
import yaml

from app.cities.register import entries
from app.config import ROOT

CITY: dict[str, Any] = {"slug": "bari", "name": "Città metropolitana di Bari", "region": "Puglia"}


def test_the_shipped_register_is_read_whole() -> None:
    found = list(entries(yaml.safe_load((ROOT / "content" / "cities.yml").read_text(encoding="utf-8"))))
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
    assert next(entries(data)).register["sources"] == {"s2": {"title": "B"}}


def test_cities_come_before_other_bodies_and_keep_their_order() -> None:
    data = {"cities": [{"slug": "b", "name": "B"}, {"slug": "a", "name": "A"}], "bodies": [{"slug": "c", "name": "C"}]}
    assert [(entry.slug, entry.position) for entry in entries(data)] == [("b", 0), ("a", 1), ("c", 2)]


@pytest.mark.parametrize("region", ["non disponibile", None, ""])
def test_a_region_that_is_not_known_is_left_empty(region: str | None) -> None:
    assert next(entries({"cities": [{**CITY, "region": region}]})).region == ""


def test_days_typed_without_quotes_are_kept_as_text() -> None:
    entry = next(entries({"cities": [{**CITY, "valid_from": date(2015, 1, 1)}]}))
    assert entry.register["valid_from"] == "2015-01-01"


@pytest.mark.parametrize("change", [{"name": "B"}, {"kind": "comune"}, {"region": "Lazio"}, {"note": "Nuova"}])
def test_the_digest_changes_with_whatever_the_entry_says(change: dict[str, str]) -> None:
    assert next(entries({"cities": [{**CITY, **change}]})).digest != next(entries({"cities": [CITY]})).digest


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (None, "the register"),
        ([CITY], "the register"),
        ({}, "no cities"),
        ({"cities": []}, "no cities"),
        ({"cities": {"bari": CITY}}, "cities: a list"),
        ({"cities": [CITY], "bodies": "anci"}, "bodies: a list"),
        ({"cities": [CITY], "sources": ["s1"]}, "sources"),
        ({"cities": [CITY, "bari"]}, "cities, entry 2"),
        ({"cities": [CITY, {"name": "Senza slug"}]}, "cities, entry 2: a slug"),
        ({"cities": [{**CITY, "slug": "Città di Bari"}]}, "cities, entry 1: a slug"),
        ({"cities": [{**CITY, "slug": 12}]}, "cities, entry 1: a slug"),
        ({"cities": [CITY], "bodies": [CITY]}, "bodies, entry 1: bari stands twice"),
        ({"cities": [{"slug": "bari"}]}, "bari: a name"),
        ({"cities": [{**CITY, "name": " "}]}, "bari: a name"),
        ({"cities": [{**CITY, "perimeters": {"valid_from": "2015"}}]}, "bari: perimeters: a list"),
        ({"cities": [{**CITY, "perimeters": ["2015"]}]}, "bari: a perimeter"),
        ({"cities": [{**CITY, "perimeters": [{"figures": [1]}]}]}, "bari: figures"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_wrong_shape_is_named_with_its_place(data: Any, named: str) -> None:
    with pytest.raises(ValueError, match=named):
        list(entries(data))
