# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pages and text of a PDF; refused where it is cut off, locked, endless, or starts programs."""

import io
from collections.abc import Iterator
from itertools import islice
from typing import Any

from pypdf import PasswordType, PdfReader
from pypdf.errors import LimitReachedError
from pypdf.generic import DictionaryObject

from app.files.gathering import Enough, Gathered
from app.files.refusal import FileRefused

MAX_PAGES = 3_000
TAIL = 4_096
MAX_ACTIONS = 20_000
#: Worth telling, by what the PDF calls them: forms of offices calculate with scripts, invoices carry their data.
NOTES = {"/JavaScript": "scripts", "/EmbeddedFiles": "attachments"}
#: Chained actions are followed this far.
MAX_CHAIN = 8


def read_pdf(content: bytes, gathered: Gathered) -> None:
    """Gathers the text of a PDF. Raises ``FileRefused``."""
    if b"startxref" not in content[-TAIL:]:
        raise FileRefused("file_broken", "pdf")
    try:
        _read(PdfReader(io.BytesIO(content), strict=False), gathered)
    except LimitReachedError as error:
        raise FileRefused("file_bomb", "pdf") from error
    except RecursionError as error:
        raise FileRefused("file_bomb", "loop") from error
    except (FileRefused, Enough, MemoryError):
        raise
    # A damaged PDF makes its reader fail in any way there is.
    except Exception as error:
        raise FileRefused("file_broken", "pdf") from error


def _read(reader: PdfReader, gathered: Gathered) -> None:
    if reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED:
        raise FileRefused("file_encrypted")
    gathered.count = len(reader.pages)
    if not 0 < gathered.count <= MAX_PAGES:
        raise FileRefused("file_bomb" if gathered.count else "file_broken", "pages")
    actions = set(islice(_actions(reader), MAX_ACTIONS))
    if "/Launch" in actions:
        raise FileRefused("file_macros", "Launch")
    gathered.notes |= {NOTES[action] for action in actions & NOTES.keys()}
    for page in reader.pages:
        # Unpacked first by itself: the extraction would pass over a stream that is too long without a word.
        contents = page.get_contents()
        if contents is not None:
            contents.get_data()
        # The words of a page take a hundred times as long as looking whether it may be kept.
        gathered.add(page.extract_text() + "\n" if gathered.words else "")


def _actions(reader: PdfReader) -> Iterator[str]:
    """Kinds of the actions that opening the document or touching a page may start."""
    root = reader.root_object
    names = _dictionary(root.get("/Names"))
    yield from (kind for kind in NOTES if kind in names)
    yield from _chain(root.get("/OpenAction"))
    yield from _triggers(root)
    for page in reader.pages:
        yield from _triggers(page)
        for mark in page.get("/Annots") or ():
            annotation = _dictionary(mark)
            yield from _chain(annotation.get("/A"))
            yield from _triggers(annotation)


def _triggers(owner: DictionaryObject) -> Iterator[str]:
    for action in _dictionary(owner.get("/AA")).values():
        yield from _chain(action)


def _chain(action: Any) -> Iterator[str]:
    for _ in range(MAX_CHAIN):
        step = _dictionary(action)
        if "/S" not in step:
            return
        yield str(step["/S"])
        action = step.get("/Next")


def _dictionary(value: Any) -> DictionaryObject:
    found = value.get_object() if hasattr(value, "get_object") else value
    return found if isinstance(found, DictionaryObject) else DictionaryObject()
