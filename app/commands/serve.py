# SPDX-License-Identifier: AGPL-3.0-or-later
"""`flask serve`: the web server with the worker beside it; `flask worker`: the indexer alone."""

import os
import signal
import subprocess
import sys
import threading

import click
from flask import current_app

from app.config import ROOT
from app.search.indexer import Indexer

SITE = ("gunicorn", "--config", "gunicorn.conf.py", "wsgi:app")
WORKER = ("flask", "--app", "wsgi", "worker")
POLL_SECONDS = 0.2
RESTART_SECONDS = 2
GRACE_SECONDS = 15


@click.command("worker")
def worker() -> None:
    """Follow the change log and keep the index in step, until told to stop."""
    indexer: Indexer = current_app.extensions["indexer"]
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    parent = os.getppid()
    indexer.run(stop, lambda: os.getppid() == parent)


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
