# SPDX-License-Identifier: AGPL-3.0-or-later
"""Why an uploaded file is refused: a key for the sentence, and what fills it."""

from app.errors import Refused

MEGABYTE = 1024 * 1024
MAX_FILE = 20 * MEGABYTE
MAX_FILES = 40
#: Every key of a refusal; the sentences stand behind them in `web`.
REASONS = (
    "file_empty",
    "file_too_large",
    "file_kind_unknown",
    "file_old_office",
    "file_archive",
    "file_broken",
    "file_bomb",
    "file_too_complex",
    "file_encrypted",
    "file_macros",
    "file_remote",
    "file_image_too_large",
    "file_name_differs",
    "files_too_many",
)


class FileRefused(Refused):
    """The file is not taken; nothing of it is kept."""

    status = 422

    def __init__(self, key: str, detail: str = "") -> None:
        super().__init__(key)
        self.key = key
        self.detail = detail


def check_size(size: int) -> None:
    """Raises ``FileRefused`` for an empty file and for one over the limit."""
    if size == 0:
        raise FileRefused("file_empty")
    if size > MAX_FILE:
        raise FileRefused("file_too_large", str(MAX_FILE // MEGABYTE))


def check_count(present: int) -> None:
    """Raises ``FileRefused`` where a solution that has ``present`` files has no room for one more."""
    if present >= MAX_FILES:
        raise FileRefused("files_too_many", str(MAX_FILES))
