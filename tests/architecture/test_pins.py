# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pinned sets install on a fresh machine, whatever its pip and whatever was released since."""

import re
from importlib.metadata import distribution

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from app.config import ROOT

FILES = {"requirements.txt": ["requirements.txt"], "requirements-dev.txt": ["requirements.txt", "requirements-dev.txt"]}
PINNED = re.compile(r"^([a-zA-Z0-9][^=]*==[^\\\n]+?) *\\?$", re.MULTILINE)


def pins(name: str) -> list[Requirement]:
    """What a pinned file installs on this machine."""
    found = [Requirement(line) for line in PINNED.findall((ROOT / name).read_text(encoding="utf-8"))]
    return [pin for pin in found if pin.marker is None or pin.marker.evaluate()]


def extras_asked_by(name: str) -> set[tuple[str, str]]:
    """(package, extra) that an installed package asks of others on this machine."""
    wishes = [Requirement(line) for line in distribution(name).requires or []]
    wanted = [wish for wish in wishes if wish.marker is None or wish.marker.evaluate({"extra": ""})]
    return {(canonicalize_name(wish.name), extra) for wish in wanted for extra in wish.extras}


@pytest.mark.parametrize("name", FILES)
def test_an_extra_that_a_package_asks_of_another_is_pinned_with_it(name: str) -> None:
    found = pins(name)
    assert len(found) > 30
    # The pip of Debian 12 looks for an extra apart from its package: without a pin of its own it takes the newest.
    held = {(canonicalize_name(pin.name), extra) for file in FILES[name] for pin in pins(file) for extra in pin.extras}
    missing = {wish for pin in found for wish in extras_asked_by(pin.name)} - held
    assert not missing, f"`make lock` keeps extras (--no-strip-extras); missing in {name}: {sorted(missing)}"
