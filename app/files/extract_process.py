# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reads a file on standard input, writes what was learnt as JSON on standard output; started by check.py.

With `words` as its argument it reads the text too.
"""

import json
import sys

from app.files.check import WORDS
from app.files.extract import extract


def main() -> None:
    answer = json.dumps(extract(sys.stdin.buffer.read(), words=WORDS in sys.argv[1:]), ensure_ascii=True)
    sys.stdout.write(answer)


if __name__ == "__main__":
    main()
