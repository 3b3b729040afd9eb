# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reads a file on standard input, writes what was learnt as JSON on standard output; started by check.py."""

import json
import sys

from app.files.extract import extract


def main() -> None:
    answer = json.dumps(extract(sys.stdin.buffer.read()), ensure_ascii=True)
    sys.stdout.write(answer)


if __name__ == "__main__":
    main()
