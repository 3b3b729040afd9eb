# SPDX-License-Identifier: AGPL-3.0-or-later
"""Importing the register: it may be repeated, follows the file, forgets nobody, and is whole or not at all."""

from copy import deepcopy
from typing import Any

from app.cities import queries
from app.cities.rules import NewBody
from app.cities.service import correct_body, import_register, register_body
from app.db import Database
from tests.makers import REGISTER

BODIES = len(REGISTER["cities"]) + len(REGISTER["bodies"])


def imported(database: Database, data: dict[str, Any]) -> dict[str, int]:
    with database.work() as session:
        return import_register(session, data)


def changed(**values: Any) -> dict[str, Any]:
    """The small register with other values in its first city."""
    data = deepcopy(REGISTER)
    data["cities"][0].update(values)
    return data


def test_a_register_imported_twice_changes_nothing_the_second_time(database: Database) -> None:
    assert imported(database, REGISTER) == {"added": BODIES, "changed": 0, "unchanged": 0}
    assert imported(database, deepcopy(REGISTER)) == {"added": 0, "changed": 0, "unchanged": BODIES}


def test_an_entry_that_says_something_else_is_changed_alone(registered: Database) -> None:
    counts = imported(registered, changed(name="Bologna metropolitana", region="Emilia"))
    assert counts == {"added": 0, "changed": 1, "unchanged": BODIES - 1}
    with registered.reading() as session:
        city = queries.by_slug(session, "bologna")
        assert city is not None
        assert (city.name, city.region, city.short_name) == ("Bologna metropolitana", "Emilia", "Bologna")


def test_another_order_of_the_file_is_the_order_of_the_table(registered: Database) -> None:
    data = deepcopy(REGISTER)
    data["cities"].reverse()
    imported(registered, data)
    with registered.reading() as session:
        assert [city.slug for city in queries.metropolitan_cities(session)] == ["venezia", "torino", "bologna"]


def test_a_body_that_left_the_file_stays_because_documents_may_name_it(registered: Database) -> None:
    data = {**REGISTER, "bodies": []}
    assert imported(registered, data)["unchanged"] == BODIES - 1
    with registered.reading() as session:
        assert queries.by_slug(session, "anci") is not None


def test_a_wrong_entry_changes_nothing_and_the_right_ones_are_taken(registered: Database) -> None:
    data = changed(name="Altro nome")
    data["bodies"].append({"slug": "senza-nome"})
    assert imported(registered, data) == {"added": 0, "changed": 1, "unchanged": BODIES - 1}
    with registered.reading() as session:
        city = queries.by_slug(session, "bologna")
        assert city is not None
        assert city.name == "Altro nome"
        assert queries.by_slug(session, "senza-nome") is None


def test_cities_are_told_from_other_bodies(registered: Database) -> None:
    with registered.reading() as session:
        found = queries.by_slugs(session, ["bologna", "anci", "atlantide"])
        assert {slug: city.metropolitan for slug, city in found.items()} == {"bologna": True, "anci": False}
        assert found["anci"].short_name == "ANCI"
        assert queries.by_slugs(session, []) == {}
        assert [body.slug for body in queries.all_bodies(session)] == ["bologna", "torino", "venezia", "anci"]


def test_a_correction_of_a_body_keeps_what_only_the_file_says_of_it(registered: Database) -> None:
    with registered.work() as session:
        body = register_body(session, NewBody("Unione di Prova", "unione", "Lazio"))
        body.register = {**body.register, "coordinates": {"lat": 42.0, "lon": 12.0}, "note": "Nata nel 2019."}
    with registered.work() as session:
        held = queries.by_slug(session, "unione-di-prova")
        assert held is not None
        assert correct_body(session, held, NewBody("Unione di Prova", "unione", "Umbria")) == ["region"]
        kept = held.register
    assert (kept["region"], kept["note"], kept["coordinates"]) == (
        "Umbria",
        "Nata nel 2019.",
        {"lat": 42.0, "lon": 12.0},
    )
