# SPDX-License-Identifier: AGPL-3.0-or-later
"""`flask serve`: the web server with the worker beside it; `flask worker`: the indexer and the chores alone."""

import os
import signal
import subprocess
import sys
import threading

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from app.background import Background
from app.config import ROOT
from app.search.indexer import Indexer

SITE = ("gunicorn", "--config", "gunicorn.conf.py", "wsgi:app")
WORKER = ("flask", "--app", "wsgi", "worker")
POLL_SECONDS = 0.2
RESTART_SECONDS = 2
GRACE_SECONDS = 15
CHORE_SECONDS = 12


@click.command("worker")
@click.option("--once", is_flag=True, help="Bring the index up to date, run every chore once, and end.")
@click.option("--chore", "names", multiple=True, help="Only this chore; may repeat.")
@with_appcontext
def worker(once: bool, names: tuple[str, ...]) -> None:
    """Keep the index in step and do the chores (letters, upkeep), until told to stop."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    background = Background(app, [chore for chore in app.extensions["chores"] if not names or chore.name in names])
    if once:
        _once(app.extensions["indexer"], background)
    else:
        _until_stopped(app.extensions["indexer"], background, app.extensions["stopping"])


def _once(indexer: Indexer, background: Background) -> None:
    while indexer.drain():
        pass
    wrong = background.once()
    # What the chores changed is findable too.
    while indexer.drain():
        pass
    if wrong:
        raise click.ClickException(f"non riusciti: {', '.join(wrong)}")


def _until_stopped(indexer: Indexer, background: Background, stop: threading.Event) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    parent = os.getppid()
    beside = threading.Thread(target=background.run, args=(stop,), name="chores", daemon=True)
    beside.start()
    # Chores that ended by accident end the worker, so that whoever watches it starts it anew.
    indexer.run(stop, lambda: os.getppid() == parent and beside.is_alive())
    stop.set()
    # A letter on its way is finished or given up within the time limit of the mail server.
    beside.join(CHORE_SECONDS)


@click.command("serve")
def serve() -> None:
    """Serve the site with gunicorn, the worker beside it; both end together."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    site, beside = _start(SITE), _start(WORKER)
    host, port = os.environ.get("HOST", "127.0.0.1"), os.environ.get("PORT", "8000")
    click.echo(f"Twin Metro: http://{host}:{port}  (Ctrl+C per fermare)")
    while not stopping.wait(POLL_SECONDS) and site.poll() is None:
        if beside.poll() is not None:
            # A dead indexer must not take the site with it: pages go on, the new one catches up with the log.
            stopping.wait(RESTART_SECONDS)
            beside = _start(WORKER)
    _end([site, beside])
    if not stopping.is_set():
        raise SystemExit(1)


def _start(arguments: tuple[str, ...]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-m", *arguments], cwd=ROOT)  # noqa: S603 - fixed commands


def _end(running: list["subprocess.Popen[bytes]"]) -> None:
    for process in running:
        process.terminate()
    for process in running:
        try:
            process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
