# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who follows a theme hears of the requests on it and on those below it."""

import pytest

from app.db import Database
from app.notices import service
from tests.makers import NOW
from tests.needs.network import Network


@pytest.fixture
def network(database: Database) -> Network:
    return Network(database)


@pytest.mark.parametrize(("theme", "hears"), [("suap", True), ("semplificazione", True), ("appalti", False)])
def test_who_follows_a_theme_hears_of_requests_on_it_and_below_it(network: Network, theme: str, hears: bool) -> None:
    with network.database.work() as session:
        service.start_following(session, network.people["reader"], "theme", theme, theme, [], NOW)
    network.post(themes=("suap",))
    assert (("need-published", "reader") in network.distribute()) is hears
