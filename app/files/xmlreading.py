# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reads XML of strangers as a stream: no DTD, no entities, bounded depth; hands out local names only."""

from collections.abc import Callable, Mapping
from typing import IO
from xml.parsers import expat

from app.files.refusal import FileRefused

MAX_DEPTH = 256
CHUNK = 64 * 1024

OnStart = Callable[[str, Mapping[str, str]], None]
OnEnd = Callable[[str], None]
OnText = Callable[[str], None]


def _nothing(*_: object) -> None:
    """For the events a reader does not ask for."""


def read_xml(
    stream: IO[bytes], on_start: OnStart = _nothing, on_end: OnEnd = _nothing, on_text: OnText = _nothing
) -> None:
    """Calls back for every element and text of a stream. Raises ``FileRefused``."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise FileRefused("file_bomb", "xml")
        on_start(_local(name), {_local(key): value for key, value in attributes.items()})

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        on_end(_local(name))

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = on_text
    parser.StartDoctypeDeclHandler = _refuse_dtd
    try:
        while chunk := stream.read(CHUNK):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise FileRefused("file_broken", "xml") from error


def _refuse_dtd(*_: object) -> None:
    raise FileRefused("file_bomb", "dtd")


def _local(name: str) -> str:
    return name.rpartition(" ")[2]
