# SPDX-License-Identifier: AGPL-3.0-or-later
"""The HTML of every kind of page is valid, and no template of a page is left out of these kinds."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.config import ROOT
from tests.pages import signed_kinds
from tests.pages.furnished import Furnished
from tests.pages.kinds import LANGUAGES, PAGES, address

VALIDATOR = ROOT / "node_modules" / "html-validate" / "bin" / "html-validate.mjs"
#: What makes a template one of a page.
EXTENDS = '{% extends "base.html" %}'
# Of its rules two are loosened: identifiers may hold the dots of the fields they stand for (`campo-period.start`), and
# the boxes of one choice with many answers share one name, as HTML has it.

pytestmark = [pytest.mark.browser]


def search_path() -> str:
    """Where Node.js is: that of the machine, or the one installed beside Python."""
    script = ["sh", str(ROOT / "assets" / "node-path.sh"), str(ROOT / ".venv" / "bin")]
    return subprocess.run(script, capture_output=True, text=True, check=True).stdout.strip()


def complaints(folder: Path) -> str:
    """What html-validate says of the pages in a folder; empty where nothing is wrong."""
    command = ["node", str(VALIDATOR), "--config", str(ROOT / ".htmlvalidate.json"), "--formatter", "text"]
    done = subprocess.run(
        [*command, str(folder / "*.html")],
        env={"PATH": search_path()},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return (done.stdout + done.stderr)[:4_000] if done.returncode else ""


def test_the_html_of_every_kind_of_page_is_valid(
    library: FlaskClient, failures: dict[tuple[str, str], TestResponse], tmp_path: Path
) -> None:
    for (name, language), answer in failures.items():
        (tmp_path / f"{name}-{language}.html").write_text(answer.text, encoding="utf-8")
    for kind in PAGES:
        for language in LANGUAGES:
            text = library.get(address(kind, language)).text
            (tmp_path / f"{kind}-{language}.html").write_text(text, encoding="utf-8")
    assert not (found := complaints(tmp_path)), found


@pytest.mark.xdist_group("signed")
def test_the_html_of_every_page_of_signed_in_people_is_valid_and_no_template_is_left_out(
    furnished: Furnished, tmp_path: Path
) -> None:
    write(furnished, signed_kinds.PAGES, tmp_path)
    with furnished.with_provider():
        write(furnished, signed_kinds.WITH_PROVIDER, tmp_path)
    for path in PAGES.values():
        furnished.clients["nobody"].get(path)
    assert not (found := complaints(tmp_path)), found
    templates = ((path, path.read_text(encoding="utf-8")) for path in (ROOT / "app").rglob("templates/**/*.html"))
    pages = {path.as_posix().rpartition("/templates/")[2] for path, text in templates if EXTENDS in text}
    assert pages - furnished.templates == set()


def write(furnished: Furnished, pages: Mapping[str, signed_kinds.Kind], folder: Path) -> None:
    """What the site answers for each kind of page, in a file for each language."""
    for kind, page in pages.items():
        for language in LANGUAGES:
            answer = furnished.answered(page, language)
            assert answer.status_code == page.status, kind
            (folder / f"{kind}-{language}.html").write_text(answer.text, encoding="utf-8")
