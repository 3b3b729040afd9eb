# SPDX-License-Identifier: AGPL-3.0-or-later
"""When the interpreter looks for objects that only name each other: between units of work and requests, never in one.

CPython 3.11 gives the attributes of an object a dictionary at need, and making one may begin a collection. Where what
is collected calls back to that very object, as the state SQLAlchemy keeps of each row does, its attributes are freed
twice, and the process ends some pages later: a theme with 700 solutions, opened three times, was enough. Asked for by
name, a collection begins where no object is half made.
"""

import ctypes
import gc
import itertools
from contextlib import suppress

#: Containers made and still there since the last look, from which on it is time for the next one.
MADE = 10_000
#: One look of so many goes through everything there is; the others leave alone what outlived one.
WHOLE = 10
#: Bytes that came in since the last look, from which on it is time as well: a text is one thing, however long.
HEAVY = 8_000_000

_looks = itertools.count(1)
_weight = 0


def between_only() -> None:
    """From now on this process collects when ``look`` is called, and at no other time."""
    gc.disable()


def look(weight: int = 0) -> None:
    """Collect, where enough was made since the last time; ``weight`` are the bytes that came with a request."""
    global _weight
    _weight += weight
    if gc.get_count()[0] > MADE or _weight > HEAVY:
        _weight = 0
        gc.collect(2 if next(_looks) % WHOLE == 0 else 1)


def give_back() -> None:
    """Collect everything, and give the system back the pages nothing stands on any more, which the C library of Linux
    keeps until it is asked: for the server before it forks. Done now and then in its processes it gained nothing."""
    gc.collect()
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
