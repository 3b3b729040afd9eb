# SPDX-License-Identifier: AGPL-3.0-or-later
"""The folder of files: whole or not there, one copy of each content, and what nobody needs can be found."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.errors import NotFound, Unavailable
from app.files.bounded import ROOT
from app.files.store import UNFINISHED, Store

NOBODY = "0" * 64


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "files")


def test_what_is_put_is_read_again(store: Store) -> None:
    digest = store.put(b"Convenzione")
    assert store.read(digest) == b"Convenzione"
    assert store.path(digest) == store.folder / digest[:2] / digest[2:4] / digest


def test_the_same_content_is_one_file_never_written_again(store: Store) -> None:
    digest = store.put(b"Convenzione")
    number = store.path(digest).stat().st_ino
    assert store.put(b"Convenzione") == digest
    assert store.path(digest).stat().st_ino == number
    assert list(store.digests()) == [digest]


def test_a_file_the_disk_has_damaged_is_not_handed_out_and_can_be_put_again(store: Store) -> None:
    digest = store.put(b"Convenzione")
    store.path(digest).write_bytes(b"Cunvenzione")
    with pytest.raises(Unavailable, match="file_damaged"):
        store.read(digest)
    store.put(b"Convenzione")
    assert store.read(digest) == b"Convenzione"


@pytest.mark.parametrize("digest", ["../../etc/passwd", "", "A" * 64, "0" * 63, f"{NOBODY}\n", NOBODY])
def test_what_is_not_there_is_not_found(store: Store, digest: str) -> None:
    with pytest.raises(NotFound):
        store.read(digest)


def test_files_that_are_named_and_missing_are_found(store: Store) -> None:
    assert store.missing({store.put(b"here"), NOBODY}) == [NOBODY]


def test_what_a_killed_process_left_is_cleared_once_no_save_can_be_at_it(store: Store) -> None:
    path = store.path(store.put(b"whole"))
    path.with_name(f"{UNFINISHED}x").write_bytes(b"hal")
    assert store.clear_unfinished() == 0
    assert store.clear_unfinished(grace=0) == 1
    assert [left.name for left in store.folder.glob("??/??/*")] == [path.name]


def test_a_disk_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("not a folder", encoding="utf-8")
    with pytest.raises(Unavailable, match="files_unavailable"):
        Store(tmp_path / "files").put(b"x")


def test_many_may_put_the_same_at_once(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        digests = set(pool.map(store.put, [b"same" * 10_000] * 32))
    assert list(store.digests()) == sorted(digests)
    assert not list(store.folder.glob(f"??/??/{UNFINISHED}*"))


def test_what_was_acknowledged_survives_a_kill(store: Store) -> None:
    code = (
        "import sys, os; from pathlib import Path; from app.files.store import Store\n"
        "store = Store(Path(sys.argv[1]))\n"
        "for number in range(10_000):\n"
        "    print(store.put(b'%d' % number * 1000), flush=True)\n"
    )
    writer = subprocess.Popen([sys.executable, "-c", code, str(store.folder)], stdout=subprocess.PIPE, cwd=ROOT)
    assert writer.stdout is not None
    acknowledged = [writer.stdout.readline().decode().strip() for _ in range(25)]
    writer.kill()
    acknowledged += writer.stdout.read().decode().split()
    writer.stdout.close()
    writer.wait()
    assert len(acknowledged) >= 25
    for digest in acknowledged:
        assert len(store.read(digest)) >= 1000
