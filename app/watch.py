# SPDX-License-Identifier: AGPL-3.0-or-later
"""What `flask serve` becomes: it starts the web server and the worker, watches them and ends both together.

It knows nothing of the application, which takes seventy megabytes that a process that only waits does not need.
"""

import signal
import subprocess
import sys
import threading

from app.config import ROOT, listening

SITE = ("gunicorn", "--config", "gunicorn.conf.py", "wsgi:app")
WORKER = ("flask", "--app", "wsgi", "worker")
POLL_SECONDS = 0.2
RESTART_SECONDS = 2
GRACE_SECONDS = 15


def watch() -> bool:
    """Until told to stop, or until the site has ended. Answers whether it was told."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    site, beside = _start(SITE), _start(WORKER)
    sys.stderr.write(f"Twin Metro: http://{listening()}  (Ctrl+C per fermare)\n")
    while not stopping.wait(POLL_SECONDS) and site.poll() is None:
        if beside.poll() is not None:
            # A dead indexer must not take the site with it: pages go on, the new one catches up with the log.
            stopping.wait(RESTART_SECONDS)
            beside = _start(WORKER)
    _end([site, beside])
    return stopping.is_set()


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


if __name__ == "__main__":
    raise SystemExit(0 if watch() else 1)
