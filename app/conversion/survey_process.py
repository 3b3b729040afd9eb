# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reads a text document on standard input, writes its losses and images as JSON; started by convert.py."""

import json
import sys

from app.conversion.survey import survey
from app.files.extract import TOO_MUCH
from app.files.refusal import FileRefused


def main() -> None:
    try:
        answer = survey(sys.stdin.buffer.read())
    except FileRefused as refused:
        answer = {"refused": refused.key, "detail": refused.detail}
    except TOO_MUCH:
        answer = {"refused": "file_too_complex", "detail": ""}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
