# SPDX-License-Identifier: AGPL-3.0-or-later
"""Install one pinned list with pip and say how far it is: ``python assets/install.py requirements.txt``.

pip alone either says nothing for minutes or prints hundreds of lines; this prints one line that counts.
"""

import re
import subprocess
import sys
from pathlib import Path

PACKAGE = re.compile(r"^[A-Za-z0-9][\w.\[\],-]*==", re.MULTILINE)
SEEN = re.compile(r"^\s*(?:Collecting|Requirement already satisfied:) ([A-Za-z0-9][\w.-]*)")
KEPT = 40


def main(pins: Path) -> int:
    total = len(PACKAGE.findall(pins.read_text(encoding="utf-8")))
    ask = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "off"]
    # Python compiles what is imported when it is: compiling all of it beforehand would double the time.
    ask += ["--no-compile", "--require-hashes", "-r", str(pins)]
    said: list[str] = []
    seen: set[str] = set()
    alive = sys.stdout.isatty()
    with subprocess.Popen(ask, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip:
        for line in pip.stdout or ():
            said = [*said[1 - KEPT :], line]
            if found := SEEN.match(line):
                seen.add(found[1].lower())
                _show(f"   {len(seen)} di {max(total, len(seen))} lette: {found[1]}", alive)
            elif line.startswith("Installing collected packages"):
                _show("   installazione in corso", alive)
    if alive:
        sys.stdout.write("\n")
    if pip.returncode:
        sys.stderr.write("".join(said))
    return pip.returncode


def _show(text: str, alive: bool) -> None:
    """One line written over on a terminal; elsewhere every tenth, so that a log is not flooded."""
    if alive:
        sys.stdout.write(f"\r{text:<76.76}")
    elif not re.match(r"\s+\d*[1-9] di", text):
        sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
