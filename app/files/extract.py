# SPDX-License-Identifier: AGPL-3.0-or-later
"""Everything that is learnt from a file in one reading. Runs in the process that can die alone."""

from typing import Any

from app.files.gathering import Enough, Gathered
from app.files.imagesize import read_image
from app.files.kinds import IMAGES, PLAIN, Kind, decode, recognise
from app.files.office import read_office
from app.files.package import open_package
from app.files.pdftext import read_pdf
from app.files.refusal import FileRefused

#: What a file can do to its reader besides being wrong.
TOO_MUCH = (MemoryError, RecursionError)


def extract(content: bytes, words: bool = True) -> dict[str, Any]:
    """Kind, count, text and notes of a file, or the key of its refusal; without ``words`` its text stays unread."""
    gathered = Gathered(words)
    try:
        kind = recognise(content)
        try:
            _gather(content, kind, gathered)
        except Enough:
            gathered.truncated = True
    except FileRefused as refused:
        return {"refused": refused.key, "detail": refused.detail}
    except TOO_MUCH:
        return {"refused": "file_too_complex", "detail": ""}
    return {
        "kind": kind.code,
        "count": gathered.count,
        "text": gathered.text,
        "truncated": gathered.truncated,
        "notes": sorted(gathered.notes),
        "width": gathered.width,
        "height": gathered.height,
    }


def _gather(content: bytes, kind: Kind, gathered: Gathered) -> None:
    if kind.code == "pdf":
        read_pdf(content, gathered)
    elif kind.code in IMAGES:
        read_image(content, gathered)
    elif kind.code in PLAIN:
        text = decode(content) or ""
        gathered.count = text.count("\n") + (not text.endswith("\n"))
        gathered.add(text)
    else:
        read_office(open_package(content), gathered)
