# SPDX-License-Identifier: AGPL-3.0-or-later
"""A file is what its bytes say, whatever it is called."""

import pytest

from app.files.kinds import KINDS, recognise
from app.files.refusal import MAX_FILE, MAX_FILES, REASONS, FileRefused, check_count
from tests.pure.files import samples

ODT_BODY = "<office:text><text:p>Testo</text:p></office:text>"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
WHOLE = {
    "pdf": samples.pdf(),
    "docx": samples.word(),
    "xlsx": samples.excel(),
    "pptx": samples.slides(),
    "odt": samples.open_document("text", ODT_BODY),
    "ods": samples.open_document("spreadsheet", "<office:spreadsheet/>"),
    "odp": samples.open_document("presentation", "<office:presentation/>"),
    "csv": "Comune;Abitanti\nLombardore;1700\nVolpiano;15000\n".encode("cp1252"),
    "md": b"# Titolo\n\nUn testo con **enfasi**.\n",
    "txt": "Perché la città, con i suoi comuni, cambia.\nSeconda riga, senza tabelle.\n".encode("cp1252"),
    "png": samples.image("PNG"),
    "jpg": samples.image("JPEG"),
    "webp": samples.image("WEBP"),
}
REFUSED = {
    "nothing": (b"", "file_empty"),
    "blanks": (b" \n\t ", "file_empty"),
    "too large": (bytes(MAX_FILE + 1), "file_too_large"),
    "zeroes": (bytes(64), "file_kind_unknown"),
    "a program": (b"MZ\x90\x00" + bytes(64), "file_kind_unknown"),
    "a page": (b"<!DOCTYPE html><script>alert(1)</script>", "file_kind_unknown"),
    "a drawing with scripts": (b"\xef\xbb\xbf <svg onload='alert(1)'/>", "file_kind_unknown"),
    "a shell script": (b"#!/bin/sh\nrm -rf .\n", "file_kind_unknown"),
    "rich text": (b"{\\rtf1 ciao}", "file_kind_unknown"),
    "an old Word file": (OLE, "file_old_office"),
    "a Word file behind a password": (OLE + "EncryptedPackage".encode("utf-16-le"), "file_encrypted"),
    "a plain archive": (samples.packed({"a.txt": "ciao"}), "file_archive"),
    "an empty archive": (b"PK\x05\x06" + bytes(18), "file_archive"),
    "an OpenDocument file behind a password": (
        samples.open_document("text", ODT_BODY, {"META-INF/manifest.xml": "<m:encryption-data/>"}),
        "file_encrypted",
    ),
    "a drawing of OpenDocument": (samples.open_document("graphics", ""), "file_archive"),
    "a Word file with macros": (
        samples.packed(
            samples.office("word/document.xml", "application/vnd.ms-word.document.macroEnabled.main+xml", {})
        ),
        "file_macros",
    ),
    "a Word template": (
        samples.packed(samples.office("w.xml", f"{samples.MAIN}wordprocessingml.template.main+xml", {})),
        "file_kind_unknown",
    ),
}


@pytest.mark.parametrize("code", sorted(KINDS))
def test_every_kind_that_is_taken_is_recognised_by_its_content(code: str) -> None:
    assert recognise(WHOLE[code]).code == code


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_is_not_taken_is_refused_with_its_reason(name: str) -> None:
    content, key = REFUSED[name]
    with pytest.raises(FileRefused) as refused:
        recognise(content)
    assert refused.value.key == key
    assert key in REASONS


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_text_in_the_encodings_of_offices_is_text(encoding: str) -> None:
    assert recognise("Perché no? Così è la realtà.".encode(encoding)).code == "txt"


def test_images_inside_a_text_do_not_make_it_an_image() -> None:
    kind = '<Default Extension="png" ContentType="image/png"/><Override '
    types = str(samples.word_parts()["[Content_Types].xml"]).replace("<Override ", kind, 1)
    assert recognise(samples.word(more={"[Content_Types].xml": types})).code == "docx"


def test_kinds_are_told_apart_by_extension_and_type() -> None:
    assert len({kind.extension for kind in KINDS.values()}) == len(KINDS)
    assert len({kind.mime for kind in KINDS.values()}) == len(KINDS)


def test_a_solution_has_room_for_a_number_of_files() -> None:
    check_count(MAX_FILES - 1)
    with pytest.raises(FileRefused, match="files_too_many"):
        check_count(MAX_FILES)
