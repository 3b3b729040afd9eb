# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the tests of faults share: a SQLite file, which the fault can reach."""

import pytest

from tests.stores import SqliteStores


@pytest.fixture
def stores(sqlite_stores: SqliteStores) -> SqliteStores:
    return sqlite_stores
