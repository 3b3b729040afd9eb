# SPDX-License-Identifier: AGPL-3.0-or-later
"""A transfer that has just begun."""

import pytest

from app.db import Database
from tests.twinnings.exchange import Exchange


@pytest.fixture
def exchange(registered: Database) -> Exchange:
    return Exchange(registered)
