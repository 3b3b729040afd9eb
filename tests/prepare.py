# SPDX-License-Identifier: AGPL-3.0-or-later
"""Before the tests: a Chromium and the fonts the PDF needs, installed where the machine lacks them."""

import os
import shutil
import subprocess
import sys

from tests.webserver import chromium_path

#: The browser without windows takes a quarter less time for each page; older systems have the whole one only.
BROWSERS = ("chromium-headless-shell", "chromium")
LIBRARIES = ("fonts-liberation", "libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")
ADVICE = """Per le prove nel browser serve Chromium e non è stato possibile installarlo.
Rimedi: installare «chromium» con il gestore di pacchetti del sistema, oppure indicarne uno con
CHROMIUM=/percorso/chromium. Le prove senza browser: make test-fast"""


def main() -> None:
    if chromium_path() and _pdf_works():
        return
    if _with_apt() or _with_playwright():
        return
    sys.exit(ADVICE)


def _pdf_works() -> bool:
    probe = [sys.executable, "-c", "import weasyprint"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


def _with_apt() -> bool:
    if not shutil.which("apt-get"):
        return False
    prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
    print("Installo Chromium e le librerie per il PDF con apt-get ...", flush=True)  # noqa: T201
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}

    def apt(*step: str) -> bool:
        return subprocess.run([*prefix, "apt-get", "-qq", *step], env=environment, check=False).returncode == 0

    install = ("install", "-y", "--no-install-recommends")
    found = apt("update") and any(apt(*install, browser, *LIBRARIES) for browser in BROWSERS)
    return found and chromium_path() is not None


def _with_playwright() -> bool:
    if chromium_path():
        return True
    print("Installo Chromium con Playwright ...", flush=True)  # noqa: T201
    return subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False).returncode == 0


if __name__ == "__main__":
    main()
