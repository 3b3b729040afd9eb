# SPDX-License-Identifier: AGPL-3.0-or-later
"""A text with its line breaks, indents and hyphens at the end of a line undone, and the way back to its offsets."""

import re
from bisect import bisect_right
from dataclasses import dataclass

#: What stands in a citation only because of the layout: soft hyphens, a word or a compound cut at the end of a line,
#: runs of blanks. A line that begins a list item begins something new. The mark stands first, so that the many
#: letters without one are passed over.
_LAYOUT = re.compile(
    r"[\s\u00ad‐-](?:(?P<cut>(?<=\u00ad)\s*|(?<=[a-zà-ÿ][-‐])\s+(?=[a-zà-ÿ])|(?<=[-‐]\n)\s*)"
    r"|(?:(?<=\s)\s+|(?<=\n))(?P<item>(?=[-*•]\s))?)"
)
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n")
#: Holds a character that is in no pattern: no citation goes on across an empty line.
GAP = "\n\0\n"


@dataclass(frozen=True, slots=True)
class Flat:
    """A flattened text; `starts` are the places of its pieces, `origins` where they stood in the original."""

    text: str
    starts: tuple[int, ...]
    origins: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The place in the original of a slice that begins and ends with a character that was kept."""
        return self._origin(start), self._origin(end - 1) + 1

    def _origin(self, place: int) -> int:
        piece = bisect_right(self.starts, place) - 1
        return self.origins[piece] + place - self.starts[piece]


def flattened(text: str) -> Flat:
    """The text as if set on one line, paragraphs kept apart."""
    pieces: list[str] = []
    starts, origins = [0], [0]
    kept = length = 0
    for layout in _LAYOUT.finditer(text):
        pieces += [text[kept : layout.start()], _instead(layout)]
        length += len(pieces[-2]) + len(pieces[-1])
        kept = layout.end()
        starts.append(length)
        origins.append(kept)
    return Flat("".join([*pieces, text[kept:]]), tuple(starts), tuple(origins))


def _instead(layout: re.Match[str]) -> str:
    if layout["cut"] is not None:
        return ""
    begins_item = layout["item"] is not None and "\n" in layout[0]
    return GAP if begins_item or _BLANK_LINE.search(layout[0]) else " "
