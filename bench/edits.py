# SPDX-License-Identifier: AGPL-3.0-or-later
"""Saving with history, the buttons of writing and review, and how long until a change is found, the worker beside.

`python -m bench.edits [--docs 1000 10000] [--edits 20]`; wall-clock milliseconds, on a copy of the generated library.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from app import create_app
from app.config import Settings
from app.db import Database
from app.document.model import Document
from app.search.engine import Engine
from app.search.indexer import Indexer
from app.solutions.queries import themes
from app.solutions.service import import_document
from bench import aims
from bench.buttons import Desk
from bench.corpus import documents, library
from bench.pages import WATCHED, all_alive
from bench.public_data import ROOT
from tests.webserver import WebServer

PATIENCE = 120.0
SAVE_MS, FOUND_MS = 15.0, 500.0


def originals(session: Session, count: int) -> list[tuple[str, Document]]:
    """A few documents of the generated library, to be changed."""
    return list(documents(count, ["bologna", "torino", "milano"], [theme.slug for theme in themes(session)]))


def found_after(engine: Engine, word: str) -> float:
    """Seconds until a search for a word has an answer."""
    began = time.perf_counter()
    while not engine.search(word, correct=False).total:
        if time.perf_counter() - began > PATIENCE:
            raise RuntimeError("the change did not reach the index")
        time.sleep(0.005)
    return time.perf_counter() - began


def edit(
    database: Database, engine: Engine, changed: Sequence[tuple[str, Document]]
) -> tuple[list[float], list[float]]:
    """Milliseconds of each save, and from its end until it is found."""
    saves, waits = [], []
    for slug, document in changed:
        word = "x" + uuid.uuid4().hex[:10].translate(str.maketrans("0123456789", "ghijklmnop"))
        newer = replace(document, front={**document.front, "title": f"Prova {word}"})
        began = time.perf_counter()
        with database.work() as session:
            import_document(session, slug, newer, datetime.now(UTC))
        saves.append((time.perf_counter() - began) * 1000)
        waits.append(found_after(engine, word) * 1000)
    return saves, waits


def measure(settings: Settings, docs: int, count: int) -> None:
    app = create_app(settings)
    database: Database = app.extensions["database"]
    indexer: Indexer = app.extensions["indexer"]
    indexer.ensure()
    engine: Engine = app.extensions["engine"]
    engine.search("piano")
    environment = {**os.environ, "TWINMETRO_DATA": settings.data, "TWINMETRO_LOG_LEVEL": "ERROR"}
    command = [sys.executable, "-W", "ignore", "-m", "flask", "--app", "wsgi", "worker"]
    worker = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        with database.reading() as session:
            chosen = originals(session, count + 2)
        # The first two wait for the worker to start and to compare.
        saves, waits = edit(database, engine, chosen)
        with WebServer(settings.data_folder, app="bench.served:app", **WATCHED) as server:
            desk = Desk(server.port, database, engine)
            with all_alive(server, "buttons"):
                for _ in range(count):
                    desk.one_solution(found_after)
    finally:
        worker.terminate()
        worker.wait(30)
    print(f"\n{docs} documents, {count} edits: median and slowest, ms")
    for name, values in (("save with history", saves[2:]), ("saved -> searchable", waits[2:])):
        print(f"{name:24}{statistics.median(values):8.1f}{max(values):8.1f}")
    desk.report()
    aims.at_most("a save with its history, median", statistics.median(saves[2:]), SAVE_MS, " ms")
    aims.at_most("from a save until it is found, median", statistics.median(waits[2:]), FOUND_MS, " ms")
    print(f"index and database coincide afterwards: {indexer.check().none}")
    database.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--docs", nargs="*", type=int, default=[1000, 10000])
    parser.add_argument("--edits", type=int, default=20)
    options = parser.parse_args()
    for docs in options.docs:
        with tempfile.TemporaryDirectory(prefix="tm-edits-") as folder:
            shutil.copytree(library(docs).data_folder, folder, dirs_exist_ok=True)
            measure(Settings(data=folder, log_level="ERROR"), docs, options.edits)


if __name__ == "__main__":
    main()
