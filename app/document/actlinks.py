# SPDX-License-Identifier: AGPL-3.0-or-later
"""Markdown extension: acts cited in running text become links to their official text."""

from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

from app.text.acts import find_acts

LEFT_ALONE = frozenset({"a", "code", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "sup"})


class ActLinks(Extension):
    """Adds the tree step after the inline patterns have run."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - the name Markdown calls
        md.treeprocessors.register(_LinkActs(md), "act_links", 15)


class _LinkActs(Treeprocessor):
    def run(self, root: Element) -> None:
        stack = [root]
        while stack:
            element = stack.pop()
            if element.tag in LEFT_ALONE:
                continue
            children = list(element)
            stack.extend(children)
            _link_text(element)
            for child in children:
                _link_tail(element, child)


def _link_text(element: Element) -> None:
    lead, links = _split(element.text or "")
    if links:
        element.text = lead
        for position, link in enumerate(links):
            element.insert(position, link)


def _link_tail(parent: Element, child: Element) -> None:
    lead, links = _split(child.tail or "")
    if links:
        child.tail = lead
        place = list(parent).index(child) + 1
        for position, link in enumerate(links):
            parent.insert(place + position, link)


def _split(text: str) -> tuple[str, list[Element]]:
    """The text before the first act, and one link per act carrying the text that follows it."""
    found = [citation for citation in find_acts(text) if citation.reference.place_url]
    links: list[Element] = []
    for number, citation in enumerate(found):
        end = found[number + 1].start if number + 1 < len(found) else len(text)
        link = SubElement(Element("p"), "a", {"href": str(citation.reference.place_url), "class": "act"})
        link.text, link.tail = text[citation.start : citation.end], text[citation.end : end]
        links.append(link)
    return (text[: found[0].start] if found else text), links
