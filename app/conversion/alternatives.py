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


def alternatives(package: Package) -> dict[str, str]:
    """Alternative texts by the address of their image. Raises ``FileRefused``."""
    found: dict[str, str] = {}
    frames: list[_Frame] = []
    inside: list[str] = []

    def start(element: str, attributes: Mapping[str, str]) -> None:
        if element == "frame":
            frames.append(_Frame())
        elif frames and element == "image":
            frames[-1].address = attributes.get("href", "").removeprefix("./")
        elif frames and element in SAID:
            inside.append(element)

    def end(element: str) -> None:
        if element == "frame" and frames:
            frame = frames.pop()
            words = next(filter(None, (" ".join(frame.said.get(name, "").split()) for name in SAID)), "")
            if frame.address and words:
                found.setdefault(frame.address, words[:MAX_SAID])
        elif inside and element == inside[-1]:
            inside.pop()

    def text(words: str) -> None:
        if frames and inside:
            said = frames[-1].said
            said[inside[-1]] = (said.get(inside[-1], "") + words)[: 2 * MAX_SAID]

    with package.open("content.xml") as stream:
        read_xml(stream, start, end, text)
    return found
