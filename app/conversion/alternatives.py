# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the images of an OpenDocument text show, as its author said it: pandoc leaves that out."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.files.package import Package
from app.files.xmlreading import read_xml

MAX_SAID = 500
#: The alternative text of an image, and a longer description of it.
SAID = ("title", "desc")


@dataclass
class _Frame:
    address: str = ""
    said: dict[str, str] = field(default_factory=dict)

    @property
    def words(self) -> str:
        return next(filter(None, (" ".join(self.said.get(name, "").split()) for name in SAID)), "")


class _Frames:
    """Follows the frames of a text, one in another as they may be; ``found`` are words by the address of an image."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self.open: list[_Frame] = []
        self.inside: list[str] = []

    def start(self, element: str, attributes: Mapping[str, str]) -> None:
        if element == "frame":
            self.open.append(_Frame())
        elif self.open and element == "image":
            self.open[-1].address = attributes.get("href", "").removeprefix("./")
        elif self.open and element in SAID:
            self.inside.append(element)

    def end(self, element: str) -> None:
        if element == "frame" and self.open:
            frame = self.open.pop()
            if frame.address and frame.words:
                self.found.setdefault(frame.address, frame.words[:MAX_SAID])
        elif self.inside and element == self.inside[-1]:
            self.inside.pop()

    def text(self, words: str) -> None:
        if self.open and self.inside:
            said, name = self.open[-1].said, self.inside[-1]
            said[name] = (said.get(name, "") + words)[: 2 * MAX_SAID]


def alternatives(package: Package) -> dict[str, str]:
    """Alternative texts by the address of their image. Raises ``FileRefused``."""
    frames = _Frames()
    with package.open("content.xml") as stream:
        read_xml(stream, frames.start, frames.end, frames.text)
    return frames.found
