# SPDX-License-Identifier: AGPL-3.0-or-later
"""Searches that were saved while each order they were read in made another of them (0020)."""

from alembic import command
from flask import Flask
from flask.testing import FlaskClient

from app.db import Database
from app.notices import queries, service
from tests.makers import NOW, make_person, sign_in
from tests.stores import migration_config

BEFORE = (
    "q=sportello&ordine=recenti",
    "q=sportello",
    "q=sportello&tipo=soluzioni",
    "tema=suap&tema=semplificazione&evidenza=3",
    "q=l.+241%2F1990&esatta=1",
    "tipo=soluzioni",
)
AFTER = ["q=sportello", "tema=semplificazione&tema=suap&evidenza=3", "q=l.+241%2F1990&esatta=1", "tipo=soluzioni"]


def test_searches_saved_before_are_known_by_the_page_that_asks_the_same(
    app: Flask, registered: Database, client: FlaskClient
) -> None:
    with registered.work() as session:
        person, other = make_person(session), make_person(session)
        for whose, keys in ((person, BEFORE), (other, BEFORE[2:3])):
            for key in keys:
                service.start_following(session, whose.id, "search", key, key, [], NOW)
    config = migration_config(registered)
    command.downgrade(config, "0019")
    command.upgrade(config, "head")
    with registered.reading() as session:
        assert sorted(item.key for item in queries.follows(session, person.id)) == sorted(AFTER)
        assert [item.key for item in queries.follows(session, other.id)] == ["q=sportello"]
    app.extensions["indexer"].ensure()
    sign_in(client, person)
    for asked in BEFORE[:-1]:
        assert "Smetti di seguire" in client.get(f"/cerca?{asked}").text
