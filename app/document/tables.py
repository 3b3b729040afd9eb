# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tables of Markdown as lines that a person reads, for where they cannot be drawn."""

import re
from collections.abc import Iterator

#: What parts two cells; a stroke behind a backslash is a sign of the text.
STROKE = re.compile(r"(?<!\\)\|")
BETWEEN = " · "


def as_lines(text: str) -> str:
    """The text with each row of a table as its cells behind one another, without the line under the heads."""
    return "".join(_told(text.splitlines(keepends=True)))


def _told(lines: list[str]) -> Iterator[str]:
    fenced = inside = False
    for number, line in enumerate(lines):
        following = lines[number + 1] if number + 1 < len(lines) else ""
        fenced ^= line.lstrip().startswith("```")
        begins = "|" in line and _is_rule(following)
        inside = not fenced and bool(line.strip()) and (inside or begins)
        if not inside:
            yield line
        elif begins or not _is_rule(line):
            yield _row(line)


def _is_rule(line: str) -> bool:
    """Whether a line is the one of strokes and dashes under the heads of a table."""
    return "|" in line and "-" in line and set(line.strip()) <= set("|:- ")


def _row(line: str) -> str:
    cells = STROKE.split(line.strip().removeprefix("|").removesuffix("|"))
    end = line[len(line.rstrip("\r\n")) :]
    return BETWEEN.join(cell.strip().replace("\\|", "|") for cell in cells) + end
