# SPDX-License-Identifier: AGPL-3.0-or-later
"""How much two lists of themes have in common along the tree of themes."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

import numpy as np

#: Theme -> its parent, empty for a top theme.
Tree = Mapping[str, str]

#: What a common parent counts where the themes themselves differ, and a common grandparent.
KIN = 0.5
#: The share of the ticked themes in the theme factor; the rest is that of the text (docs/matching.md).
TICKED = 0.3

#: A number or an array of numbers, between 0 and 1.
Share = TypeVar("Share", float, np.ndarray)


def ancestry(theme: str, tree: Tree) -> tuple[str, ...]:
    """The theme, its parent, and so on; a circle ends where it closes."""
    found: list[str] = []
    while theme and theme not in found:
        found.append(theme)
        theme = tree.get(theme, "")
    return tuple(found)


def closeness(one: str, other: str, tree: Tree) -> float:
    """1 for the same theme, KIN for each step up to the common ancestor of the two, 0 where there is none."""
    mine, theirs = ancestry(one, tree), ancestry(other, tree)
    common = next((theme for theme in mine if theme in theirs), "")
    return KIN ** max(mine.index(common), theirs.index(common)) if common else 0.0


def overlap(wanted: Sequence[str], offered: Sequence[str], tree: Tree) -> float:
    """Mean, over the wanted themes, of the closest offered one; 0 where either list is empty."""
    if not wanted or not offered:
        return 0.0
    best = [max(closeness(one, other, tree) for other in offered) for one in wanted]
    return sum(best) / len(best)


def shared(wanted: Sequence[str], offered: Sequence[str]) -> tuple[str, ...]:
    return tuple(theme for theme in wanted if theme in offered)


def with_text(kin: Share, text: Share) -> Share:
    """The theme factor of an overlap of themes and a text affinity, each in [0, 1]."""
    return TICKED * kin + (1 - TICKED) * text
