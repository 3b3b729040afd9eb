# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tables of pandoc's tree made plain: one head row, one line a cell, no merged cells."""

from collections.abc import Callable, Iterator
from typing import Any

Node = dict[str, Any]
Cell = list[Node]
MAX_WIDTH = 60
NOTHING: list[Any] = ["", [], []]


def plain_table(content: list[Any], inline: Callable[[list[Node]], Cell]) -> tuple[list[Node], bool]:
    """The blocks that take the place of a table, and whether cells were merged. A box of one cell is a quotation."""
    _attributes, _caption, columns, head, bodies, foot = content
    heads = list(head[1])
    rows = [*heads, *(row for body in bodies for row in (*body[2], *body[3])), *foot[1]]
    if len(rows) == 1 and len(rows[0][1]) == 1:
        return [{"t": "BlockQuote", "c": rows[0][1][0][4]}], False
    grid, merged = _grid(rows, min(len(columns), MAX_WIDTH), inline)
    if not any(any(row) for row in grid):
        return [], merged
    return [_table(grid)], merged


def _grid(rows: list[Any], width: int, inline: Callable[[list[Node]], Cell]) -> tuple[list[list[Cell]], bool]:
    """Every cell at its place; a merged cell stands in its first place, the others are empty."""
    taken: set[tuple[int, int]] = set()
    grid: list[list[Cell]] = [[[] for _ in range(width)] for _ in rows]
    merged = False
    for number, (_, cells) in enumerate(rows):
        column = 0
        for _, _, tall, wide, blocks in cells:
            while (number, column) in taken:
                column += 1
            if column >= width:
                break
            grid[number][column] = inline(blocks)
            merged = merged or tall > 1 or wide > 1
            taken |= set(_covered(number, column, min(tall, len(rows) - number), min(wide, width - column)))
    return grid, merged


def _covered(row: int, column: int, tall: int, wide: int) -> Iterator[tuple[int, int]]:
    yield from ((row + down, column + right) for down in range(tall) for right in range(wide))


def _table(grid: list[list[Cell]]) -> Node:
    columns = [[{"t": "AlignDefault"}, {"t": "ColWidthDefault"}] for _ in grid[0]]
    rows = [_row(cells) for cells in grid]
    body = [NOTHING, 0, [], rows[1:]]
    return {"t": "Table", "c": [NOTHING, [None, []], columns, [NOTHING, rows[:1]], [body], [NOTHING, []]]}


def _row(cells: list[Cell]) -> list[Any]:
    return [NOTHING, [[NOTHING, {"t": "AlignDefault"}, 1, 1, [{"t": "Plain", "c": cell}]] for cell in cells]]
