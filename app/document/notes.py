# SPDX-License-Identifier: AGPL-3.0-or-later
"""Markdown extension: a note that says nothing has a way back too, without which the notes cannot be put in order."""

from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

BACK = "footnote-backref"
#: After the notes are made (50) and before they are put in the order of reading (19).
PRIORITY = 20


class EmptyNotes(Extension):
    """Adds the tree step between making the notes and ordering them."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - the name Markdown calls
        md.treeprocessors.register(_Complete(md), "empty_notes", PRIORITY)


class _Complete(Treeprocessor):
    def run(self, root: Element) -> None:
        for note in root.iterfind(".//div[@class='footnote']/ol/li"):
            if note.find(f".//a[@class='{BACK}']") is None:
                address = note.get("id", "").replace("fn", "#fnref", 1)
                SubElement(SubElement(note, "p"), "a", {"class": BACK, "href": address}).text = "↩"
