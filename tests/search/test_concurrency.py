# SPDX-License-Identifier: AGPL-3.0-or-later
"""Readers, writers and rebuilds at once, in threads and in processes: nobody fails, nothing is lost."""

import multiprocessing
import threading
import time
from collections.abc import Iterator
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from app.config import Settings
from app.db import Database
from app.search import index
from app.search.document import SearchDocument
from app.search.engine import Engine
from app.search.indexer import Indexer, Searchable
from app.search.queries import backlog
from app.solutions.queries import by_slug
from tests.makers import make_solution

SECONDS = 3.0


def page(number: int, turn: int = 0) -> SearchDocument:
    return SearchDocument("page", f"p{number}", f"Pagina {number}", f"sportello unico turno {turn}", f"/p{number}")


def read_until(engine: Engine, done: "threading.Event | Event", problems: list[str], answers: list[int]) -> None:
    asked = ("sportello", "unico sportello", "turno 3", '"sportello unico"', "sportelo")
    while not done.is_set():
        for text in asked:
            try:
                found = engine.search(text)
            except Exception as error:
                problems.append(repr(error))
                continue
            answers.append(found.total)
            if text == "sportello" and found.total != 40:
                problems.append(f"{found.total} documents")


def write_for(folder: Path, seconds: float) -> int:
    end, turn = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        turn += 1
        if turn % 6 == 0:
            index.rebuild(folder, [page(number, turn) for number in range(40)])
        else:
            index.write(folder, [page(turn % 40, turn)], [])
    return turn


def test_threads_read_while_a_writer_works_and_rebuilds(tmp_path: Path) -> None:
    index.rebuild(tmp_path, [page(number) for number in range(40)])
    engine, done = Engine(tmp_path), threading.Event()
    problems: list[str] = []
    answers: list[int] = []
    readers = [threading.Thread(target=read_until, args=(engine, done, problems, answers)) for _n in range(4)]
    for reader in readers:
        reader.start()
    turns = write_for(tmp_path, SECONDS)
    done.set()
    for reader in readers:
        reader.join()
    assert problems == []
    assert turns > 5
    assert len(answers) > 20


def read_in_a_process(folder: Path, done: Event, results: "multiprocessing.Queue[list[str]]") -> None:
    problems: list[str] = []
    read_until(Engine(folder), done, problems, [])
    results.put(problems)


@pytest.mark.slow
def test_processes_read_while_a_writer_works_and_rebuilds(tmp_path: Path) -> None:
    index.rebuild(tmp_path, [page(number) for number in range(40)])
    context = multiprocessing.get_context("spawn")
    done, results = context.Event(), context.Queue()
    readers = [context.Process(target=read_in_a_process, args=(tmp_path, done, results)) for _n in range(2)]
    for reader in readers:
        reader.start()
    write_for(tmp_path, SECONDS + 3)
    done.set()
    assert [results.get(timeout=30) for _reader in readers] == [[], []]
    for reader in readers:
        reader.join(30)


@pytest.fixture
def following(app: Flask, registered: Database) -> Iterator[Indexer]:
    """The indexer following the log in a thread, as the worker does."""
    indexer: Indexer = app.extensions["indexer"]
    indexer.ensure()
    stop = threading.Event()
    thread = threading.Thread(target=indexer.run, args=(stop,))
    thread.start()
    yield indexer
    stop.set()
    thread.join(30)


def settled(database: Database, seconds: float = 20.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with database.reading() as session:
            if not backlog(session):
                return True
        time.sleep(0.05)
    return False


def test_a_command_rebuilds_while_the_worker_follows_and_readers_save(
    following: Indexer, registered: Database, settings: Settings
) -> None:
    other = create_app(settings)
    command: Indexer = other.extensions["indexer"]
    for number in range(12):
        with registered.work() as session:
            make_solution(session, f"pratica-{number % 5}", title=f"Pratica numero {number}")
        if number % 4 == 3:
            command.rebuild()
    assert settled(registered)
    assert command.check().none
    other.extensions["database"].close()


def test_a_change_between_the_log_and_the_documents_of_a_rebuild_is_kept(
    app: Flask, registered: Database, stores: object
) -> None:
    made: Indexer = app.extensions["indexer"]
    solutions = made.searchables["solution"]

    def meddled(session):  # type: ignore[no-untyped-def]
        with registered.work() as other:
            make_solution(other, "in-mezzo")
        yield from solutions.documents(session)

    with registered.work() as session:
        make_solution(session, "prima")
    late = Indexer(registered, made.folder, (Searchable("solution", solutions.document, meddled),))
    late.rebuild()
    made.ensure()
    assert "solution:in-mezzo" in index.digests(made.folder)
    assert made.check().none


def test_the_worker_mends_by_itself_what_it_finds_damaged(following: Indexer, registered: Database) -> None:
    with registered.work() as session:
        make_solution(session, "una")
    assert settled(registered)
    for path in index.current_folder(following.folder).glob("*.seg"):
        path.write_bytes(path.read_bytes()[:50])
    end = time.monotonic() + 20
    while time.monotonic() < end:
        time.sleep(0.1)
        try:
            if "solution:una" in index.digests(following.folder):
                break
        except index.IndexDamaged:
            continue
    assert following.check().none


def test_nothing_rolled_back_is_ever_indexed(following: Indexer, registered: Database) -> None:
    for number in range(5):
        with pytest.raises(ZeroDivisionError), registered.work() as session:
            make_solution(session, f"mai-{number}")
            session.flush()
            _ = 1 / 0
        with registered.work() as session:
            make_solution(session, f"vera-{number}")
    assert settled(registered)
    assert not [key for key in index.digests(following.folder) if key.startswith("solution:mai")]
    assert following.check().none


def test_a_log_left_by_a_killed_worker_is_taken_up(app: Flask, registered: Database) -> None:
    indexer: Indexer = app.extensions["indexer"]
    indexer.rebuild()
    with registered.work() as session:
        make_solution(session, "una")
        make_solution(session, "due")
    with registered.reading() as session:
        found = [indexer.searchables["solution"].document(session, slug) for slug in ("una", "due")]
    # Killed after the index was written and before the log was emptied: the same rows are taken again.
    index.write(indexer.folder, [document for document in found if document], [])
    with registered.work() as session:
        gone = by_slug(session, "due")
        assert gone is not None
        session.delete(gone)
    assert indexer.drain() > 0
    assert indexer.check().none
    assert "solution:due" not in index.digests(indexer.folder)


def test_what_was_computed_is_kept_while_no_file_is_open_for_the_processes_that_are_forked(tmp_path: Path) -> None:
    """A file opened before would share its place with the parent: each would read what another had asked for."""
    index.rebuild(tmp_path, [page(number) for number in range(40)])
    engine = Engine(tmp_path)
    known = engine.snapshot()
    engine.rest()
    assert all(part.leaf.is_closed for part in known.reader.parts)
    assert engine.search("sportello").total == 40
    assert engine.snapshot() is known
    engine.rest()
    index.write(tmp_path, [page(41)], [])
    assert engine.search("sportello").total == 41
    index.rebuild(tmp_path, [page(1)])
    engine.rest()
    assert engine.search("sportello").total == 1
