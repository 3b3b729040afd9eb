# SPDX-License-Identifier: AGPL-3.0-or-later
"""Names of files made safe: no path, no invisible characters, no reserved words; Italian letters stay."""

import re
import unicodedata

from app.files.kinds import IMAGES, PLAIN, Kind
from app.files.refusal import FileRefused

MAX_NAME = 120
MAX_BYTES = 240
UNNAMED = "documento"
FORBIDDEN = re.compile(r'[<>:"|?*\x00-\x1f\x7f]')
#: Names that Windows keeps for devices, with any extension.
RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?\Z", re.IGNORECASE)
#: Controls, direction marks and other invisible ones, halves of pairs, private and unassigned ones, line separators.
INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
#: Extensions that stand for more than one kind: a picture shows itself, a text is told by how it looks.
_OF_IMAGES = ("png", "jpg", "jpeg", "jpe", "webp")
_OF_TEXTS = ("txt", "text", "csv", "tsv", "md", "markdown")
EXTENSIONS = {**dict.fromkeys(IMAGES, _OF_IMAGES), **dict.fromkeys(PLAIN, _OF_TEXTS)}
#: The end of a name that says what kind of file it is; a number is a part of the name.
EXTENSION = re.compile(r"\.(?=[a-z0-9]{0,7}[a-z])([a-z0-9]{1,8})\Z", re.IGNORECASE)


def check_name(name: str, kind: Kind) -> None:
    """Raises ``FileRefused`` for a name whose extension says another kind than the content, or none that is taken."""
    found = EXTENSION.search(_clean(name))
    if found and found[1].casefold() not in _extensions(kind):
        raise FileRefused("file_name_differs", f".{found[1].casefold()} / {kind.label}")


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
    return stem if dot and extension.casefold() in _extensions(kind) else name


def _extensions(kind: Kind) -> tuple[str, ...]:
    return EXTENSIONS.get(kind.code, (kind.extension,))


def _short(stem: str, most: int) -> str:
    cut = stem[:most]
    while len(cut.encode("utf-8")) > MAX_BYTES - MAX_NAME // 10:
        cut = cut[:-1]
    return cut.rstrip(" .-_") or UNNAMED
