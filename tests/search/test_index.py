# SPDX-License-Identifier: AGPL-3.0-or-later
"""The index on disk: damage is named, sums show silent changes, descriptors stay, a killed writer loses nothing."""

import errno
import gc
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from app.config import ROOT
from app.search import index
from app.search.document import SearchDocument
from app.search.engine import Engine
from app.search.index import IndexDamaged
from app.search.segments import Reader
from app.search.terms import STEM
from app.text.stems import stem

#: Whoosh leaves the files of an index that does not open to the garbage collector.
pytestmark = pytest.mark.filterwarnings(
    "ignore:unclosed file:ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)
KILLS = 8
WRITER = """
import sys, pathlib
from app.search import index
from app.search.document import SearchDocument
folder, count = pathlib.Path(sys.argv[1]), int(sys.argv[2])
while True:
    count += 1
    if count % 7 == 0:
        index.rebuild(folder, [SearchDocument("page", f"p{n}", "pagina", "testo", "/") for n in range(count)])
    index.write(folder, [SearchDocument("page", f"p{count}", "pagina", "testo " * 300, "/")], [])
    print(count, flush=True)
"""


def page(number: int, text: str = "sportello unico") -> SearchDocument:
    return SearchDocument("page", f"p{number}", f"Pagina {number}", text, f"/p{number}")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    index.rebuild(tmp_path, [page(number) for number in range(30)])
    return tmp_path


def segments(folder: Path) -> list[Path]:
    return sorted(index.current_folder(folder).glob("*.seg"))


def descriptors() -> int:
    # What Whoosh's writer leaves open hangs in cycles: the collector ends it, so it does not add up.
    gc.collect()
    return int(psutil.Process().num_fds())


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def overwrite(path: Path) -> None:
    path.write_bytes(b"\x00garbage\xff" * (path.stat().st_size // 9))


def empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("spoil", [cut, overwrite, empty, Path.unlink])
@pytest.mark.parametrize("ending", ["seg", "toc"])
def test_damage_is_one_error_only(folder: Path, spoil: Callable[[Path], object], ending: str) -> None:
    for path in index.current_folder(folder).glob(f"*.{ending}"):
        spoil(path)
    with pytest.raises(IndexDamaged):
        index.digests(folder)
    with pytest.raises(IndexDamaged):
        Engine(folder).search("sportello")
    assert not Engine(folder).ready()


@pytest.mark.parametrize("name", ["", "v1-1-a", "../elsewhere", "v2-\0", "ciao", "\xff"])
def test_an_index_of_another_version_is_not_read(folder: Path, name: str) -> None:
    (folder / index.CURRENT).write_bytes(name.encode("latin-1"))
    with pytest.raises(IndexDamaged):
        Reader(folder)
    assert index.generation(folder) == ()
    assert index.rebuild(folder, [page(1)]) == 1
    assert Engine(folder).search("sportello").total == 1


def test_one_flipped_bit_anywhere_is_found_by_the_comparison(folder: Path) -> None:
    whole = segments(folder)[0].read_bytes()
    for place in random.Random(5).sample(range(len(whole)), 40):
        segments(folder)[0].write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        with pytest.raises(IndexDamaged):
            index.digests(folder)


def test_one_flipped_bit_anywhere_is_found_before_anything_is_read(folder: Path) -> None:
    whole = segments(folder)[0].read_bytes()
    for place in random.Random(5).sample(range(len(whole)), 40):
        segments(folder)[0].write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        # Of some lengths Whoosh asks for more memory than there is.
        with pytest.raises(IndexDamaged, match="not as it was written"):
            Reader(folder)
        with pytest.raises(IndexDamaged, match="not as it was written"):
            index.write(folder, [page(31)], [])


def test_random_damage_never_ends_in_another_error(folder: Path) -> None:
    chance = random.Random(11)
    whole = segments(folder)[0].read_bytes()
    for _turn in range(60):
        spoilt = bytearray(whole)
        for _place in range(chance.choice((1, 4, 200))):
            spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
        segments(folder)[0].write_bytes(spoilt)
        try:
            Engine(folder).search("sportello unico pagina 7")
        except IndexDamaged:
            continue


def test_a_changed_letter_in_a_stored_text_is_never_shown(folder: Path) -> None:
    whole = segments(folder)[0].read_bytes()
    assert b"sportello unico" in whole
    segments(folder)[0].write_bytes(whole.replace(b"sportello unico", b"sportella unica"))
    with pytest.raises(IndexDamaged):
        Engine(folder).like("sportello unico pagina 7", (), 3)


def test_an_engine_goes_on_with_what_it_has_while_the_disk_is_damaged(folder: Path) -> None:
    engine = Engine(folder)
    assert engine.search("sportello").total == 30
    for path in segments(folder):
        path.unlink()
    (index.current_folder(folder) / "_MAIN_99.toc").write_bytes(b"nothing")
    assert engine.search("sportello").total == 30
    index.rebuild(folder, [page(1)])
    assert engine.search("sportello").total == 1


def test_a_file_cut_short_under_a_reader_is_damage_and_not_the_end_of_the_process(folder: Path) -> None:
    engine = Engine(folder)
    assert engine.ready()
    for path in segments(folder):
        os.truncate(path, 10)
    with pytest.raises(IndexDamaged):
        engine.search("sportello")


def test_a_full_disk_is_said_as_such_and_frees_the_writer(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(index, "_row", full)
        with pytest.raises(OSError, match="No space"):
            index.write(folder, [page(99)], [])
        with pytest.raises(OSError, match="No space"):
            index.rebuild(folder, [page(99)])
    assert [path.name for path in folder.glob("v*-*")] == [index.current_folder(folder).name]
    index.write(folder, [page(99)], [])
    assert Engine(folder).search("sportello").total == 31


def test_descriptors_and_files_do_not_grow_over_two_hundred_changes(folder: Path) -> None:
    engine = Engine(folder)
    engine.search("sportello")
    index.write(folder, [page(0)], [])
    engine.search("sportello")
    before = descriptors()
    for number in range(200):
        index.write(folder, [page(number % 30, f"sportello {number}")], [])
        assert engine.search(f"sportello {number}", per_page=1).hits[0].slug == f"p{number % 30}"
    assert descriptors() <= before
    assert len(list(index.current_folder(folder).iterdir())) < 20


@pytest.mark.slow
def test_a_killed_writer_leaves_the_last_good_index(folder: Path) -> None:
    chance = random.Random(3)
    acknowledged = 30
    for _kill in range(KILLS):
        command = [sys.executable, "-c", WRITER, str(folder), str(acknowledged)]
        writer = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert writer.stdout is not None
        acknowledged = int(writer.stdout.readline())
        time.sleep(chance.uniform(0, 0.4))
        writer.send_signal(signal.SIGKILL)
        rest = writer.stdout.read().split()
        writer.wait(10)
        writer.stdout.close()
        acknowledged = int(rest[-1]) if rest else acknowledged
        found = index.digests(folder)
        assert f"page:p{acknowledged}" in found
        assert Engine(folder).search("testo", kinds=("page",)).total >= 1
        index.write(folder, [page(1000)], [])
    shutil.rmtree(index.current_folder(folder))
    assert index.rebuild(folder, [page(1)]) == 1
    assert len(list(folder.glob("v*-*"))) == 1


def test_the_commonest_terms_are_read_before_the_first_question(tmp_path: Path) -> None:
    texts = (*["comuni gare"] * 4, "comuni piani", "scuole")
    index.rebuild(tmp_path, [SearchDocument("solution", f"s{n}", "x", text, f"/{n}") for n, text in enumerate(texts)])
    engine = Engine(tmp_path)
    part = engine.snapshot().reader.parts[0]
    assert part.commonest(STEM, 2, 1) == [stem("x"), stem("comuni")]
    assert part.commonest(STEM, 9, 5) == [stem("x"), stem("comuni")]
    engine.prepare()
    part.close()
    numbers, _worth = engine.snapshot().ranking.impacts(STEM, stem("comuni"))
    assert numbers.tolist() == [0, 1, 2, 3, 4]


def test_what_cannot_be_read_is_prepared_by_nobody(tmp_path: Path) -> None:
    Engine(tmp_path).prepare()
