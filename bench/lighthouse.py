# SPDX-License-Identifier: AGPL-3.0-or-later
"""Lighthouse on a running site: accessibility, best practices, performance and SEO of its main pages.

    python -m bench.lighthouse [http://127.0.0.1:8000]

Lighthouse comes from npm when asked for, in npm's own cache: it is not among the packages the site needs.
"""

import argparse
import json
import os
import subprocess
import tempfile
from pathlib import Path

from app.config import ROOT
from tests.webserver import chromium_path

PACKAGE = "lighthouse@13.5.0"
PAGES = ("/", "/cerca?q=sportello+unico+per+le+imprese", "/soluzioni/suap-metropolitano-bologna", "/en/citta")
CATEGORIES = ("accessibility", "best-practices", "performance", "seo")
LEAST = {"accessibility": 100, "best-practices": 95}
FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-background-networking"
SECONDS = 300


def main() -> None:
    parser = argparse.ArgumentParser(description="Lighthouse on a running site")
    parser.add_argument("site", nargs="?", default="http://127.0.0.1:8000")
    site = parser.parse_args().site.rstrip("/")
    print(f"{'page':<48}" + "".join(f"{name:>16}" for name in CATEGORIES))
    below = False
    for path in PAGES:
        scores, faults = measure(site + path)
        print(f"{path:<48}" + "".join(f"{scores[name]:>16}" for name in CATEGORIES), *faults, sep="\n  ")
        below = below or any(scores[name] < least for name, least in LEAST.items())
    raise SystemExit(1 if below else 0)


def measure(url: str) -> tuple[dict[str, int], list[str]]:
    """Scores by category, and the titles of the checks of the judged categories that failed."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = ["npm", "exec", "--yes", f"--package={PACKAGE}", "--", "lighthouse", url, "--quiet"]
        options = ["--output=json", f"--output-path={report}", f"--chrome-flags={FLAGS}"]
        options.append(f"--only-categories={','.join(CATEGORIES)}")
        done = subprocess.run([*command, *options], env=environment(), timeout=SECONDS, check=False)
        if done.returncode:
            raise SystemExit(f"lighthouse ended with status {done.returncode}")
        found = json.loads(report.read_text(encoding="utf-8"))
    scores = {name: round(100 * (found["categories"][name]["score"] or 0)) for name in CATEGORIES}
    judged = [tie["id"] for name in LEAST for tie in found["categories"][name]["auditRefs"] if tie["weight"]]
    return scores, [found["audits"][name]["title"] for name in judged if found["audits"][name]["score"] == 0]


def environment() -> dict[str, str]:
    """The surroundings with the browser of the machine, Node.js, and no errors reported to anyone."""
    script = ["sh", str(ROOT / "assets" / "node-path.sh"), str(ROOT / ".venv" / "bin")]
    path = subprocess.run(script, capture_output=True, text=True, check=True, cwd=ROOT).stdout.strip()
    return {**os.environ, "PATH": path, "CHROME_PATH": chromium_path() or "", "PUPPETEER_SKIP_DOWNLOAD": "1"}


if __name__ == "__main__":
    main()
