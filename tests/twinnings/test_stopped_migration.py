# SPDX-License-Identifier: AGPL-3.0-or-later
"""Transfers that had stopped before a yes said so (0018)."""

import pytest
from alembic import command

from app.needs import proposal_queries
from app.twinnings import ending
from tests.stores import migration_config
from tests.twinnings.exchange import Exchange


def reason(exchange: Exchange) -> str:
    with exchange.database.reading() as session:
        made = proposal_queries.proposal(session, exchange.proposal)
        assert made is not None
        return made.reason


@pytest.mark.parametrize(("stopped", "said"), [(True, "stopped"), (False, "")])
def test_a_yes_says_whether_its_transfer_had_stopped(exchange: Exchange, stopped: bool, said: str) -> None:
    if stopped:
        with exchange.database.work() as session:
            ending.stop(session, exchange.number, "funding", "", True, exchange.deed())
    config = migration_config(exchange.database)
    command.downgrade(config, "0017")
    assert reason(exchange) == ""
    command.upgrade(config, "head")
    assert reason(exchange) == said
