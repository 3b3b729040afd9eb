# SPDX-License-Identifier: AGPL-3.0-or-later
"""A limit on the processor time of one computation, whatever it is busy with: the last guard behind limits of length.

Markdown pays for some texts with the square of their length, in more ways than can be listed. A thread cannot be ended
from outside; an exception raised in it ends what it computes.
"""

import ctypes
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LOOK_SECONDS = 0.1


class OverBudget(Exception):
    """The computation took more than it was given."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Let what is inside take so many seconds of its thread's processor time. Raises ``OverBudget``."""
    over, done = threading.Event(), threading.Lock()
    watch = threading.Thread(target=_watch, args=(threading.get_ident(), _clock(), seconds, over, done), daemon=True)
    watch.start()
    try:
        yield
    finally:
        # Held by the watch while it raises: afterwards it never will, and what it raised late is taken back.
        with done:
            over.set()
            _raise_in(threading.get_ident(), None)


def _watch(
    thread: int, spent: Callable[[], float], seconds: float, over: threading.Event, done: threading.Lock
) -> None:
    limit = spent() + seconds
    while not over.wait(LOOK_SECONDS):
        if spent() < limit:
            continue
        with done:
            if not over.is_set():
                _raise_in(thread, OverBudget)
        return


def _raise_in(thread: int, error: type[Exception] | None) -> None:
    """Let a thread raise an error at its next step; None takes back one that it has not raised yet."""
    raised = ctypes.py_object(error) if error else None
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), raised)


def _clock() -> Callable[[], float]:
    """Seconds of processor this thread has used; of the clock where the system does not tell."""
    if not hasattr(time, "pthread_getcpuclockid"):
        return time.monotonic
    number = time.pthread_getcpuclockid(threading.get_ident())
    return lambda: time.clock_gettime(number)
