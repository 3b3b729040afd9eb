# SPDX-License-Identifier: AGPL-3.0-or-later
"""Headers of a letter as they travel: what is plain stays plain and whole, a subject with accents is encoded as one."""

import re
from email.header import Header
from email.policy import EmailPolicy
from typing import Any

LINE_END = "\r\n"
#: What a reader would take for an encoded word, or cannot be broken where lines are.
UNSAFE = re.compile(r"=\?|\S{200}")


class LetterPolicy(EmailPolicy):
    """The policy of SMTP, with the headers folded here.

    Python's own folding (3.11) loses spaces where a long subject changes between words with and without accents, and
    turns a long address into an encoded word, which RFC 2047 forbids: `List-Unsubscribe` was then no address at all.
    """

    def fold(self, name: str, value: Any) -> str:
        return _line(name, str(value)) or super().fold(name, value)

    def fold_binary(self, name: str, value: Any) -> bytes:
        line = _line(name, str(value))
        return line.encode("ascii") if line else super().fold_binary(name, value)


POLICY = LetterPolicy(linesep=LINE_END, raise_on_defect=False)


def _line(name: str, value: str) -> str:
    """The header with its end of line; empty where it is left to Python: addresses with accents."""
    if name.lower() == "subject":
        return f"{name}: {_subject(value)}{LINE_END}"
    return f"{name}: {value}{LINE_END}" if value.isascii() and value.isprintable() else ""


def _subject(value: str) -> str:
    """Plain words folded at spaces, or all of it as encoded words: the space between two of these is none."""
    plain = value.isascii() and not UNSAFE.search(value)
    return Header(value, "us-ascii" if plain else "utf-8", maxlinelen=75, header_name="Subject").encode(
        linesep=LINE_END
    )
