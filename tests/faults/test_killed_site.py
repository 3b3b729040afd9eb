# SPDX-License-Identifier: AGPL-3.0-or-later
"""The whole site killed while people write: what was acknowledged is there, nothing is half there or there twice."""

import gc
import random
from pathlib import Path

import pytest

from bench.faults import run, trial

#: A killed site cuts its callers off: that one of their sockets is closed late is no fault of the site.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning"),
]
KILLS = 2


def test_nothing_that_was_acknowledged_is_lost_when_the_site_is_killed(tmp_path: Path) -> None:
    with trial(tmp_path) as tried:
        found = run(tried, KILLS, random.Random(7), say=False)
        assert found.clean, found
        assert not tried.ledger.errors
        assert tried.ledger.accepted
        assert tried.ledger.pressed > 1, "killed as buttons of twinnings were pressed, which were pressed again"
    gc.collect()
