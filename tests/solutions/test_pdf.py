# SPDX-License-Identifier: AGPL-3.0-or-later
"""The PDF: made in a process of its own, kept by content, refused clearly where it cannot be made."""

import contextlib
import errno
import os
import re
import sys
import zlib
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.errors import Unavailable
from app.files.bounded import Outcome
from app.files.extract import extract
from app.files.refusal import FileRefused
from app.solutions import pdf

PATH = "/soluzioni/suap-metropolitano-bologna.pdf"


def unpacked(data: bytes) -> bytes:
    """The objects of a PDF and the text of its compressed streams."""
    found = [data]
    for stream in re.findall(rb"stream\n(.*?)\nendstream", data, re.DOTALL):
        with contextlib.suppress(zlib.error):
            found.append(zlib.decompress(stream))
    return b"\n".join(found)


def test_a_solution_is_a_tagged_pdf_in_italian(library: FlaskClient) -> None:
    answer = library.get(PATH)
    assert answer.status_code == 200
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF")
    inside = unpacked(answer.data)
    assert b"/MarkInfo" in inside
    assert b"pdfuaid" in inside
    assert b"(it" in inside


def test_sources_and_pieces_of_the_kit_have_their_addresses_on_paper(library: FlaskClient) -> None:
    front = library.get(PATH.replace(".pdf", ".json")).get_json()
    words = re.sub(r"\s", "", extract(library.get(PATH).data)["text"])
    addresses = [item["address"] for item in (*front["kit"], *front["sources"]) if item.get("address")]
    assert len(addresses) > 5
    assert [address for address in addresses if re.sub(r"\s", "", address) not in words] == []


def test_the_same_page_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = "<!doctype html><html lang='it'><title>Prova</title><p>Prova</p></html>"
    first = pdf.document(page, tmp_path, tmp_path)
    monkeypatch.setattr(pdf, "run", None)
    assert pdf.document(page, tmp_path, tmp_path) == first


def test_a_page_cannot_read_files_of_the_machine(tmp_path: Path) -> None:
    secret = tmp_path / "secret.css"
    secret.write_text("@page { @top-center { content: 'SEGRETO' } }", encoding="utf-8")
    plain = "<!doctype html><html lang='it'><title>Prova</title>{}<p>Prova</p></html>"
    linked = plain.format(f'<link rel="stylesheet" href="{secret.as_uri()}">')
    assert len(pdf.document(linked, tmp_path / "a", tmp_path)) == pytest.approx(
        len(pdf.document(plain.format(""), tmp_path / "b", tmp_path)), abs=400
    )


@pytest.mark.parametrize(
    ("outcome", "key"),
    [
        (Outcome(pdf.LIBRARIES_MISSING, b""), "pdf_libraries_missing"),
        (Outcome(1, b""), "pdf_failed"),
        (Outcome(0, b"no pdf"), "pdf_failed"),
        (FileRefused("file_too_complex", "time"), "pdf_too_slow"),
        (FileRefused("file_too_complex", "output"), "pdf_failed"),
        (OSError(errno.ENOSPC, "No space left on device"), "pdf_failed"),
    ],
)
def test_what_prevents_a_pdf_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, outcome: object, key: str
) -> None:
    def run(*_arguments: object, **_named: object) -> object:
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    monkeypatch.setattr(pdf, "run", run)
    with pytest.raises(Unavailable, match=key):
        pdf.document("<p>", tmp_path, tmp_path)


def test_the_page_says_what_to_do_where_the_libraries_are_missing(
    library: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_page: str, *_folders: Path) -> bytes:
        raise Unavailable("pdf_libraries_missing")

    monkeypatch.setattr(pdf, "document", refuse)
    answer = library.get(PATH)
    assert answer.status_code == 503
    assert "Pango" in answer.text
    assert answer.headers["Retry-After"]


def test_what_stands_behind_the_address_makes_no_other_pdf(
    library: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = set()

    def look(page: str, *_folders: Path) -> bytes:
        pages.add(page)
        return b"%PDF"

    monkeypatch.setattr(pdf, "document", look)
    for behind in ("", "?1", "?utm_source=lettera&a=b"):
        assert library.get(f"{PATH}{behind}").status_code == 200
    [page] = pages
    assert "/soluzioni/suap-metropolitano-bologna<" in page


@pytest.mark.parametrize("taken", ["_places", "_one_at_a_time"])
def test_who_would_wait_long_is_told_to_come_back_and_what_is_made_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, taken: str
) -> None:
    monkeypatch.setattr(pdf, "PATIENCE", 0)
    monkeypatch.setattr(pdf, "run", lambda *_asked: Outcome(0, b"%PDF fatto"))
    made = pdf.document("<p>prima", tmp_path, tmp_path)
    full = getattr(pdf, taken)
    with contextlib.ExitStack() as held:
        for _place in range(full._initial_value):
            held.enter_context(full)
        with pytest.raises(Unavailable, match="pdf_busy"):
            pdf.document("<p>dopo", tmp_path, tmp_path)
        assert pdf.document("<p>prima", tmp_path, tmp_path) == made
    assert pdf.document("<p>dopo", tmp_path, tmp_path) == made


def test_a_pdf_that_cannot_be_kept_is_given_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_from: str, _to: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pdf, "run", lambda *_asked: Outcome(0, b"%PDF fatto"))
    monkeypatch.setattr(os, "replace", refuse)
    assert pdf.document("<p>", tmp_path / "pdf", tmp_path) == b"%PDF fatto"
    assert list((tmp_path / "pdf").iterdir()) == []


def test_the_worker_clears_old_pdfs_and_what_was_left_half_written(app: Flask, tmp_path: Path) -> None:
    worker = app.test_cli_runner()
    assert worker.invoke(args=["worker", "--once", "--chore", "old-pdfs"]).exit_code == 0
    (tmp_path / "pdf").mkdir()
    for name in ("vecchio.pdf", ".part-vecchio", "nuovo.pdf", ".part-nuovo"):
        (tmp_path / "pdf" / name).write_bytes(b"%PDF")
        if "vecchio" in name:
            os.utime(tmp_path / "pdf" / name, (0, 0))
    assert worker.invoke(args=["worker", "--once", "--chore", "old-pdfs"]).exit_code == 0
    assert {path.name for path in (tmp_path / "pdf").iterdir()} == {"nuovo.pdf", ".part-nuovo"}


def test_one_that_gets_its_name_while_old_ones_are_cleared_hinders_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "vecchio.pdf").write_bytes(b"%PDF")
    os.utime(tmp_path / "vecchio.pdf", (0, 0))
    listed = [tmp_path / ".part-nuovo", tmp_path / "vecchio.pdf"]
    monkeypatch.setattr(Path, "glob", lambda _folder, kind: [path for path in listed if path.match(kind)])
    monkeypatch.setattr(Path, "exists", lambda _path: True)
    assert pdf.clear_old(tmp_path) == 1
    assert os.listdir(tmp_path) == []


def test_the_process_that_makes_a_pdf_finds_no_secret_of_the_site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWINMETRO_SECRET_KEY", "segretissimo")
    monkeypatch.setattr(pdf, "COMMAND", (sys.executable, "-c", "import os; print('%PDF', dict(os.environ))"))
    made = pdf.document("<p>", tmp_path, tmp_path)
    assert b"PATH" in made
    assert b"segretissimo" not in made
