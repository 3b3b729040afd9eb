# SPDX-License-Identifier: AGPL-3.0-or-later
"""Markdown extension: a limit on the processor time of a rendering, the last guard behind limits of length.

Markdown pays for some texts with the square of their length, in more ways than can be listed. In all of them it comes
by a block or by a match inside a line again and again: there the clock is looked at.
"""

import time
from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.blockparser import BlockParser
from markdown.blockprocessors import BlockProcessor
from markdown.extensions import Extension

#: Before every other kind of block.
FIRST = 1_000


class OverBudget(Exception):
    """The rendering took more than it was given."""


class Budget(Extension):
    """Gives a converter so many seconds of its thread's processor time from now; added after whatever else it knows."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._end = time.thread_time() + seconds

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - the name Markdown calls
        md.parser.blockprocessors.register(_Clock(md.parser, self.look), "budget", FIRST)
        for pattern in md.inlinePatterns:
            pattern.handleMatch = self._looking(pattern.handleMatch)  # type: ignore[method-assign]

    def look(self) -> None:
        """Raises ``OverBudget``."""
        if time.thread_time() > self._end:
            raise OverBudget

    def _looking(self, act: Callable[..., Any]) -> Callable[..., Any]:
        def looked(*given: Any) -> Any:
            self.look()
            return act(*given)

        return looked


class _Clock(BlockProcessor):
    """No kind of block: it is asked about each one."""

    def __init__(self, parser: BlockParser, look: Callable[[], None]) -> None:
        super().__init__(parser)
        self._look = look

    def test(self, parent: Element, block: str) -> bool:
        self._look()
        return False
