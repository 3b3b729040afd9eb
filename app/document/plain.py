# SPDX-License-Identifier: AGPL-3.0-or-later
"""The words of safe HTML."""

import html
import re

from app.document.pictures import SHOWN

TAG = re.compile(r"<[^>]*>")
REFERENCE = re.compile(r"<sup id=\"fnref[^>]*>.*?</sup>", re.DOTALL)
BLOCK_END = re.compile(r"</(p|li|h[2-6]|td|th|dt|dd|tr|pre|blockquote)>")


def plain_text(markup: str) -> str:
    """Words of safe HTML, footnote marks left out, what pictures show said, a line per block."""
    text = BLOCK_END.sub("\n", SHOWN.sub(r"\1", REFERENCE.sub("", markup)))
    lines = (" ".join(html.unescape(TAG.sub("", line)).split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)
