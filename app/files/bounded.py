# SPDX-License-Identifier: AGPL-3.0-or-later
"""Runs a program on content of strangers: limits on time, memory and output, no secrets in sight, ended as a group."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.errors import Unavailable
from app.files.refusal import MEGABYTE, FileRefused

ROOT = Path(__file__).resolve().parents[2]
#: So many at a time in one process of the site; the others wait their turn, not for ever.
AT_ONCE = 2
PATIENCE = 30
#: Where the libraries of the system stand, on machines that keep them elsewhere.
LIBRARIES = ("LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH")
_slots = threading.BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True)
class Bounds:
    """What a program may use."""

    seconds: int = 10
    memory: int = 512 * MEGABYTE
    output: int = 4 * MEGABYTE


@dataclass(frozen=True)
class Outcome:
    """How a program ended: its exit status, and what it wrote."""

    status: int
    output: bytes


def run(command: Sequence[str], content: bytes, bounds: Bounds) -> Outcome:
    """Runs a command within its bounds. Raises ``FileRefused`` for too much, ``Unavailable`` when too many wait."""
    limits = [str(number) for number in (bounds.seconds, bounds.memory, bounds.output)]
    bounded = [sys.executable, "-m", "app.files.bounded_process", *limits, *command]
    if not _slots.acquire(timeout=PATIENCE):
        raise Unavailable("files_busy")
    try:
        return _run(bounded, content, bounds)
    finally:
        _slots.release()


def _run(command: list[str], content: bytes, bounds: Bounds) -> Outcome:
    # Files, not pipes: what a program writes is bounded before it reaches this process.
    with tempfile.TemporaryDirectory(prefix="twinmetro-") as folder:
        given, written = Path(folder, "in"), Path(folder, "out")
        given.write_bytes(content)
        with given.open("rb") as source, written.open("wb") as target:
            status = _wait(command, source.fileno(), target.fileno(), folder, bounds.seconds)
        if written.stat().st_size >= bounds.output:
            raise FileRefused("file_too_complex", "output")
        return Outcome(status, written.read_bytes())


def _wait(command: list[str], source: int, target: int, folder: str, seconds: int) -> int:
    started = subprocess.Popen(  # noqa: S603 - our own modules and pandoc, no words of a user but as content
        command,
        stdin=source,
        stdout=target,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        env=_environment(folder),
        start_new_session=True,
    )
    try:
        return started.wait(timeout=seconds)
    except subprocess.TimeoutExpired as error:
        raise FileRefused("file_too_complex", "time") from error
    finally:
        if started.poll() is None:
            os.killpg(started.pid, signal.SIGKILL)
            started.wait()


def _environment(folder: str) -> dict[str, str]:
    """Neither settings nor secrets of the site: a parser that is taken over finds none."""
    return {
        "PATH": os.defpath,
        "HOME": folder,
        "TMPDIR": folder,
        "LC_ALL": "C.UTF-8",
        **{name: os.environ[name] for name in LIBRARIES if name in os.environ},
    }
