# SPDX-License-Identifier: AGPL-3.0-or-later
"""The file of the vocabulary, read once for each of its states."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import yaml

from app.text.vocabulary import Vocabulary

#: The safe loader in C where the library has it: eight times faster.
FAST_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load_vocabulary(path: Path | None, unread: Callable[[Exception], None]) -> Vocabulary:
    """The vocabulary of a file, an empty one where there is none, or none that can be read, which is told."""
    try:
        if path is None or not path.exists():
            return Vocabulary()
        return _read_vocabulary(path, path.stat().st_mtime_ns)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, yaml.YAMLError) as error:
        unread(error)
        return Vocabulary()


@lru_cache(maxsize=4)
def _read_vocabulary(path: Path, _changed: int) -> Vocabulary:
    """Read once for each state of the file: nothing changes a vocabulary, and reading one takes most of a start."""
    return Vocabulary(yaml.load(path.read_text(encoding="utf-8"), Loader=FAST_LOADER)["terms"])  # noqa: S506 - safe
