# SPDX-License-Identifier: AGPL-3.0-or-later
"""Versions that were there when they began to say who may read them (migration 0016)."""

from alembic import command

from app.db import Database
from app.solutions.queries import by_slug
from tests.makers import make_registers, make_solution
from tests.stores import migration_config

SLUG = "sportello-unico-bologna"


def test_versions_that_were_there_before_say_who_may_read_them(database: Database) -> None:
    said = ["members", "twin", "public"]
    contact = {"role": "Ufficio SUAP", "mailbox": "suap@ente.example", "visibility": "public"}
    # Lines of a text, and parts of a field, that look like the field are not it.
    sections = {"Problema affrontato": "visibility: public", "Soluzione adottata": "visibility: twin"}
    with database.work() as session:
        make_registers(session)
        for visibility in said:
            make_solution(session, SLUG, visibility=visibility, contact=contact, sections=sections)
    config = migration_config(database)
    command.downgrade(config, "0015")
    command.upgrade(config, "head")
    with database.reading() as session:
        solution = by_slug(session, SLUG)
        assert solution is not None
        assert [item.visibility for item in solution.revisions] == said
