# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files are read in a process that can die alone: the site only hears what was learnt, or why not."""

import hashlib
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.errors import Unavailable
from app.files import bounded
from app.files.bounded import Bounds, Outcome, run
from app.files.check import check, read
from app.files.refusal import MEGABYTE, FileRefused
from tests.pure.files import samples

PYTHON = (sys.executable, "-c")


def python(code: str, bounds: Bounds, content: bytes = b"") -> Outcome:
    return run([*PYTHON, code], content, bounds)


def test_a_file_that_may_be_kept_comes_with_what_was_learnt() -> None:
    content = samples.pdf(2)
    checked = check(content)
    assert checked.kind.code == "pdf"
    assert checked.count == 2
    assert checked.text == ""
    assert checked.digest == hashlib.sha256(content).hexdigest()
    assert checked.size == len(content)
    assert "Consiglio metropolitano" in read(content).text


def test_accents_come_through() -> None:
    assert read("Perché così? La città è più libertà.".encode("cp1252")).text == "Perché così? La città è più libertà."


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (samples.word(more={"word/media/a.bmp": bytes(60_000_000)}), "file_bomb"),
        (samples.pdf()[:-60], "file_broken"),
        (b"", "file_empty"),
    ],
    ids=["bomb", "cut", "empty"],
)
def test_a_refusal_comes_with_its_key(content: bytes, key: str) -> None:
    with pytest.raises(FileRefused) as refused:
        check(content)
    assert refused.value.key == key


def test_a_stream_of_a_pdf_that_unpacks_for_ever_does_no_harm() -> None:
    # Each layer of a chain of filters unpacks a thousandfold.
    endless = samples.pdf_with_stream(samples.deflated(bytes(300_000_000), 2), "[/FlateDecode /FlateDecode]")
    started = time.monotonic()
    with pytest.raises(FileRefused) as refused:
        check(endless)
    assert refused.value.key in {"file_bomb", "file_too_complex", "file_broken"}
    assert time.monotonic() - started < 15


def test_a_process_that_takes_too_long_is_ended_with_its_children() -> None:
    started = time.monotonic()
    with pytest.raises(FileRefused, match="file_too_complex"):
        python("import time\nwhile True: time.sleep(1)", Bounds(seconds=1))
    assert time.monotonic() - started < 5


def test_a_process_that_wants_too_much_memory_does_not_get_it() -> None:
    outcome = python("bytearray(600 * 1024 * 1024)", Bounds(memory=256 * MEGABYTE))
    assert outcome.status != 0


def test_a_process_that_writes_too_much_is_refused() -> None:
    with pytest.raises(FileRefused, match="file_too_complex"):
        python("import sys; sys.stdout.write('x' * 2_000_000)", Bounds(output=MEGABYTE))


def test_a_process_that_is_killed_is_a_file_too_complex(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.files.check.COMMAND", (*PYTHON, "import os; os.kill(os.getpid(), 9)"))
    with pytest.raises(FileRefused, match="file_too_complex"):
        check(b"ciao")


def test_a_process_finds_no_secret_of_the_site(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWINMETRO_SECRET_KEY", "segretissimo")
    outcome = python("import os; print(dict(os.environ))", Bounds())
    assert b"TWINMETRO" not in outcome.output
    assert b"segretissimo" not in outcome.output


def test_many_files_at_once_wait_their_turn() -> None:
    with ThreadPoolExecutor(4) as pool:
        codes = list(pool.map(lambda number: check(b"testo %d" % number).kind.code, range(4)))
    assert codes == ["txt"] * 4


def test_who_waits_too_long_is_told_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "PATIENCE", 0.01)
    taken = [bounded._slots.acquire(timeout=1) for _ in range(bounded.AT_ONCE)]
    try:
        with pytest.raises(Unavailable, match="files_busy"):
            check(b"ciao")
    finally:
        for _ in taken:
            bounded._slots.release()


def test_where_no_process_can_start_the_answer_is_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", os.devnull)
    with pytest.raises(Unavailable, match="files_unavailable"):
        check(b"ciao")
