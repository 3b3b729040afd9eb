# SPDX-License-Identifier: AGPL-3.0-or-later
"""What Whoosh leaves open where an index does not open is closed among the tests that damaged it."""

import gc
import warnings
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="module", autouse=True)
def left_open() -> Iterator[None]:
    """Collected whenever it happens, it would be the error of some later test."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
