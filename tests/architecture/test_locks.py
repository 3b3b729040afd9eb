# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every test is watched for (tests/locks.py) is seen where it happens."""

from typing import Any

import pytest

from app.db import Database
from tests.locks import APP, Locks
from tests.makers import NOW

ACTS = """
from app.journal.service import record
from app.needs.queries import hold_body

def rightly(session, now):
    hold_body(session, 1)
    record(session, now, None, "capacity-stated", "capacity", "bologna")
    hold_body(session, 1)

def wrongly(session, now):
    hold_body(session, 1)
    record(session, now, None, "capacity-stated", "capacity", "bologna")
    hold_body(session, 2)
"""


@pytest.mark.parametrize(("act", "late"), [("rightly", 0), ("wrongly", 1)])
def test_a_row_that_is_taken_after_the_journal_is_seen(registered: Database, locks: Locks, act: str, late: int) -> None:
    acts: dict[str, Any] = {}
    exec(compile(ACTS, f"{APP}/acts.py", "exec"), acts)
    for _ in range(2):
        with registered.work() as session:
            acts[act](session, NOW)
    seen, locks.late = locks.late, []
    assert len(seen) == 2 * late
