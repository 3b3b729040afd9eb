# SPDX-License-Identifier: AGPL-3.0-or-later
"""Markdown extension: headings inside lists, quotations, boxes and notes never count as headings of sections."""

from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor


class InnerHeadings(Extension):
    """Adds the tree step before anchors are given."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - the name Markdown calls
        md.treeprocessors.register(_Demote(md), "inner_headings", 10)


class _Demote(Treeprocessor):
    def run(self, root: Element) -> None:
        for parent in root.iter():
            for child in parent:
                if child.tag in {"h1", "h2"} and parent is not root:
                    child.tag = "h3"
