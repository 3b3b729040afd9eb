# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a city is found: by its names and region."""

from typing import Any

from app.cities.search import document, documents
from app.cities.service import import_register
from app.db import Database
from tests.makers import REGISTER


def test_a_city_is_found_by_name_and_region(registered: Database) -> None:
    with registered.reading() as session:
        found = document(session, "torino")
    assert found is not None
    assert (found.title, found.city, found.url) == ("Città metropolitana di Torino", "Torino", "/citta/torino")
    assert "Piemonte" in found.keywords
    assert found.facets == {"alike": ("bologna", "venezia")}, "the others count solutions"


def test_what_is_not_in_the_register_is_not_found(registered: Database) -> None:
    with registered.reading() as session:
        assert document(session, "atlantide") is None


def test_every_body_of_the_register_is_found(registered: Database) -> None:
    with registered.reading() as session:
        assert [found.slug for found in documents(session)] == ["bologna", "torino", "venezia", "anci"]


def test_a_city_whose_population_is_not_known_is_found_too(database: Database) -> None:
    city: dict[str, Any] = {**REGISTER["cities"][0], "perimeters": [{"valid_from": "2015-01-01", "figures": {}}]}
    with database.work() as session:
        import_register(session, {"cities": [city]})
    with database.reading() as session:
        found = document(session, "bologna")
    assert found is not None
