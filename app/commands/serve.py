# SPDX-License-Identifier: AGPL-3.0-or-later
"""`flask serve`: the web server with the worker beside it; `flask worker`: the indexer and the chores alone."""

import os
import signal
import sys
import threading
from collections.abc import Sequence

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from app.background import Background
from app.commands.group import tables_named
from app.commands.search import machine_trouble
from app.config import ROOT
from app.search.index import IndexDamaged
from app.search.indexer import Indexer

CHORE_SECONDS = 12


@click.command("worker")
@click.option("--once", is_flag=True, help="Bring the index up to date, run every chore that is due, and end.")
@click.option("--chore", "names", multiple=True, help="Only this chore; may repeat.")
@with_appcontext
def worker(once: bool, names: tuple[str, ...]) -> None:
    """Keep the index in step and do the chores (letters, upkeep), until told to stop."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    _refuse_unknown(names, [chore.name for chore in app.extensions["chores"]])
    background = Background(app, [chore for chore in app.extensions["chores"] if not names or chore.name in names])
    if once:
        _once(app.extensions["indexer"], background, due_only=not names)
    else:
        _until_stopped(app.extensions["indexer"], background, app.extensions["stopping"])


def _refuse_unknown(asked: Sequence[str], known: Sequence[str]) -> None:
    """A mistyped name would do nothing, every time, and say that all went well."""
    strange = [name for name in asked if name not in known]
    if strange:
        raise click.BadParameter(
            f"«{strange[0]}» non c’è. Quelli che ci sono: {', '.join(known)}", param_hint="--chore"
        )


def _once(indexer: Indexer, background: Background, due_only: bool) -> None:
    with tables_named(indexer.database), machine_trouble():
        _follow(indexer)
        wrong = background.once(due_only)
        # What the chores changed is findable too.
        _follow(indexer)
    if wrong:
        raise click.ClickException(f"non riusciti: {', '.join(wrong)}")


def _follow(indexer: Indexer) -> None:
    """Take what waits into the index; one that is not there, or cannot be read, is built."""
    try:
        while indexer.drain():
            pass
    except IndexDamaged:
        indexer.rebuild()


def _until_stopped(indexer: Indexer, background: Background, stop: threading.Event) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    parent = os.getppid()
    beside = threading.Thread(target=background.run, args=(stop,), name="chores", daemon=True)
    beside.start()
    # Chores that ended by accident end the worker, so that whoever watches it starts it anew.
    indexer.run(stop, lambda: os.getppid() == parent and beside.is_alive())
    stop.set()
    # What is still at work then ends with the process: a letter on its way is sent again under its name.
    beside.join(CHORE_SECONDS)


@click.command("serve")
def serve() -> None:
    """Serve the site with gunicorn, the worker beside it; both end together."""
    # Whoever only watches the two needs nothing of the application: this process becomes one without it.
    os.chdir(ROOT)
    os.execv(sys.executable, [sys.executable, "-m", "app.watch"])  # noqa: S606 - a fixed command
