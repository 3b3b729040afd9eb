# SPDX-License-Identifier: AGPL-3.0-or-later
"""Libraries loaded when something of them is first used: what a process never uses takes no memory in it.

An import inside a function would do the same and hide what a module needs; here it stands at the top as everywhere.
"""

from importlib import import_module
from typing import Any


class _Later:
    """Stands for a module; its parts are looked up in the module itself, so that a test may replace one."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, part: str) -> Any:
        # Python's own lock lets two threads that come together load it once.
        return getattr(import_module(self._name), part)


def later(name: str) -> Any:
    """The module of a name, loaded at its first use. Beside it stands, for whoever reads and for the checks of types
    and of layers, the import it replaces, under ``TYPE_CHECKING``."""
    return _Later(name)
