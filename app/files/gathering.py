# SPDX-License-Identifier: AGPL-3.0-or-later
"""Text gathered from a file up to a limit, and what else was learnt on the way."""

import time
from dataclasses import dataclass, field

MAX_TEXT = 200_000
#: After so many seconds a long file is taken with the text found so far, well before the process is ended.
SECONDS = 5.0


class Enough(Exception):
    """The text is as long as it may be, or took as long as it may take."""


@dataclass
class Gathered:
    """Text in pieces; ``count`` is pages, sheets, slides or rows; ``notes`` are keys of things worth telling.

    Without ``words`` the text is passed over: only whether the file may be kept is asked.
    """

    words: bool = True
    pieces: list[str] = field(default_factory=list)
    length: int = 0
    count: int = 0
    truncated: bool = False
    notes: set[str] = field(default_factory=set)
    width: int = 0
    height: int = 0
    started: float = field(default_factory=time.monotonic)

    def add(self, text: str) -> None:
        """Raises ``Enough`` where nothing more fits."""
        fitting = text[: MAX_TEXT - self.length]
        self.length += len(fitting)
        if self.words:
            self.pieces.append(fitting)
        if self.length >= MAX_TEXT or time.monotonic() - self.started > SECONDS:
            raise Enough

    @property
    def text(self) -> str:
        """The text without trailing blanks, and never more than one empty line in a row."""
        lines = [" ".join(line.split()) for line in "".join(self.pieces).splitlines()]
        kept = [line for number, line in enumerate(lines) if line or (number and lines[number - 1])]
        return "\n".join(kept).strip()
