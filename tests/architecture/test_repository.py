# SPDX-License-Identifier: AGPL-3.0-or-later
"""What may stand in the repository: our own files, small, without machines, registries or credentials."""

import re
from pathlib import Path

import yaml

from app.config import ROOT
from app.web.release import VERSION
from tests.architecture import tree
from tests.conftest import LONG, PAGES_ALONE

BIGGEST = 600_000
REGISTRIES = ["registry." + "npmjs", "pypi" + ".org", "files.python" + "hosted", "deb." + "debian"]
MACHINES = ["/wo" + "rk/", "/fa" + "rm/", "/ho" + "me/", "/Us" + "ers/", "/tmp/bash" + "_jobs"]
SECRETS = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY|AKIA[0-9A-Z]{16}|ghp_[A-Za-z0-9]{36}")
SKIPS = re.compile(r"pytest\.skip|mark\.skip|mark\.xfail|import" + r"orskip")


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def test_no_tracked_file_is_large_or_third_party() -> None:
    wrong = [
        str(path.relative_to(ROOT))
        for path in tree.tracked()
        if path.stat().st_size > BIGGEST or {"node_modules", "dist", ".venv"} & set(path.parts[len(ROOT.parts) :])
    ]
    assert not wrong, f"third-party material is installed, never committed: {wrong}"


def test_no_tracked_file_names_a_machine_a_registry_or_a_secret() -> None:
    wrong = []
    for path in tree.tracked():
        text = text_of(path)
        wrong += [f"{path.relative_to(ROOT)}: {word}" for word in (*REGISTRIES, *MACHINES) if word in text]
        if SECRETS.search(text):
            wrong.append(f"{path.relative_to(ROOT)}: looks like a credential")
    assert not wrong, wrong


def test_no_test_can_be_skipped_silently() -> None:
    own = __file__
    wrong = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "tests").rglob("*.py")
        if str(path) != own and SKIPS.search(text_of(path))
    ]
    assert not wrong, f"a skipped test proves nothing: {wrong}"


def test_the_description_for_the_catalogue_of_public_software_is_complete() -> None:
    data = yaml.safe_load((ROOT / "publiccode.yml").read_text(encoding="utf-8"))
    needed = {
        "publiccodeYmlVersion",
        "name",
        "url",
        "softwareVersion",
        "releaseDate",
        "platforms",
        "categories",
        "developmentStatus",
        "softwareType",
        "description",
        "legal",
        "maintenance",
        "localisation",
    }
    assert needed <= data.keys()
    assert data["legal"]["license"] == "AGPL-3.0-or-later"
    for language in ("it", "en"):
        words = data["description"][language]
        assert len(words["shortDescription"]) <= 150
        assert 150 <= len(words["longDescription"]) <= 10_000
        assert words["features"]


def test_the_release_is_named_the_same_everywhere() -> None:
    data = yaml.safe_load((ROOT / "publiccode.yml").read_text(encoding="utf-8"))
    assert str(data["softwareVersion"]) == VERSION
    assert f'version = "{VERSION}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f"## {VERSION} " in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_files_of_tests_that_are_named_apart_exist() -> None:
    shown = {"/".join(path.parts[-2:]) for path in (ROOT / "tests").rglob("test_*.py")}
    assert not (LONG | PAGES_ALONE) - shown
