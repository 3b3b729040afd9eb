# SPDX-License-Identifier: AGPL-3.0-or-later
"""HTML as a browser would read it: every element with its attributes, balanced or not."""

import re
from html.parser import HTMLParser

from app.document.render import ADDRESSES, ATTRIBUTES, CLASSES, HEARD, TABLE_BOX, TAGS

VOID = {"br", "hr", "img"}


class Reading(HTMLParser):
    """The elements of a text in order, the names that are still open at its end, and its comments."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.strange: list[str] = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.strange.append(f"</{tag}>")

    def handle_comment(self, data: str) -> None:
        self.strange.append(f"<!--{data}")

    def handle_decl(self, decl: str) -> None:
        self.strange.append(f"<!{decl}")

    def handle_pi(self, data: str) -> None:
        self.strange.append(f"<?{data}")


def wrong_in(markup: str, pictures: str = "") -> list[str]:
    """What may not stand in safe HTML; the lists are those of the renderer, the reading is our own.

    ``pictures`` is the address below which the only pictures stand that may be shown.
    """
    boxes = [TABLE_BOX.format(words[-1]) for words in HEARD.values()]
    reading = Reading(re.sub("|".join(boxes), "<table>", markup).replace("</table></div>", "</table>"))
    wrong = [*reading.strange, *(f"open <{tag}>" for tag in reading.open)]
    for tag, attributes in reading.elements:
        if tag == "img" and pictures:
            wrong += [] if _own(attributes, pictures) else [f"<img {attributes}>"]
            continue
        if tag not in TAGS:
            wrong.append(f"<{tag}>")
        for name, value in attributes.items():
            if name not in ATTRIBUTES.get(tag, set()):
                wrong.append(f"<{tag} {name}>")
            if name == "class" and not set(value.split()) <= CLASSES:
                wrong.append(f"<{tag} class={value}>")
            if name == "href" and not _decent(value):
                wrong.append(f"<{tag} href={value!r}>")
    return wrong


def _own(attributes: dict[str, str], pictures: str) -> bool:
    name = attributes.get("src", "").removeprefix(pictures)
    return set(attributes) == {"src", "alt"} and name != attributes["src"] and not set(name) & set("/\\?#\"'<> ")


def _decent(address: str) -> bool:
    if address.startswith(("/", "#")):
        return address[1:2] not in {"/", "\\", "\t", "\n", " "}
    return address.partition(":")[0] in ADDRESSES and address.partition(":")[2] != ""


def tags_of(markup: str) -> list[str]:
    return [tag for tag, _ in Reading(markup).elements]


def links_of(markup: str) -> list[str]:
    return [attributes["href"] for tag, attributes in Reading(markup).elements if "href" in attributes]
