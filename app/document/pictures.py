# SPDX-License-Identifier: AGPL-3.0-or-later
"""Markdown extension: pictures of a document's own kit stand in its text; pictures from elsewhere never do."""

import re
from urllib.parse import quote, unquote
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor

#: How a text names a picture of its kit: `![what it shows](kit/name.png)`.
KIT = "kit/"
NAMED = r"kit/(?P<name>[^\s()<>\"\\/\x02\x03]{1,600}\.(?:png|jpg|webp))"
PICTURE = rf"!\[(?P<alt>[^\[\]]{{0,600}})\]\({NAMED}\)"
FOLDER = re.compile(r"/soluzioni/[a-z0-9-]+/immagini/")
ADDRESS = re.compile(rf"{FOLDER.pattern}[^\s/\\?#\"'<>]+")
#: A picture in safe HTML, and a paragraph of nothing but pictures.
SHOWN = re.compile(r'<img alt="([^"]*)" src="[^"]*">')
ALONE = re.compile(rf"<p>(?:{SHOWN.pattern}\s*)+</p>")


class OwnPictures(Extension):
    """Shows the pictures of a document from the address under which its kit hands them out."""

    def __init__(self, folder: str) -> None:
        super().__init__()
        self.folder = folder

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - the name Markdown calls
        md.inlinePatterns.register(_Shown(self.folder, md), "own_picture", 165)


class _Shown(InlineProcessor):
    def __init__(self, folder: str, md: Markdown) -> None:
        super().__init__(PICTURE, md)
        self.folder = folder

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[Element, int, int]:  # type: ignore[override]  # noqa: N802
        shown = Element("img", {"src": address(self.folder, unquote(m["name"])), "alt": self.unescape(m["alt"])})
        return shown, m.start(), m.end()


def folder_of(slug: str) -> str:
    """The address under which the pictures of a solution's kit stand."""
    return f"/soluzioni/{slug}/immagini/"


def address(folder: str, name: str) -> str:
    """The address of one picture."""
    return folder + quote(name, safe="")


def named(text: str) -> frozenset[str]:
    """Names of the pictures of the kit that a text shows."""
    return frozenset(unquote(found["name"]) for found in re.finditer(rf"\]\({NAMED}\)", text))


def references(name: str) -> tuple[str, ...]:
    """How texts name a picture of their kit: as its page gives it to copy, and as people type it."""
    forms = (in_kit(name), KIT + name.replace(" ", "%20"))
    return tuple(dict.fromkeys(f"]({form})" for form in forms))


def in_kit(name: str) -> str:
    """The address of a picture as a text of its own solution names it."""
    return KIT + quote(name, safe="")


def reference(name: str, alt: str) -> str:
    """What to write in a text to show a picture of its kit."""
    said = re.sub(r"([\[\]\\])", r"\\\1", " ".join(alt.split()))
    return f"![{said}]({in_kit(name)})"
