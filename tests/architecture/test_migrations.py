# SPDX-License-Identifier: AGPL-3.0-or-later
"""One line of migrations, the same tables as the models, up and down on both databases."""

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from app import schema
from app.db import Database
from tests.stores import Stores, migration_config


def test_there_is_one_head_and_the_application_expects_it(stores: Stores) -> None:
    database = Database(stores.new())
    script = ScriptDirectory.from_config(migration_config(database))
    assert script.get_heads() == [schema.expected()]
    with database.reading() as session:
        assert schema.applied(session) == schema.expected()
    database.close()


def test_migrated_tables_are_those_of_the_models(stores: Stores) -> None:
    database = Database(stores.new())
    command.check(migration_config(database))
    database.close()


def test_migrations_run_up_down_and_up_again(stores: Stores) -> None:
    database = Database(stores.empty())
    config = migration_config(database)
    command.upgrade(config, "head")
    tables = set(inspect(database.engine).get_table_names())
    command.downgrade(config, "base")
    assert set(inspect(database.engine).get_table_names()) <= {"alembic_version", "sqlite_sequence"}
    command.upgrade(config, "head")
    assert set(inspect(database.engine).get_table_names()) == tables
    database.close()


def test_an_empty_database_is_known_to_have_no_tables(stores: Stores) -> None:
    database = Database(stores.empty())
    with database.reading() as session:
        assert schema.applied(session) == ""
    database.close()
