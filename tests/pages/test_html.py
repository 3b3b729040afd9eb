# SPDX-License-Identifier: AGPL-3.0-or-later
"""The HTML of every kind of page is valid."""

import subprocess
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from app.config import ROOT
from tests.pages.kinds import LANGUAGES, PAGES, address

VALIDATOR = ROOT / "node_modules" / "html-validate" / "bin" / "html-validate.mjs"

pytestmark = [pytest.mark.browser]


def search_path() -> str:
    """Where Node.js is: that of the machine, or the one installed beside Python."""
    script = ["sh", str(ROOT / "assets" / "node-path.sh"), str(ROOT / ".venv" / "bin")]
    return subprocess.run(script, capture_output=True, text=True, check=True).stdout.strip()


def test_the_html_of_every_kind_of_page_is_valid(library: FlaskClient, tmp_path: Path) -> None:
    for kind in PAGES:
        for language in LANGUAGES:
            text = library.get(address(kind, language)).text
            (tmp_path / f"{kind}-{language}.html").write_text(text, encoding="utf-8")
    command = ["node", str(VALIDATOR), "--config", str(ROOT / ".htmlvalidate.json"), "--formatter", "text"]
    done = subprocess.run(
        [*command, str(tmp_path / "*.html")],
        env={"PATH": search_path()},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[:4_000]
