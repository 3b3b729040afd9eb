# SPDX-License-Identifier: AGPL-3.0-or-later
"""A file damaged anywhere is read or refused with a known key; its reader never fails in a way of its own."""

import io
import random
import zipfile

import pytest

from app.files.extract import extract
from app.files.refusal import REASONS
from tests.pure.files import samples
from tests.pure.files.test_kinds import WHOLE

TIMES = 60
PACKAGES = {code for code, content in WHOLE.items() if content.startswith(b"PK")}


def damaged(content: bytes, chance: random.Random) -> bytes:
    """Some bytes changed, some taken out, some repeated."""
    bytes_of = bytearray(content)
    for _ in range(chance.randint(1, 5)):
        place = chance.randrange(len(bytes_of) + 1)
        other = chance.randrange(len(bytes_of) + 1)
        length = chance.randint(1, 30)
        change = chance.choice([bytes([chance.randrange(256)]), b"", bytes(bytes_of[other : other + length])])
        bytes_of[place : place + (length if not change else len(change))] = change
    return bytes(bytes_of)


def damaged_inside(content: bytes, chance: random.Random) -> bytes:
    """The same package with one part damaged and every checksum right."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts: samples.Parts = {name: archive.read(name) for name in archive.namelist()}
    name = chance.choice(sorted(parts))
    part = parts[name]
    assert isinstance(part, bytes)
    return samples.packed({**parts, name: damaged(part, chance)})


@pytest.mark.parametrize("code", sorted(WHOLE))
def test_a_damaged_file_is_read_or_refused(code: str) -> None:
    chance = random.Random(code)
    for number in range(TIMES):
        damage = damaged_inside if code in PACKAGES and number % 2 else damaged
        learnt = extract(damage(WHOLE[code], chance))
        assert "kind" in learnt or learnt["refused"] in REASONS
