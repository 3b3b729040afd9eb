# SPDX-License-Identifier: AGPL-3.0-or-later
"""Names of files keep what people wrote, and nothing that a system or an eye could be fooled by."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.files.kinds import KINDS
from app.files.names import INVISIBLE, MAX_BYTES, MAX_NAME, check_name, safe_name
from app.files.refusal import FileRefused
from tests.naughty import STRINGS

PDF = KINDS["pdf"]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Convenzione unità più città.pdf", "Convenzione unità più città.pdf"),
        ("Delibera n. 12.2019.PDF", "Delibera n. 12.2019.pdf"),
        ("Delibera n. 12.2019", "Delibera n. 12.2019.pdf"),
        ("L'accordo (bozza) – v2.pdf", "L'accordo (bozza) – v2.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Documenti\\atto.pdf", "atto.pdf"),
        ("atto\u202efdp.exe", "attofdp.exe.pdf"),
        ("at\u200bto\x00\r\n.pdf", "atto.pdf"),
        ('a<b>:"c"|?*.pdf', "a b c.pdf"),
        ("perche\u0301.pdf", "perché.pdf"),
        ("con.pdf", "documento-con.pdf"),
        ("LPT1", "documento-LPT1.pdf"),
        ("...", "documento.pdf"),
        ("", "documento.pdf"),
        (".htaccess", "htaccess.pdf"),
        ("--opzione.pdf", "opzione.pdf"),
    ],
)
def test_a_name_is_made_safe(typed: str, kept: str) -> None:
    assert safe_name(typed, PDF) == kept


@pytest.mark.parametrize("code", sorted(KINDS))
def test_the_extension_is_the_one_of_the_content(code: str) -> None:
    assert safe_name("foto.exe", KINDS[code]) == f"foto.exe.{KINDS[code].extension}"


def test_the_other_spelling_of_an_extension_is_not_repeated() -> None:
    assert safe_name("foto.JPEG", KINDS["jpg"]) == "foto.jpg"


@pytest.mark.parametrize(
    ("name", "code", "taken"),
    [
        ("atto.PDF", "pdf", True),
        ("atto.pdf.exe", "pdf", False),
        ("atto\u202efdp.exe", "pdf", False),
        ("Delibera n. 12.2019", "pdf", True),
        ("Delibera n.12", "docx", True),
        ("senza estensione", "odt", True),
        ("foto.jpg", "png", True),
        ("elenco.txt", "csv", True),
        ("note.md", "txt", True),
        ("foglio.xlsx", "csv", False),
        ("foglio.xls", "xlsx", False),
    ],
)
def test_a_name_may_not_say_another_kind_than_the_content(name: str, code: str, taken: bool) -> None:
    if taken:
        check_name(name, KINDS[code])
    else:
        with pytest.raises(FileRefused, match="file_name_differs"):
            check_name(name, KINDS[code])


def check_rules(typed: str) -> None:
    name = safe_name(typed, PDF)
    assert name.endswith(".pdf")
    assert len(name) <= MAX_NAME
    assert len(name.encode("utf-8")) <= MAX_BYTES
    assert not set(name) & set('/\\<>:"|?*\x7f')
    assert not name.startswith((".", "-", " "))
    assert not any(letter in name for letter in map(chr, range(32)))


@pytest.mark.parametrize("typed", STRINGS)
def test_naughty_names_become_names(typed: str) -> None:
    check_rules(typed)


@given(st.text(max_size=400))
def test_any_name_becomes_a_name(typed: str) -> None:
    check_rules(typed)
    assert safe_name(safe_name(typed, PDF), PDF) == safe_name(typed, PDF)


def test_what_cannot_be_seen_is_listed() -> None:
    assert {"Cc", "Cf", "Cs"} <= INVISIBLE
