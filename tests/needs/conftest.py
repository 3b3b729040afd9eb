# SPDX-License-Identifier: AGPL-3.0-or-later
"""Three cities that ask and give, with two solutions that answer the same problem."""

import pytest

from app.db import Database
from tests.needs.network import Network


@pytest.fixture
def network(database: Database) -> Network:
    return Network(database)
