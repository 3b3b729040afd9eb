# SPDX-License-Identifier: AGPL-3.0-or-later
"""Names of files made safe: no path, no invisible characters, no reserved words; Italian letters stay."""

import re
import unicodedata

from app.files.kinds import Kind

MAX_NAME = 120
MAX_BYTES = 240
UNNAMED = "documento"
FORBIDDEN = re.compile(r'[<>:"|?*\x00-\x1f\x7f]')
#: Names that Windows keeps for devices, with any extension.
RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?\Z", re.IGNORECASE)
#: Controls, direction marks and other invisible ones, halves of pairs, private and unassigned ones, line separators.
INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
SAME_EXTENSION = {
    "jpg": ("jpg", "jpeg", "jpe"),
    "md": ("md", "markdown"),
    "csv": ("csv", "tsv", "txt"),
    "txt": ("txt", "md"),
}


def safe_name(name: str, kind: Kind) -> str:
    """The name under which a file is offered again; its extension is the one of its content."""
    stem = _without_extension(_clean(name), kind)
    stem = stem.strip(" .-_") or UNNAMED
    if RESERVED.match(stem):
        stem = f"{UNNAMED}-{stem}"
    return f"{_short(stem, MAX_NAME - len(kind.extension) - 1)}.{kind.extension}"


def _clean(name: str) -> str:
    last = re.split(r"[/\\]", name[:4_000])[-1]
    seen = "".join(
        " " if unicodedata.category(letter) in {"Zl", "Zp", "Zs"} else letter
        for letter in unicodedata.normalize("NFC", last)
        if letter.isspace() or unicodedata.category(letter) not in INVISIBLE
    )
    return " ".join(FORBIDDEN.sub(" ", seen).split())


def _without_extension(name: str, kind: Kind) -> str:
    stem, dot, extension = name.rpartition(".")
    return stem if dot and extension.casefold() in SAME_EXTENSION.get(kind.code, (kind.extension,)) else name


def _short(stem: str, most: int) -> str:
    cut = stem[:most]
    while len(cut.encode("utf-8")) > MAX_BYTES - MAX_NAME // 10:
        cut = cut[:-1]
    return cut.rstrip(" .-_") or UNNAMED
