# SPDX-License-Identifier: AGPL-3.0-or-later
"""The PDF: made in a process of its own, kept by content, refused clearly where it cannot be made."""

import contextlib
import re
import subprocess
import zlib
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from app.errors import Unavailable
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


def test_the_same_page_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = "<!doctype html><html lang='it'><title>Prova</title><p>Prova</p></html>"
    first = pdf.document(page, tmp_path, tmp_path)
    monkeypatch.setattr(subprocess, "run", None)
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
        (subprocess.CompletedProcess([], pdf.LIBRARIES_MISSING, b"", b""), "pdf_libraries_missing"),
        (subprocess.CompletedProcess([], 1, b"", b""), "pdf_failed"),
        (subprocess.CompletedProcess([], 0, b"no pdf", b""), "pdf_failed"),
        (subprocess.TimeoutExpired([], 60), "pdf_too_slow"),
    ],
)
def test_what_prevents_a_pdf_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, outcome: object, key: str
) -> None:
    def run(*_arguments: object, **_named: object) -> object:
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    monkeypatch.setattr(subprocess, "run", run)
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
