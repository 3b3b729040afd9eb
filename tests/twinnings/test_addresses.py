# SPDX-License-Identifier: AGPL-3.0-or-later
"""The address of a twinning, which everybody reads, tells no title of a request that only the network reads."""

from alembic import command

from app.db import Database
from app.needs.models import Need
from app.twinnings.models import Twinning
from tests.stores import migration_config
from tests.twinnings.exchange import SLUG, Exchange


def test_a_twinning_has_the_address_of_its_solution(registered: Database) -> None:
    assert Exchange(registered).twinning().slug == SLUG


def test_the_addresses_of_before_are_kept_save_those_that_told_a_title_of_the_network(registered: Database) -> None:
    for visibility, kept in (("public", "sportello"), ("members", SLUG)):
        exchange = Exchange(registered)
        with registered.work() as session:
            twinning = session.get_one(Twinning, exchange.number)
            twinning.slug = "sportello"
            session.get_one(Need, twinning.need_id).visibility = visibility
        command.downgrade(migration_config(registered), "0014")
        command.upgrade(migration_config(registered), "head")
        assert exchange.twinning().slug == kept
