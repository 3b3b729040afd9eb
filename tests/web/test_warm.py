# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is made before the server forks is made whole, and leaves nothing open that its processes would share."""

from flask import Flask
from flask.testing import FlaskClient

from app.db import Database
from app.search.engine import Engine
from app.search.indexer import Indexer
from app.web.warm import warm
from tests.makers import make_solution


def test_a_warmed_site_holds_no_file_and_no_connection_and_answers(
    app: Flask, registered: Database, client: FlaskClient
) -> None:
    engine: Engine = app.extensions["engine"]
    warm(app)
    assert engine.generation() == (), "a site without an index is left as it is"
    with registered.work() as session:
        slug = make_solution(session).slug
    indexer: Indexer = app.extensions["indexer"]
    indexer.rebuild()
    engine.ready()
    parts = engine.snapshot().reader.parts
    warm(app)
    assert parts
    assert all(part.leaf.is_closed for part in parts)
    assert registered.engine.pool.checkedin() == 0  # type: ignore[attr-defined]
    assert client.get(f"/soluzioni/{slug}").status_code == 200
    assert client.get("/cerca?q=sportello").status_code == 200
    assert engine.snapshot().reader.parts == parts
