# SPDX-License-Identifier: AGPL-3.0-or-later
"""An import killed at any instant leaves whole documents only, and the next one completes it."""

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from app.config import ROOT
from app.db import Database
from app.solutions.models import Solution, SolutionRevision
from tests.stores import SqliteStores

KILLS = 6
LONGEST_SECONDS = 2.5


def start(folder: Path, address: str, *command: str) -> "subprocess.Popen[bytes]":
    environment = {**os.environ, "TWINMETRO_DATA": str(folder), "TWINMETRO_DATABASE_URL": address}
    return subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", *command],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def half_saved(database: Database) -> list[str]:
    """Solutions whose current revision is missing or whose revisions have a gap."""
    with database.reading() as session:
        numbers: dict[int, list[int]] = {}
        for row in session.scalars(select(SolutionRevision).order_by(SolutionRevision.number)):
            numbers.setdefault(row.solution_id, []).append(row.number)
        return [
            solution.slug
            for solution in session.scalars(select(Solution))
            if numbers.get(solution.id) != list(range(1, solution.revision_number + 1))
        ]


@pytest.mark.slow
def test_a_killed_import_leaves_whole_documents_and_the_next_one_completes_it(
    tmp_path: Path, sqlite_stores: SqliteStores
) -> None:
    address = sqlite_stores.new()
    database = Database(address)
    chance = random.Random(3)
    for _number in range(KILLS):
        running = start(tmp_path, address, "content", "import")
        try:
            running.wait(chance.uniform(0.8, LONGEST_SECONDS))
        except subprocess.TimeoutExpired:
            running.send_signal(signal.SIGKILL)
            running.wait()
        assert half_saved(database) == []
    assert start(tmp_path, address, "content", "import").wait(120) == 0
    assert start(tmp_path, address, "search", "ensure").wait(120) == 0
    assert start(tmp_path, address, "search", "check").wait(120) == 0
    with database.reading() as session:
        assert len(session.scalars(select(Solution)).all()) == len(list((ROOT / "content/solutions").glob("*.md")))
    database.close()
